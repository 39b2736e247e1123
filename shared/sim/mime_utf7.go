package sim

import (
	"bytes"
	"strings"
	"unicode/utf16"
)

// decodeUTF7 reads the charset that old versions of Outlook could send and
// that no library at hand knows: ASCII in which "+…-" holds UTF-16 in base64.
// https://www.rfc-editor.org/rfc/rfc2152
func decodeUTF7(text []byte) string {
	var out strings.Builder
	for {
		before, rest, found := bytes.Cut(text, []byte("+"))
		out.Write(before)
		if !found {
			return out.String()
		}
		length := 0
		for length < len(rest) && sextet(rest[length]) >= 0 && rest[length] != '-' && rest[length] != '_' {
			length++
		}
		text = rest[length:]
		if len(text) > 0 && text[0] == '-' {
			text = text[1:]
			if length == 0 {
				out.WriteByte('+')
			}
		}
		units := decodeBase64(rest[:length])
		var word []uint16
		for i := 0; i+1 < len(units); i += 2 {
			word = append(word, uint16(units[i])<<8|uint16(units[i+1]))
		}
		out.WriteString(string(utf16.Decode(word)))
	}
}
