package intake

import (
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// An encoding is how a text file writes its characters.
type encoding int

const (
	utf8Text encoding = iota
	utf16Little
	utf16Big
	windows1252
)

// encodingOf finds out how a file encodes its characters. Excel writes
// Windows-1252 or UTF-16 unless it is asked for UTF-8. A file whose characters
// outside ASCII are mostly valid UTF-8 is UTF-8 with mistakes: in another
// encoding all of its names would be wrong.
func encodingOf(file []byte) encoding {
	switch {
	case bytes.HasPrefix(file, []byte("\xff\xfe")):
		return utf16Little
	case bytes.HasPrefix(file, []byte("\xfe\xff")):
		return utf16Big
	case bytes.HasPrefix(file, []byte(mark)), utf8.Valid(file):
		return utf16Unmarked(file)
	}
	valid, wrong := 0, 0
	for rest := file; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			wrong++
		case size > 1:
			valid++
		}
		rest = rest[size:]
	}
	if valid >= wrong {
		return utf8Text
	}
	if e := utf16Unmarked(file); e != utf8Text {
		return e
	}
	return windows1252
}

// utf16Unmarked recognises UTF-16 without a byte order mark by the zeros in
// every other byte of the first line. It returns utf8Text for anything else.
func utf16Unmarked(file []byte) encoding {
	var zeros [2]int
	head := file[:min(len(file), 512)]
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	switch half := len(head) / 2; {
	case half < 2:
	case zeros[1] > half*3/4 && zeros[0] == 0:
		return utf16Little
	case zeros[0] > half*3/4 && zeros[1] == 0:
		return utf16Big
	}
	return utf8Text
}

// mark is the byte order mark in UTF-8.
const mark = "\xef\xbb\xbf"

// decoded returns the text of a file in UTF-8, without its byte order mark.
func decoded(file []byte, e encoding) io.Reader {
	r := io.Reader(bytes.NewReader(bytes.TrimPrefix(file, []byte(mark))))
	switch e {
	case utf16Little:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(r)
	case utf16Big:
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder().Reader(r)
	case windows1252:
		return charmap.Windows1252.NewDecoder().Reader(r)
	}
	return r
}
