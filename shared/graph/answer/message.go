package answer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"kantoorpost/shared/mail"
)

// MaxBody is how many bytes of a body are kept.
const MaxBody = 4 << 20

// maxRaw is how many bytes of an undecodable item are kept as evidence.
const maxRaw = 64 << 10

// ErrIncomplete means that an item has only its changed properties.
var ErrIncomplete = errors.New("item has only what changed")

// message is the JSON of the properties in mail.Message.
// https://learn.microsoft.com/graph/api/resources/message
type message struct {
	ID                string          `json:"id"`
	Type              string          `json:"@odata.type"`
	Removed           json.RawMessage `json:"@removed"`
	InternetMessageID *string         `json:"internetMessageId"`
	ConversationID    string          `json:"conversationId"`
	Subject           json.RawMessage `json:"subject"` // raw: null and absent differ
	Preview           string          `json:"bodyPreview"`
	From              *recipient      `json:"from"`
	Sender            *recipient      `json:"sender"`
	ReplyTo           []*recipient    `json:"replyTo"`
	To                []*recipient    `json:"toRecipients"`
	Cc                []*recipient    `json:"ccRecipients"`
	Received          *string         `json:"receivedDateTime"`
	Sent              *string         `json:"sentDateTime"`
	Body              *body           `json:"body"`
	HasAttachments    bool            `json:"hasAttachments"`
	Draft             bool            `json:"isDraft"`
	ReceiptRequested  bool            `json:"isReadReceiptRequested"`
	Headers           []header        `json:"internetMessageHeaders"`
}

type recipient struct {
	EmailAddress *struct {
		Name    string `json:"name"`
		Address string `json:"address"`
	} `json:"emailAddress"`
}

type body struct {
	ContentType string `json:"contentType"`
	Content     string `json:"content"`
}

type header struct{ Name, Value string }

// Page reads a page of messages, as Collection does. An item is decoded from the answer
// itself: its bytes are looked at again only when they are no message.
func Page(r io.Reader) (mail.Page, error) {
	var p mail.Page
	read := &recorder{r: &capped{r: r, left: Max}}
	links, err := collection(json.NewDecoder(read), func(d *json.Decoder) error {
		var w message
		from := d.InputOffset()
		err := d.Decode(&w)
		raw := bytes.TrimLeft(read.between(from, d.InputOffset()), ", \t\r\n")
		if err != nil && len(raw) == 0 {
			return err // of the answer
		}
		add(&p, &w, raw, err)
		return nil
	})
	if err != nil {
		return mail.Page{}, err
	}
	p.Next, p.DeltaLink = links.Next, links.Delta
	return p, nil
}

// A recorder keeps what was read, as long as it is not given up.
type recorder struct {
	r    io.Reader
	kept []byte
	at   int64 // offset of kept
}

func (r *recorder) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.kept = append(r.kept, p[:n]...)
	return n, err
}

// between returns what was read between two offsets, and gives up what was before. It is
// valid until the next call.
func (r *recorder) between(from, to int64) []byte {
	r.kept = append(r.kept[:0], r.kept[from-r.at:]...)
	r.at = from
	return r.kept[:to-from]
}

// add adds one item of a page, or what it is when it could not be decoded.
func add(p *mail.Page, w *message, raw []byte, err error) {
	switch {
	case bytes.Equal(raw, []byte("null")): // there is nothing to keep
	case err != nil:
		p.Undecodable = append(p.Undecodable, undecodable(raw, err))
	case w.ID == "":
		p.Undecodable = append(p.Undecodable, undecodable(raw, errors.New("item without id")))
	case present(w.Removed):
		p.Removed = append(p.Removed, w.ID)
	default:
		switch m, err := w.message(); {
		case errors.Is(err, ErrIncomplete):
			p.Incomplete = append(p.Incomplete, w.ID)
		case err != nil:
			p.Undecodable = append(p.Undecodable, undecodable(raw, err))
		default:
			p.Messages = append(p.Messages, m)
		}
	}
}

