package sim

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/must"
)

func testOffice() Office { return NewOffice("kantoordevries.example", testTime) }

func TestTheOfficeIsTheSameEveryTime(t *testing.T) {
	if !reflect.DeepEqual(testOffice(), testOffice()) {
		t.Error("two offices of the same moment differ")
	}
}

func TestTheOfficeHasWhatIsPromised(t *testing.T) {
	o := testOffice()
	if len(o.Members) != 12 || len(o.Clients) != 40 || len(o.Contacts) != 70 || len(o.Roles) != 4 || len(o.Teams) < 3 || len(o.Mails) < 40 {
		t.Errorf("%d members, %d clients, %d contacts, %d roles, %d teams, %d mails", len(o.Members), len(o.Clients), len(o.Contacts),
			len(o.Roles), len(o.Teams), len(o.Mails))
	}
	if o.Members[0].Rights != "administrator" {
		t.Errorf("the first member is %s", o.Members[0].Rights)
	}
	kinds := map[string]int{}
	addresses := map[string]bool{}
	for _, b := range o.Mailboxes {
		for _, a := range append([]string{b.Address}, b.Aliases...) {
			if addresses[a] {
				t.Errorf("%s exists twice", a)
			}
			addresses[a] = true
		}
		if b.Link != nil {
			kinds[b.Link.Kind]++
		}
	}
	if want := map[string]int{"contact": 2, "role": 2, "process-team": 2}; !reflect.DeepEqual(kinds, want) {
		t.Errorf("activated: %v", kinds)
	}
	for _, local := range []string{"throttled", "resync", "forbidden", "unlicensed", "slow"} {
		if !addresses[local+"@kantoordevries.example"] {
			t.Errorf("no mailbox %s@", local)
		}
	}
}

// Every name that one part of the office uses for another exists.
func TestTheOfficeHangsTogether(t *testing.T) {
	o := testOffice()
	members, numbers := map[string]bool{}, map[string]bool{}
	for _, m := range o.Members {
		members[m.Email] = true
	}
	for _, team := range o.Teams {
		for _, m := range team.Members {
			if !members[m] {
				t.Errorf("team %s has %s", team.Name, m)
			}
		}
	}
	for _, c := range o.Clients {
		if numbers[c.Number] {
			t.Errorf("number %s exists twice", c.Number)
		}
		numbers[c.Number] = true
		for _, l := range c.Team {
			if !members[l.Member] || !slices.Contains(o.Roles, l.Role) {
				t.Errorf("client %s has %v", c.Name, l)
			}
		}
	}
	emails := map[string]bool{}
	several, many, none := 0, 0, 0
	for _, c := range o.Contacts {
		for _, e := range c.Emails {
			if emails[e] || !strings.HasSuffix(e, ".example") {
				t.Errorf("%s exists twice, or for real", e)
			}
			emails[e] = true
		}
		for _, n := range c.Clients {
			if !numbers[n] {
				t.Errorf("%s writes for %s", c.Name, n)
			}
		}
		if len(c.Emails) > 1 {
			several++
		}
		switch len(c.Clients) {
		case 0:
			none++
		case 1:
		default:
			many++
		}
	}
	if several < 5 || many < 5 || none != 1 {
		t.Errorf("%d contacts with several addresses, %d with several clients, %d without", several, many, none)
	}
	for _, b := range o.Mailboxes {
		if b.Link == nil {
			continue
		}
		known := b.Link.Kind == "contact" && members[b.Address] || b.Link.Kind == "role" && slices.Contains(o.Roles, b.Link.Name) ||
			b.Link.Kind == "process-team" && slices.ContainsFunc(o.Teams, func(t Team) bool { return t.Name == b.Link.Name })
		if !known {
			t.Errorf("%s is linked to %v", b.Address, *b.Link)
		}
	}
}

func TestNumbersHaveTheirCheckDigits(t *testing.T) {
	kvk, vat := regexp.MustCompile(`^\d{8}$`), regexp.MustCompile(`^NL(\d)(\d)(\d)(\d)(\d)(\d)(\d)(\d)(\d)B\d\d$`)
	seen := map[string]bool{}
	for _, c := range testOffice().Clients {
		if c.Type == "organisation" && (c.KvK == "" || c.VAT == "") {
			t.Errorf("%s has no numbers", c.Name)
		}
		if c.VAT == "" {
			continue
		}
		m := vat.FindStringSubmatch(c.VAT)
		if !kvk.MatchString(c.KvK) || m == nil || seen[c.VAT] || seen[c.KvK] {
			t.Errorf("%s: %s %s", c.Name, c.KvK, c.VAT)
			continue
		}
		seen[c.VAT], seen[c.KvK] = true, true
		sum := 0
		for i, weight := range []int{9, 8, 7, 6, 5, 4, 3, 2, -1} {
			sum += weight * int(m[i+1][0]-'0')
		}
		rest := 0
		for _, r := range c.VAT {
			value := int(r - '0')
			if r >= 'A' {
				value = int(r-'A') + 10
				rest = (rest*10 + value/10) % 97
				value %= 10
			}
			rest = (rest*10 + value) % 97
		}
		if sum%11 != 0 || rest != 1 {
			t.Errorf("%s: %s fails its check: %d, %d", c.Name, c.VAT, sum%11, rest)
		}
	}
}

