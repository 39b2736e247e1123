package privacy

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/wiretest"
)

const petra = "petra@zwart.example"

// files are the files of replies.
type files map[string]bool

func (f files) Delete(_ context.Context, upload string) error { delete(f, upload); return nil }

// An office has what is stored about Petra, who wrote and was written to, and about Jan.
type office struct {
	Service
	t      *testing.T
	server *tabletest.Server
	wire   *wiretest.Wire
	files  files
	petra  directory.Contact
	at     time.Time
	n      int
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, server: tabletest.New(), files: files{}, at: time.Now().Add(-time.Hour).UTC()}
	o.wire = o.server.Transport()
	tables := o.server.Service(t, o.wire)
	must.Do(t, tables.Create(t.Context(), "mails", "directory", "configuration"))
	mails, configuration, people := tables.Table("mails"), tables.Table("configuration"), tables.Table("directory")
	chats := chat.NewStore(mails)
	o.Service = Service{Directory: directory.New(people), Items: item.NewStore(mails), Chats: chats, Outbox: outbox.NewStore(mails, chats),
		Audit: audit.New(mails, people, configuration), Configuration: configuration}
	o.Outbox.Files = o.files
	bakery := directory.Client{Number: "1", Type: directory.Organisation, Name: "Bakkerij"}
	client := must.Get(o.Directory.Clients().Create(t.Context(), bakery))(t)
	contact := directory.Contact{Name: "Petra Zwart", Emails: []string{petra}, Clients: []string{client.ID}}
	o.petra = must.Get(o.Directory.Contacts().Create(t.Context(), contact))(t)
	return o
}

// mail stores a mail of somebody and gives it a state; one that is processed begins a chat with
// the contact, or joins one.
func (o *office) mail(from mail.Address, state item.State, contact string, join *chat.Chat, more func(*item.Item)) item.Item {
	o.t.Helper()
	o.n++
	it := item.Item{Mailbox: "info", Address: "info@kantoor.example", MessageID: fmt.Sprint("id", o.n), From: from,
		InternetMessageID: fmt.Sprintf("<%d@zwart.example>", o.n), ConversationID: fmt.Sprint("c", o.n), Fingerprint: fmt.Sprint("f", o.n),
		Subject: "Xylofoon", Preview: "Mijn hobo", Received: o.at.Add(time.Duration(o.n) * time.Second), BodyType: "text"}
	if more != nil {
		more(&it)
	}
	text := it.Preview + strings.Repeat(" tekst", o.n*100)
	stored := must.Get(o.Items.Ingest(o.t.Context(), []item.Arrival{{Item: it, Content: text}}))(o.t)
	it = must.Get(o.Items.Get(o.t.Context(), stored[0]))(o.t)
	if state == item.New {
		return it
	}
	it.State, it.Decided, it.Rules = state, time.Now(), []string{"rule"}
	if state == item.Parked {
		it.Reason, it.Lookups = item.UnknownSender, []string{"aaaa", "bbbb"}
	}
	var ops []table.Op
	switch {
	case join != nil:
		it.Chat = join.ID
		*join, ops = join.Join(it, chat.Entry{})
	case state == item.Processed:
		it.Chat = it.ID
		_, ops = chat.Start(it.ID, it, "client", contact, from.Name, []string{"anna", "bram"}, true)
	}
	must.Do(o.t, o.Items.Commit(o.t.Context(), append(append(it.Transition(item.New, "1"), it.DecidedBy()...), ops...)...))
	if join != nil {
		*join = must.Get(o.Chats.Get(o.t.Context(), it.Chat))(o.t)
	}
	return it
}

func anybody(chat.Chat) error { return nil }

// reply writes a reply in a chat, with a file.
func (o *office) reply(chatID string, to []outbox.Recipient, cc []outbox.Recipient, at time.Time) outbox.Reply {
	o.t.Helper()
	o.n++
	file := fmt.Sprint("file", o.n)
	o.files[file] = true
	return must.Get(o.Outbox.Create(o.t.Context(), outbox.New{HTML: "<p>De xylofoon en de hobo</p>", Check: anybody,
		Reply: outbox.Reply{Chat: chatID, Mailbox: "info", Address: "info@kantoor.example", To: to, Cc: cc, Subject: "Re: Xylofoon",
			Preview: "De hobo", Author: "anna", LeavesAt: at, Force: true,
			Attachments: []outbox.Attachment{{Upload: file, Name: "hobo.pdf"}}}}))(o.t)
}

