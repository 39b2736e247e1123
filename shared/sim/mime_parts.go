package sim

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"

	"github.com/jhillyerd/enmime/v2"
	"github.com/jhillyerd/enmime/v2/mediatype"
)

// A part is one leaf of a mail: its content decoded, its text not yet in UTF-8.
type part struct {
	mediaType, charset  string
	disposition, name   string
	contentID, location string
	method              string // of a text/calendar part
	content             []byte
}

// A node is a multipart with its parts, or one leaf.
type node struct {
	mediaType string // of a multipart
	parts     []node
	epilogue  []byte // what follows the last part
	leaf      part
}

// deepest is how far multiparts are opened inside each other. Every level
// reads the mail once more, and no real mail has so many.
const deepest = 20

// openParts takes a mail, or a part of one, apart into its leaves. inDigest
// tells that a part without a type of its own is a mail.
func openParts(head func(string) string, body []byte, depth int, inDigest bool) node {
	value := head("Content-Type")
	mediaType, params := parseMediaType(value)
	if strings.HasPrefix(mediaType, "multipart/") && params["boundary"] != "" && depth < deepest {
		body = decodeTransfer(body, head("Content-Transfer-Encoding"))
		if root, err := splitParts(body, params["boundary"]); err == nil && root.FirstChild != nil {
			n := node{mediaType: mediaType, epilogue: root.Epilogue}
			for p := root.FirstChild; p != nil; p = p.NextSibling {
				n.parts = append(n.parts, openParts(p.Header.Get, p.Content, depth+1, mediaType == "multipart/digest"))
			}
			return n
		}
	}
	return node{leaf: readLeaf(head, mediaType, params, body, inDigest)}
}

// rootType makes enmime split a body at the boundary that it is given.
const rootType = "multipart/root"

// splitParts lets enmime split one multipart into its parts, each as it was
// sent: decodeTransfer and toUTF8 read more than enmime's decoders do. It opens
// one level at a time, since enmime's time doubles with every level that is not
// closed. An error means that the body has no structure to trust.
func splitParts(body []byte, boundary string) (root *enmime.Part, err error) {
	// enmime reads whatever arrives by mail; a panic in it must not take the
	// mail along. There is nothing to restore: the input is only read.
	defer func() {
		if p := recover(); p != nil {
			root, err = nil, fmt.Errorf("take the mail apart: %v", p)
		}
	}()
	if bytes.IndexByte(body, '\n') < 0 && bytes.IndexByte(body, '\r') >= 0 {
		body = bytes.ReplaceAll(body, []byte("\r"), []byte("\n")) // lines end in CR alone
	}
	parser := enmime.NewParser(
		enmime.RawContent(true),
		enmime.SkipMalformedParts(true),
		enmime.MaxStoredPartErrors(10),
		enmime.SetCustomParseMediaType(func(value string) (string, map[string]string, []string, error) {
			if value == rootType {
				return rootType, map[string]string{"boundary": boundary}, nil, nil
			}
			return "application/octet-stream", nil, nil, nil // openParts reads the type itself
		}),
	)
	return parser.ReadParts(io.MultiReader(
		strings.NewReader("Content-Type: "+rootType+"\r\n\r\n"),
		bytes.NewReader(body),
		strings.NewReader("\r\n\r\n"), // it misses a delimiter at the very end
	))
}

// parseMediaType reads a Content-Type or Content-Disposition. When the field is
// broken, it takes the type and the parameters that it still finds. Parameters
// are in UTF-8 afterwards: raw eight-bit ones come as UTF-8 or Windows-1252.
func parseMediaType(value string) (mediaType string, params map[string]string) {
	value, charsets := extendedInUTF8(value)
	value = toUTF8([]byte(value), "")
	mediaType, params, _, err := mediatype.Parse(value)
	if err != nil {
		head, rest, _ := strings.Cut(value, ";")
		mediaType, params = strings.ToLower(strings.TrimSpace(head)), map[string]string{}
		for piece := range strings.SplitSeq(rest, ";") {
			if k, v, ok := strings.Cut(piece, "="); ok {
				params[strings.ToLower(strings.TrimSpace(k))] = strings.Trim(v, " \t\"")
			}
		}
	}
	for name, v := range params {
		params[name] = toUTF8([]byte(v), charsets[name])
	}
	return mediaType, params
}

// extended finds parameters in the form of RFC 2231, whole (name*=) or the
// pieces of a long one (name*0*=, name*1*=): name, piece and value.
var extended = regexp.MustCompile(`(;\s*)([\w-]+)(\*\d+)?\*[ \t]*=[ \t]*("[^"]*"|[^;]*)`)

var percentEscape = regexp.MustCompile(`%[[:xdigit:]]{2}`)

// extendedInUTF8 makes the extended parameters in a value claim UTF-8, and
// gives the charsets that they really are in. The mime package, which enmime
// uses, drops every parameter in another charset or with a wrong escape.
// https://www.rfc-editor.org/rfc/rfc2231#section-4
func extendedInUTF8(value string) (string, map[string]string) {
	charsets := map[string]string{}
	value = extended.ReplaceAllStringFunc(value, func(parameter string) string {
		m := extended.FindStringSubmatch(parameter)
		text, claim := strings.Trim(strings.TrimSpace(m[4]), `"`), ""
		if m[3] == "" || m[3] == "*0" {
			claim = "utf-8''"
			if words := strings.SplitN(text, "'", 3); len(words) == 3 {
				text = words[2]
				if !strings.EqualFold(words[0], "utf-8") { // not every text that says so is in it
					charsets[strings.ToLower(m[2])] = words[0]
				}
			}
		}
		text = percentEscape.ReplaceAllStringFunc(text, func(escape string) string {
			b, _ := hex.DecodeString(escape[1:])
			return string(b)
		})
		return m[1] + m[2] + m[3] + "*=" + claim + strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
	})
	return value, charsets
}

// readLeaf reads what a part without parts says about itself.
func readLeaf(head func(string) string, mediaType string, params map[string]string, body []byte, inDigest bool) part {
	disposition, dispositionParams := parseMediaType(head("Content-Disposition"))
	l := part{
		mediaType: mediaType, charset: params["charset"], disposition: disposition, method: strings.ToUpper(params["method"]),
		contentID: strings.Trim(decodeWords(head("Content-ID"), ""), " <>"),
		location:  decodeWords(head("Content-Location"), ""),
		content:   decodeTransfer(body, head("Content-Transfer-Encoding")),
	}
	for _, name := range []string{dispositionParams["filename"], params["name"], params["file"]} {
		if l.name == "" {
			l.name = decodeWords(name, l.charset)
		}
	}
	switch {
	case inDigest && head("Content-Type") == "":
		l.mediaType = "message/rfc822" // https://www.rfc-editor.org/rfc/rfc2046#section-5.1.5
	case !strings.Contains(mediaType, "/"), strings.HasPrefix(mediaType, "multipart/"):
		l.mediaType = "text/plain" // it says nothing, or has no parts to be found
	}
	return l
}

// isBody tells whether a part may be the text of the mail.
func (p part) isBody() bool {
	return p.disposition != "attachment" && (p.name == "" || p.disposition == "inline") &&
		(p.mediaType == "text/plain" || p.mediaType == "text/html")
}

func (p part) text() string {
	if p.mediaType == "text/html" {
		return htmlToUTF8(p.content, p.charset)
	}
	return toUTF8(p.content, p.charset)
}
