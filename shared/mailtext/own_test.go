package mailtext

import "testing"

// The writer's own text is never cut: doubtful text counts as his own.
func TestOwnTextIsKept(t *testing.T) {
	for name, c := range map[string]struct{ kind, content, own string }{
		// An answer on the line of the introduction.
		"one line, gmail": {"text", "Akkoord. Op ma 23 nov. 2026 om 09:12 schreef Jan Jansen <jan@x.example>:\n\n> Goed?\n", "Akkoord."},
		"one line, unmarked": {"text", "Akkoord! Op 23 nov 2026 om 09:12 heeft Jan <jan@x.example> het volgende geschreven:\nGoed?\n",
			"Akkoord!"},
		"one line, no stop": {"text", "Prima, doe maar Op di 3 mrt. 2026 om 10:00 schreef Jan <jan@x.example>:\n> Goed?\n",
			"Prima, doe maar"},
		"one line, english": {"text", "Fine by me. On Mon, Nov 23, 2026 at 9:12 AM Jan Jansen <jan@x.example> wrote:\n> OK?\n",
			"Fine by me."},
		"one line, german": {"text", "Einverstanden. Am 23.11.2026 um 09:12 schrieb Jan Jansen <jan@x.example>:\n> Gut?\n",
			"Einverstanden."},
		"one line, gmail, de": {"text", "Einverstanden. Jan Jansen <jan@x.example> schrieb am Mo., 23. Nov. 2026, 09:12:\n> Gut?\n",
			"Einverstanden."},
		"one line, french": {"text", "D'accord. Le lun. 23 nov. 2026 à 09:12, Jan <jan@x.example> a écrit :\n> Bien ?\n", "D'accord."},
		"one line, wrapped": {"text",
			"Akkoord. Op ma 23 nov. 2026 om 09:12 schreef Jan Jansen van der Heijden <\njan@x.example>:\n\n> Goed?\n", "Akkoord."},
		"one line, two of them": {"text", "Op 3 mei kom ik. Op ma 23 nov. 2026 om 09:12 schreef Jan <jan@x.example>:\n> Goed?\n",
			"Op 3 mei kom ik."},
		"a title is no answer": {"text", "Prima.\n\nDr. Jan Jansen <jan@x.example> schrieb am Mo., 23. Nov. 2026, 09:12:\n> Gut?\n", "Prima."},
		// Sentences about what somebody wrote.
		"sentence": {"text", "Op 3 mei schreef de Belastingdienst:\nu krijgt uitstel tot 1 juli.\nKlopt dat?\n",
			"Op 3 mei schreef de Belastingdienst:\nu krijgt uitstel tot 1 juli.\nKlopt dat?"},
		"sentence with year": {"text", "Op 3 mei 2026 schreef de Belastingdienst:\n\nu krijgt uitstel tot 1 juli.\n",
			"Op 3 mei 2026 schreef de Belastingdienst:\n\nu krijgt uitstel tot 1 juli."},
		"sentence, english": {"text", "On 3 May 2026 the tax office wrote:\n\nyou have until 1 July.\n",
			"On 3 May 2026 the tax office wrote:\n\nyou have until 1 July."},
		"sentence, german": {"text", "Am 3. Mai 2026 schrieb das Finanzamt:\n\nSie haben Zeit.\n",
			"Am 3. Mai 2026 schrieb das Finanzamt:\n\nSie haben Zeit."},
		"sentence with address": {"text", "Op 3 mei 2026 schreef de Belastingdienst (info@bd.example):\n\nu krijgt uitstel.\n",
			"Op 3 mei 2026 schreef de Belastingdienst (info@bd.example):\n\nu krijgt uitstel."},
		"sentence and a quote": {"text", "Op 3 mei 2026 schreef de Belastingdienst:\n> u krijgt uitstel.\nKlopt dat?\n", "Klopt dat?"},
		// Ways of sending that are no program's advertisement.
		"wetransfer": {"text", "De stukken zijn te groot.\n\nVerstuurd via WeTransfer\n",
			"De stukken zijn te groot.\n\nVerstuurd via WeTransfer"},
		"post":       {"text", "De jaarrekening:\n\nVerzonden met de post\n", "De jaarrekening:\n\nVerzonden met de post"},
		"registered": {"text", "Zie onder.\n\nVerzonden per aangetekende post\n", "Zie onder.\n\nVerzonden per aangetekende post"},
		"courier":    {"text", "Done.\n\nSent by courier\n", "Done.\n\nSent by courier"},
		"work address": {"text", "Let op.\n\nVerzonden vanaf mijn nieuwe adres, graag aanpassen.\n",
			"Let op.\n\nVerzonden vanaf mijn nieuwe adres, graag aanpassen."},
		"telephone":        {"text", "Prima.\n\nVerzonden vanaf mijn iPhone\n", "Prima."},
		"samsung":          {"text", "Prima.\n\nVerzonden vanaf mijn Samsung Galaxy-smartphone\n", "Prima."},
		"outlook":          {"text", "Prima.\n\nVerzonden vanuit Outlook voor iOS\n", "Prima."},
		"get outlook":      {"text", "Fine.\n\nGet Outlook for Android\n", "Fine."},
		"sent from":        {"text", "Fine.\n\nSent from my iPad\n", "Fine."},
		"gesendet":         {"text", "Gut.\n\nVon meinem iPhone gesendet\n", "Gut."},
		"envoyé":           {"text", "Oui.\n\nEnvoyé de mon iPhone\n", "Oui."},
		"mail for windows": {"text", "Prima.\n\nVerzonden vanuit Mail voor Windows\n", "Prima."},
		// More than an amount.
		"amount": {"text", "Bij een omzet\n> 20.000 euro\nis het btw-plichtig.\n",
			"Bij een omzet\n> 20.000 euro\nis het btw-plichtig."},
		"amounts": {"text", "Tarieven:\n> 20.000 euro: 21%\n> 50.000 euro: 25%\nKlopt dat?\n",
			"Tarieven:\n> 20.000 euro: 21%\n> 50.000 euro: 25%\nKlopt dat?"},
		"amount with sign": {"text", "> € 500 graag melden.\n", "> € 500 graag melden."},
		"amount in html": {"html", "<p>Tarieven:</p><p>&gt; 20.000 euro</p><p>&gt; 50.000 euro</p>",
			"Tarieven:\n\n> 20.000 euro\n\n> 50.000 euro"},
		"quoted amount":     {"text", "Op ma 23 nov. 2026 om 09:12 schreef Jan <jan@x.example>:\n> 20.000 euro?\nJa.\n", "Ja."},
		"amount in a quote": {"text", "> Hoe zit het met\n> 20.000 euro?\nGoed.\n", "Goed."},
		"quoted list":       {"text", "> 1. De stukken\n> 2. De btw\nGoed.\n", "Goed."},
		// Below the greeting.
		"ps": {"text", "Hierbij.\n\nGroet,\nJan\n\nPS: vergeet de btw niet\nvan mei.\n",
			"Hierbij.\n\nPS: vergeet de btw niet\nvan mei."},
		"p.s.": {"text", "Hierbij.\n\nMet vriendelijke groet,\nJan Jansen\n06-12345678\n\nP.S. Ik ben vrijdag vrij.\n",
			"Hierbij.\n\nP.S. Ik ben vrijdag vrij."},
		"nb":            {"text", "Hierbij.\n\nGroet,\nJan\nNB: dit is voorlopig.\n", "Hierbij.\n\nNB: dit is voorlopig."},
		"ps in english": {"text", "Hi.\n\nKind regards,\nJan\n\nPs. See you Friday.\n", "Hi.\n\nPs. See you Friday."},
		"ps unmarked":   {"text", "Hierbij.\n\nGroet,\nJan\n\nPS vergeet de btw niet.\n", "Hierbij.\n\nPS vergeet de btw niet."},
		"no ps":         {"text", "Hierbij.\n\nGroet,\nPS Advies B.V.\n", "Hierbij."},
		// Below an introduction, when there is nothing else.
		"below": {"text", "On 8 May 2026 17:34, \"Jan\" <jan@x.example> wrote:\n\nGa ik regelen.\n", "Ga ik regelen."},
		"quote": {"text", "On 8 May 2026 17:34, \"Jan\" <jan@x.example> wrote:\n\n> Goed?\n", ""},
	} {
		if l := Read(c.kind, c.content, "RE: x"); l.Own != c.own {
			t.Errorf("%s: own %q, want %q (signature %q, quoted %q)", name, l.Own, c.own, l.Signature, l.Quoted)
		}
	}
}
