package mailtext

import (
	"reflect"
	"strings"
	"testing"

	"kantoorpost/shared/mail"
)

var jan = mail.Address{Name: "Jan Jansen", Email: "jan@x.example"}

const block = "Van: Jan Jansen <jan@x.example>\nVerzonden: maandag 23 november 2026 09:12\nAan: Piet <piet@y.example>\n" +
	"Onderwerp: De stukken\n\nHierbij de stukken.\n"

// The subject and the head of the quotation tell a forwarded mail from an answer.
func TestForwarded(t *testing.T) {
	original := &Forwarded{From: jan, To: []mail.Address{{Name: "Piet", Email: "piet@y.example"}}, Subject: "De stukken",
		Text: "Hierbij de stukken."}
	for name, c := range map[string]struct {
		subject, content, own string
		want                  *Forwarded
	}{
		"outlook":                       {"FW: De stukken", "Ter info.\n\n" + block, "Ter info.", original},
		"outlook, nothing written":      {"FW: De stukken", block, "", original},
		"outlook, dutch prefix":         {"Doorst: De stukken", "Ter info.\n\n" + block, "Ter info.", original},
		"outlook, german prefix":        {"WG: De stukken", "Zur Info.\n\n" + block, "Zur Info.", original},
		"an answer":                     {"RE: De stukken", "Dank.\n\n" + block, "Dank.", nil},
		"an answer without a word":      {"RE: De stukken", block, "", nil},
		"an answer to a forwarded mail": {"RE: FW: De stukken", "Dank.\n\n" + block, "Dank.", nil},
		"a forwarded answer":            {"FW: RE: De stukken", "Ter info.\n\n" + block, "Ter info.", original},
		"marked as from outside":        {"[EXTERN] FW: De stukken", "Ter info.\n\n" + block, "Ter info.", original},
		"no prefix, nothing written":    {"De stukken", block, "", original},
		"no prefix, only a signature":   {"De stukken", "Groet,\nPiet\n\n" + block, "", original},
		"no prefix, something written":  {"De stukken", "Wat vind je?\n\n" + block, "Wat vind je?", nil},
		"a form, no mail": {"Aanvraag", "Van: Jan Jansen\nDatum: 3 mei\nAan: wie het leest\n\nKunt u bellen?\n", "",
			nil},
		"introduced as an answer": {"FW: De stukken",
			"Ja.\n\nOp 2 mei 2026 om 09:12 schreef Jan <jan@x.example>:\n> Goed?\n", "Ja.", nil},
		"words of the program, RE prefix": {"Re: De stukken", "Kijk.\n\n-------- Doorgestuurd bericht --------\n" +
			"Onderwerp: \tDe stukken\nDatum: \tMon, 23 Nov 2026\nVan: \tJan Jansen <jan@x.example>\nAan: \tPiet <piet@y.example>\n\n" +
			"Hierbij de stukken.\n", "Kijk.", original},
		"gmail": {"Fwd: De stukken", "---------- Forwarded message ---------\n" +
			"Van: Jan Jansen <jan@x.example>\nDate: ma 23 nov 2026 om 09:12\nSubject: De stukken\nTo: Piet <piet@y.example>\n\n\n" +
			"Hierbij de stukken.\n", "", original},
		"apple": {"Fwd: De stukken", "Zie onder.\n\n> Begin doorgestuurd bericht:\n> \n" +
			"> Van: Jan Jansen <jan@x.example>\n> Onderwerp: De stukken\n> Datum: 23 november 2026 om 09:12:00 CET\n" +
			"> Aan: Piet <piet@y.example>\n> \n> Hierbij de stukken.\n", "Zie onder.", original},
		"samsung": {"Fwd: De stukken", "-------- Oorspronkelijk bericht --------\n" +
			"Van: Jan Jansen <jan@x.example>\nDatum: 23-11-2026 09:12 (GMT+01:00)\nAan: Piet <piet@y.example>\nOnderwerp: De stukken\n\n" +
			"Hierbij de stukken.\n", "", original},
		"the one that was passed on, not the oldest": {"FW: De stukken", "Ter info.\n\nVan: Jan Jansen <jan@x.example>\nVerzonden: maandag\n" +
			"Aan: Piet <piet@y.example>\nOnderwerp: De stukken\n\nHierbij de stukken.\n\nVan: Klaas <klaas@z.example>\nVerzonden: zondag\n" +
			"Aan: Jan <jan@x.example>\nOnderwerp: Stukken?\n\nStuur je ze?\n", "Ter info.", original},
		"an incomplete block": {"De stukken",
			"Van: Jan Jansen <jan@x.example>\nAan: Piet\nOnderwerp: De stukken\n\nHierbij.\n", "", nil},
	} {
		l := Read("text", c.content, c.subject)
		if !reflect.DeepEqual(l.Forwarded, c.want) {
			t.Errorf("%s: forwarded\n %+v\n want %+v", name, l.Forwarded, c.want)
		}
		if name != "a form, no mail" && l.Own != c.own {
			t.Errorf("%s: own %q, want %q", name, l.Own, c.own)
		}
	}
}