// tenant is a tenant to which the office's mail was delivered.
func (o Office) tenant(t *testing.T) *Tenant {
	t.Helper()
	tenant := must.Get(New(Options{Domain: domain, Now: func() time.Time { return testTime }}))(t)
	for _, b := range o.Mailboxes {
		must.Get(tenant.AddMailbox(MailboxOptions{Address: b.Address, Name: b.Name, Aliases: b.Aliases, Shared: b.Shared}))(t)
	}
	for _, mail := range o.Mails {
		must.Do(t, tenant.Deliver(t.Context(), mail.Envelope, mail.Raw))
	}
	return tenant
}

// The office's mail can be delivered, and each mail is of the intended kind.
func TestTheOfficesMailArrives(t *testing.T) {
	o := testOffice()
	tenant := o.tenant(t)
	found := map[string]int{}
	var last time.Time
	conversations := map[string]int{}
	for _, mail := range o.Mails {
		m := parseMail(withExchangeHeaders(mail.Raw, mail.Envelope, "kantoordevries.example", testTime), mail.Envelope, testTime)
		checkMessage(t, m)
		if m.From == nil || !strings.Contains(m.From.EmailAddress.Address, "@") || m.From.EmailAddress.Name == "" || len(m.To) == 0 ||
			m.Subject == "" || strings.TrimSpace(m.Body.Content) == "" {
			t.Errorf("%s: from %v to %v: %.80q", m.Subject, m.From, m.To, m.Body.Content)
		}
		if !m.Sent.Before(testTime) || m.Sent.Before(last) || testTime.Sub(m.Sent) > 30*24*time.Hour {
			t.Errorf("%s: sent %v", m.Subject, m.Sent)
		}
		last = m.Sent
		conversations[m.ConversationID]++
		for _, h := range m.Headers {
			switch {
			case h.Name == "List-Unsubscribe":
				found["newsletter"]++
			case h.Name == "Auto-Submitted":
				found["automatic"]++
			case h.Name == "Authentication-Results" && strings.Contains(h.Value, "compauth=fail"):
				found["spoofed"]++
			case h.Name == "X-MS-Exchange-Organization-AuthAs" && h.Value == "Internal":
				found["internal"]++
			}
		}
		for _, a := range m.Attachments {
			if a.IsInline {
				found["inline"]++
			} else if a.ContentType == "application/pdf" {
				found["pdf"]++
			}
		}
		if m.Type != "" {
			found["meeting"]++
		}
		if len(mail.Envelope.To) > 1 {
			found["several"]++
		}
	}
	for what, least := range map[string]int{"newsletter": 1, "automatic": 2, "spoofed": 2, "internal": 2, "inline": 1, "pdf": 10,
		"meeting": 1, "several": 2} {
		if found[what] < least {
			t.Errorf("%d mails of kind %s, want %d", found[what], what, least)
		}
	}
	threads := 0
	for _, n := range conversations {
		if n > 1 {
			threads++
		}
	}
	if threads < 2 {
		t.Errorf("%d conversations of several mails", threads)
	}
	if n := len(tenant.Messages("info@kantoordevries.example")); n < 10 {
		t.Errorf("%d mails at info@", n)
	}
}

// The longer conversations go in both directions, and quote as mail programs do.
func TestTheOfficeHasConversations(t *testing.T) {
	o := testOffice()
	tenant := o.tenant(t)
	for box, contact := range map[string]string{"sander": "bart@makelaardijvanloon.example",
		"loon": "administratie@veenstratransport.example"} {
		sent := tenant.Sent(box + "@" + domain)
		if len(sent) < 5 {
			t.Errorf("%s sent %d mails", box, len(sent))
		}
		for _, address := range map[string][]string{"sander": {contact}, "loon": {contact, "sjoerd@veenstratransport.example"}}[box] {
			received := tenant.Outside(address)
			for _, m := range sent {
				if !slices.ContainsFunc(received, func(r Message) bool { return r.InternetMessageID == m.InternetMessageID }) {
					t.Errorf("%s did not receive %s", address, m.InternetMessageID)
				}
			}
		}
		ids := map[string]bool{}
		for _, m := range append(tenant.Messages(box+"@"+domain), sent...) {
			if m.ConversationID == sent[0].ConversationID {
				ids[m.InternetMessageID] = true
			}
		}
		if len(ids) < 10 || len(ids) > 20 {
			t.Errorf("the conversation of %s has %d mails", box, len(ids))
		}
		last := sent[len(sent)-1]
		if n := strings.Count(last.Body.Content, "divRplyFwdMsg"); n != len(sent) || len(last.References) < 9 || last.IsDraft || !last.IsRead {
			t.Errorf("the last mail of %s quotes %d mails and refers to %d", box, n, len(last.References))
		}
	}
}
