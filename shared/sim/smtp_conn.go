package sim

import (
	"bufio"
	"bytes"
	"net"
	"time"

	"github.com/emersion/go-smtp"
)

// smtpListener makes the connections that read mail themselves.
type smtpListener struct{ net.Listener }

func (l smtpListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &smtpConn{Conn: c, in: bufio.NewReaderSize(c, 64<<10)}, nil
}

// smtpConn reads what follows DATA in place of go-smtp, which loses its place
// at CR CR LF: it then waits for an end that has passed, or leaves in the dots
// that the client doubled. When the server tells the client to go ahead, the
// connection reads the mail to its end, keeps it, and shows the server an
// empty one.
//
// Commands are handed on line by line, so that nothing of the mail is read
// before the server has spoken. Each connection is read and written by one
// goroutine.
type smtpConn struct {
	net.Conn
	in      *bufio.Reader
	end     string // of the empty mail that the server still has to read
	goAhead bool   // the server has answered 354
	data    []byte
	isData  bool // data is the mail that the server asked for
	tooMuch bool // and there was more of it than is taken
	broken  bool // the client is gone, or was too slow
}

// Write notes when the server asks for the mail.
func (c *smtpConn) Write(b []byte) (int, error) {
	if bytes.HasPrefix(b, []byte("354 ")) {
		c.goAhead = true
	}
	return c.Conn.Write(b)
}

// Read hands on what there is of a line, or reads the mail.
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
	line, _ := c.in.Peek(min(len(b), c.in.Buffered())) // never waits for more than is here
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i+1]
	}
	n := copy(b, line)
	_, err := c.in.Discard(n)
	return n, err
}

// readData reads a mail to the line with one dot that ends it and takes the
// doubled dots out. Only CR LF ends a line: a dot between bare LFs is text.
// https://www.rfc-editor.org/rfc/rfc5321#section-4.5.2
func (c *smtpConn) readData() error {
	c.data, c.isData, c.tooMuch = nil, true, false
	atStart := true // of a line
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
			// What is over is read and dropped; a CR may be half of a line's end.
			c.data = append(c.data[:0], piece[max(0, len(piece)-1):]...)
			continue
		}
		c.data = append(c.data, piece...)
	}
}

// message is the mail that was sent after DATA, or else in the chunks of BDAT.
// A connection that broke in a chunk has only a part of it.
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