// The HTML of mail programs gives the same as their plain text.
func TestForwardedInHTML(t *testing.T) {
	for name, content := range map[string]string{
		"outlook": `<body lang=NL><div class=WordSection1><p class=MsoNormal>Ter info.</p><p class=MsoNormal>&nbsp;</p>` +
			`<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>` +
			`<p class=MsoNormal><b>Van:</b> Jan Jansen &lt;jan@x.example&gt; <br><b>Verzonden:</b> maandag 23 november 2026 09:12<br>` +
			`<b>Aan:</b> Piet &lt;piet@y.example&gt;<br><b>Onderwerp:</b> De stukken</p></div><p class=MsoNormal>` +
			`&nbsp;</p><p class=MsoNormal>Hierbij de stukken.</p></div></body>`,
		"outlook on the web": `<div class="elementToProof">Ter info.</div>` +
			`<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">` +
			`<font face="Calibri, sans-serif"><b>Van:</b> Jan Jansen &lt;jan@x.example&gt;<br><b>Verzonden:</b>` +
			` maandag 23 november 2026 09:12<br>` +
			`<b>Aan:</b> Piet &lt;piet@y.example&gt;<br><b>Onderwerp:</b> De stukken</font><div>&nbsp;</div></div><div>Hierbij de stukken.</div>`,
		"gmail": `<div dir="ltr">Ter info.<br><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Forwarded message ` +
			`---------<br>Van: <strong class="gmail_sendername" dir="auto">` +
			`Jan Jansen</strong> <span dir="auto">&lt;<a href="mailto:jan@x.example">` +
			`jan@x.example</a>&gt;</span><br>Date: ma 23 nov 2026 om 09:12<br>` +
			`Subject: De stukken<br>To: Piet &lt;<a href="mailto:piet@y.example">piet@y.example</a>&gt;<br></div><br><br><div>` +
			`Hierbij de stukken.</div></div></div>`,
		"apple": `<html><body>Ter info.<br><div><br><blockquote type="cite"><div>Begin doorgestuurd bericht:</div><br>` +
			`<div style="margin:0"><span><b>Van: </b></span><span>Jan Jansen &lt;<a href="mailto:jan@x.example">` +
			`jan@x.example</a>&gt;<br></span></div><div><b>Onderwerp: </b>De stukken<br></div><div><b>Datum: </b>23 november 2026<br></div>` +
			`<div><b>Aan: </b>Piet &lt;piet@y.example&gt;<br></div><br><div>Hierbij de stukken.</div></blockquote></div></body></html>`,
		"thunderbird": `<p>Ter info.</p><div class="moz-forward-container">` +
			`<br><br>-------- Doorgestuurd bericht --------<table class="moz-email-headers-table">` +
			`<tbody><tr><th>Onderwerp: </th><td>De stukken</td></tr><tr><th>Datum: </th><td>Mon, 23 Nov 2026</td>` +
			`</tr><tr><th>Van: </th><td>Jan Jansen <a href="mailto:jan@x.example">&lt;jan@x.example&gt;</a></td></tr>` +
			`<tr><th>Aan: </th><td>Piet &lt;piet@y.example&gt;</td></tr></tbody></table><br><br>Hierbij de stukken.</div>`,
	} {
		l := Read("html", content, "Fwd: De stukken")
		want := &Forwarded{From: jan, To: []mail.Address{{Name: "Piet", Email: "piet@y.example"}}, Subject: "De stukken",
			Text: "Hierbij de stukken."}
		if l.Own != "Ter info." || !reflect.DeepEqual(l.Forwarded, want) {
			t.Errorf("%s: own %q, forwarded %+v", name, l.Own, l.Forwarded)
		}
		if l := Read("html", content, "RE: De stukken"); l.Own != "Ter info." {
			t.Errorf("%s as an answer: own %q", name, l.Own)
		}
	}
}

