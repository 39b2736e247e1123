package process

import (
	"context"
	"strings"
	"testing"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table/tabletest"
)

// letterbox is an office with a real directory, in which a mail may answer a chat.
type letterbox struct {
	*records
	talk *chat.Chat
}

func (letterbox) Link(context.Context, string) (connector.Link, bool, error) {
	return connector.Link{Kind: connector.LinkRole, ID: "rb"}, true, nil
}

func (letterbox) Joiners(context.Context, connector.Link, string, string) ([]string, item.Reason, error) {
	return []string{"anna"}, "", nil
}

func (letterbox) Own(context.Context, string) (bool, error) { return false, nil }

func (b letterbox) Answered(context.Context, item.Item) (chat.Chat, bool, bool, error) {
	if b.talk == nil {
		return chat.Chat{}, false, false, nil
	}
	return *b.talk, true, true, nil
}

// village makes an office of a dozen clients and the people who write about them.
func village(t *testing.T) (*records, map[string]string) {
	t.Helper()
	service := tabletest.Open(t, "directory", "mails")
	d := directory.New(service.Table("directory"))
	b := must.Get(d.Bulk(t.Context()))(t)
	numbers, ids := map[string]string{}, map[string]string{}
	for line := range strings.Lines(`1101 Bakkerij Vermeulen B.V.
		1102 Vermeulen Vastgoed Holding B.V.
		1103 De Gouden Lepel V.O.F.
		1104 Autobedrijf Hoekstra
		1105 Stichting Kinderopvang Zonnestraal
		1106 P. Hoekstra
		1107 Kwekerij Groenland B.V.
		1108 Yara Bensaïd Fotografie
		1109 Loodgietersbedrijf Mulder & Zn.
		1110 Fysiotherapie Oostpoort
		1111 Transportbedrijf De Snelle Rit B.V.
		1112 Anna Vermeulen`) {
		number, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		c := directory.Client{Number: number, Name: name, Type: directory.Organisation}
		switch number {
		case "1101":
			c.IBANs, c.KvK = []string{"NL91ABNA0417164300"}, "30112233"
		case "1106", "1112":
			c.Type = directory.Person
		}
		c = must.Get(b.SaveClient(c))(t)
		numbers[c.ID], ids[number] = number, c.ID
	}
	for line := range strings.Lines(`kees@bakkerijvermeulen.nl 1101 Kees Vermeulen
		l.post@notarisdebrug.nl 1102 Linda Post
		rob@tellersboekhouding.nl 1103,1107,1109 Rob Tellers
		facturen@primalease.nl 1104 Prima Lease
		noreply@tekenfijn.nl 1105 Tekenfijn
		berichten@loonhuis.nl 1111 Loonhuis
		piet@autobedrijfhoekstra.nl 1104,1106 Piet Hoekstra
		yara.bensaid@gmail.com 1108 Yara Bensaïd
		femke@snellerit.nl 1111 Femke de Boer
		milan@mulderloodgieters.nl 1109 Milan Mulder
		info@vanest.nl 1103 Van Est Gerechtsdeurwaarders
		ingrid@oostpoortfysio.nl 1110 Ingrid Vos
		sam@goudenlepel.nl 1103 Sam Peeters
		secretariaat@bureaukade.nl 1107 Nadia Kade`) {
		f := strings.SplitN(strings.TrimSpace(line), " ", 3)
		c := directory.Contact{Name: f[2], Emails: []string{f[0]}}
		for number := range strings.SplitSeq(f[1], ",") {
			c.Clients = append(c.Clients, ids[number])
		}
		must.Get(b.SaveContact(c))(t)
	}
	must.Do(t, b.Apply(t.Context()))
	all := must.Get(d.AllClients(t.Context(), 100))(t)
	x := learn.NewClientIndex(all)
	mails := service.Table("mails")
	return &records{Store: chat.NewStore(mails), directory: d, items: item.NewStore(mails), contents: map[string]string{},
		cache: &cache{}, files: &memo[[]string]{}, clients: func(context.Context) (*learn.ClientIndex, error) { return x, nil }}, numbers
}

// Mail as people in and around a Dutch office write it. Each comes into the chat of the
// right client, or waits; none comes into another's. The number before ">" is that of the
// client in whose chat the mail is an answer.
func TestStrangersMail(t *testing.T) {
	r, numbers := village(t)
	known := map[string]string{}
	for id, number := range numbers {
		known[number] = id
	}
	for _, c := range strings.Split(strings.TrimSpace(strangersMail), "\n\n") {
		head, text, _ := strings.Cut(c, "\n")
		parts := strings.Split(head, " | ")
		if len(parts) != 4 {
			t.Fatalf("case %q", head)
		}
		want, verdict := strings.TrimSuffix(parts[0], " soft"), item.VerdictPass
		if want != parts[0] {
			verdict = item.VerdictSoft
		}
		name, email, _ := strings.Cut(parts[1], " <")
		talk, want, answers := strings.Cut(want, ">")
		if !answers {
			talk, want = "", talk
		}
		it := item.Item{ID: "m", Mailbox: "box", Address: "info@kantoor.nl",
			From:    mail.Address{Name: strings.TrimSpace(name), Email: strings.TrimSuffix(email, ">")},
			Subject: parts[2], HasAttachments: parts[3] != "", Verdict: verdict, BodyType: "text"}
		l := mailtext.Read("text", text, it.Subject)
		n := mailtext.CompanyNumbersIn(it.Subject + "\n" + l.Own)
		it.Says, it.Signed, it.Numbers = l.Own, l.Signature, append(append(n.Labelled, n.KvK...), n.VAT...)
		r.contents["m"] = text
		r.fileNames = func(context.Context, item.Item) ([]string, error) { return []string{parts[3]}, nil }
		office := letterbox{records: r}
		if answers {
			from, _, err := r.Contact(t.Context(), it.From.Email)
			if err != nil {
				t.Fatal(err)
			}
			office.talk = &chat.Chat{ID: "talk", Client: known[talk], Contact: from.ID, Subject: strings.TrimPrefix(it.Subject, "Re: "),
				Members: []string{"anna"}}
		}
		d := must.Get(decide(t.Context(), it, office, false))(t)
		got := "waits"
		if d.Reason == "" && !d.Dismiss {
			got = numbers[d.Client]
		}
		if got != want {
			t.Errorf("%s: %s (%s)\n%s", head, got, d.Reason, text)
		}
	}
}
