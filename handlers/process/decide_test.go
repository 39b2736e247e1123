package process

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/membership"
	"kantoorpost/shared/must"
)

// Each file of testdata is one business case: an office, a mail, and its decision. A
// new case is a new file.
//
//	-- office --   link KIND [ID] · gone · own ADDRESS… · member ID ADDRESS · contact ID ADDRESS CLIENT… ·
//	               role CLIENT ROLE MEMBER… ·
//	               took CHAT ADDRESS… · leg MESSAGE MAIL ·
//	               team ID [MEMBER…] · away MEMBER SUBSTITUTE · chat ID CLIENT CONTACT MEMBERS MAIL[=FINGERPRINT] ·
//	               learned dismiss · learned accept · learned belongs CLIENT · learned meant CLIENT · learned contact ID ·
//	               learned forwarded ADDRESS · learned other-name NAME · portal ID · proven ADDRESS · third-party ID ·
//	               learned named (what such mail names is what it is about) · learned suggested CLIENT (by the model) ·
//	               names CLIENT… (the mail does) · names-in CHAT CLIENT…
//	-- mail --     NAME: VALUE, for the fields that matter
//	-- want --     "park REASON", "dismiss REASON", "dismiss by RULE", "create CLIENT", "start CLIENT MEMBERS", "forget" or
//	               "join CHAT MEMBERS", then "copy", "quiet", "own MEMBER", "new", "outside LEG", "unnamed" and
//	               "by RULES"
func TestBusinessCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases: ", err)
	}
	reasons := map[item.Reason]bool{}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a := must.Get(txtar.ParseFile(file))(t)
			parts := map[string]string{}
			for _, f := range a.Files {
				parts[f.Name] = strings.TrimSpace(string(f.Data))
			}
			it, again := parseMail(t, parts["mail"])
			d := must.Get(decide(t.Context(), it, parseOffice(t, parts["office"]), again))(t)
			if got := d.String(); got != parts["want"] {
				t.Errorf("%sgot  %s\nwant %s", a.Comment, got, parts["want"])
			}
			reasons[d.Reason] = true
		})
	}
	for _, r := range item.Reasons() {
		if !reasons[r] && r != item.Technical { // no decision: see TestDecideSafely
			t.Errorf("no case shows reason %s", r)
		}
	}
}

func (d decision) String() string {
	var s string
	switch {
	case d.Reason != "" && !d.Dismiss:
		return "park " + string(d.Reason)
	case d.Dismiss && d.Reason != "":
		return "dismiss " + string(d.Reason)
	case d.Dismiss:
		return "dismiss by " + strings.Join(d.Rules, ",")
	case d.Create != nil:
		return "create " + d.Create.Client + " by " + d.Create.Rule
	case d.Why == "sent" && d.Join == nil:
		return "forget"
	case d.Join != nil:
		s = fmt.Sprintf("join %s %s", d.Join.ID, strings.Join(d.Members, ","))
	default:
		s = fmt.Sprintf("start %s %s", d.Client, strings.Join(d.Members, ","))
	}
	s = strings.TrimSpace(s)
	if d.Copy {
		s += " copy"
	}
	if d.Quiet {
		s += " quiet"
	}
	if d.Own {
		s = strings.TrimSpace(s + " own " + d.By)
	}
	if d.participation.New {
		s += " new"
	}
	if d.Outside {
		s = strings.TrimSpace(s + " outside " + d.SideConversation)
	}
	if !d.ByMessageID && !d.Quiet {
		s += " unnamed"
	}
	if len(d.Rules) > 0 {
		s += " by " + strings.Join(d.Rules, ",")
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
		case "name":
			it.From.Name = value
		case "verdict":
			it.Verdict = item.Verdict(value)
		case "initial reason":
			it.InitialReason = item.Reason(value)
		case "answers":
			it.InReplyTo = value
		case "references":
			it.References = strings.Fields(value)
		case "sent":
			it.Sent = true
		case "sent by":
			it.SentBy = value
		case "to":
			it.To = append(it.To, mail.Address{Email: value})
		case "conversation":
			it.ConversationID = value
		case "id":
			it.InternetMessageID = value
		case "fingerprint":
			it.Fingerprint = value
		case "again":
			again = true
		case "ask":
			it.Override.Ask, it.Override.NoRules = true, true
		case "action":
			it.Override.Action = item.Action(value)
		case "class":
			it.Class = item.MessageClass(value)
		case "not analysed":
			it.NotAnalysed = true
		case "override contact":
			it.Override.Contact = value
		case "override client":
			it.Override.Client = value
		case "released":
			it.Override.Release = append(it.Override.Release, item.Reason(value))
		case "no rules":
			it.Override.NoRules = true
		default:
			t.Fatalf("a mail has no %q", line)
		}
	}
	return it, again
}

