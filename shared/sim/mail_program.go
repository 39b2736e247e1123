package sim

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"html"
	"slices"
	"strings"
	"time"
)

// A MailProgram is how a mail program outside the tenant quotes the mail that it
// answers.
type MailProgram string

// The mail programs of outsiders. Each writes as its Dutch version does.
const (
	Outlook     MailProgram = "outlook"
	Gmail       MailProgram = "gmail"
	AppleMail   MailProgram = "apple"
	Thunderbird MailProgram = "thunderbird" // plain text
)

// A quotation is what a mail program quotes from.
type quotation struct {
	original *Message
	text     string // what the writer says
	at       time.Time
	sender   EmailAddress // of the original
	html     string       // the body of the original
	plain    string
}

func newQuotation(original *Message, text string) quotation {
	q := quotation{original: original, text: strings.ReplaceAll(strings.TrimSpace(text), "\r\n", "\n"), at: original.Sent.In(amsterdam())}
	if original.From != nil {
		q.sender = original.From.EmailAddress
	}
	q.plain = strings.TrimSpace(strings.ReplaceAll(original.asText().Body.Content, "\r\n", "\n"))
	q.html = asHTML(q.plain)
	if original.Body.ContentType == "html" {
		q.html = strings.TrimSpace(innerBody(original.Body.Content))
	}
	return q
}

func amsterdam() *time.Location {
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		return time.UTC
	}
	return zone
}

func asHTML(text string) string {
	return strings.ReplaceAll(html.EscapeString(text), "\n", "<br>\n")
}

// answer returns the body of an answer to a mail: the page, "" for a plain mail, and
// the text.
func (p MailProgram) answer(original *Message, text string) (page, plain string) {
	q := newQuotation(original, text)
	switch p {
	case Outlook:
		return q.outlook()
	case Gmail:
		return q.gmail()
	case AppleMail:
		return q.apple()
	}
	line := "Op " + q.at.Format("2-1-2006 om 15:04") + " schreef " + cmp.Or(q.sender.Name, q.sender.Address) + ":"
	return "", q.text + "\n\n" + line + "\n" + prefixed(q.plain) + "\n"
}

// outlook writes as Outlook for Windows does: header lines below a thin rule.
func (q quotation) outlook() (page, plain string) {
	sent := dutch.moment(q.at, " 15:04")
	lines := headerLines(q.original, dutch.words, sent, "<b>%s:</b> %s", "<br>\n")
	text := headerLines(q.original, dutch.words, sent, "%s: %s", "\n")
	var paragraphs strings.Builder
	for paragraph := range strings.SplitSeq(q.text, "\n") {
		if paragraph == "" {
			paragraph = "\u00a0"
		}
		paragraphs.WriteString("<p class=MsoNormal>" + html.EscapeString(paragraph) + "<o:p></o:p></p>\n")
	}
	page = `<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" ` +
		`xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40">` +
		"<head><meta http-equiv=Content-Type content=\"text/html; charset=utf-8\"><meta name=Generator content=\"Microsoft Word 15 (filtered " +
		"medium)\">\n" +
		"<style><!--\np.MsoNormal {margin:0cm; font-size:11.0pt; font-family:\"Aptos\",sans-serif;}\ndiv.WordSection1 " +
		"{page:WordSection1;}\n--></style></head>" +
		"<body lang=NL link=\"#467886\" vlink=\"#96607D\" style='word-wrap:break-word'><div class=WordSection1>\n" + paragraphs.String() +
		"<p class=MsoNormal><o:p>&nbsp;</o:p></p>\n<div>\n<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>\n" +
		"<p class=MsoNormal>" + lines + "<o:p></o:p></p>\n</div>\n</div>\n" +
		"<p class=MsoNormal><o:p>&nbsp;</o:p></p>\n" + q.html + "\n</div></body></html>"
	return page, q.text + "\n\n" + text + "\n\n" + q.plain + "\n"
}

