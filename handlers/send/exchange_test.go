package send_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/wiretest"
)

// An exchange is the mailboxes of a tenant as Graph shows them, in memory. It counts
// every mail that leaves.
type exchange struct {
	mu       sync.Mutex
	messages []*message
	left     []departed
	calls    []string
	serial   int

	// fault chooses what happens to a call; see wiretest.
	fault func(call string) wiretest.Fault
	// refuse answers a call with an error of Graph, before any effect.
	refuse func(call string) error

	// What is not settled about Exchange.
	lag         time.Duration // how long a mail that is leaving still shows as a draft
	sentID      string        // of the sent copy: "" the draft's, "different", or "hidden": found by id only a minute later
	sendAgain   string        // answer to sending what was sent: "" 404, "bad-request", or "send": it leaves again
	noProperty  bool          // createReply drops the property of the reply
	noPictures  bool          // createReply copies no pictures
	noText      bool          // createReply answers without the text
	textDraft   bool          // createReply makes a draft of plain text
	noMark      bool          // Exchange rewrites the ids of elements
	newID       bool          // the internet message id changes when the mail leaves
	searchesLag time.Duration // how long a search does not find what was made
}

// A message is a draft, or what became of it.
type message struct {
	mail.Draft
	box, reply string
	attached   []attached
	made, sent time.Time
	references []string
	inReplyTo  string
}

type attached struct {
	mail.Attachment
	content string
}

// departed is a mail that left, as its recipients got it.
type departed struct {
	message
	at time.Time
}

const (
	box        = "00000000-0000-4000-8000-000000000001"
	original   = "original-1"
	quoteHead  = `<hr><div id="divRplyFwdMsg"><b>Van:</b> Jan</div>`
	theirWords = "Klopt de aangifte?"
)

// call lets one call pass or fail. Its answer is lost after it took effect.
func (e *exchange) call(ctx context.Context, name string, do func() error) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	e.mu.Lock()
	e.calls = append(e.calls, name)
	chosen, refuse := e.fault, e.refuse
	e.mu.Unlock()
	f := wiretest.Pass
	if chosen != nil {
		f = chosen(name)
	}
	switch f {
	case wiretest.Refuse:
		return wiretest.ErrInjected
	case wiretest.Hang:
		<-ctx.Done()
		return ctx.Err()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if refuse != nil {
		if err := refuse(name); err != nil {
			return err
		}
	}
	e.mu.Lock()
	err := do()
	e.mu.Unlock()
	if f == wiretest.Lose {
		return wiretest.ErrInjected
	}
	return err
}

// refusal is an answer of Graph with a kind, as the real client gives it.
func refusal(status int, code string) error {
	err := &answer.Error{Status: status, Code: code, Message: "said by Exchange"}
	switch {
	case status == http.StatusTooManyRequests:
		err.RetryAfter = 40 * time.Second
		return fault.Later(err.RetryAfter, err)
	case status >= 500:
		return err
	}
	return fault.Final(err)
}

func missing() error { return refusal(http.StatusNotFound, "ErrorItemNotFound") }

// find returns a message by the id that a caller has.
func (e *exchange) find(id string) *message {
	for _, m := range e.messages {
		if m.ID == id && (e.sentID != "hidden" || m.sent.IsZero() || time.Since(m.sent) > time.Minute) {
			return m
		}
	}
	return nil
}

func (e *exchange) add(m *message) mail.Draft {
	e.serial++
	m.ID, m.InternetMessageID, m.IsDraft = fmt.Sprint("draft-", e.serial), fmt.Sprintf("<%d@kantoor.example>", e.serial), true
	m.made, m.BodyType = time.Now(), "html"
	if e.textDraft && m.Body != "" {
		m.Body, m.BodyType = "Van: Jan\n\n"+theirWords, "text"
	}
	e.messages = append(e.messages, m)
	return e.shown(m)
}

// shown is a message as Graph returns it now.
func (e *exchange) shown(m *message) mail.Draft {
	d := m.Draft
	d.IsDraft = m.sent.IsZero() || time.Since(m.sent) < e.lag
	d.Sent, d.HasAttachments = m.sent, slices.ContainsFunc(m.attached, func(a attached) bool { return !a.Inline })
	return d
}

func (e *exchange) CreateReply(ctx context.Context, mailbox, id, mode, reply, timeZone string) (d mail.Draft, err error) {
	err = e.call(ctx, "CreateReply", func() error {
		if id != original {
			return missing()
		}
		m := &message{box: mailbox, reply: reply, inReplyTo: "<a1@elders.example>"}
		m.Subject, m.To, m.Cc = "RE: Aangifte", []mail.Address{{Email: "jan@bakker.example"}}, []mail.Address{{Email: "vreemd@elders.example"}}
		m.Body = `<html><head></head><body dir="ltr">` + quoteHead + "<p>" + theirWords + `<img src="cid:logo@bakker"></p></body></html>`
		if !e.noPictures {
			m.attached = append(m.attached, attached{mail.Attachment{ID: "copied-logo", Kind: mail.AttachedFile, Name: "logo.png", ContentID: "logo@bakker", Inline: true}, "logo"})
		}
		if mode == mail.ModeForward {
			m.attached = append(m.attached, attached{mail.Attachment{ID: "copied-file", Kind: mail.AttachedFile, Name: "loon.pdf", Size: 4}, "loon"})
		}
		if e.noProperty {
			m.reply = ""
		}
		d = e.add(m)
		if e.noText {
			d.Body = ""
		}
		return nil
	})
	return d, err
}