// fill stores mail of every state and place, and returns the chats of Petra and of Jan.
func (o *office) fill() (petras, jans chat.Chat) {
	o.t.Helper()
	ctx := audit.As(o.t.Context(), "anna")
	her, jan := mail.Address{Name: "Petra Zwart", Email: petra}, mail.Address{Name: "Jan", Email: "jan@bakker.example"}
	first := o.mail(her, item.Processed, o.petra.ID, nil, nil)
	petras = must.Get(o.Chats.Get(ctx, first.ID))(o.t)
	o.mail(her, item.Processed, "", &petras, nil)
	o.mail(jan, item.Processed, "", &petras, nil) // who quotes her
	o.mail(her, item.Parked, "", nil, nil)
	o.mail(her, item.Dismissed, "", nil, nil)
	o.mail(her, item.New, "", nil, nil)
	ofJan := func(it *item.Item) {
		it.Subject, it.Preview, it.InternetMessageID = "Btw", "Van Jan", fmt.Sprintf("<%d@bakker.example>", o.n)
		it.Cc = []mail.Address{{Name: "Kees", Email: "kees@bakker.example"}, {Name: "P. Zwart", Email: "Petra@Zwart.example"}}
	}
	jans = must.Get(o.Chats.Get(ctx, o.mail(jan, item.Processed, "jan", nil, ofJan).ID))(o.t)
	o.mail(jan, item.Parked, "", nil, ofJan)
	o.mail(her, item.Processed, "", &jans, nil)
	toHer := []outbox.Recipient{{Name: "Petra Zwart", Email: petra}}
	sent := o.reply(petras.ID, toHer, nil, o.at)
	sent = must.Get(o.Outbox.Claim(ctx, sent))(o.t)
	sent = must.Get(o.Outbox.SaveDraftIDs(ctx, sent, "draft", "<sent@kantoor.example>"))(o.t)
	sent = must.Get(o.Outbox.SaveSendStarted(ctx, sent))(o.t)
	must.Get(o.Outbox.MarkSent(ctx, sent, o.at))(o.t)
	o.reply(petras.ID, toHer, nil, time.Now().Add(time.Hour)) // waits
	must.Get(o.Outbox.SaveDraft(ctx, outbox.Draft{Chat: petras.ID, Member: "bram", Text: "Een hobo"}, ""))(o.t)
	must.Get(o.Outbox.SaveDraft(ctx, outbox.Draft{Chat: jans.ID, Member: "bram", Text: "Aan zwart", Cc: toHer}, ""))(o.t)
	must.Get(o.Chats.AddNote(ctx, petras.ID, "anna", "", chat.Note{Text: "Bel over de xylofoon"}, anybody, o.at))(o.t)
	must.Do(o.t, o.Directory.Change(ctx, func(tx *directory.Tx) error {
		taught := []directory.Evidence{
			{At: o.at, By: "anna", Mail: first.ID, Name: "Petra Zwart", Words: []string{"xylofoon"}, Template: "xylofoon"},
			{At: o.at, By: "anna", Name: "Jan", Words: []string{"btw"}, Template: "btw"},
		}
		for key, kind := range map[string]directory.RuleKind{
			petra: directory.DismissSender, o.petra.ID: directory.SenderClient, "blad.example": directory.DismissList,
		} {
			r := directory.Rule{Kind: kind, Key: key, State: directory.RuleOn, Evidence: taught, Count: 2}
			if _, err := tx.SaveRule(r); err != nil {
				return err
			}
		}
		return nil
	}))
	return petras, jans
}

// traces are the rows that hold one of some words, in their keys, texts or compressed texts.
func (o *office) traces(words ...string) (found []string) {
	o.t.Helper()
	for name, rows := range o.server.Snapshot(o.t) {
		for _, r := range rows {
			all := r.Key
			for _, v := range r.Props {
				text := fmt.Sprint(v)
				if piece, ok := v.([]byte); ok {
					text = string(must.Get(io.ReadAll(must.Get(gzip.NewReader(bytes.NewReader(piece)))(o.t)))(o.t))
				}
				all += "\n" + text
			}
			for _, word := range words {
				if strings.Contains(strings.ToLower(all), word) {
					found = append(found, name+" "+r.Key+" has "+word)
				}
			}
		}
	}
	return found
}

