package learn

import (
	"context"
	"fmt"
	netmail "net/mail"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/must"
)

// Each file of testdata is one mail in an office, with what is suggested first
// and what is certain. A new case is a new file.
//
//	-- office --  client ID NUMBER [type=TYPE] [iban=N] [kvk=N] [vat=N] NAME · contact ID ADDRESS,… CLIENT,…|- [phone=N] NAME ·
//	              member|former ID ADDRESS NAME · team CLIENT MEMBER ·
//	              domain DOMAIN CONTACT CLIENT|- · habit CONTACT CLIENT WORD… · dismissed KIND KEY [always] · accepted ADDRESS ·
//	              off KIND KEY · undone KIND KEY · chat CLIENT CONTACT · own ADDRESS · trusted
//	-- mail --    NAME: VALUE, for the fields that matter
//	-- text --    what it says
//	-- want --    the first suggestions in order, as "ACTION ID|SCOPE [because CODE…]", with at least these reasons;
//	              "not ACTION ID|SCOPE" that
//	              are none; "certain ID [rule]" or "uncertain"
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases: ", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a := must.Get(txtar.ParseFile(file))(t)
			parts := map[string]string{}
			for _, f := range a.Files {
				parts[f.Name] = strings.TrimSpace(string(f.Data))
			}
			c := parseCase(t, parts)
			c.office.asked.Store(0)
			list := must.Get(Suggest(t.Context(), c.office, c.mail))(t)
			if n := c.office.asked.Load(); n > 32 {
				t.Errorf("%d questions for one mail", n)
			}
			var got []string
			for _, s := range list {
				got = append(got, s.says())
				t.Logf("%.2f %s %s", s.Score, s.says(), explained(s.Reasons))
			}
			place := 0
			for line := range strings.Lines(parts["want"]) {
				line = strings.TrimSpace(line)
				if unwanted, ok := strings.CutPrefix(line, "not "); ok {
					if slices.Contains(got, unwanted) {
						t.Errorf("%s%s is suggested", a.Comment, unwanted)
					}
					continue
				}
				if strings.HasPrefix(line, "certain") || line == "uncertain" {
					if is := c.certain(t); is != line {
						t.Errorf("%sgot  %s\nwant %s", a.Comment, is, line)
					}
					continue
				}
				says, because, _ := strings.Cut(line, " because ")
				if place >= len(got) || got[place] != says {
					t.Fatalf("%sgot\n\t%s\nwant at place %d\n\t%s", a.Comment, strings.Join(got, "\n\t"), place+1, line)
				}
				for _, code := range strings.Fields(because) {
					if !slices.ContainsFunc(list[place].Reasons, func(r Reason) bool { return r.Code == code }) {
						t.Errorf("%s%s lacks reason %s", a.Comment, says, code)
					}
				}
				place++
			}
			checkSuggestions(t, list)
		})
	}
}

func explained(reasons []Reason) string {
	var out []string
	for _, r := range reasons {
		out = append(out, r.Code+": "+r.NL)
	}
	return strings.Join(out, " · ")
}

// checkSuggestions checks what is true of all suggestions.
func checkSuggestions(t *testing.T, list []Suggestion) {
	t.Helper()
	if len(list) > 8 {
		t.Errorf("%d suggestions: nobody reads so many", len(list))
	}
	var sum float64
	seen := map[string]bool{}
	for i, s := range list {
		sum += s.Score
		if s.Score <= 0 || s.Score > 1 || i > 0 && s.Score > list[i-1].Score {
			t.Errorf("chance %.3f of %s at place %d", s.Score, s.says(), i+1)
		}
		if len(s.Reasons) == 0 || s.Reasons[0].NL == "" || s.Reasons[0].EN == "" {
			t.Errorf("%s has no reason", s.says())
		}
		if seen[s.says()] {
			t.Errorf("%s twice", s.says())
		}
		seen[s.says()] = true
		if s.Action == item.CreateContact && (s.Client == nil && s.Reasons[0].Code != "prospect" && s.Reasons[0].Code != "former-colleague" ||
			s.Name == "") {
			t.Errorf("a contact without a name or client: %+v", s)
		}
	}
	if sum > 1.0001 {
		t.Errorf("the chances are %.2f together", sum)
	}
}

type testCase struct {
	office *people
	mail   Mail
	now    time.Time
}

// certain says in words what is certain about the mail.
func (c *testCase) certain(t *testing.T) string {
	t.Helper()
	client, rule, ok, err := c.decide(t.Context())
	switch {
	case err != nil:
		t.Fatal(err)
	case !ok:
		return "uncertain"
	case rule != "":
		return "certain " + client + " rule"
	}
	return "certain " + client
}

func (c *testCase) decide(ctx context.Context) (client, rule string, ok bool, err error) {
	it := c.mail.Item
	if it.Reason == item.UnknownSender {
		x, _ := c.office.index()
		it.Says, it.Signed = c.mail.Text.Own, c.mail.Text.Signature
		client, r, ok, err := DomainClient(ctx, c.office, x, it)
		return client, r.ID, ok, err
	}
	said := said(func(context.Context) (mailtext.Text, error) { return c.mail.Text, nil })
	said.Files = func(context.Context) ([]string, bool) { return c.mail.Files, true }
	client, why, rule, ok, err := WhichClient(ctx, c.office, it.Facts.Contact, it.Facts.Clients, it, said)
	if ok && why.NL == "" {
		err = fmt.Errorf("client %s without a reason", client)
	}
	return client, rule, ok, err
}