// gmail writes as Gmail in a browser does.
func (q quotation) gmail() (page, plain string) {
	when := "Op " + shortDays[q.at.Weekday()] + " " + q.shortDate() + " om " + q.at.Format("15:04") + " schreef "
	address := html.EscapeString(q.sender.Address)
	page = `<div dir="ltr">` + strings.ReplaceAll(html.EscapeString(q.text), "\n", "<br>") + "</div><br>" +
		`<div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">` + when + html.EscapeString(q.sender.Name) +
		` &lt;<a href="mailto:` + address + `">` + address + "</a>&gt;:<br></div>" +
		`<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">` +
		q.html + "</blockquote></div>\n"
	line := when + strings.TrimSpace(q.sender.Name+" <"+q.sender.Address+">") + ":"
	return page, q.text + "\n\n" + wrapped(line) + "\n\n" + prefixed(q.plain) + "\n"
}

// apple writes as Mail on a Mac does.
func (q quotation) apple() (page, plain string) {
	line := "Op " + q.shortDate() + " om " + q.at.Format("15:04") + " heeft " + strings.TrimSpace(q.sender.Name+" <"+q.sender.Address+">") +
		" het volgende geschreven:"
	page = `<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head>` +
		`<body style="overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">` +
		strings.ReplaceAll(html.EscapeString(q.text), "\n", "<br>") +
		`<br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite"><div>` +
		html.EscapeString(line) + `</div><br class="Apple-interchange-newline"><div>` + q.html + "</div></blockquote></div><br></body></html>"
	return page, q.text + "\n\n" + prefixed(line+"\n\n"+q.plain) + "\n"
}

func (q quotation) shortDate() string {
	return fmt.Sprintf("%d %s %d", q.at.Day(), shortMonths[q.at.Month()-1], q.at.Year())
}

// prefixed puts "> " before each line.
func prefixed(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		switch {
		case strings.HasPrefix(line, ">"):
			lines[i] = ">" + line
		case line == "":
			lines[i] = ">"
		default:
			lines[i] = "> " + line
		}
	}
	return strings.Join(lines, "\n")
}

// wrapped breaks a line at the last blank before column 78, as Gmail does.
func wrapped(line string) string {
	if len(line) <= 78 {
		return line
	}
	if at := strings.LastIndexByte(line[:78], ' '); at > 0 {
		return line[:at] + "\n" + line[at+1:]
	}
	return line
}

var (
	shortDays   = strings.Fields("zo ma di wo do vr za")
	shortMonths = strings.Fields("jan feb mrt apr mei jun jul aug sep okt nov dec")
)

// write makes m, an answer whose recipients are set, the work of this program.
func (p MailProgram) write(m, original *Message, text string) {
	page, plain := p.answer(original, text)
	m.Plain, m.Body = plain, Body{ContentType: "text", Content: plain}
	if page != "" {
		m.Body = Body{ContentType: "html", Content: page}
		for _, a := range original.Attachments {
			if a.IsInline && a.ContentID != "" && strings.Contains(page, "cid:"+a.ContentID) {
				m.attach(a, m.Sent)
			}
		}
	}
	switch p {
	case Outlook:
		if index := threadIndex(original); len(index) >= 22 {
			m.ConversationIndex = answerIndex(index, m.Sent)
		}
		m.Headers = []Header{{"Accept-Language", "nl-NL, en-US"}, {"Content-Language", "nl-NL"}}
	case AppleMail:
		m.Headers = []Header{{"X-Mailer", "Apple Mail (2.3826.700.81)"}}
	case Thunderbird:
		m.Headers = []Header{{"User-Agent", "Mozilla Thunderbird"}}
	}
	m.References = append(slices.Clone(original.thread()), original.InternetMessageID)
	m.InReplyTo = original.InternetMessageID
}

// threadIndex returns the Thread-Index field of a mail.
func threadIndex(m *Message) []byte {
	h, _ := splitMail(m.MIME)
	index, _ := base64.StdEncoding.DecodeString(h.get("Thread-Index")) // a damaged one is as none
	return index
}
