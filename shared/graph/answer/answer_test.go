package answer

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
)

const full = `{"id":"A=","internetMessageId":"<1@x>","conversationId":"c","subject":"Vraag","bodyPreview":"Dag",
 "from":{"emailAddress":{"name":"Jan","address":"jan@klant.example"}},"sender":{"emailAddress":{"address":"s@klant.example"}},
 "replyTo":[],"toRecipients":[{"emailAddress":{"name":"Info","address":"info@kantoor.example"}}],
 "ccRecipients":[{"emailAddress":{"address":"cc@kantoor.example"}}],
 "receivedDateTime":"2026-11-23T09:35:00Z","sentDateTime":"2026-11-23T09:34:59.5Z","body":{"contentType":"html","content":"<p>Dag</p>"},
 "hasAttachments":true,"internetMessageHeaders":[{"name":"X-A","value":"1"},{"name":"X-B","value":"2"}],
 "isRead":"true","new":{"field":[1]}}`

func page(t *testing.T, items ...string) mail.Page {
	t.Helper()
	p := must.Get(Page(strings.NewReader(`{"@odata.context":"x","value":[` + strings.Join(items, " , ") + `],"@odata.nextLink":"n"}`)))(t)
	return p
}

func TestAMessageIsReadWhole(t *testing.T) {
	p := page(t, full)
	if len(p.Messages) != 1 {
		t.Fatalf("page %+v", p)
	}
	m := p.Messages[0]
	if m.ID != "A=" || m.InternetMessageID != "<1@x>" || m.ConversationID != "c" || m.Subject != "Vraag" || m.Preview != "Dag" ||
		m.From != (mail.Address{Name: "Jan", Email: "jan@klant.example"}) || m.Sender.Email != "s@klant.example" || m.ReplyTo != nil ||
		len(m.To) != 1 || m.To[0].Email != "info@kantoor.example" || len(m.Cc) != 1 || !m.HasAttachments || m.Type != "" ||
		m.Received.Format("15:04:05") != "09:35:00" || m.Sent.Nanosecond() != 5e8 ||
		m.Body != (mail.Body{ContentType: "html", Content: "<p>Dag</p>"}) || len(m.Headers) != 2 ||
		m.Headers[1] != (mail.Header{Name: "X-B", Value: "2"}) {
		t.Errorf("message %+v", m)
	}
}

// set replaces one member of the full message.
func set(key, value string) string {
	i := strings.Index(full, `"`+key+`":`)
	if i < 0 {
		return `{"` + key + `":` + value + "," + full[1:]
	}
	rest := full[i:]
	end := strings.Index(rest, ",")
	for strings.Count(rest[:end], "{") != strings.Count(rest[:end], "}") || strings.Count(rest[:end], "[") != strings.Count(rest[:end], "]") {
		end += 1 + strings.Index(rest[end+1:], ",")
	}
	return full[:i] + `"` + key + `":` + value + full[i+end:]
}