var hers = []string{"petra", "zwart", "xylofoon", "hobo"}

func (o *office) continues(until time.Duration) bool {
	o.t.Helper()
	return must.Get(o.Continue(o.t.Context(), time.Now().Add(until)))(o.t)
}

// Nothing is left of an erased person in any row; what is of others stays, and the chats have as
// many messages as before.
func TestNothingIsLeftOfAnErasedPerson(t *testing.T) {
	o := newOffice(t)
	petras, jans := o.fill()
	for _, word := range hers {
		if len(o.traces(word)) < 5 {
			t.Fatalf("%s is in hardly any row: that proves nothing", word)
		}
	}
	count := func(id string) int { return len(first(o.Chats.Messages(t.Context(), id, 100, ""))) }
	petrasBefore, jansBefore, of := count(petras.ID), count(jans.ID), len(o.traces("van jan"))
	must.Do(t, o.Erase(t.Context(), o.petra.ID, ""))
	if !o.continues(time.Minute) {
		t.Error("it is not finished")
	}
	for _, where := range o.traces(hers...) {
		t.Error(where)
	}
	if n := len(o.files); n != 0 {
		t.Errorf("%d files are left", n)
	}
	if a, b := count(petras.ID), count(jans.ID); a != petrasBefore-1 || b != jansBefore { // the reply that waited
		t.Errorf("%d messages of %d, and %d of %d", a, petrasBefore, b, jansBefore)
	}
	if n := len(o.traces("van jan")); n != of {
		t.Errorf("%d rows of Jan, of %d", n, of)
	}
	entries, _, err := o.Audit.List(t.Context(), 100, "")
	has := func(action string) bool {
		return slices.ContainsFunc(entries, func(e audit.Entry) bool { return e.Action == action && e.Object == "contact "+o.petra.ID })
	}
	if err != nil || !has("contact.create") || !has("contact.erase") || !has("contact.erased") {
		t.Errorf("the audit lacks an entry: %v", err)
	}

	// The same mails arrive again, and one that answers the chat.
	for id := range o.n {
		if !must.Get(o.Items.Known(t.Context(), "info", fmt.Sprint("id", id+1)))(t) && id < 9 {
			t.Errorf("mail %d would be stored again", id+1)
		}
	}
	answer := item.Item{Mailbox: "info", InReplyTo: "<1@zwart.example>", ConversationID: "c1", From: mail.Address{Email: petra}}
	if c, _, ok, err := o.Chats.Answered(t.Context(), answer); ok || err != nil {
		t.Errorf("an answer comes into chat %s: %v", c.ID, err)
	}
	if there := must.Get(o.Chats.TookPart(t.Context(), jans.ID, petra))(t); there {
		t.Error("she still takes part in the chat of Jan")
	}
}

func first[T any](v T, _ string, _ error) T { return v }

// What the audit says about a rule of somebody else stays, and is in no export, also when
// that rule is gone.
func TestTheAuditOfOthersStays(t *testing.T) {
	o := newOffice(t)
	o.fill()
	must.Do(t, o.Configuration.Write(t.Context(), audit.Op(audit.Entry{At: o.at, By: "anna", Action: "rule.delete", Object: "rule elsewhere",
		Detail: map[string]string{"key": "jan@elders.example"}})))
	var text bytes.Buffer
	must.Do(t, o.Export(t.Context(), &text, o.petra))
	if strings.Contains(text.String(), "elsewhere") {
		t.Error("the export has what is about another person")
	}
	must.Do(t, o.Erase(t.Context(), o.petra.ID, ""))
	if done, err := o.Continue(t.Context(), time.Now().Add(time.Minute)); err != nil || !done {
		t.Fatalf("finished %v: %v", done, err)
	}
	entries, _, err := o.Audit.List(t.Context(), 200, "")
	if err != nil || !slices.ContainsFunc(entries, func(e audit.Entry) bool { return e.Object == "rule elsewhere" && len(e.Detail) == 1 }) {
		t.Errorf("the entry lost its detail: %v", err)
	}
}

// An erasure that breaks off at any call goes on where it stopped.
func TestAnErasureGoesOnWhereverItBreaks(t *testing.T) {
	synctest.Test(t, goesOn)
}

