package sim

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
	"time"
)

// senderIP is the address from which all outside mail seems to come. The real
// address is always loopback. https://www.rfc-editor.org/rfc/rfc5737
const senderIP = "203.0.113.25"

// withExchangeHeaders puts the header fields at the top of raw that Exchange Online adds when it
// receives a mail for a tenant with this domain: where it came from, whether the
// sender is genuine, and whether a mailbox of the tenant sent it. It first removes
// fields that only Exchange may write: otherwise anybody could claim to be a mailbox
// of the tenant.
//
// https://technet.microsoft.com/en-us/library/bb232136(v=exchg.149).aspx
func withExchangeHeaders(raw []byte, env Envelope, domain string, now time.Time) []byte {
	h, body := splitMail(raw)
	start := body
	if len(h) > 0 {
		start = h[0].start
	}
	_, params := parseMediaType(h.get("Content-Type"))
	author, _ := authors(h, params["charset"])
	from := ""
	if author != nil {
		from = author.EmailAddress.Address
	}
	result := authenticate(env.From, from, domain)

	var out bytes.Buffer
	out.Grow(len(raw) + 1024)
	fmt.Fprintf(&out, "Received: from %s (%s) by mx.%s with Microsoft SMTP Server; %s\r\n",
		domainOf(env.From), senderIP, domainOf("@"+domain), now.UTC().Format(time.RFC1123Z))
	fmt.Fprintf(&out, "Authentication-Results: %s\r\n", result.results)
	fmt.Fprintf(&out, "Return-Path: %s\r\n", cmp.Or(cleanLine(cleanText(env.From)), "<>"))
	fmt.Fprintf(&out, "X-MS-Exchange-Organization-AuthAs: %s\r\n", result.as)
	if len(h) == 0 {
		out.WriteString("\r\n") // the mail has no header, only a body
	}
	for _, f := range h {
		if !reservedField(f.name) {
			out.Write(raw[f.start:f.end])
		}
		start = f.end
	}
	if n := out.Len(); len(h) > 0 && out.Bytes()[n-1] != '\n' && out.Bytes()[n-1] != '\r' {
		out.WriteString("\r\n") // the mail ended in its header
	}
	if len(h) > 0 && start == body && body < len(raw) {
		out.WriteString("\r\n") // the blank line was missing
	}
	out.Write(raw[start:])
	return out.Bytes()
}

// reservedField says whether only Exchange may write a field.
func reservedField(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "x-ms-exchange-organization-") || strings.HasPrefix(name, "x-ms-exchange-forest-")
}

type authentication struct {
	results string // the value of Authentication-Results
	as      string // Internal or Anonymous
}

// authenticate returns Exchange Online's result for a sender, from the address in
// MAIL FROM, the address in From and the tenant's domain. There is no DNS
// here, so names decide instead of records:
//
//   - the domain spoofed.example, or spoofed@ any domain, in either address:
//     the domain publishes DMARC with p=reject and the mail fails it (000);
//   - From is in the tenant's domain: internal if MAIL FROM is too,
//     otherwise an outsider uses the office's name (601);
//   - MAIL FROM and From share an organisational domain: SPF passes and
//     replaces the missing DMARC record (109);
//   - anything else is unknown (405), for instance the null sender of bounces,
//     and newsletters that another company's servers send.
//
// https://learn.microsoft.com/defender-office-365/message-headers-eop-mdo#authentication-results-message-header
func authenticate(mailFrom, from, tenant string) authentication {
	envelope, author := domainOf(mailFrom), domainOf(from)
	spf := fmt.Sprintf("spf=pass (sender IP is %s) smtp.mailfrom=%s", senderIP, envelope)
	if mailFrom == "" {
		envelope = ""
		spf = fmt.Sprintf("spf=none (sender IP is %s) smtp.mailfrom=", senderIP)
	}
	say := func(dmarc, action, compauth, reason string) authentication {
		return authentication{as: "Anonymous", results: fmt.Sprintf(
			"%s; dkim=none (message not signed) header.d=none;dmarc=%s action=%s header.from=%s;compauth=%s reason=%s",
			spf, dmarc, action, author, compauth, reason)}
	}
	own := strings.EqualFold(author, tenant)
	switch {
	case isSpoofed(mailFrom), isSpoofed(from):
		spf = fmt.Sprintf("spf=fail (sender IP is %s) smtp.mailfrom=%s", senderIP, envelope)
		return say("fail", "oreject", "fail", "000")
	case own && strings.EqualFold(envelope, tenant):
		v := say("pass", "none", "pass", "100")
		v.as = "Internal"
		return v
	case own:
		return say("fail", "none", "fail", "601")
	case envelope != "" && author != "unknown" && organisation(envelope) == organisation(author):
		return say("bestguesspass", "none", "pass", "109")
	}
	return say("none", "none", "none", "405")
}

func isSpoofed(address string) bool {
	local, _, _ := strings.Cut(strings.ToLower(address), "@")
	return local == "spoofed" || domainOf(address) == "spoofed.example"
}

// organisation returns the registered domain, which is taken to be the last two
// labels.
func organisation(domain string) string {
	labels := strings.Split(domain, ".")
	return strings.Join(labels[max(0, len(labels)-2):], ".")
}

// domainOf returns the domain of an address in lower case, "unknown" if there is
// none. It replaces characters that no domain has by "?", so that an address cannot
// write a result of its own into the field.
func domainOf(address string) string {
	at := strings.LastIndexByte(address, '@')
	domain := strings.ToLower(strings.TrimSuffix(address[at+1:], "."))
	if at < 0 || domain == "" {
		return "unknown"
	}
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9', r == '.', r == '-', r == '_', r == '[', r == ']', r == ':', r > 0x7f && r != '\uFFFD':
			return r
		}
		return '?'
	}, domain)
}
