package sim

import (
	"bufio"
	"bytes"
	"net"
	"time"

	"github.com/emersion/go-smtp"
)

// smtpListener returns connections that read the mail themselves.
type smtpListener struct{ net.Listener }

func (l smtpListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &smtpConn{Conn: c, in: bufio.NewReaderSize(c, 64<<10)}, nil
}

// smtpConn reads what follows DATA instead of go-smtp, which fails at CR CR LF: it
// then waits for an end that has passed, or does not remove the doubled dots. When
// the server tells the client to go ahead, the connection reads the mail to its end,
// stores it, and gives the server an empty mail.
//
// It passes on commands line by line, so that it reads nothing of the mail before
// the server has answered. One goroutine reads and writes each connection.
type smtpConn struct {
	net.Conn
	in      *bufio.Reader
	end     string // the rest of the empty mail that the server must still read
	goAhead bool   // the server has answered 354
	data    []byte
	isData  bool // data is the mail that the server asked for
	tooMuch bool // the mail was larger than the limit
	broken  bool // the client is gone, or was too slow
}

// Write notices when the server asks for the mail.
func (c *smtpConn) Write(b []byte) (int, error) {
	if bytes.HasPrefix(b, []byte("354 ")) {
		c.goAhead = true
	}
	return c.Conn.Write(b)
}

// Read passes on the next part of a line, or reads the mail.
func (c *smtpConn) Read(b []byte) (int, error) {
	if c.goAhead {
		c.goAhead = false
		if err := c.readData(); err != nil {
			c.broken = true
			return 0, err
		}
		c.end = ".\r\n"
	}
	if c.end != "" {
		n := copy(b, c.end)
		c.end = c.end[n:]
		return n, nil
	}
	if _, err := c.in.Peek(1); err != nil {
		c.broken = true
		return 0, err
	}
	line, _ := c.in.Peek(min(len(b), c.in.Buffered())) // does not wait for more than has arrived
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i+1]
	}
	n := copy(b, line)
	_, err := c.in.Discard(n)
	return n, err
}

// readData reads a mail up to the line with one dot that ends it, and removes the
// doubled dots. Only CR LF ends a line: a dot between two bare LFs is text.
// https://www.rfc-editor.org/rfc/rfc5321#section-4.5.2
func (c *smtpConn) readData() error {
	c.data, c.isData, c.tooMuch = nil, true, false
	atStart := true // at the start of a line
	for {
		if c.in.Buffered() == 0 {
			if err := c.SetReadDeadline(time.Now().Add(idleTime)); err != nil {
				return err
			}
		}
		piece, err := c.in.ReadSlice('\n')
		if err != nil && err != bufio.ErrBufferFull {
			return err
		}
		if atStart && string(piece) == ".\r\n" {
			return nil
		}
		ended := bytes.HasSuffix(piece, []byte("\r\n")) || string(piece) == "\n" && bytes.HasSuffix(c.data, []byte("\r"))
		if atStart && piece[0] == '.' {
			piece = piece[1:]
		}
		atStart = ended
		if c.tooMuch = c.tooMuch || len(c.data)+len(piece) > mostBytes; c.tooMuch {
			// Data beyond the limit is dropped, except a CR that may be half of a line end.
			c.data = append(c.data[:0], piece[max(0, len(piece)-1):]...)
			continue
		}
		c.data = append(c.data, piece...)
	}
}

// message returns the mail that was sent after DATA, or in the chunks of BDAT. If
// the connection breaks in a chunk, only a part of it has come.
func (c *smtpConn) message(chunks []byte) ([]byte, error) {
	defer func() { c.data, c.isData = nil, false }()
	switch {
	case c.broken:
		return nil, &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 4, 2}, Message: "Connection lost before the end of the mail"}
	case c.isData && c.tooMuch:
		return nil, smtp.ErrDataTooLarge
	case c.isData:
		return c.data, nil
	}
	return chunks, nil
}