func goesOn(t *testing.T) {
	o := newOffice(t)
	o.fill()
	must.Do(t, o.Erase(t.Context(), o.petra.ID, ""))
	breaks := 0
	for calls := 3; ; calls++ {
		o.wire.Reset()
		o.wire.Fault(func(n int, _ *http.Request) wiretest.Fault {
			switch {
			case n >= calls:
				return wiretest.Refuse
			case n%5 == 4:
				return wiretest.Lose // done, and not answered
			}
			return wiretest.Pass
		})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		done, err := o.Continue(ctx, time.Now().Add(time.Minute))
		cancel()
		if done && err == nil {
			break
		}
		if breaks++; breaks > 300 {
			t.Fatalf("not finished after %d times: %v", breaks, err)
		}
	}
	o.wire.Fault(nil)
	for _, where := range o.traces(hers...) {
		t.Error(where)
	}
	if breaks < 3 {
		t.Errorf("it broke off %d times: that proves nothing", breaks)
	}
}

// An export has all that an erasure would erase.
func TestAnExportHasAllOfAPerson(t *testing.T) {
	o := newOffice(t)
	o.fill()
	var text bytes.Buffer
	must.Do(t, o.Export(t.Context(), &text, o.petra))
	var got map[string][]json.RawMessage
	plain := strings.Replace(text.String(), `{"contact":`, `{"contact":[`, 1)
	plain = strings.Replace(plain, "\n,\"rules\"", "],\"rules\"", 1)
	if err := json.Unmarshal([]byte(plain), &got); err != nil {
		t.Fatalf("%v: %.400s", err, text.String())
	}
	for kind, n := range map[string]int{"contact": 1, "rules": 3, "drafts": 2, "chats": 1, "messages": 8, "mails": 8, "replies": 2} {
		if len(got[kind]) != n {
			t.Errorf("%d %s, want %d: %s", len(got[kind]), kind, n, got[kind])
		}
	}
	for _, part := range []string{"Bel over de xylofoon", "De xylofoon en de hobo", "Mijn hobo tekst"} {
		if !strings.Contains(text.String(), part) {
			t.Errorf("it lacks %q", part)
		}
	}
}

// What the office no longer keeps is deleted once a day, and nothing else; by default that is
// dismissed mail after a year and audit after two.
func TestRetention(t *testing.T) {
	o := newOffice(t)
	petras, jans := o.fill()
	o.mail(mail.Address{Email: petra}, item.Dismissed, "", nil, func(it *item.Item) { it.Received = o.at.AddDate(-2, 0, 0) }) // just now
	must.Do(t, o.Items.Index(t.Context()))
	must.Get(o.Chats.SetState(t.Context(), petras.ID, "", anybody, chat.Closed))(t)
	state := func(state item.State) int {
		all := first(o.Items.All(t.Context(), "", 100))
		return len(slices.DeleteFunc(all, func(it item.Item) bool { return it.State != state }))
	}
	sweep := func(days int) {
		t.Helper()
		for range 3 {
			if must.Get(o.Sweep(t.Context(), time.Now().AddDate(0, 0, days), time.Now().Add(time.Minute)))(t) {
				return
			}
		}
		t.Error("it does not end")
	}
	sweep(364)
	if state(item.Dismissed) != 2 {
		t.Error("a dismissed mail is gone after less than a year")
	}
	sweep(366)
	if a, b, c := state(item.Dismissed), state(item.Parked), state(item.New); a != 0 || b != 2 || c != 1 {
		t.Errorf("%d dismissed, %d parked, %d new", a, b, c)
	}
	entries := len(first(o.Audit.List(t.Context(), 100, "")))
	sweep(732)
	if now := len(first(o.Audit.List(t.Context(), 100, ""))); entries < 5 || now != 0 {
		t.Errorf("%d entries of %d", now, entries)
	}
	if c := must.Get(o.Chats.Get(t.Context(), petras.ID))(t); c.Subject == "" {
		t.Error("a closed chat is erased, which nobody asked for")
	}
	must.Do(t, o.PutRetention(t.Context(), Retention{ClosedChats: 10}, ""))
	sweep(800)
	if c := must.Get(o.Chats.Get(t.Context(), petras.ID))(t); c.Subject != "" {
		t.Error("what a closed chat says is still there")
	}
	if c := must.Get(o.Chats.Get(t.Context(), jans.ID))(t); c.Subject == "" {
		t.Error("an open chat is erased")
	}
	o.wire.Reset()
	sweep(800)
	if n := len(o.wire.Calls()); n != 1 {
		t.Errorf("%d calls with nothing to do", n)
	}
}
