package mailtext

import (
	"strings"
	"testing"
)

// HTML becomes the lines that its reader sees.
func TestTextOfHTML(t *testing.T) {
	for name, c := range map[string]struct{ html, want string }{
		"paragraphs": {"<p>Een\n  twee</p><p>Drie</p>", "Een twee\n\nDrie"},
		"paragraphs of outlook": {"<p class=MsoNormal>Een</p><p class=MsoNormal>Twee</p><p class=MsoNormal>&nbsp;</p><p " +
			"class=MsoNormal>Drie</p>", "Een\nTwee\n\nDrie"},
		"without margins":        {`<p style="margin: 0cm">Een</p><p style="margin-top:0;margin-bottom:0">Twee</p>`, "Een\nTwee"},
		"breaks":                 {"Een<br>Twee<br/><br/><br/>Drie", "Een\nTwee\n\nDrie"},
		"blocks":                 {"<div>Een<div>Twee</div></div><ul><li>Drie<li>Vier</ul>", "Een\nTwee\n\nDrie\nVier"},
		"a table":                {"<table><tr><th>Van:</th><td>Jan</td></tr><tr><td>Aan:<td>Piet</table>", "Van: Jan\nAan: Piet"},
		"as it was typed":        {"<pre>Een\nTwee</pre>", "Een\nTwee"},
		"entities":               {"caf&eacute; &amp; bar&nbsp;&lt;x&gt;", "café & bar <x>"},
		"what is no text":        {"<head><title>x</title><style>p{}</style></head><script>a<b</script><!-- c -->Een", "Een"},
		"what is not shown":      {`<div style="display: none">x<div>y</div></div><span style='mso-hide:all'>z</span>Een`, "Een"},
		"no width":               {"E\u200be\u00adn\u202e", "Een"},
		"an open paragraph ends": {`<p style="display:none">x<p>Een`, "Een"},
		"left open":              {"<div><b>Een <blockquote>Twee", "Een\n\nTwee"},
		"closed twice":           {"</div></p>Een</div></div> twee", "Een\ntwee"},
	} {
		if got := allText("html", c.html); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if got := allText("HTML", "<b>Een</b>"); got != "Een" {
		t.Errorf("the content type in capitals: %q", got)
	}
}

// A quotation in HTML is known by what mail programs put around it; one that
// only indents is the writer's own.
func TestQuotationsInHTML(t *testing.T) {
	for name, c := range map[string]struct{ html, own string }{
		"cite":               {`Ja.<blockquote type="cite">Goed?</blockquote>`, "Ja."},
		"border":             {`Ja.<blockquote style="border-left: 2px solid blue">Goed?</blockquote>`, "Ja."},
		"gmail":              {`Ja.<blockquote class="gmail_quote">Goed?</blockquote>`, "Ja."},
		"indented":           {`Ja.<blockquote style="margin-left: 40px">Ook dit.</blockquote>`, "Ja.\n\nOok dit."},
		"text that was HTML": {"Ja.<br>&gt; Goed?<br>&gt; <br>&gt; Jan<br>", "Ja."},
		"an arrow":           {"Ja.<br>&gt; Klik hier<br>Tot morgen.", "Ja.\n> Klik hier\nTot morgen."},
		"thunderbird": {`Ja.<div class="moz-cite-prefix">Il 3 maggio 2026, Jan ha scritto:<br>` +
			`</div><blockquote type="cite">Goed?</blockquote>Nee.`, "Ja.\n\nNee."},
		"yahoo": {`Ja.<div class="yahoo_quoted"><div>Jan napisał:</div>Goed?</div>`, "Ja."},
		"outlook for a telephone": {`<div>Ja.</div><div id="ms-outlook-mobile-signature">` +
			`<div>Verzonden vanuit <a href="x">Outlook voor iOS</a></div></div><div id="mail-editor-reference-message-container">` +
			`<hr><div id="divRplyFwdMsg"><b>Van:</b> Jan<br><b>Verzonden:</b> maandag<br><b>Aan:</b> ons<br>` +
			`<b>Onderwerp:</b> x</div>Goed?</div>`, "Ja."},
		"hotmail":             {`Ja.<hr id="stopSpelling">Date: Mon<br>From: jan@x.example<br>To: x<br>Subject: x<br><br>Goed?`, "Ja."},
		"a line of one's own": {"Ja.<hr>En dit ook.", "Ja.\nEn dit ook."},
	} {
		if l := Read("html", c.html, "RE: x"); l.Own != c.own {
			t.Errorf("%s: own %q, want %q", name, l.Own, c.own)
		}
	}
}

// The usual heads of quotations are recognised; a line that only resembles one is the
// writer's own.
func TestHeadsOfQuotations(t *testing.T) {
	for name, c := range map[string]struct{ text, own string }{
		"behind a line with an address": {"Bel info@x.example of 038-1234567\nOp 3 mei 2026 om 10:00 schreef Jan <jan@x.example>:\n> Goed?\n",
			"Bel info@x.example of 038-1234567"},
		"another language": {"Ja.\n\nIl 26 marzo 2026 alle 13.16 Jan <jan@x.example> ha scritto:\n> Goed?\n", "Ja."},
		"old gmail":        {"Ja.\n\n2026-05-03 10:00 GMT+02:00 Jan <jan@x.example>:\nGoed?\n", "Ja."},
		"zoho":             {"Ja.\n\n---- On Mon, 23 Nov 2026 09:12:36 +0100 Jan <jan@x.example> wrote ----\nGoed?\n", "Ja."},
		"dutch iphone": {"Ja.\n\nOp 23 nov 2026 om 09:12 heeft Jan Jansen <jan@x.example> het volgende geschreven:\n\nGoed?\n",
			"Ja."},
		"french":       {"Oui.\n\nLe 23 nov. 2026 à 09:12, Jan <jan@x.example> a écrit :\n\nBien?\n", "Oui."},
		"german block": {"Ja.\n\nVon: Jan <jan@x.example>\nGesendet: Montag\nAn: Piet\nBetreff: x\n\nGut?\n", "Ja."},
		"bold block":   {"Ja.\n\n*Van:* Jan\n*Verzonden:* maandag\n*Aan:* Piet\n*Onderwerp:* x\n\nGoed?\n", "Ja."},
		"block with a long list": {"Ja.\n\nVan: Jan\nAan: a@x.example; b@x.example;\nc@x.example; d@x.example\nVerzonden: maandag\n\n" +
			"Goed?\n", "Ja."},
		"block below a line": {"Ja.\n________________________________\nVan: Jan\nVerzonden: maandag\n\nGoed?\n", "Ja."},
		"two fields are no block": {"De trein:\nVan: Zwolle\nAan: Utrecht\nTot morgen.\n",
			"De trein:\nVan: Zwolle\nAan: Utrecht\nTot morgen."},
		"no writer, no block": {"Datum: 3 mei\nAan: allen\nOnderwerp: feest\n\nKom ook.\n",
			"Datum: 3 mei\nAan: allen\nOnderwerp: feest\n\nKom ook."},
		"a line in the text": {"Een\n-----------\nTwee\n", "Een\n-----------\nTwee"},
		"a sentence": {"Op 3 mei 2026 schreef ik u dat het af is.\nKlopt dat?\n",
			"Op 3 mei 2026 schreef ik u dat het af is.\nKlopt dat?"},
		"words without dashes":         {"Doorgestuurd bericht\nis niet aangekomen.\n", "Doorgestuurd bericht\nis niet aangekomen."},
		"a footer after the quotation": {"> Goed?\n\nJa.\n\nGroet, Jan\n", "Ja."},
	} {
		if l := Read("text", c.text, "RE: x"); l.Own != c.own {
			t.Errorf("%s: own %q, want %q", name, l.Own, c.own)
		}
	}
}

// An empty field stays empty: the text below it does not become its value.
func TestEmptySubjectStaysEmpty(t *testing.T) {
	l := Read("text", "Van: Jan Jansen\nVerzonden: maandag\nAan:\nOnderwerp:\n\nHierbij.\n", "FW: ")
	if f := l.Forwarded; f == nil || f.Subject != "" || f.Text != "Hierbij." || f.From.Name != "Jan Jansen" || f.From.Email != "" ||
		f.To != nil {
		t.Errorf("%+v", f)
	}
}

// A closing with a long text after it starts no signature.
func TestClosingFarFromTheEnd(t *testing.T) {
	long := "Groet,\nJan\n" + strings.Repeat("Nog een regel van deze brief.\n", maxSignature)
	if l := Read("text", long, ""); l.Signature != "" {
		t.Errorf("signature of %d bytes", len(l.Signature))
	}
	thanks := "Alvast bedankt,\nJan\n" + strings.Repeat("Nog een regel van deze brief.\n", maxThanks)
	if l := Read("text", thanks, ""); l.Signature != "" {
		t.Errorf("signature %q", l.Signature)
	}
	list := "De ploeg:\n\n" + strings.Repeat("Jan Jansen\n", maxUnsigned) + "06-12345678\n"
	if l := Read("text", list, ""); l.Signature != "" {
		t.Errorf("signature %q", l.Signature)
	}
}