// An undecodable item does not affect the other items of its page.
func TestAnUndecodableItemDoesNotFailItsPage(t *testing.T) {
	for name, c := range map[string]struct {
		item string
		kind string // the part of the page that gets it
	}{
		"null":                 {`null`, "nothing"},
		"number":               {`7`, "undecodable"},
		"array":                {`[]`, "undecodable"},
		"empty":                {`{}`, "undecodable"},
		"no id":                {set("id", `null`), "undecodable"},
		"id a number":          {set("id", `7`), "undecodable"},
		"removed":              {`{"id":"A=","@removed":{"reason":"deleted"}}`, "removed"},
		"removed, new reason":  {`{"id":"A=","@removed":"x"}`, "removed"},
		"not removed":          {set("@removed", `null`), "message"},
		"only the read state":  {`{"id":"A=","isRead":true,"parentFolderId":"p"}`, "incomplete"},
		"no time":              {set("receivedDateTime", `null`), "incomplete"},
		"read state as text":   {set("isRead", `"true"`), "message"},
		"bad received":         {set("receivedDateTime", `"gisteren"`), "undecodable"},
		"received a number":    {set("receivedDateTime", `7`), "undecodable"},
		"received, no zone":    {set("receivedDateTime", `"2026-11-23T09:35:00"`), "message"},
		"received in 1601":     {set("receivedDateTime", `"1601-01-01T00:00:00Z"`), "message"},
		"bad sent":             {set("sentDateTime", `"gisteren"`), "message"},
		"from null":            {set("from", `null`), "message"},
		"from without address": {set("from", `{}`), "message"},
		"from a text":          {set("from", `"jan"`), "undecodable"},
		"to with null":         {set("toRecipients", `[null,{},{"emailAddress":null}]`), "message"},
		"to null":              {set("toRecipients", `null`), "message"},
		"subject null":         {set("subject", `null`), "message"},
		"subject a number":     {set("subject", `7`), "undecodable"},
		"body null":            {set("body", `null`), "message"},
		"body a text":          {set("body", `"x"`), "undecodable"},
		"headers null":         {set("internetMessageHeaders", `null`), "message"},
		"headers with null":    {set("internetMessageHeaders", `[null]`), "message"},
		"meeting":              {set("@odata.type", `"#microsoft.graph.eventMessageRequest"`), "message"},
		"unknown type":         {set("@odata.type", `"#microsoft.graph.hologram"`), "message"},
		"half a surrogate":     {set("bodyPreview", `"\ud800 x"`), "message"},
	} {
		t.Run(name, func(t *testing.T) {
			p := page(t, full, c.item, full)
			got := map[string]int{"message": len(p.Messages) - 2, "undecodable": len(p.Undecodable), "incomplete": len(p.Incomplete),
				"removed": len(p.Removed)}
			for kind, n := range got {
				if (kind == c.kind) != (n == 1) || n > 1 {
					t.Errorf("%d went to %s: %+v", n, kind, got)
				}
			}
			for _, o := range p.Undecodable {
				if o.Err == nil || string(o.Raw) != c.item {
					t.Errorf("undecodable item %q: %v", o.Raw, o.Err)
				}
			}
		})
	}
}

func TestAnOddItemKeepsItsIdAndAPieceOfItself(t *testing.T) {
	p := page(t, set("subject", `7`), set("bodyPreview", `{"x":"`+strings.Repeat("x", maxRaw)+`"}`))
	if len(p.Undecodable) != 2 || p.Undecodable[0].ID != "A=" || p.Undecodable[1].ID != "A=" || len(p.Undecodable[1].Raw) != maxRaw {
		t.Errorf("%d undecodable items", len(p.Undecodable))
	}
	// The evidence must not change when the next item is read.
	if !bytes.Contains(p.Undecodable[0].Raw, []byte(`"subject":7`)) {
		t.Errorf("evidence %q", p.Undecodable[0].Raw)
	}
}

func TestTheTypeOfAMessageIsGraphsName(t *testing.T) {
	for wire, want := range map[string]string{"": "", "#microsoft.graph.message": "", "#microsoft.graph.eventMessage": "eventMessage",
		"#other.thing": "#other.thing"} {
		if got := kind(wire); got != want {
			t.Errorf("kind(%q) = %q", wire, got)
		}
	}
}

func TestALongBodyIsCutBetweenCharacters(t *testing.T) {
	p := page(t, set("body", `{"contentType":"TEXT","content":"x`+strings.Repeat("é", MaxBody/2)+`"}`),
		set("body", `{"contentType":"Html","content":"`+strings.Repeat("x", MaxBody)+`"}`))
	cut, whole := p.Messages[0].Body, p.Messages[1].Body
	if !cut.Truncated || len(cut.Content) != MaxBody-1 || !strings.HasSuffix(cut.Content, "é") || cut.ContentType != "text" {
		t.Errorf("%d bytes are left, cut %t, type %q", len(cut.Content), cut.Truncated, cut.ContentType)
	}
	if whole.Truncated || len(whole.Content) != MaxBody || whole.ContentType != "html" {
		t.Errorf("a body of the limit was cut to %d", len(whole.Content))
	}
}

