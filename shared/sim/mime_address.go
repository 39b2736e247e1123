package sim

import "strings"

// parseAddresses reads the recipients of a field. It splits the list before it
// decodes anything, so that an encoded comma stays part of a name. Groups are
// opened, and text that is no address is kept as a name.
//
// enmime.ParseAddressList returns nothing at all when one address of a list is
// odd, and makes two people of "<boss@x.example> <other@x.example>".
//
// https://www.rfc-editor.org/rfc/rfc5322#section-3.4
func parseAddresses(value, charset string) []Recipient {
	list := []Recipient{}
	for _, item := range splitAddresses(value) {
		if r, ok := parseAddress(item, charset); ok {
			list = append(list, r)
		}
	}
	return list
}

// splitAddresses cuts a list at its commas, and at the colon and semicolon of
// a group, but not inside quotes, comments, angle brackets or encoded words.
func splitAddresses(value string) []string {
	var items []piece
	start, comments := 0, 0
	words := encodedWords.FindAllStringIndex(value, -1)
	quoted, angle := false, false
	// A quote, comment or bracket that never closes holds nothing.
	lastQuote, lastParen, lastAngle := strings.LastIndexByte(value, '"'), strings.LastIndexByte(value, ')'), strings.LastIndexByte(value, '>')
	cut := func(i int) {
		items = append(items, piece{value[start:i], value[i] == ','})
		start = i + 1
	}
	for i := 0; i < len(value); i++ {
		for len(words) > 0 && words[0][0] < i {
			words = words[1:]
		}
		switch c := value[i]; {
		case c == '\\' && (quoted || comments > 0):
			i++
		case c == '"' && comments == 0:
			quoted = !quoted && i < lastQuote
		case quoted:
		case c == '(' && i < lastParen:
			comments++
		case c == ')' && comments > 0:
			comments--
		case comments > 0:
		case len(words) > 0 && words[0][0] == i:
			i = words[0][1] - 1
		case c == '<':
			angle = i < lastAngle
		case c == '>':
			angle = false
		case angle:
		case c == ',' || c == ';':
			cut(i)
		case c == ':' && !strings.Contains(value[start:i], "@"):
			start = i + 1 // the name of a group is shown nowhere
		}
	}
	if start < len(value) {
		items = append(items, piece{text: value[start:]})
	}
	return joinNames(items)
}

// joinNames joins names that were cut at a comma without quotes around it:
// "Jansen, Piet <piet@x>" is one address. Only the words between an address and
// the next one in brackets are the name of the latter.
func joinNames(items []piece) []string {
	var joined []string
	for i := 0; i < len(items); {
		end, size := i, 0 // of the words without an address
		for end < len(items) && items[end].comma && strings.TrimSpace(items[end].text) != "" && !strings.ContainsAny(items[end].text, `@<>"()`) {
			size += len(items[end].text)
			end++
		}
		named := end > i && end < len(items) && strings.Contains(items[end].text, "<") && size < longestAddress
		if named {
			end++
		}
		var parts []string
		for _, p := range items[i:max(end, i+1)] {
			parts = append(parts, p.text)
		}
		if named {
			parts = []string{strings.Join(parts, ",")}
		}
		joined = append(joined, parts...)
		i = max(end, i+1)
	}
	return joined
}

// A piece is the text before a separator, or before the end.
type piece struct {
	text  string
	comma bool // a comma follows, not a semicolon
}

// longestAddress is more bytes than any name and address take. Longer text is
// not looked into; all of it is still in the mail's headers.
const longestAddress = 4096

// parseAddress reads one address: "Name <address>", "address (Name)" or, when
// there is no address in it, a name alone.
func parseAddress(item, charset string) (Recipient, bool) {
	item = strings.TrimSpace(item)
	if len(item) > longestAddress {
		return Recipient{EmailAddress{Name: decodeWords(item[:longestAddress], charset)}}, true
	}
	var name, address string
	if open := lastOutsideQuotes(item, '<'); open >= 0 {
		address, _, _ = strings.Cut(item[open+1:], ">")
		name = item[:open]
		if strings.HasPrefix(address, "@") { // a source route, long obsolete
			if _, mailbox, ok := strings.Cut(address, ":"); ok {
				address = mailbox
			}
		}
	} else {
		text, comment := cutComments(item)
		text = strings.TrimSpace(text)
		switch {
		case strings.Contains(text, "@") && (!strings.ContainsAny(text, " \t") || strings.HasPrefix(text, "\"")):
			name, address = comment, text
		default:
			name = item
		}
	}
	address = cleanAddress(address, charset)
	name = cleanName(name, charset)
	if address != "" && !strings.Contains(address, "@") && name == "" {
		name, address = address, ""
	}
	if name == "" && address == "" {
		return Recipient{}, false
	}
	if name == "" {
		name = address // as Exchange shows an address without a name
	}
	return Recipient{EmailAddress{Name: name, Address: address}}, true
}

// lastOutsideQuotes is the last place of c that is in no quoted string.
func lastOutsideQuotes(s string, c byte) int {
	last, quoted, lastQuote := -1, false, strings.LastIndexByte(s, '"')
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted && i < lastQuote
		case s[i] == c && !quoted:
			last = i
		}
	}
	return last
}

// cutComments takes the comments, in parentheses, out of s.
func cutComments(s string) (text, comment string) {
	for {
		open := lastOutsideQuotes(s, '(')
		if open < 0 {
			return s, comment
		}
		inner, rest, _ := strings.Cut(s[open+1:], ")")
		comment = strings.TrimSpace(inner + " " + comment)
		s = s[:open] + rest
	}
}

func cleanAddress(address, charset string) string {
	// The X.500 name of an Exchange mailbox (legacyExchangeDN) has blanks and parentheses of its own.
	if name := strings.TrimSpace(address); strings.HasPrefix(strings.ToLower(name), "/o=") && !strings.Contains(name, "@") {
		return name
	}
	address, _ = cutComments(address)
	address = decodeWords(address, charset)
	if !strings.Contains(address, "\"") {
		address = oneAddress(address)
	}
	address = strings.TrimPrefix(address, "mailto:")
	return strings.Trim(address, " <>")
}

// oneAddress removes the blanks from an address. Blanks may stand around its
// dots and its @; other text beside the address must not become part of it.
func oneAddress(text string) string {
	fields := strings.Fields(text)
	address := ""
	for i, f := range fields {
		joins := i > 0 && (strings.HasPrefix(f, "@") || strings.HasPrefix(f, ".") || strings.HasSuffix(fields[i-1], "@") ||
			strings.HasSuffix(fields[i-1], "."))
		switch {
		case joins:
			address += f
		case !strings.Contains(address, "@"):
			address = f
		}
	}
	return address
}

func cleanName(name, charset string) string {
	name = strings.TrimSpace(name)
	var b strings.Builder
	quoted := false
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '\\' && quoted && i+1 < len(name):
			i++
			b.WriteByte(name[i])
		case c == '"':
			quoted = !quoted
		default:
			b.WriteByte(c)
		}
	}
	decoded := decodeWords(b.String(), charset)
	if n := len(decoded); n > 2 && decoded[0] == '\'' && decoded[n-1] == '\'' {
		decoded = decoded[1 : n-1] // Outlook writes 'name' when it has only an address
	}
	return strings.Join(strings.Fields(decoded), " ")
}