// A sender is read in every shape that mail programs give him.
func TestAddressShapes(t *testing.T) {
	for text, want := range map[string]mail.Address{
		"Jan Jansen <jan@x.example>":                              jan,
		`"Jan Jansen" <Jan@X.example>`:                            jan,
		"Jan Jansen [mailto:jan@x.example]":                       jan,
		"Jan Jansen <jan@x.example<mailto:jan@x.example>>":        jan,
		"'Jan Jansen' <mailto:jan@x.example>":                     jan,
		"jan@x.example (Jan Jansen)":                              jan,
		"jan@x.example":                                           {Email: "jan@x.example"},
		"<jan@x.example>":                                         {Email: "jan@x.example"},
		"jan@x.example <jan@x.example>":                           {Email: "jan@x.example"},
		"jan@oud.example <jan@x.example>":                         {Name: "jan@oud.example", Email: "jan@x.example"},
		"Jan Jansen":                                              {Name: "Jan Jansen"},
		`"jan@klant.example" <els@x.example>`:                     {Name: "jan@klant.example", Email: "els@x.example"},
		`'jan@klant.example' <mailto:els@x.example>`:              {Name: "jan@klant.example", Email: "els@x.example"},
		`"Jan <jan@klant.example>" <els@x.example>`:               {Name: `Jan <jan@klant.example>`, Email: "els@x.example"},
		`Jan <jan@klant.example> <els@x.example>`:                 {Name: `Jan <jan@klant.example>`, Email: "els@x.example"},
		`Jan [mailto:jan@klant.example] [mailto:els@x.example]`:   {Name: `Jan [mailto:jan@klant.example]`, Email: "els@x.example"},
		`Jan (jan@klant.example) [els@x.example]`:                 {Name: "Jan (jan@klant.example)", Email: "els@x.example"},
		`jan@klant.example via Portaal <noreply@x.example>`:       {Name: "jan@klant.example via Portaal", Email: "noreply@x.example"},
		`jan@klant.example <els@x.example<mailto:els@x.example>>`: {Name: "jan@klant.example", Email: "els@x.example"},
		`Portaal <noreply@p.example> namens Jan Jansen <jan@x.example>`: {Name: "Portaal <noreply@p.example> namens Jan Jansen",
			Email: "jan@x.example"},
		`"Jan <jan@klant.example>" els@x.example`:   {Name: `Jan <jan@klant.example>`, Email: "els@x.example"},
		`„Jan <jan@klant.example>“ <els@x.example>`: {Name: "Jan <jan@klant.example>", Email: "els@x.example"},
		`"<jan@klant.example>"`:                     {Email: "jan@klant.example"},
		"Jansen, Jan <jan@x.example>":               {Name: "Jansen, Jan", Email: "jan@x.example"},
		"":                                          {},
	} {
		if got := address(text); got != want {
			t.Errorf("%q is %+v, want %+v", text, got, want)
		}
	}
	if got := address(strings.Repeat("Jan <jan@klant.example> ", 90) + "<els@x.example>"); got.Email != "els@x.example" {
		t.Errorf("a name of two kilobytes hides the address: %q", got.Email)
	}
	for text, want := range map[string][]mail.Address{
		"Jan Jansen <jan@x.example>; Piet": {jan, {Name: "Piet"}},
		"Jansen, Jan; Pieters, Piet":       {{Name: "Jansen, Jan"}, {Name: "Pieters, Piet"}},
		"Jansen, Jan <jan@x.example>, Piet <piet@y.example>": {{Name: "Jansen, Jan", Email: "jan@x.example"}, {Name: "Piet",
			Email: "piet@y.example"}},
		"jan@x.example, piet@y.example": {{Email: "jan@x.example"}, {Email: "piet@y.example"}},
		"":                              nil,
	} {
		if got := addresses(text); !reflect.DeepEqual(got, want) {
			t.Errorf("%q is %+v, want %+v", text, got, want)
		}
	}
}

