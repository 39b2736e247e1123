package process

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
)

// Each file of testdata is one business case: who is who, a mail, and what
// becomes of it. A new case is a new file.
//
//	-- office --   link KIND [ID] · gone · own ADDRESS… · member ID ADDRESS · contact ID ADDRESS CLIENT… · role CLIENT ROLE MEMBER… ·
//	               team ID [MEMBER…] · chat ID CLIENT CONTACT MEMBERS MAIL[=FINGERPRINT]
//	-- mail --     NAME: VALUE, for the fields that matter
//	-- want --     "park REASON", "start CLIENT MEMBERS" or "join CHAT MEMBERS", with "copy" and "unnamed" behind
func TestBusinessCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases: ", err)
	}
	reasons := map[item.Reason]bool{}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parts := map[string]string{}
			for _, f := range a.Files {
				parts[f.Name] = strings.TrimSpace(string(f.Data))
			}
			it, again := parseMail(t, parts["mail"])
			d, err := decide(t.Context(), it, parseOffice(t, parts["office"]), again)
			if err != nil {
				t.Fatal(err)
			}
			if got := d.String(); got != parts["want"] {
				t.Errorf("%sgot  %s\nwant %s", a.Comment, got, parts["want"])
			}
			reasons[d.Reason] = true
		})
	}
	for _, r := range item.Reasons() {
		if !reasons[r] && r != item.Technical { // no decision: see TestDecidingNeverLoops
			t.Errorf("no case shows reason %s", r)
		}
	}
}

func (d decision) String() string {
	var s string
	switch {
	case d.Reason != "":
		return "park " + string(d.Reason)
	case d.Join != nil:
		s = fmt.Sprintf("join %s %s", d.Join.ID, strings.Join(d.Members, ","))
	default:
		s = fmt.Sprintf("start %s %s", d.Client, strings.Join(d.Members, ","))
	}
	s = strings.TrimSpace(s)
	if d.Copy {
		s += " copy"
	}
	if !d.Named {
		s += " unnamed"
	}
	return s
}

func parseMail(t *testing.T, text string) (it item.Item, again bool) {
	t.Helper()
	it = item.Item{Mailbox: "box", Address: "info@kantoor.example", Verdict: item.VerdictSoft, InternetMessageID: "<new@x>", Fingerprint: "f"}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch name {
		case "address":
			it.Address = value
		case "from":
			it.From = mail.Address{Email: value}
		case "verdict":
			it.Verdict = item.Verdict(value)
		case "bar":
			it.Bar = item.Reason(value)
		case "answers":
			it.InReplyTo = value
		case "references":
			it.References = strings.Fields(value)
		case "id":
			it.InternetMessageID = value
		case "fingerprint":
			it.Fingerprint = value
		case "again":
			again = true
		default:
			t.Fatalf("a mail has no %q", line)
		}
	}
	return it, again
}

// people is an office in a few lines of text.
type people struct {
	link     connector.Link
	gone     bool
	own      []string            // activated addresses
	members  map[string]string   // by address
	contacts map[string]sender   // by address
	roles    map[string][]string // by client and role
	teams    map[string][]string
	chats    map[string]chat.Chat // by internet message id
	prints   map[string]string    // fingerprint, by internet message id
}

func parseOffice(t *testing.T, text string) *people {
	t.Helper()
	p := &people{members: map[string]string{}, contacts: map[string]sender{}, roles: map[string][]string{},
		teams: map[string][]string{}, chats: map[string]chat.Chat{}, prints: map[string]string{}}
	for line := range strings.Lines(text) {
		w := strings.Fields(line)
		switch w[0] {
		case "link":
			p.link.Kind = connector.LinkKind(w[1])
			p.link.ID = strings.Join(w[2:], " ")
		case "gone":
			p.gone = true
		case "own":
			p.own = append(p.own, w[1:]...)
		case "member":
			p.members[w[2]] = w[1]
		case "contact":
			p.contacts[w[2]] = sender{ID: w[1], Clients: w[3:]}
		case "role":
			p.roles[w[1]+w[2]] = w[3:]
		case "team":
			p.teams[w[1]] = w[2:]
		case "chat":
			id, print, _ := strings.Cut(w[5], "=")
			p.chats[id] = chat.Chat{ID: w[1], Client: w[2], Contact: w[3], Members: strings.Split(w[4], ",")}
			p.prints[id] = print
		default:
			t.Fatalf("an office has no %q", line)
		}
	}
	return p
}

func (p *people) Link(context.Context, string) (connector.Link, bool, error) {
	return p.link, !p.gone, nil
}

func (p *people) Contact(_ context.Context, email string) (sender, bool, error) {
	s, ok := p.contacts[email]
	return s, ok, nil
}

func (p *people) Member(_ context.Context, email string) (string, bool, error) {
	id, ok := p.members[email]
	return id, ok, nil
}

func (p *people) Own(_ context.Context, email string) (bool, error) {
	return slices.Contains(p.own, email), nil
}

func (p *people) HasRole(_ context.Context, client, role string) ([]string, error) {
	return p.roles[client+role], nil
}

func (p *people) InTeam(_ context.Context, team string) ([]string, error) { return p.teams[team], nil }

func (p *people) Answered(_ context.Context, it item.Item) (chat.Chat, bool, error) {
	for _, id := range answers(it) {
		if c, ok := p.chats[id]; ok {
			return c, true, nil
		}
	}
	return chat.Chat{}, false, nil
}

func (p *people) Copied(_ context.Context, it item.Item) (chat.Chat, bool, bool, error) {
	c, ok := p.chats[it.InternetMessageID]
	return c, ok, ok && p.prints[it.InternetMessageID] == it.Fingerprint, nil
}

// What a mail says it answers is looked up nearest first, and at most thrice.
func TestAnswers(t *testing.T) {
	got := answers(item.Item{InReplyTo: "<d>", References: []string{"<a>", "<b>", "<c>", "<d>"}})
	if !slices.Equal(got, []string{"<d>", "<c>", "<b>"}) {
		t.Errorf("got %v", got)
	}
	if got := answers(item.Item{}); len(got) != 0 {
		t.Errorf("a mail that answers nothing: %v", got)
	}
}
