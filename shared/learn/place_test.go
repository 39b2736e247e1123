package learn

import (
	"testing"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
)

// The model places a mail only when the mail itself firmly names one client, and nothing
// in it names another. The sender writes for kroon and tulp.
func TestPlaceable(t *testing.T) {
	x := smallIndex()
	for name, c := range map[string]struct {
		subject, text, shown, quoted, list string
		verdict                            item.Verdict
		class                              item.MessageClass
		files                              []string
		want                               string
	}{
		"a name in the text":    {subject: "Vraag", text: "Dit gaat over Slagerij van der Linde.", want: "linde"},
		"a name in the subject": {subject: "Inzake Zwaluw B.V.", text: "Zie bijlage.", want: "zwaluw"},
		"a number":              {subject: "Vraag", text: "Klantnummer 1345 mist een bon.", want: "linde"},
		"a number in brackets":  {subject: "Btw (1345)", text: "Zie bijlage.", want: "linde"},
		"a KvK number":          {subject: "Vraag", text: "KvK 22222222.", want: "linde"},
		"a VAT id":              {subject: "Vraag", text: "Btw-id NL123456789B01.", want: "linde"},
		"a display name": {subject: "Er staat iets klaar", text: "Zie de site.", shown: "Slagerij van der Linde via Facturant",
			want: "linde"},
		"the name of a file": {subject: "Stukken", text: "Zie bijlage.", files: []string{"Slagerij_van_der_Linde-btw.pdf"},
			want: "linde"},
		"nothing":                          {subject: "Vraag", text: "Zie bijlage."},
		"a part of a name":                 {subject: "Vraag", text: "Dit gaat over Linde."},
		"a supplier":                       {subject: "Vraag", text: "De factuur van Slagerij van der Linde klopt niet."},
		"two names":                        {subject: "Vraag", text: "Over Slagerij van der Linde en over Tulp Interieurbouw."},
		"another in passing":               {subject: "Vraag", text: "Dit gaat over Slagerij van der Linde.\nWij betaalden Tulp Interieurbouw."},
		"another's number":                 {subject: "Btw (1345)", text: "Klantnummer 2004 ook."},
		"a number of the sender's clients": {subject: "Inzake Slagerij van der Linde", text: "De map 1041 ligt klaar."},
		"a number of anybody":              {subject: "Inzake Slagerij van der Linde", text: "De map 1042 ligt klaar.", want: "linde"},
		"another in a file": {subject: "Inzake Slagerij van der Linde", text: "Zie bijlage.",
			files: []string{"Tulp Interieurbouw.pdf"}},
		"another in the signature": {subject: "Inzake Slagerij van der Linde",
			text: "Zie bijlage.\n\nMet vriendelijke groet,\nPiet Bos\nTulp Interieurbouw"},
		"another in what is quoted": {subject: "Re: vraag", text: "Over Slagerij van der Linde.",
			quoted: "Van: Kantoor\nOver Tulp Interieurbouw."},
		"only the subject of an answer": {subject: "Re: Inzake Zwaluw B.V.", text: "Dank."},
		"a list":                        {subject: "Inzake Zwaluw B.V.", text: "Nieuws.", list: "nieuws.x"},
		"an automatic answer":           {subject: "Inzake Zwaluw B.V.", text: "Ik ben er niet.", class: item.AutoReply},
		"doubted":                       {subject: "Inzake Zwaluw B.V.", text: "Zie bijlage.", verdict: item.VerdictFail},
		"not verified":                  {subject: "Inzake Zwaluw B.V.", text: "Zie bijlage.", verdict: item.VerdictSoft, want: "zwaluw"},
		"not verified, asks for money": {subject: "Inzake Zwaluw B.V.", text: "Wilt u de betaling vandaag overmaken?",
			verdict: item.VerdictSoft},
		"not verified, another account": {subject: "Inzake Zwaluw B.V.", text: "Ons nieuwe rekeningnummer volgt.", verdict: item.VerdictSoft},
		"not verified, an account":      {subject: "Inzake Zwaluw B.V.", text: "NL91 ABNA 0417 1643 00", verdict: item.VerdictSoft},
	} {
		it := item.Item{Subject: c.subject, From: mail.Address{Name: "Piet Bos", Email: "piet@bos.nl"}, Verdict: item.VerdictPass, Class: c.class,
			ListID: c.list,
			Facts:  item.Facts{Clients: []string{"kroon", "tulp"}}}
		if c.shown != "" {
			it.From.Name = c.shown
		}
		if c.verdict != "" {
			it.Verdict = c.verdict
		}
		l := mailtext.Read("text", c.text, c.subject)
		l.Quoted = c.quoted
		if got := x.Placeable(it, l, func() ([]string, bool) { return c.files, true }); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	// A file whose name is not known may name another client.
	it := item.Item{Subject: "Inzake Zwaluw B.V.", Verdict: item.VerdictPass}
	if got := x.Placeable(it, mailtext.Text{}, func() ([]string, bool) { return nil, false }); got != "" {
		t.Errorf("files not known: %q", got)
	}
}

// The model places by the first suggestion, which must be sure and choose the client that
// the mail names, and never when there is a reason to be careful.
func TestPlace(t *testing.T) {
	zwaluw, tulp := &directory.Client{ID: "zwaluw"}, &directory.Client{ID: "tulp"}
	sure := Suggestion{Action: item.ChooseClient, Client: zwaluw, Score: 0.98, Reasons: []Reason{{Code: "name", Weight: 2}}}
	unsure, other, link, portal := sure, sure, sure, sure
	portal.Portal = true
	unsure.Score, other.Client, link.Action = 0.97, tulp, item.CreateContact
	for name, c := range map[string]struct {
		list []Suggestion
		m    Mail
		want bool
	}{
		"sure":             {[]Suggestion{sure, unsure}, Mail{}, true},
		"nothing":          {nil, Mail{}, false},
		"not sure":         {[]Suggestion{unsure}, Mail{}, false},
		"another client":   {[]Suggestion{other}, Mail{}, false},
		"not the first":    {[]Suggestion{other, sure}, Mail{}, false},
		"a new contact":    {[]Suggestion{link}, Mail{}, false},
		"a portal":         {[]Suggestion{portal}, Mail{}, false},
		"a fraud, perhaps": {[]Suggestion{sure}, Mail{Doubt: true}, false},
		"a warning":        {[]Suggestion{sure}, Mail{Warnings: []Reason{{Code: "reply-to"}}}, false},
	} {
		if _, ok := Place(c.list, "zwaluw", c.m); ok != c.want {
			t.Errorf("%s: %v", name, ok)
		}
	}
}
