package sim

import (
	"regexp"
	"strings"
	"unicode/utf16"
)

// previewLength is the most that Graph shows in bodyPreview, in UTF-16 units.
// https://learn.microsoft.com/graph/api/resources/message
const previewLength = 255

// preview is the beginning of a body as text.
func preview(b Body) string {
	text := b.Content
	if b.ContentType == "html" {
		text = htmlText(text, 4*previewLength)
	}
	var out strings.Builder
	length, blank := 0, true
	for _, r := range text {
		if r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\u00a0' {
			if blank {
				continue
			}
			r, blank = ' ', true
		} else {
			blank = false
		}
		if length += utf16.RuneLen(r); length > previewLength {
			break
		}
		out.WriteRune(r)
	}
	return strings.TrimSpace(out.String())
}

// quoteSearch bounds where the quoted part of a body is looked for, in bytes.
const quoteSearch = 1 << 20

// quotedHTML finds the markup that mail programs put before what they quote.
var quotedHTML = regexp.MustCompile(`(?i)<div[^>]{0,200}class="?gmail_quote|<blockquote[^>]{0,200}type="?cite|<div[^>]{0,200}id="?(?:x_)?(?:appendonsend|divRplyFwdMsg)|` +
	`<div[^>]{0,200}style="[^"]{0,200}border-top:\s?solid #(?:E1E1E1|B5C4DF)|<hr[^>]{0,200}id="?stopSpelling|-----\s?(?:Original Message|Oorspronkelijk bericht|Ursprüngliche Nachricht)`)

// quotedText finds the line that mail programs put before what they quote.
var quotedText = regexp.MustCompile(
	`(?im)^[ \t]*(?:-{3,} ?(?:original message|oorspronkelijk bericht|ursprüngliche nachricht|forwarded message|doorgestuurd bericht).*|_{20,}|(?:from|van|von): .{1,200}\r?\n(?:sent|verzonden|gesendet|date|datum): .*)`)

// attribution is the line "On … wrote:" above lines that start with ">".
var attribution = regexp.MustCompile(`(?i)^(?:on|op|am|le|il) .{5,300}(?:wrote|schreef.{0,120}|schrieb.{0,120}|a écrit|ha scritto) ?: ?$`)

// unique is the part of a body that is new in this mail: what a reply quotes
// is left out, as far as it can be told by the marks of common mail programs.
// https://learn.microsoft.com/graph/api/resources/message
func unique(b Body) Body {
	head, tail := b.Content, ""
	if len(head) > quoteSearch {
		head, tail = head[:quoteSearch], head[quoteSearch:]
	}
	if b.ContentType == "html" {
		if at := quotedHTML.FindStringIndex(head); at != nil && strings.TrimSpace(htmlText(head[:at[0]], 64)) != "" {
			b.Content = head[:at[0]]
			if strings.Contains(b.Content, "<body") {
				b.Content += "</body></html>"
			}
		}
		b.Content = strings.ToValidUTF8(b.Content, "")
		return b
	}
	if at := quotedText.FindStringIndex(head); at != nil && strings.TrimSpace(head[:at[0]]) != "" {
		head, tail = head[:at[0]], ""
	}
	var kept []string
	for line := range strings.SplitSeq(head, "\n") {
		if strings.HasPrefix(line, ">") {
			if last := len(kept) - 1; last >= 0 && attribution.MatchString(strings.TrimSpace(kept[last])) {
				kept = kept[:last]
			}
			continue
		}
		kept = append(kept, line)
	}
	if text := strings.TrimSpace(strings.Join(kept, "\n") + tail); text != "" {
		b.Content = strings.ToValidUTF8(text, "")
	}
	return b
}
