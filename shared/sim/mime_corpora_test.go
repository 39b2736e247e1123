package sim

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"kantoorpost/shared/must"
)

// corpora is where the folder with real mail is, beside the checkout.
const corpora = "../../../shared/corpora"

// corpus names every mail of the corpora. It skips when the folder is absent,
// and fails when the folder holds no mail.
func corpus(t testing.TB) []string {
	if _, err := os.Stat(corpora); err != nil {
		t.Skipf("the corpora are not beside this checkout: %v", err)
	}
	var files []string
	must.Do(t, filepath.WalkDir(corpora, func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".eml") {
			files = append(files, path)
		}
		return err
	}))
	if len(files) == 0 {
		t.Fatalf("there is no mail in %s", corpora)
	}
	return files
}

var testTime = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)

// receive is what a tenant shows of raw.
func receive(raw []byte) Message {
	env := Envelope{From: "a@b.example", To: []string{"info@kantoordevries.example"}}
	return parseMail(withExchangeHeaders(raw, env, "kantoordevries.example", testTime), env, testTime)
}

// checkMessage holds m to what is promised of every mail.
func checkMessage(t *testing.T, m Message) {
	t.Helper()
	encoded, err := json.Marshal(m)
	if err != nil {
		t.Fatalf("not encodable: %v", err)
	}
	if !utf8.Valid(encoded) {
		t.Error("the JSON is not UTF-8")
	}
	for name, s := range map[string]string{
		"subject": m.Subject, "preview": m.Preview, "body": m.Body.Content,
		"message id": m.InternetMessageID, "conversation id": m.ConversationID,
	} {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			t.Errorf("%s is not clean text: %q", name, s)
		}
	}
	for _, h := range m.Headers {
		if !utf8.ValidString(h.Name) || !utf8.ValidString(h.Value) || strings.ContainsAny(h.Value, "\x00\r\n") {
			t.Errorf("header is not clean text: %q: %q", h.Name, h.Value)
		}
	}
	for _, a := range m.Attachments {
		if !utf8.ValidString(a.Name) || !utf8.ValidString(a.ContentID) || !utf8.ValidString(a.ContentType) || a.Name == "" {
			t.Errorf("attachment has an odd name: %q %q %q", a.Name, a.ContentID, a.ContentType)
		}
	}
	if m.Body.ContentType != "html" && m.Body.ContentType != "text" {
		t.Errorf("content type %q", m.Body.ContentType)
	}
	if n := len([]rune(m.Preview)); n > 255 {
		t.Errorf("preview has %d characters", n)
	}
	if m.InternetMessageID == "" || m.ConversationID == "" || len(m.ConversationIndex) < 22 || m.Sent.IsZero() || m.Received.IsZero() {
		t.Errorf("a field that every mail has is empty: %+v", m)
	}
	if !strings.Contains(m.Headers[0].Name+m.Headers[1].Name, "Authentication-Results") {
		t.Errorf("the verdict is not on top: %v", m.Headers[:2])
	}
}

// oracle is another parser's full reading of a mail.
type oracle struct {
	HTML  []int `json:"html_body"`
	Text  []int `json:"text_body"`
	Parts []struct {
		Headers []struct {
			Name  any `json:"name"`
			Value any `json:"value"`
		} `json:"headers"`
		Body any `json:"body"`
	} `json:"parts"`
}

func (o oracle) subject() (subject string, ok bool) {
	for _, h := range o.Parts[0].Headers {
		if h.Name == "subject" {
			value, _ := h.Value.(map[string]any)
			subject, ok = value["Text"].(string)
		}
	}
	return subject, ok && !strings.ContainsRune(subject, utf8.RuneError)
}

func (o oracle) from() (address string, ok bool) {
	for _, h := range o.Parts[0].Headers {
		if h.Name != "from" {
			continue
		}
		value, _ := h.Value.(map[string]any)
		list, _ := value["Address"].(map[string]any)
		people, _ := list["List"].([]any)
		if len(people) == 1 {
			address, ok = people[0].(map[string]any)["address"].(string)
		}
	}
	return address, ok && strings.Contains(address, "@")
}

// body is the first text that the other parser would show, when it is of the
// same kind as ours.
func (o oracle) body(contentType string) (text string, ok bool) {
	order, kind := o.Text, "Text"
	if contentType == "html" {
		order, kind = o.HTML, "Html"
	}
	if len(order) == 0 || order[0] >= len(o.Parts) {
		return "", false
	}
	body, _ := o.Parts[order[0]].Body.(map[string]any)
	text, ok = body[kind].(string)
	return text, ok && !strings.ContainsRune(text, utf8.RuneError)
}

// Every mail of the corpora becomes a clean message, and what another parser
// reads in them is what this one reads.
func TestRealMailIsReadAsAnotherParserReadsIt(t *testing.T) {
	agreed, asked := map[string]int{}, map[string]int{}
	compare := func(what, file, ours, theirs string) {
		asked[what]++
		ours, theirs = strings.Join(strings.Fields(ours), " "), strings.Join(strings.Fields(theirs), " ")
		if ours == theirs {
			agreed[what]++
		} else {
			t.Logf("%s of %s:\n ours   %.200q\n theirs %.200q", what, file, ours, theirs)
		}
	}
	for _, file := range corpus(t) {
		raw := must.Get(os.ReadFile(file))(t)
		m := receive(raw)
		t.Run(filepath.Base(file), func(t *testing.T) { checkMessage(t, m) })
		parsed, err := os.ReadFile(strings.TrimSuffix(file, ".eml") + ".json")
		if err != nil {
			continue
		}
		var o oracle
		if err := json.Unmarshal(parsed, &o); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if subject, ok := o.subject(); ok {
			compare("subject", file, m.Subject, subject)
		}
		if from, ok := o.from(); ok && m.From != nil {
			compare("from", file, m.From.EmailAddress.Address, from)
		}
		if text, ok := o.body(m.Body.ContentType); ok {
			compare("body", file, m.Body.Content, text)
		}
	}
	for _, what := range []string{"subject", "from", "body"} {
		t.Logf("%s: %d of %d agree", what, agreed[what], asked[what])
		if agreed[what]*100 < asked[what]*92 {
			t.Errorf("%s: only %d of %d agree", what, agreed[what], asked[what])
		}
	}
}
