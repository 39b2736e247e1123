package year

import (
	"bytes"
	"fmt"
	"html"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"
)

// The programs that mail is written with. The program decides how the text and the
// quoted mail look.
const (
	plainText = iota
	gmail
	outlook
	phone
	programs // the number of programs
)

// A draft is a mail before it is encoded.
type draft struct {
	from, email string
	at          time.Time
	to          []string
	subject, id string
	answers     []string
	headers     []string
	program     int
	greeting    string
	lines       []string
	ending      string
	signature   string
	quote       *quoted
	forwards    bool
	files       []file
	calendar    string // an invitation, in the form of iCalendar
}

// A file is attached to a mail.
type file struct{ name, mediaType string }

// says gives a draft a subject and one line.
func (l *draft) says(y *Year, subjects, lines []string) {
	l.subject, l.lines = y.fill(y.say(subjects), l.at), []string{y.fill(y.say(lines), l.at)}
}

// printed returns a draft as a company sends it to its customers.
func (y *Year) printed(p *person, at time.Time, subjects, lines []string) draft {
	l := draft{from: p.first, email: p.email, at: at, program: gmail, greeting: y.say(formalGreetings), ending: p.first}
	l.says(y, subjects, lines)
	return l
}

// text returns what the writer wrote, without the quoted mail.
func (l draft) text() string {
	return strings.TrimSpace(strings.Join([]string{l.greeting, strings.Join(l.lines, " "), l.ending, l.signature}, "\n\n"))
}

// block returns a quoted mail as Outlook repeats it.
func (q quoted) block() string {
	return fmt.Sprintf("Van: %s <%s>\nVerzonden: %s\nAan: %s\nOnderwerp: %s\n\n%s", q.name, q.email, q.date(), q.to, q.subject, q.text)
}

func (q quoted) date() string {
	days := [7]string{"zondag", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag"}
	return fmt.Sprintf("%s %d %s %d %02d:%02d", days[q.at.Weekday()], q.at.Day(), months[q.at.Month()-1], q.at.Year(), q.at.Hour(),
		q.at.Minute())
}

// whole returns the plain text with the quoted mail, as the program writes it.
func (l draft) whole() string {
	switch q := l.quote; {
	case q == nil:
		return l.text()
	case l.forwards && l.program == gmail:
		return l.text() + fmt.Sprintf("\n\n---------- Forwarded message ---------\nVan: %s <%s>\nDate: %s\nSubject: %s\nTo: %s\n\n%s", q.name,
			q.email, q.date(), q.subject, q.to, q.text)
	case l.program == plainText || l.forwards:
		return l.text() + "\n\n-----Oorspronkelijk bericht-----\n" + q.block()
	case l.program == outlook:
		return l.text() + "\n\n________________________________\n" + q.block()
	default:
		intro := "Op %s schreef %s <%s>:\n"
		if l.program == phone {
			intro = "Verstuurd vanaf mijn iPhone\n\n> Op %s heeft %s <%s> het volgende geschreven:\n> \n"
		}
		return l.text() + "\n\n" + fmt.Sprintf(intro, q.date(), q.name, q.email) + "> " + strings.ReplaceAll(q.text, "\n", "\n> ")
	}
}

// html returns the same as HTML; "" for programs without HTML.
func (l draft) html() string {
	paragraphs := func(text, open, end string) string {
		var b strings.Builder
		for p := range strings.SplitSeq(text, "\n\n") {
			b.WriteString(open + strings.ReplaceAll(html.EscapeString(p), "\n", "<br>\r\n") + end + "\r\n")
		}
		return b.String()
	}
	q := l.quote
	switch l.program {
	case outlook:
		p := func(text string) string { return paragraphs(text, "<p class=\"MsoNormal\">", "</p>") }
		b := "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><head><style>p.MsoNormal{margin:0cm;font-size:11.0pt}</style></head><body lang=\"NL\"><div class=\"WordSection1\">" + p(l.text())
		if q != nil {
			b += fmt.Sprintf("<div style=\"border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm\"><p "+
				"class=\"MsoNormal\"><b>Van:</b> %s &lt;%s&gt; <br><b>Verzonden:</b> %s<br><b>Aan:</b> %s<br><b>Onderwerp:</b> %s</p></div>",
				html.EscapeString(q.name), q.email, q.date(), html.EscapeString(q.to), html.EscapeString(q.subject)) + p(q.text)
		}
		return b + "</div></body></html>"
	case gmail:
		p := func(text string) string { return paragraphs(text, "<div>", "</div><div><br></div>") }
		b := "<div dir=\"ltr\">" + p(l.text()) + "</div>"
		if q != nil {
			b += fmt.Sprintf("<br><div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">Op %s schreef %s &lt;<a "+
				"href=\"mailto:%s\">%s</a>&gt;:<br></div><blockquote class=\"gmail_quote\" style=\"margin:0px 0px 0px 0.8ex\">",
				q.date(), html.EscapeString(q.name), q.email, q.email) + p(q.text) + "</blockquote></div>"
		}
		return b
	}
	return ""
}

// raw returns the mail's source.
//
// https://www.rfc-editor.org/rfc/rfc5322
func (l draft) raw() []byte {
	var b bytes.Buffer
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\r\n", name, value)
		}
	}
	for _, h := range l.headers {
		b.WriteString(h + "\r\n")
	}
	line("From", (&mail.Address{Name: l.from, Address: l.email}).String())
	line("To", strings.Join(l.to, ", "))
	line("Subject", mime.QEncoding.Encode("utf-8", l.subject))
	line("Date", l.at.Format(time.RFC1123Z))
	line("Message-ID", l.id)
	if n := len(l.answers); n > 0 {
		line("In-Reply-To", l.answers[n-1])
		line("References", strings.Join(l.answers, "\r\n "))
	}
	line("MIME-Version", "1.0")
	if len(l.files) == 0 {
		l.body(&b)
	} else {
		fmt.Fprint(&b, "Content-Type: multipart/mixed; boundary=\"=_files\"\r\n\r\n--=_files\r\n")
		l.body(&b)
		for _, f := range l.files {
			fmt.Fprintf(&b, "\r\n--=_files\r\nContent-Type: %s\r\nContent-Disposition: attachment; "+
				"filename=\"%s\"\r\nContent-Transfer-Encoding: base64\r\n\r\nMTIzNA==\r\n",
				f.mediaType, mime.QEncoding.Encode("utf-8", f.name))
		}
		fmt.Fprint(&b, "\r\n--=_files--\r\n")
	}
	return b.Bytes()
}

// body writes the text of a mail, with the fields that describe it.
func (l draft) body(b *bytes.Buffer) {
	h := l.html()
	if l.calendar == "" && h == "" {
		part(b, "text/plain", l.whole())
		return
	}
	fmt.Fprint(b, "Content-Type: multipart/alternative; boundary=\"=_year\"\r\n\r\n--=_year\r\n")
	part(b, "text/plain", l.whole())
	fmt.Fprint(b, "\r\n--=_year\r\n")
	if l.calendar != "" {
		fmt.Fprintf(b, "Content-Type: text/calendar; charset=utf-8; method=REQUEST\r\n\r\n%s", l.calendar)
	} else {
		part(b, "text/html", h)
	}
	fmt.Fprint(b, "\r\n--=_year--\r\n")
}

func part(b *bytes.Buffer, mediaType, text string) {
	fmt.Fprintf(b, "Content-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", mediaType)
	w := quotedprintable.NewWriter(b)
	w.Write([]byte(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n"))) // a buffer does not fail
	w.Close()
}
