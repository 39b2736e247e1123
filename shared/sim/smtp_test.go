package sim

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/must"
)

const smtpInfo = "info@kantoordevries.example"

// smtpClient sends exact bytes over SMTP, as curl does, and changes no line ends.
type smtpClient struct {
	t  *testing.T
	c  net.Conn
	in *bufio.Reader
}

// serveSMTP starts a tenant with one mailbox that accepts mail on loopback.
func serveSMTP(t *testing.T, journal string) (*Tenant, func() *smtpClient, func()) {
	t.Helper()
	tenant := must.Get(New(Options{Domain: "kantoordevries.example", URL: "https://localhost:7443", Journal: journal,
		Now: func() time.Time { return testTime }}))(t)
	t.Cleanup(func() { tenant.Close() })
	must.Get(tenant.AddMailbox(MailboxOptions{Address: smtpInfo, Name: "Info", Aliases: []string{"kantoor@kantoordevries.example"},
		Shared: true}))(t)
	l := must.Get(net.Listen("tcp", "127.0.0.1:0"))(t)
	served := make(chan error, 1)
	go func() { served <- tenant.ServeSMTP(l) }()
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		l.Close()
		if err := <-served; err != nil {
			t.Errorf("serving ended with %v", err)
		}
	}
	t.Cleanup(stop)
	dial := func() *smtpClient {
		c := must.Get(net.Dial("tcp", l.Addr().String()))(t)
		t.Cleanup(func() { c.Close() })
		c.SetDeadline(time.Now().Add(time.Minute))
		client := &smtpClient{t, c, bufio.NewReader(c)}
		client.expect("220")
		client.say("EHLO client.example", "250")
		return client
	}
	return tenant, dial, stop
}

func (c *smtpClient) send(b string) {
	c.t.Helper()
	if _, err := c.c.Write([]byte(b)); err != nil {
		c.t.Fatalf("send %.40q: %v", b, err)
	}
}

// expect reads one answer, which must begin with want, and returns it.
func (c *smtpClient) expect(want string) string {
	c.t.Helper()
	var answer strings.Builder
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			c.t.Fatalf("waiting for %s: %v", want, err)
		}
		answer.WriteString(line)
		if len(line) < 4 || line[3] == ' ' {
			break
		}
	}
	if !strings.HasPrefix(answer.String(), want) {
		c.t.Fatalf("want %s, got %s", want, answer.String())
	}
	return answer.String()
}

func (c *smtpClient) say(command, want string) string {
	c.t.Helper()
	c.send(command + "\r\n")
	return c.expect(want)
}

// mail sends one mail with DATA: dots after CR LF are doubled, as in RFC 5321.
func (c *smtpClient) mail(from string, to []string, raw string, want string) {
	c.t.Helper()
	c.say("MAIL FROM:<"+from+">", "250")
	for _, r := range to {
		c.say("RCPT TO:<"+r+">", "250")
	}
	c.say("DATA", "354")
	stuffed := strings.ReplaceAll("\r\n"+raw, "\r\n.", "\r\n..")[2:]
	if !strings.HasSuffix(raw, "\r\n") {
		stuffed += "\r\n"
	}
	c.send(stuffed + ".\r\n")
	c.expect(want)
}

// only returns the only mail in the mailbox; other mails are an error.
func only(t *testing.T, tenant *Tenant) Message {
	t.Helper()
	messages := tenant.Messages(smtpInfo)
	if len(messages) != 1 {
		t.Fatalf("%d mails in the mailbox, want 1", len(messages))
	}
	return messages[0]
}

func TestMailOverSMTPArrivesByteForByte(t *testing.T) {
	for name, raw := range map[string]string{
		"plain":                      "Subject: x\r\n\r\nhallo\r\n",
		"empty":                      "",
		"bare LF":                    "Subject: x\n\nregel\nregel\n",
		"a lone dot between LFs":     "Subject: x\n\nvoor\n.\nna\n.\r\nslot\n",
		"dots at the start of lines": "Subject: x\r\n\r\n.\r\n..\r\n.. \r\n.a\r\nna\r\n",
		"a dot first":                ".\r\nSubject: x\r\n\r\nna\r\n",
		"CR CR LF":                   "Subject: x\r\r\n\r\r\nregel\r\r\n.punt\r\r\n",
		"CR at the end":              "Subject: x\r\n\r\nregel\r",
		"dot CR":                     "Subject: x\r\n\r\n.\rx\r\nna\r\n",
		"bare CR":                    "Subject: x\r\rregel\r.\rna",
		"NUL and eight bits":         "Subject: x\r\n\r\n\x00\xff\xfe\r\n",
		"a line of a megabyte":       "Subject: x\r\n\r\n" + strings.Repeat("x", 1<<20) + "\r\n",
		"CR LF over a buffer's end":  "Subject: x\r\n\r\n" + strings.Repeat("x", 64<<10-15) + "\r\n.\r\nna\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			tenant, dial, _ := serveSMTP(t, "")
			c := dial()
			c.mail("a@b.example", []string{smtpInfo}, raw, "250")
			c.mail("a@b.example", []string{smtpInfo}, "Subject: de volgende\r\n\r\nx\r\n", "250") // the session is still in order
			messages := tenant.Messages(smtpInfo)
			if len(messages) != 2 || messages[1].Subject != "de volgende" {
				t.Fatalf("%d mails", len(messages))
			}
			if !strings.HasSuffix(raw, "\r\n") {
				raw += "\r\n" // the client's, to end the last line
			}
			if !bytes.HasSuffix(messages[0].MIME, []byte(raw)) {
				t.Errorf("sent %.200q\n kept %.600q", raw, messages[0].MIME)
			}
		})
	}
}