// textOffice is an office in a few lines of text.
type textOffice struct {
	link         connector.Link
	gone         bool
	own          []string                    // activated addresses
	members      map[string]string           // by address
	contacts     map[string]sender           // by address
	roles        map[string][]directory.Link // by client
	teams        map[string][]string
	chats        map[string]chat.Chat // by internet message id
	fingerprints map[string]string    // by internet message id
	away         map[string]string    // substitute, by member
	learned      map[string]string    // learned rules
	took         map[string][]string  // addresses of its mail, by chat
	side         map[string]string    // side conversations by internet message id
	names        []string             // clients that the mail firmly names
	namesIn      map[string][]string  // the same for an answer, by chat
	proven       []string             // addresses whose earlier mail was verified
	thirdParties []string             // contacts who are companies and programs, and not their client
}

func parseOffice(t *testing.T, text string) *textOffice {
	t.Helper()
	p := &textOffice{members: map[string]string{}, contacts: map[string]sender{}, roles: map[string][]directory.Link{},
		teams: map[string][]string{}, chats: map[string]chat.Chat{}, fingerprints: map[string]string{},
		away: map[string]string{}, learned: map[string]string{}, took: map[string][]string{}, side: map[string]string{},
		namesIn: map[string][]string{}}
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
		case "portal":
			for email, c := range p.contacts {
				c.Portal = c.Portal || c.ID == w[1]
				p.contacts[email] = c
			}
		case "names":
			p.names = w[1:]
		case "names-in":
			p.namesIn[w[1]] = w[2:]
		case "third-party":
			p.thirdParties = append(p.thirdParties, w[1])
		case "proven":
			p.proven = append(p.proven, w[1])
		case "role":
			for _, id := range w[3:] {
				p.roles[w[1]] = append(p.roles[w[1]], directory.Link{Member: id, Role: w[2]})
			}
		case "team":
			p.teams[w[1]] = w[2:]
		case "away":
			p.away[w[1]] = w[2]
		case "learned":
			p.learned[w[1]] = w[len(w)-1]
		case "took":
			p.took[w[1]] = append(p.took[w[1]], w[2:]...)
		case "leg":
			p.side[w[2]] = w[1]
		case "chat":
			id, print, _ := strings.Cut(w[5], "=")
			p.chats[id] = chat.Chat{ID: w[1], Client: w[2], Contact: w[3], Members: strings.Split(w[4], ",")}
			p.fingerprints[id] = print
		default:
			t.Fatalf("an office has no %q", line)
		}
	}
	return p
}

func (p *textOffice) Link(context.Context, string) (connector.Link, bool, error) {
	return p.link, !p.gone, nil
}

func (p *textOffice) Contact(_ context.Context, email string) (sender, bool, error) {
	s, ok := p.contacts[email]
	if ok && p.learned["contact"] == s.ID {
		s.Rule = "contact"
	}
	return s, ok, nil
}

func (p *textOffice) ContactByID(_ context.Context, id string) (sender, bool, error) {
	for _, s := range p.contacts {
		if s.ID == id {
			return s, true, nil
		}
	}
	return sender{}, false, nil
}

func (p *textOffice) Client(_ context.Context, id string) (bool, error) {
	for _, s := range p.contacts {
		if slices.Contains(s.Clients, id) {
			return true, nil
		}
	}
	return false, nil
}

func (p *textOffice) taught(what string) (string, string, error) {
	if p.learned[what] == "" {
		return "", "", nil
	}
	return p.learned[what], what, nil
}

func (p *textOffice) Forwarded(context.Context, item.Item) (sender, bool, error) {
	s, ok := p.contacts[p.learned["forwarded"]]
	s.Rule = "forwarded"
	return s, ok, nil
}

func (p *textOffice) DismissedBy(context.Context, item.Item, string) (string, error) {
	_, rule, err := p.taught("dismiss")
	return rule, err
}

func (p *textOffice) AcceptedBy(context.Context, item.Item) (string, error) {
	_, rule, err := p.taught("accept")
	return rule, err
}

func (p *textOffice) DomainClient(context.Context, item.Item) (string, string, error) {
	return p.taught("belongs")
}

func (p *textOffice) Named(_ context.Context, _ item.Item, from sender, c *chat.Chat) ([]string, string, error) {
	_, sure, _ := p.taught("named")
	if c != nil {
		return p.namesIn[c.ID], sure, nil
	}
	return slices.DeleteFunc(slices.Clone(p.names), func(id string) bool { return slices.Contains(from.Clients, id) }), sure, nil
}