// Message decodes one message. A message without the time of its arrival, or
// without any text that identifies it, is ErrIncomplete.
func Message(raw []byte) (mail.Message, error) {
	var w message
	if err := json.Unmarshal(raw, &w); err != nil {
		return mail.Message{}, fmt.Errorf("decode message: %w", err)
	}
	if w.ID == "" {
		return mail.Message{}, errors.New("decode message: no id")
	}
	return w.message()
}

func (w *message) message() (mail.Message, error) {
	// After a change of read state, Graph may send only the id and the state,
	// whatever properties were selected.
	if w.Received == nil || (w.Subject == nil && w.InternetMessageID == nil) {
		return mail.Message{}, ErrIncomplete
	}
	received, err := moment(*w.Received)
	if err != nil {
		return mail.Message{}, fmt.Errorf("receivedDateTime: %w", err)
	}
	m := mail.Message{
		ID: w.ID, ConversationID: w.ConversationID, Preview: w.Preview,
		From: w.From.address(), Sender: w.Sender.address(),
		ReplyTo: addresses(w.ReplyTo), To: addresses(w.To), Cc: addresses(w.Cc),
		Received: received, Body: w.Body.body(),
		HasAttachments: w.HasAttachments, Draft: w.Draft, ReceiptRequested: w.ReceiptRequested, Type: kind(w.Type),
	}
	if present(w.Subject) {
		if err := json.Unmarshal(w.Subject, &m.Subject); err != nil {
			return mail.Message{}, fmt.Errorf("subject: %w", err)
		}
	}
	if w.InternetMessageID != nil {
		m.InternetMessageID = *w.InternetMessageID
	}
	if w.Sent != nil {
		// No decision uses the sent time, so an invalid one is ignored.
		m.Sent, _ = moment(*w.Sent)
	}
	for _, h := range w.Headers {
		m.Headers = append(m.Headers, mail.Header(h))
	}
	return m, nil
}

func (r *recipient) address() mail.Address {
	if r == nil || r.EmailAddress == nil {
		return mail.Address{}
	}
	return mail.Address{Name: r.EmailAddress.Name, Email: r.EmailAddress.Address}
}

func addresses(rs []*recipient) []mail.Address {
	var as []mail.Address
	for _, r := range rs {
		if a := r.address(); a != (mail.Address{}) {
			as = append(as, a)
		}
	}
	return as
}

func (b *body) body() mail.Body {
	if b == nil {
		return mail.Body{}
	}
	out := mail.Body{ContentType: "text", Content: b.Content}
	if strings.EqualFold(b.ContentType, "html") {
		out.ContentType = "html"
	}
	if len(out.Content) > MaxBody {
		// The clone releases the rest; the cut is between two characters.
		n := MaxBody
		for n > 0 && !utf8.RuneStart(out.Content[n]) {
			n--
		}
		out.Content, out.Truncated = strings.Clone(out.Content[:n]), true
	}
	return out
}

// kind returns "" for a mail, and Graph's name for every other type.
func kind(odata string) string {
	if name := strings.TrimPrefix(odata, "#microsoft.graph."); name != "message" {
		return name
	}
	return ""
}

// moment reads a time. A time without a zone is in UTC, as Graph documents.
func moment(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		if local, err := time.Parse("2006-01-02T15:04:05.999999999", text); err == nil {
			return local, nil
		}
		return time.Time{}, errors.New("not a time")
	}
	return t.UTC(), nil
}

// ID returns the id of any object of Graph, "" when it has none.
func ID(raw []byte) string {
	var w struct {
		ID string `json:"id"`
	}
	// The decoder fills what it can; an id of another type stays empty.
	_ = json.Unmarshal(raw, &w)
	return w.ID
}

// undecodable keeps the evidence of an item that could not be decoded.
func undecodable(raw []byte, err error) mail.Undecodable {
	return mail.Undecodable{ID: ID(raw), Raw: bytes.Clone(raw[:min(len(raw), maxRaw)]), Err: fmt.Errorf("decode message: %w", err)}
}

// present says whether a value is there and is not null.
func present(raw json.RawMessage) bool {
	return len(raw) > 0 && !bytes.Equal(raw, []byte("null"))
}
