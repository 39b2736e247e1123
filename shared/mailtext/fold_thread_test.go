package mailtext

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/mail"
)

// A program writes an answer above the mail that it answers: own and quoted are lines
// of text, from is who wrote the quoted one.
type program struct {
	name, kind string
	write      func(own, quoted []string, from string) string
}

func paragraphs(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString("<p class=MsoNormal>" + l + "</p>\n")
	}
	return b.String()
}

func divs(lines []string) string {
	return "<div>" + strings.Join(lines, "</div><div>") + "</div>"
}

// The quoted lines of the HTML programs are HTML already.
var programs = []program{
	{"outlook", "html", func(own, quoted []string, from string) string {
		return "<html><body><div class=WordSection1>" + paragraphs(own) +
			"<div><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal><b>Van:</b> " + from + " &lt;" + from + "&gt;<br>" +
			"<b>Verzonden:</b> maandag 2 maart 2026 09:12<br><b>Aan:</b> iemand<br><b>Onderwerp:</b> RE: Vraag</p></div></div>" +
			paragraphs(quoted) + "</div></body></html>"
	}},
	{"outlook on the web", "html", func(own, quoted []string, from string) string {
		return divs(own) + `<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> ` + from + " &lt;" + from +
			"&gt;<br><b>Sent:</b> Monday, March 2, 2026 9:12 AM<br><b>To:</b> somebody<br><b>Subject:</b> Re: Question</div>" + divs(quoted)
	}},
	{"gmail", "html", func(own, quoted []string, from string) string {
		return `<div dir="ltr">` + divs(own) + `</div><br><div class="gmail_quote">` +
			`<div class="gmail_attr">Op ma 2 mrt 2026 om 09:12 schreef ` + from + " &lt;" + from +
			`&gt;:<br></div><blockquote class="gmail_quote" style="border-left:1px solid">` + divs(quoted) + "</blockquote></div>"
	}},
	{"unknown", "html", func(own, quoted []string, from string) string { return divs(own) + "<br>" + divs(quoted) }},
	{"unknown language", "html", func(own, quoted []string, from string) string {
		return divs(own) + divs([]string{"Dari: " + from, "Terkirim: 2 Maret 2026 09:12", "Kepada: seseorang", "Perihal: Re"}) + divs(quoted)
	}},
}

// said is what the nth mail of a thread says, in four lines.
func said(n int) []string {
	return []string{
		fmt.Sprintf("Beste lezer, dit is bericht nummer %d over zaak %d,", n, n*7),
		fmt.Sprintf("waarin wij %d onderwerpen behandelen die nog niet eerder aan de orde zijn geweest, zoals punt%d en punt%d.", n+2, n, n*31),
		fmt.Sprintf("Graag hoor ik voor %d mei wat u daarvan vindt.", n+1),
		"Met vriendelijke groet, " + sender(n),
	}
}

func sender(n int) string {
	return []string{"jan@klant.example", "anna@kantoor.example"}[n%2]
}

// Twenty mails, each of which repeats all before it, are folded to what each says.
func TestThreadOfTwenty(t *testing.T) {
	for _, p := range programs {
		for _, mixed := range []bool{false, true} {
			earlier := &Earlier{}
			var before []string
			for n := range 20 {
				writes := p
				if mixed && n%2 == 1 {
					writes = programs[(n/2)%3]
				}
				from := mail.Address{Email: sender(n)}
				l := Message{Type: "html", Content: divs(said(n)), Subject: "RE: Vraag", From: from, Office: sender(n + 1)}
				if n > 0 {
					l.Content = writes.write(said(n), before, sender(n-1))
				}
				f := Fold(l, earlier)
				if shown := shownText(l, f); !slices.Equal(shown, said(n)) {
					t.Errorf("%s, mixed %v, mail %d shows %d lines: %.300q", p.name, mixed, n, len(shown), shown)
				}
				if n > 0 && (len(f.Ranges) != 1 || f.Ranges[0].Lines < 4*n) {
					t.Errorf("%s, mail %d: %+v", p.name, n, f.Ranges)
				}
				earlier.Add(sender(n), Fold(l, nil).Shingles)
				before = []string{strings.TrimSuffix(strings.TrimPrefix(l.Content, "<html><body>"), "</body></html>")}
			}
		}
	}
}

// answers are what people write between the lines of the mail that they answer.
var answers = []string{"Ja", "nee.", "12", "NL20 INGB 0001 2345 67", "Dat weet ik niet zeker, maar volgens mij klopt het.", "ok",
	"Zie boven",
	"klopt", "Graag hoor ik wat u daarvan vindt.", "vóór vrijdag", "👍", "✓", "x"}

// An answer in the text of a known mail is shown, wherever it stands.
func TestAnswersBetweenKnownLinesAreShown(t *testing.T) {
	n := 0
	for _, p := range append(programs, program{"text", "text", func(own, quoted []string, from string) string {
		return strings.Join(own, "\n") + "\n\nVan: " + from + "\nVerzonden: maandag 2 maart 2026 09:12\nAan: iemand\nOnderwerp: RE: Vraag\n\n" +
			strings.Join(quoted, "\n")
	}}, program{"marked text", "text", func(own, quoted []string, from string) string {
		return strings.Join(own, "\n") + "\n\nOp ma 2 mrt 2026 om 09:12 schreef " + from + " <" + from + ">:\n> " + strings.Join(quoted, "\n> ")
	}}) {
		earlier := &Earlier{}
		for i := range 3 {
			earlier.Add(sender(i), Shingles("text", strings.Join(said(i), "\n")))
		}
		for i := range 3 {
			for at := range 5 {
				for _, answer := range answers {
					for _, sameLine := range []bool{false, true} {
						quoted := said(i)
						switch {
						case !sameLine:
							quoted = slices.Insert(quoted, at, answer)
						case at < 4:
							quoted[at] += " " + answer
						default:
							continue
						}
						content := p.write([]string{"Hallo, bij deze onze reactie.", "Jan"}, quoted, sender(i))
						l := Message{Type: p.kind, Content: content, From: mail.Address{Email: sender(i + 1)}}
						n++
						if shown := strings.Join(shownText(l, Fold(l, earlier)), "\n"); !strings.Contains(shown, html.UnescapeString(answer)) {
							t.Errorf("%s, message %d, line %d, same line %v: %q is folded", p.name, i, at, sameLine, answer)
						}
					}
				}
			}
		}
	}
	t.Logf("%d answers are shown", n)
}
