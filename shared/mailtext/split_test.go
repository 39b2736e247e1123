package mailtext

import "testing"

// Own and quoted text are separated in mail of the usual programs and languages.
func TestOwnAndQuotedText(t *testing.T) {
	for name, c := range map[string]struct{ kind, content, own, quoted string }{
		"gmail, dutch": {"text", "Dank!\n\nOp ma 23 nov. 2026 om 09:12 schreef Jan Jansen <jan@x.example>:\n\n> Hierbij de stukken.\n> Jan\n",
			"Dank!", "Op ma 23 nov. 2026 om 09:12 schreef Jan Jansen <jan@x.example>:\n\nHierbij de stukken.\nJan"},
		"gmail, broken over lines": {"text",
			"Prima.\n\nOn Mon, Nov 23, 2026 at 9:12 AM Jan Jansen van der Heijden <\njan@x.example> wrote:\n\n> Zo?\n",
			"Prima.", "On Mon, Nov 23, 2026 at 9:12 AM Jan Jansen van der Heijden <\njan@x.example> wrote:\n\nZo?"},
		"apple, dutch": {"text", "Akkoord.\n\n> Op 2 feb. 2026 om 05:28 heeft Jan <jan@x.example> het volgende geschreven:\n> \n> Goed?\n",
			"Akkoord.", "Op 2 feb. 2026 om 05:28 heeft Jan <jan@x.example> het volgende geschreven:\n\nGoed?"},
		"thunderbird, german": {"text", "Gut.\n\nAm 26.06.2026 um 14:41 schrieb Jan Jansen:\n> Passt das?\n", "Gut.",
			"Am 26.06.2026 um 14:41 schrieb Jan Jansen:\nPasst das?"},
		"gmail, german": {"text", "Gut.\n\nJan Jansen <jan@x.example> schrieb am Fr., 28.\nApr. 2026 um 11:53 Uhr:\n\n> Passt das?\n",
			"Gut.", "Jan Jansen <jan@x.example> schrieb am Fr., 28.\nApr. 2026 um 11:53 Uhr:\n\nPasst das?"},
		"outlook, unmarked": {"text", "Zie hieronder.\n\nVan: Jan Jansen <jan@x.example>\nVerzonden: maandag 23 november 2026 09:12\n" +
			"Aan: info@kantoor.example\nOnderwerp: Stukken\n\nHierbij.\n", "Zie hieronder.", "Van: Jan Jansen <jan@x.example>\n" +
			"Verzonden: maandag 23 november 2026 09:12\nAan: info@kantoor.example\nOnderwerp: Stukken\n\nHierbij."},
		"outlook, old": {"text",
			"Ja.\n\n-----Oorspronkelijk bericht-----\nVan: Jan\nVerzonden: maandag\nAan: info\nOnderwerp: Stukken\n\nHierbij.\n", "Ja.",
			"-----Oorspronkelijk bericht-----\nVan: Jan\nVerzonden: maandag\nAan: info\nOnderwerp: Stukken\n\nHierbij."},
		"answers between": {"text",
			"On 23 Nov 2026, at 09:12, Jan <jan@x.example> wrote:\n> Kan het vandaag?\nJa.\n> En morgen?\nNee.\n", "Ja.\nNee.",
			"On 23 Nov 2026, at 09:12, Jan <jan@x.example> wrote:\nKan het vandaag?\nEn morgen?"},
		"a person, not a program": {"text", "Op 12 november 2026 schreef u:\n\nDat het af is. Klopt dat?\n",
			"Op 12 november 2026 schreef u:\n\nDat het af is. Klopt dat?", ""},
		"outlook on the web": {"html", `<div>Prima.</div><div id="appendonsend"></div>` +
			`<hr><div id="divRplyFwdMsg"><b>Van:</b> Jan &lt;jan@x.example&gt;<br><b>Verzonden:</b> maandag<br><b>Aan:</b> info<br>` +
			`<b>Onderwerp:</b> Stukken</div><div>Hierbij.</div>`,
			"Prima.", "Van: Jan <jan@x.example>\nVerzonden: maandag\nAan: info\nOnderwerp: Stukken\nHierbij."},
		"gmail, html, answers between": {"html", `<div class="gmail_quote"><div class="gmail_attr">` +
			`Op ma schreef Jan:<br></div><blockquote class="gmail_quote">Een?</blockquote><div>Ja.</div><blockquote class="gmail_quote">` +
			`Twee?</blockquote><div>Nee.</div></div>`,
			"Ja.\n\nNee.", "Op ma schreef Jan:\n\nEen?\n\nTwee?"},
	} {
		l := Read(c.kind, c.content, "RE: Stukken")
		if l.Own != c.own || l.Quoted != c.quoted || l.Forwarded != nil {
			t.Errorf("%s:\n own    %q\n want   %q\n quoted %q\n want   %q\n forwarded %v", name, l.Own, c.own, l.Quoted, c.quoted, l.Forwarded)
		}
	}
}

// allText returns the whole text of a mail, with its paragraphs.
func allText(contentType, content string) string { return join(linesOf(contentType, content)) }