// Nothing of an incomplete page is used.
func TestAPageThatIsNotWholeIsAnError(t *testing.T) {
	whole := `{"value":[` + full + `],"@odata.deltaLink":"d"}`
	for n := range len(whole) {
		if _, err := Page(strings.NewReader(whole[:n])); err == nil {
			t.Fatalf("a page that ends after %q was taken", whole[:n])
		} else if errors.Is(err, io.EOF) {
			t.Fatalf("a page that ends after %q looks like an end: %v", whole[:n], err)
		}
	}
	if p, err := Page(iotest.OneByteReader(strings.NewReader(whole))); err != nil || len(p.Messages) != 1 || p.DeltaLink != "d" {
		t.Error(p, err)
	}
	for _, text := range []string{"", "null", "7", `""`, "[]", "{}", "true", "<html>", "{\"value\":[]} {}", whole + "x", `{"value":null}`,
		`{"value":{}}`, `{"value":"x"}`,
		`{"value":[],"value":[]}`, `{"value":[],"@odata.nextLink":7}`, `{"value":[}`, `{"value":[1 2]}`, `{"error":{"code":"x"}}`} {
		if _, err := Collection(strings.NewReader(text), func([]byte) {}); err == nil {
			t.Errorf("%q was taken for a page", text)
		}
	}
	broken := io.MultiReader(strings.NewReader(whole[:len(whole)-1]), iotest.ErrReader(errors.New("reset")))
	if _, err := Page(broken); err == nil || !strings.Contains(err.Error(), "reset") {
		t.Errorf("a connection that broke: %v", err)
	}
}

// endless is a page that never ends, as a compressed answer can be.
type endless struct{ rest string }

func (e *endless) Read(p []byte) (int, error) {
	if e.rest == "" {
		e.rest = `"` + strings.Repeat("x", 4000) + `",`
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

func TestAnAnswerIsReadToALimit(t *testing.T) {
	for _, begin := range []string{`{"value":[`, `{"value":[[`} {
		if _, err := Page(&endless{rest: begin}); !errors.Is(err, ErrTooLarge) {
			t.Errorf("Page = %v", err)
		}
	}
	r := &capped{r: strings.NewReader("abc"), left: 3}
	if text, err := io.ReadAll(r); string(text) != "abc" || err != nil {
		t.Errorf("an answer of exactly the limit: %q, %v", text, err)
	}
	r = &capped{r: strings.NewReader("abcd"), left: 3}
	if _, err := io.ReadAll(r); !errors.Is(err, ErrTooLarge) {
		t.Errorf("one byte more: %v", err)
	}
}

func TestAnObjectIsOneObject(t *testing.T) {
	if raw, err := Object(strings.NewReader(` {"id":"x"} `)); err != nil || string(raw) != `{"id":"x"}` {
		t.Errorf("Object = %q, %v", raw, err)
	}
	for _, text := range []string{"", "null", "[]", "7", "{", `{"a":1}{}`, "<html>"} {
		if _, err := Object(strings.NewReader(text)); err == nil {
			t.Errorf("%q was taken for an object", text)
		}
	}
}

// FuzzCollection: no page causes a panic, and every item in the result has its id.
func FuzzCollection(f *testing.F) {
	f.Add([]byte(`{"value":[` + full + `,null,{"id":"B","@removed":{}},{"id":"C"},7],"@odata.deltaLink":"d"}`))
	f.Add([]byte(`{"value":[` + set("from", `{"emailAddress":{"address":[]}}`) + `]}`))
	f.Add([]byte(`{"@odata.nextLink":"n","value":[]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		items := 0
		_, err := Collection(bytes.NewReader(text), func(raw []byte) { items++; Mailbox(raw); _, _ = Message(raw) })
		p, pageErr := Page(bytes.NewReader(text))
		if (err == nil) != (pageErr == nil) {
			t.Fatalf("a page: %v, a collection: %v", pageErr, err)
		}
		if err != nil {
			return
		}
		if len(p.Messages)+len(p.Undecodable)+len(p.Incomplete)+len(p.Removed) > items {
			t.Fatalf("%d items became %+v", items, p)
		}
		for _, m := range p.Messages {
			if m.ID == "" || len(m.Body.Content) > MaxBody {
				t.Fatalf("message %+v", m)
			}
		}
	})
}

// A draft is recognised, even if Graph has put it into the inbox.
func TestADraftIsKnown(t *testing.T) {
	p := page(t, set("isDraft", `true`), set("isDraft", `false`), full)
	if len(p.Messages) != 3 || !p.Messages[0].Draft || p.Messages[1].Draft || p.Messages[2].Draft {
		t.Errorf("%+v", p.Messages)
	}
}