// A writer whose name is another's address is himself, in every program and
// language that passes his mail on.
func TestANameThatIsAnAddressIsAName(t *testing.T) {
	const name = "jan@klant.example"
	for program, c := range map[string]struct{ kind, content string }{
		"outlook, dutch": {"text", "Van: jan@klant.example <els@x.example>\nVerzonden: maandag 23 november 2026 09:12\n" +
			"Aan: Piet <piet@y.example>\nOnderwerp: De stukken\n\nHierbij.\n"},
		"outlook, english": {"text", "From: jan@klant.example [mailto:els@x.example]\nSent: Monday, November 23, 2026 9:12 AM\n" +
			"To: Piet <piet@y.example>\nSubject: De stukken\n\nHierbij.\n"},
		"outlook, german": {"text", "Von: \"jan@klant.example\" <els@x.example>\nGesendet: Montag, 23. November 2026 09:12\n" +
			"An: Piet <piet@y.example>\nBetreff: De stukken\n\nHierbij.\n"},
		"outlook, french": {"text", "De : jan@klant.example <els@x.example>\nEnvoyé : lundi 23 novembre 2026 09:12\n" +
			"À : Piet <piet@y.example>\nObjet : De stukken\n\nHierbij.\n"},
		"outlook, links": {"text", "Van: jan@klant.example <els@x.example<mailto:els@x.example>>\n" +
			"Verzonden: maandag 23 november 2026 09:12\nAan: Piet <piet@y.example<mailto:piet@y.example>>\nOnderwerp: De stukken\n\nHierbij.\n"},
		"outlook, html": {"html", `<div id="divRplyFwdMsg"><b>Van:</b> jan@klant.example &lt;els@x.example&gt;<br>` +
			`<b>Verzonden:</b> maandag<br><b>Aan:</b> Piet &lt;piet@y.example&gt;<br><b>Onderwerp:</b> De stukken</div><div>Hierbij.</div>`},
		"gmail": {"html", `<div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>` +
			`Van: <b class="gmail_sendername">jan@klant.example</b> <span>&lt;<a href="mailto:els@x.example">` +
			`els@x.example</a>&gt;</span><br>Date: ma 23 nov. 2026 om 09:12<br>Subject: De stukken<br>To: Piet &lt;piet@y.example&gt;<br>` +
			`</div><br>Hierbij.</div>`},
		"apple": {"html", `<blockquote type="cite"><div>Begin doorgestuurd bericht:</div>` +
			`<br><div><b>Van: </b>"jan@klant.example" &lt;<a href="mailto:els@x.example">els@x.example</a>&gt;</div><div><b>Onderwerp: </b>` +
			`De stukken</div><div><b>Datum: </b>23 november 2026</div><div><b>Aan: </b>Piet &lt;piet@y.example&gt;</div>` +
			`<br><div>Hierbij.</div></blockquote>`},
		"thunderbird": {"text", "-------- Doorgestuurd bericht --------\nOnderwerp: \tDe stukken\nDatum: \tMon, 23 Nov 2026\n" +
			"Van: \tjan@klant.example <els@x.example>\nAan: \tPiet <piet@y.example>\n\nHierbij.\n"},
	} {
		f := Read(c.kind, c.content, "FW: De stukken").Forwarded
		if f == nil || f.From.Email != "els@x.example" || f.From.Name != name || f.Text != "Hierbij." {
			t.Errorf("%s: %+v", program, f)
		}
	}
}