func (p *textOffice) AboutClient(_ context.Context, _ item.Item, from sender) (bool, []string, error) {
	return !slices.Contains(p.thirdParties, from.ID) || len(p.names) == 1 && p.names[0] == from.Clients[0], p.names, nil
}

func (p *textOffice) Signed(context.Context, item.Item) ([]string, error) { return nil, nil }

func (p *textOffice) ForPortal(context.Context, item.Item, sender) ([]string, string, error) {
	return p.names, "", nil
}

func (p *textOffice) Suggested(context.Context, item.Item) (string, string, *item.Placement, error) {
	client, rule, err := p.taught("suggested")
	return client, rule, &item.Placement{Client: client}, err
}

func (p *textOffice) Unproven(_ context.Context, it item.Item, _ sender) (bool, bool, error) {
	doubted := it.Verdict == item.VerdictSoft && !it.Override.Releases(item.SenderNotVerified)
	return doubted && slices.Contains(p.proven, it.From.Email), false, nil
}

func (p *textOffice) OtherName(_ context.Context, it item.Item, _ sender) (bool, error) {
	return it.From.Name != "" && it.From.Name == p.learned["other-name"], nil
}

func (p *textOffice) WhichClient(context.Context, item.Item, sender) (string, string, error) {
	return p.taught("meant")
}

func (p *textOffice) Member(_ context.Context, email string) (string, bool, error) {
	id, ok := p.members[email]
	return id, ok, nil
}

func (p *textOffice) Own(_ context.Context, email string) (bool, error) {
	return p.members[email] != "" || slices.Contains(p.own, email), nil
}

// Joiners treats everybody in the text as an active team member.
func (p *textOffice) Joiners(_ context.Context, link connector.Link, address, client string) (ids []string, _ item.Reason, _ error) {
	now := time.Now()
	staff := map[string]directory.TeamMember{}
	name := func(id, email string) {
		m := directory.TeamMember{ID: id, Email: email, Active: true}
		if other := p.away[id]; other != "" {
			m.Substitute = &directory.Substitute{Member: other, From: now, Until: now.Add(time.Hour)}
		}
		staff[id] = m
	}
	for _, id := range p.teams[link.ID] {
		name(id, id)
	}
	for _, l := range p.roles[client] {
		name(l.Member, l.Member)
	}
	for email, id := range p.members {
		name(id, email)
	}
	f := membership.Facts{Staff: membership.NewStaff(slices.Collect(maps.Values(staff))...), Roles: p.roles[client], Teams: p.teams}
	joiners, reason := f.Joiners(link, address, now)
	for _, j := range joiners {
		ids = append(ids, j.ID)
	}
	return ids, reason, nil
}

func (p *textOffice) Answered(_ context.Context, it item.Item) (chat.Chat, bool, bool, error) {
	for _, id := range it.Answers() {
		if c, ok := p.chats[id]; ok {
			return c, true, true, nil
		}
	}
	c, ok := p.chats[it.ConversationID]
	return c, false, ok, nil
}

func (p *textOffice) InConversation(_ context.Context, _, conversation string) (chat.Chat, bool, error) {
	c, ok := p.chats[conversation]
	return c, ok, nil
}

func (p *textOffice) TookPart(_ context.Context, chat, email string) (bool, error) {
	return slices.Contains(p.took[chat], email), nil
}

func (p *textOffice) AtClient(_ context.Context, client, email string) (bool, error) {
	at := false
	for address, c := range p.contacts {
		if directory.Domain(address) == directory.Domain(email) {
			if at = slices.Contains(c.Clients, client); !at {
				return false, nil
			}
		}
	}
	return at && !directory.PublicDomain(directory.Domain(email)), nil
}

func (p *textOffice) SideConversation(_ context.Context, c chat.Chat, it item.Item) (string, error) {
	return p.side[it.InReplyTo], nil
}

func (p *textOffice) Copied(_ context.Context, it item.Item) (chat.Chat, bool, bool, error) {
	c, ok := p.chats[it.InternetMessageID]
	return c, ok, ok && p.fingerprints[it.InternetMessageID] == it.Fingerprint, nil
}

func (p *textOffice) Reported(_ context.Context, it item.Item) ([]outcome, chat.Chat, bool, error) {
	for _, id := range it.Report.MessageIDs {
		if c, ok := p.chats[id]; ok {
			return []outcome{{Reply: "reply"}}, c, true, nil
		}
	}
	return nil, chat.Chat{}, false, nil
}
