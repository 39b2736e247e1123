package send_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
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

	// What Microsoft does not specify about Exchange.
	lag         time.Duration // how long a mail that is leaving still shows as a draft
	sentID      string        // of the sent copy: "" the draft's, "different", or "hidden": found by id only a minute later
	sendAgain   string        // answer to sending what was sent: "" 404, "bad-request", or "send": it leaves again
	noProperty  bool          // createReply drops the property of the reply
	noPictures  bool          // createReply copies no pictures
	noText      bool          // createReply answers without the text
	textDraft   bool          // createReply makes a draft of plain text
	long        int           // how many bytes the quote of createReply has beside
	cut         bool          // the text of a draft is not read to its end
	noMark      bool          // Exchange rewrites the ids of elements
	newID       bool          // the internet message id changes when the mail leaves
	alias       string        // as the sender: "" replaced by the address, "kept", "denied" or "not patched"
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
	if e.cut {
		d.Body, d.Truncated = d.Body[:len(d.Body)/2], true
	}
	return d
}
