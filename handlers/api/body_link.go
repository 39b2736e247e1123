package api

import (
	"cmp"
	"html"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// A link is the last link that started in a mail.
type link struct {
	href string
	text strings.Builder
}

const maxLinkText = 2000 // bytes of a link's text that are compared with its target

func (l *link) start(href string) {
	l.href = href
	l.text.Reset()
}

func (l *link) add(text string) {
	if l.text.Len() < maxLinkText {
		l.text.WriteString(text)
	}
}

// warning names the site to which the link leads, when its text names another one: so
// readers are lured to a false page.
func (l *link) warning() string {
	if !strings.Contains(l.text.String(), ".") {
		return ""
	}
	target := targetOf(l.href)
	for word := range strings.FieldsSeq(strings.Map(shownOnly, l.text.String())) {
		if said := hostIn(word); said != "" && target != "" && siteOf(said) != siteOf(target) {
			return " <b>[→ " + html.EscapeString(target) + "]</b>"
		}
	}
	return ""
}

// shownOnly drops the characters that a reader does not see.
func shownOnly(c rune) rune {
	if unicode.Is(unicode.Cf, c) {
		return -1
	}
	return c
}

// targetOf returns the host to which a link leads, or to which it sends mail; "" when it has
// none. The links that Exchange writes around those of a mail are looked through.
// https://learn.microsoft.com/defender-office-365/safe-links-about
func targetOf(href string) string {
	u, err := url.Parse(strings.TrimSpace(href))
	if err != nil {
		return ""
	}
	if u.Scheme == "mailto" {
		_, domain, _ := strings.Cut(u.Opaque, "@")
		return ascii(domain)
	}
	if inner := u.Query().Get("url"); inner != "" && strings.HasSuffix(u.Hostname(), ".safelinks.protection.outlook.com") {
		return targetOf(inner)
	}
	return ascii(u.Hostname())
}

// hostIn returns the host in a word such as https://www.x.nl/y, www.x.nl, x.nl or a@x.nl;
// "" for other words.
func hostIn(word string) string {
	word = strings.ToLower(strings.Trim(word, `.,;:!?<>()[]"'“”‘’«»`))
	rest, isURL := strings.CutPrefix(word, "https://")
	if !isURL {
		rest, isURL = strings.CutPrefix(word, "http://")
	}
	host := rest[:strings.IndexAny(rest+"/", "/?#")]
	host = host[strings.LastIndexByte(host, '@')+1:]
	host, _, _ = strings.Cut(host, ":")
	host = ascii(host)
	_, known := publicsuffix.PublicSuffix(host)
	if strings.Contains(host, ".") && (isURL || known || strings.HasPrefix(host, "www.")) {
		return host
	}
	return ""
}

func ascii(host string) string {
	a, _ := idna.Lookup.ToASCII(strings.ToLower(host)) // "" for what is no host
	return a
}

// siteOf returns the registered domain of a host, or the host.
func siteOf(host string) string {
	site, _ := publicsuffix.EffectiveTLDPlusOne(host)
	return cmp.Or(site, host)
}