func (e *exchange) CreateDraft(ctx context.Context, mailbox string, n mail.NewDraft) (d mail.Draft, err error) {
	err = e.call(ctx, "CreateDraft", func() error {
		m := &message{box: mailbox, reply: n.Reply, inReplyTo: n.InReplyTo, references: n.References}
		m.Subject, m.Body, m.To, m.Cc, m.Bcc = n.Subject, n.HTML, n.To, n.Cc, n.Bcc
		d = e.add(m)
		return nil
	})
	return d, err
}

func (e *exchange) Draft(ctx context.Context, _, id string) (d mail.Draft, err error) {
	err = e.call(ctx, "Draft", func() error {
		m := e.find(id)
		if m == nil {
			return missing()
		}
		d = e.shown(m)
		return nil
	})
	return d, err
}

// draft changes a message that is a draft.
func (e *exchange) draft(ctx context.Context, call, id string, do func(*message) error) error {
	return e.call(ctx, call, func() error {
		m := e.find(id)
		if m == nil {
			return missing()
		}
		if !m.sent.IsZero() {
			return fault.Final(answer.ErrNotDraft)
		}
		return do(m)
	})
}

func (e *exchange) PatchDraft(ctx context.Context, _, id string, p mail.DraftPatch) error {
	return e.draft(ctx, "PatchDraft", id, func(m *message) error {
		m.Subject, m.Body, m.BodyType, m.To, m.Cc, m.Bcc = *p.Subject, *p.HTML, "html", *p.To, *p.Cc, *p.Bcc
		if e.noMark {
			m.Body = strings.ReplaceAll(m.Body, `id="kantoorpost-`, `id="x_`)
		}
		return nil
	})
}

func (e *exchange) DeleteDraft(ctx context.Context, _, id string) error {
	err := e.draft(ctx, "DeleteDraft", id, func(m *message) error {
		e.messages = slices.DeleteFunc(e.messages, func(x *message) bool { return x == m })
		return nil
	})
	if answer.IsMissing(err) {
		return nil
	}
	return err
}

func (e *exchange) Attach(ctx context.Context, _, id string, a mail.OutgoingAttachment, content io.ReaderAt) error {
	data, err := io.ReadAll(io.NewSectionReader(content, 0, a.Size))
	if err != nil {
		return fmt.Errorf("read the file: %w", err)
	}
	return e.draft(ctx, "Attach", id, func(m *message) error {
		e.serial++
		m.attached = append(m.attached, attached{mail.Attachment{ID: fmt.Sprint("attachment-", e.serial), Kind: mail.AttachedFile, Name: a.Name,
			ContentID: a.ContentID, Inline: a.Inline, Size: a.Size + 300}, string(data)})
		return nil
	})
}

func (e *exchange) Detach(ctx context.Context, _, id, attachment string) error {
	return e.draft(ctx, "Detach", id, func(m *message) error {
		m.attached = slices.DeleteFunc(slices.Clone(m.attached), func(a attached) bool { return a.ID == attachment })
		return nil
	})
}

func (e *exchange) SendDraft(ctx context.Context, _, id string) error {
	return e.call(ctx, "SendDraft", func() error {
		m := e.find(id)
		if m == nil {
			return missing()
		}
		if !m.sent.IsZero() && e.sendAgain != "send" {
			if e.sendAgain == "bad-request" {
				return refusal(http.StatusBadRequest, "ErrorInvalidOperation")
			}
			return missing()
		}
		e.left = append(e.left, departed{*m, time.Now()})
		m.sent = time.Now()
		if e.sentID == "different" {
			m.ID = "sent-" + m.ID
		}
		if e.newID {
			m.InternetMessageID = "<new" + m.InternetMessageID[1:]
		}
		return nil
	})
}

func (e *exchange) FindSent(ctx context.Context, mailbox string, k mail.SentKeys) (d mail.Draft, found bool, err error) {
	err = e.call(ctx, "FindSent", func() error {
		for _, is := range []func(*message) bool{
			func(m *message) bool { return k.InternetMessageID != "" && m.InternetMessageID == k.InternetMessageID },
			func(m *message) bool { return k.ID != "" && e.find(k.ID) == m },
			func(m *message) bool { return k.Reply != "" && m.reply == k.Reply },
		} {
			for _, m := range e.messages {
				if m.box != mailbox || !is(m) || time.Since(m.made) < e.searchesLag {
					continue
				}
				if d, found = e.shown(m), true; !d.IsDraft {
					d.Body = ""
					return nil
				}
			}
		}
		d.Body = ""
		return nil
	})
	return d, found, err
}

func (e *exchange) Attachments(ctx context.Context, _, id string) (all []mail.Attachment, err error) {
	err = e.call(ctx, "Attachments", func() error {
		if id == original {
			all = []mail.Attachment{{ID: "logo", Kind: mail.AttachedFile, Name: "logo.png", ContentID: "logo@bakker", Inline: true, Size: 4}}
			return nil
		}
		m := e.find(id)
		if m == nil {
			return missing()
		}
		for _, a := range m.attached {
			all = append(all, a.Attachment)
		}
		return nil
	})
	return all, err
}

func (e *exchange) Attachment(ctx context.Context, _, id, attachment string, w io.Writer) error {
	return e.call(ctx, "Attachment", func() error {
		if id != original || attachment != "logo" {
			return missing()
		}
		_, err := io.WriteString(w, "logo")
		return err
	})
}

func (e *exchange) Settings(ctx context.Context, _ string) (s mail.MailboxSettings, err error) {
	err = e.call(ctx, "Settings", func() error {
		s = mail.MailboxSettings{TimeZone: "W. Europe Standard Time", Language: "nl-NL"}
		return nil
	})
	return s, err
}

var errNoConnector = errors.New("no such connector")
