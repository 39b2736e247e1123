package directory

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"kantoorpost/shared/ids"
)

const (
	// maxAddress is the longest e-mail address that people type, in octets.
	// https://www.rfc-editor.org/errata/eid1690
	maxAddress = 254
	// maxReceived is the longest address of received mail, in octets: X.500 names
	// are longer than addresses.
	maxReceived = 512
)

// TypedAddress returns the stored form of an e-mail address that somebody
// typed, imported or sent to the API: without surrounding spaces and invisible
// characters, with ASCII letters in lower case, and with the domain in its
// ASCII form (RFC 5891). Text of another form than local@domain.tld is an
// *Invalid error, which names the wrong character if there is one.
func TypedAddress(text string) (string, error) { return checkAddress("email", text) }

// ReceivedAddress returns the form in which the address of a mail is compared
// and stored. It is the same as TypedAddress for what that accepts. It also
// accepts addresses that mail systems deliver and nobody types: an underscore
// in the domain, a local part in quotes, a host of one word, an X.500 name. An
// invisible character is written as {u+200b}, so the address differs from the
// one that it looks like. Errors: *Invalid for empty text, or text longer than
// 512 octets.
func ReceivedAddress(text string) (string, error) {
	text = norm.NFC.String(strings.TrimSpace(strings.ToValidUTF8(text, "\ufffd")))
	if text == "" || len(text) > maxReceived {
		return "", invalidAddress
	}
	if hidden := strings.IndexFunc(text, unseen); hidden < 0 {
		if address, err := strictAddress(text); err == nil {
			return address, nil
		}
	}
	local, domain := "", text
	if at := strings.LastIndexByte(text, '@'); at > 0 && at < len(text)-1 {
		local, domain = quotedLocal(text[:at])+"@", text[at+1:]
	}
	address := strings.Map(lowerASCII, local) + receivedDomain(domain)
	var b strings.Builder
	for _, r := range address {
		if unseen(r) {
			fmt.Fprintf(&b, "{u+%04x}", r)
			continue
		}
		b.WriteRune(r)
	}
	if b.Len() == 0 || b.Len() > maxReceived {
		return "", invalidAddress
	}
	return b.String(), nil
}

// Untagged returns an address without the tag of its local part, jan@x.nl for
// jan+factuur@x.nl, and whether it has one. Mail to both reaches the same mailbox.
// https://www.rfc-editor.org/rfc/rfc5233
func Untagged(address string) (string, bool) {
	at := strings.LastIndexByte(address, '@')
	plus := strings.IndexByte(address, '+')
	if plus < 1 || plus > at-2 || address[0] == '"' {
		return address, false
	}
	return address[:plus] + address[at:], true
}

// Domain returns the part of an address behind its last @; "" for one without,
// such as an X.500 name.
func Domain(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return ""
	}
	return address[at+1:]
}

// receivedDomain returns the form in which domains of mail are compared: lower
// case and, for international names, ASCII (RFC 5891).
func receivedDomain(text string) string {
	domain, err := idna.Lookup.ToASCII(text)
	if err != nil {
		labels := strings.Split(strings.ToLower(text), ".")
		for i, label := range labels {
			if ascii, err := idna.Lookup.ToASCII(label); err == nil {
				labels[i] = ascii
			}
		}
		domain = strings.Join(labels, ".")
	}
	return strings.TrimRight(strings.ToLower(domain), ".")
}

// quotedLocal writes a local part with quotes only where it needs them.
// https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2
func quotedLocal(local string) string {
	if n := len(local); n > 2 && local[0] == '"' && local[n-1] == '"' {
		var bare strings.Builder
		escaped := false
		for _, r := range local[1 : n-1] {
			if escaped = r == '\\' && !escaped; !escaped {
				bare.WriteRune(r)
			}
		}
		local = bare.String()
	}
	if !strings.ContainsFunc(local, func(r rune) bool { return r == ' ' || strings.ContainsRune(specials, r) }) {
		return local
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(local) + `"`
}

// specials are the characters that a local part has in quotes only.
// https://www.rfc-editor.org/rfc/rfc5322#section-3.2.3
const specials = `"(),:;<>@[\]`

// strictAddress returns the form of an address local@domain.tld.
func strictAddress(text string) (string, error) {
	at := strings.LastIndexByte(text, '@')
	if at < 1 || len(text) > 4*maxAddress || !utf8.ValidString(text) {
		return "", invalidAddress
	}
	local := strings.Map(lowerASCII, text[:at])
	// https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.1
	if len(local) > 64 || strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, "..") {
		return "", invalidAddress
	}
	for _, r := range local {
		if r <= ' ' || strings.ContainsRune(specials, r) || unseen(r) || unicode.IsSpace(r) {
			return "", invalidAddress
		}
	}
	domain, err := idna.Lookup.ToASCII(text[at+1:])
	// The dot at the end may have been another full stop before, such as U+3002.
	domain = strings.TrimSuffix(strings.ToLower(domain), ".")
	if err != nil || !strings.Contains(domain, ".") || len(local)+1+len(domain) > maxAddress {
		return "", invalidAddress
	}
	for label := range strings.SplitSeq(domain, ".") {
		if len(label) < 1 || len(label) > 63 {
			return "", invalidAddress
		}
	}
	return local + "@" + domain, nil
}

const addressExpected = "an e-mail address such as naam@voorbeeld.nl"

var invalidAddress = &Invalid{Field: "email", Expected: addressExpected}

// checkAddress is TypedAddress for a field.
func checkAddress(field, text string) (string, error) {
	clean := strings.TrimSpace(norm.NFC.String(visible(text)))
	address, err := strictAddress(clean)
	if err == nil {
		return address, nil
	}
	expected := addressExpected
	if at := strings.IndexFunc(clean, func(r rune) bool { return unseen(r) || r != ' ' && unicode.IsSpace(r) }); at >= 0 {
		r, _ := utf8.DecodeRuneInString(clean[at:])
		expected += ", without " + runeName(r)
	}
	return "", &Invalid{Field: field, Expected: expected}
}

// byAddress reads the row of a kind by an address; text that is no address has none.
func byAddress[T any](ctx context.Context, s *Store, kind, address string) (v T, found bool, err error) {
	if address, err := ReceivedAddress(address); err == nil {
		return find[T](ctx, s, addressKey(kind, address))
	}
	return v, false, nil
}

// addressKey returns the key of a row by address. It holds the hash of an
// address that would be too long for a key once it is escaped.
func addressKey(kind, address string) string {
	if part := strings.TrimPrefix(keyOf("", address), "|"); utf8.RuneCountInString(part) > 450 {
		address = ids.Hash(address)
	}
	return keyOf(kind, address)
}