func parseCase(t *testing.T, parts map[string]string) *testCase {
	t.Helper()
	c := &testCase{office: newPeople(), now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	c.parseMail(t, parts["mail"])
	own := map[string]bool{}
	c.mail.Own = func(email string) bool { return own[email] }
	for line := range strings.Lines(parts["office"]) {
		if w := strings.Fields(line); w[0] == "own" {
			own[w[1]] = true
		} else {
			c.parseOffice(t, w)
		}
	}
	c.mail.Text = mailtext.Read("text", parts["text"], c.mail.Item.Subject)
	from, _, _ := c.office.ContactByAddress(t.Context(), c.mail.Item.From.Email)
	if c.mail.Item.Reason == item.UnknownSender { // under another name than its owner's
		c.mail.Item.Facts.Contact = from.ID
	}
	if c.mail.Item.Reason == item.SeveralClients {
		c.mail.Item.Facts = item.Facts{Contact: from.ID, Clients: from.Clients}
	}
	return c
}

func (c *testCase) parseOffice(t *testing.T, w []string) {
	t.Helper()
	c.now = c.now.Add(time.Hour)
	e := directory.Evidence{At: c.now, By: "margot", Manager: true, Verified: true,
		From: organisation(directory.Domain(c.mail.Item.From.Email)), Mail: fmt.Sprint("m", c.now.Unix())}
	p := c.office
	switch w[0] {
	case "client":
		cl := directory.Client{ID: w[1], Number: w[2]}
		rest := w[3:]
		for len(rest) > 0 && strings.Contains(rest[0], "=") {
			switch name, value, _ := strings.Cut(rest[0], "="); name {
			case "kvk":
				cl.KvK = value
			case "vat":
				cl.VAT = value
			case "iban":
				cl.IBANs = append(cl.IBANs, value)
			case "type":
				cl.Type = directory.ClientType(value)
			}
			rest = rest[1:]
		}
		cl.Name = strings.Join(rest, " ")
		p.clients[cl.ID] = cl
	case "contact":
		co := directory.Contact{ID: w[1], Emails: strings.Split(w[2], ",")}
		if w[3] != "-" {
			co.Clients = strings.Split(w[3], ",")
		}
		rest := w[4:]
		if n, ok := strings.CutPrefix(rest[0], "phone="); ok {
			co.Phone, rest = n, rest[1:]
		}
		co.Name = strings.Join(rest, " ")
		p.contacts[co.ID] = co
	case "member", "former":
		p.members = append(p.members, directory.TeamMember{ID: w[1], Email: w[2], Name: strings.Join(w[3:], " "), Active: w[0] == "member"})
	case "team":
		p.teams[w[1]] = append(p.teams[w[1]], directory.Link{Member: w[2]})
	case "domain":
		if e.Contact, e.Client = w[2], w[3]; e.Client == "-" {
			e.Client = ""
		}
		p.taught(directory.DomainClient, w[1], e, false)
	case "habit":
		e.Contact, e.Client, e.Words = w[1], w[2], w[3:]
		p.taught(directory.SenderClient, w[1], e, false)
	case "dismissed":
		e.Action = string(item.Dismiss)
		kind := directory.RuleKind(w[1])
		p.taught(kind, w[2], e, len(w) > 3)
	case "accepted":
		e.Action = string(item.Release)
		p.taught(directory.AcceptSender, w[1], e, true)
	case "off", "undone":
		p.teach(directory.RuleKind(w[1]), w[2], func(r directory.Rule) directory.Rule {
			r.State = directory.RuleState(w[0])
			return r
		})
	case "chat":
		c.mail.Answered = &chat.Chat{ID: "chat", Client: w[1], Contact: w[2]}
	case "trusted":
		c.mail.Trusted = true
	default:
		t.Fatalf("an office has no %q", w[0])
	}
}

func (c *testCase) parseMail(t *testing.T, text string) {
	t.Helper()
	it := &c.mail.Item
	*it = item.Item{ID: "mail", Address: "info@kantoor.example", Verdict: item.VerdictPass}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch name {
		case "from":
			it.From = address(t, value)
		case "to":
			it.To = append(it.To, address(t, value))
		case "cc":
			it.Cc = append(it.Cc, address(t, value))
		case "address":
			it.Address = value
		case "subject":
			it.Subject = value
		case "reason":
			it.Reason = item.Reason(value)
		case "verdict":
			it.Verdict = item.Verdict(value)
		case "file":
			c.mail.Files, c.mail.Item.HasAttachments = append(c.mail.Files, value), true
		case "list":
			it.ListID = value
		case "auto-reply":
			it.Class = item.AutoReply
		default:
			t.Fatalf("a mail has no %q", line)
		}
	}
}

func address(t *testing.T, text string) mail.Address {
	t.Helper()
	a := must.Get(netmail.ParseAddress(text))(t)
	return mail.Address{Name: a.Name, Email: a.Address}
}