func TestChunksArriveByteForByte(t *testing.T) {
	tenant, dial, _ := serveSMTP(t, "")
	c := dial()
	c.say("MAIL FROM:<> BODY=BINARYMIME SMTPUTF8", "250")
	c.say("RCPT TO:<"+smtpInfo+">", "250")
	first, second := "Subject: brokken\r\n\r\n.\r\nzonder einde", "\r\n.\r\n\x00\xff\n.\n"
	c.send(fmt.Sprintf("BDAT %d\r\n%s", len(first), first)) // without a line end: the answer must come all the same
	c.expect("250")
	c.send(fmt.Sprintf("BDAT %d\r\n%s", len(second), second))
	c.expect("250")
	c.say("BDAT 0 LAST", "250")
	m := only(t, tenant)
	if !bytes.HasSuffix(m.MIME, []byte(first+second)) || m.Subject != "brokken" {
		t.Errorf("kept %q", m.MIME)
	}
}

// A mail that broke off is not delivered, so that its client can send it again.
func TestHalfAMailIsNoMail(t *testing.T) {
	for name, half := range map[string]string{
		"DATA": "DATA\r\n",
		"BDAT": "BDAT 1000 LAST\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			tenant, dial, stop := serveSMTP(t, "")
			c := dial()
			c.say("MAIL FROM:<a@b.example>", "250")
			c.say("RCPT TO:<"+smtpInfo+">", "250")
			c.send(half)
			if name == "DATA" {
				c.expect("354")
			}
			c.send("Subject: half\r\n\r\nhalf")
			c.c.(*net.TCPConn).CloseWrite()
			c.in.ReadString(0) // until the server has closed too
			stop()
			if n := len(tenant.Messages(smtpInfo)); n != 0 {
				t.Errorf("%d mails", n)
			}
		})
	}
}

func TestRecipientsAreAnsweredAsExchangeDoes(t *testing.T) {
	tenant, dial, _ := serveSMTP(t, "")
	c := dial()
	c.say("MAIL FROM:<a@b.example> SIZE=100 BODY=8BITMIME RET=HDRS", "250")
	if answer := c.say("RCPT TO:<niemand@kantoordevries.example>", "550 5.1.10"); !strings.Contains(answer, "niemand@") {
		t.Errorf("the answer names nobody: %s", answer)
	}
	c.say("RCPT TO:<Kantoor@KantoorDeVries.Example> NOTIFY=NEVER", "250")
	c.say("RCPT TO:<klant@elders.example>", "250")
	c.say("DATA", "354")
	c.send("Subject: x\r\n\r\nx\r\n.\r\n")
	c.expect("250")
	if only(t, tenant).Subject != "x" || len(tenant.Outside("klant@elders.example")) != 1 {
		t.Error("a recipient got nothing")
	}
	c.say("MAIL FROM:<jürgen@münchen.example> SMTPUTF8", "250")
	for i := range mostRecipients {
		c.say(fmt.Sprintf("RCPT TO:<r%d@elders.example>", i), "250")
	}
	c.say("RCPT TO:<een.te.veel@elders.example>", "452")
	c.say("RSET", "250")
	c.say("QUIT", "221")
}

func TestAMailThatIsTooLargeIsRefusedAndTheNextOneTaken(t *testing.T) {
	tenant, dial, _ := serveSMTP(t, "")
	c := dial()
	c.say(fmt.Sprintf("MAIL FROM:<a@b.example> SIZE=%d", mostBytes+1), "552")
	c.mail("a@b.example", []string{smtpInfo}, "Subject: x\r\n\r\n"+strings.Repeat(strings.Repeat("x", 1<<16)+"\r\n", mostBytes>>16), "552")
	c.mail("a@b.example", []string{smtpInfo}, "Subject: klein\r\n\r\nx\r\n", "250")
	if m := only(t, tenant); m.Subject != "klein" {
		t.Errorf("subject %q", m.Subject)
	}
}

// 250 is a promise: if the mail cannot be stored, the client gets an error.
func TestMailThatIsNotKeptIsNotAccepted(t *testing.T) {
	tenant, dial, _ := serveSMTP(t, filepath.Join(t.TempDir(), "journal"))
	c := dial()
	tenant.Close() // the journal accepts nothing any more
	c.mail("a@b.example", []string{smtpInfo}, "Subject: x\r\n\r\nx\r\n", "451")
	if n := len(tenant.Messages(smtpInfo)); n != 0 {
		t.Errorf("%d mails", n)
	}
}

// Every mail of the corpora is accepted and stored as it was sent.
func TestRealMailArrivesOverSMTP(t *testing.T) {
	tenant, dial, _ := serveSMTP(t, "")
	c := dial()
	files := corpus(t)
	for i, file := range files {
		raw := must.Get(os.ReadFile(file))(t)
		c.mail("a@b.example", []string{smtpInfo}, string(raw), "250")
		messages := tenant.Messages(smtpInfo)
		if len(messages) != i+1 {
			t.Fatalf("%s: %d mails, want %d", file, len(messages), i+1)
		}
		m := messages[i]
		checkMessage(t, m)
		sent := raw[skipPreamble(raw):]
		if bytes.Contains(raw, []byte("X-MS-Exchange-Organization-")) {
			_, body := splitMail(raw) // the reserved fields of its header were removed
			sent = raw[body:]
		}
		if !bytes.HasSuffix(bytes.TrimSpace(m.MIME), bytes.TrimSpace(sent)) {
			t.Errorf("%s was kept otherwise", file)
		}
	}
	t.Logf("%d mails", len(files))
}
