package intake

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"kantoorpost/shared/words"
)

// openCSV reads text as RFC 4180 describes it, with the separators that
// programs use: https://www.rfc-editor.org/rfc/rfc4180
func openCSV(file []byte) (*Book, error) {
	separator, skip, err := separatorOf(file)
	if err != nil {
		return nil, err
	}
	return &Book{[]sheet{{lines: csvLines(file, separator, skip)}}}, nil
}

// decoded returns the text of a file in UTF-8, without its byte order mark.
// Excel writes Windows-1252 or UTF-16 when it is not asked for UTF-8.
func decoded(file []byte) io.Reader {
	switch {
	case bytes.HasPrefix(file, []byte("\xff\xfe")), bytes.HasPrefix(file, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Reader(bytes.NewReader(file))
	case utf8.Valid(file):
		return bytes.NewReader(bytes.TrimPrefix(file, []byte("\xef\xbb\xbf")))
	}
	return charmap.Windows1252.NewDecoder().Reader(bytes.NewReader(file))
}

// separatorOf finds what separates cells: what Excel's own first line "sep=;"
// says, or else which of the separators the first line has most of, outside
// quotes. Skip says how many lines come before the head.
func separatorOf(file []byte) (separator rune, skip int, err error) {
	r := bufio.NewReaderSize(decoded(file), 1<<16)
	for {
		// A first line that is longer than the buffer is cut, which is enough to count in.
		text, err := r.ReadSlice('\n')
		if bytes.IndexByte(text, 0) >= 0 {
			return 0, 0, unreadable("geen tekst (CSV) en geen werkmap (XLSX)", "neither text (CSV) nor a workbook (XLSX)")
		}
		head := strings.TrimRight(string(text), "\r\n")
		if mark, is := strings.CutPrefix(strings.ToLower(head), "sep="); is && len(mark) == 1 && strings.Contains(";,\t", mark) {
			return rune(mark[0]), skip + 1, nil
		}
		if strings.TrimSpace(head) != "" {
			return mostOf(head), skip, nil
		}
		if err != nil {
			return 0, 0, unreadable("het bestand is leeg", "the file is empty")
		}
		skip++
	}
}

func mostOf(head string) rune {
	counts, quoted := map[rune]int{}, false
	for _, r := range head {
		if r == '"' {
			quoted = !quoted
		}
		if !quoted {
			counts[r]++
		}
	}
	best := ';'
	for _, r := range "\t," {
		if counts[r] > counts[best] {
			best = r
		}
	}
	return best
}

func csvLines(file []byte, separator rune, skip int) iter.Seq[line] {
	return func(yield func(line) bool) {
		text := bufio.NewReader(decoded(file))
		for range skip {
			if _, err := text.ReadString('\n'); err != nil {
				return
			}
		}
		r := csv.NewReader(text)
		r.Comma, r.FieldsPerRecord, r.ReuseRecord = separator, -1, true
		for {
			cells, err := r.Read()
			if err == io.EOF {
				return
			}
			if err != nil {
				broken := csvWrong(err, skip)
				if !yield(broken) || broken.number == 0 {
					return
				}
				continue
			}
			number, _ := r.FieldPos(0)
			if empty(cells) {
				continue
			}
			if !yield(line{number: number + skip, cells: cells}) {
				return
			}
		}
	}
}

func csvWrong(err error, skip int) line {
	var wrong *csv.ParseError
	if !errors.As(err, &wrong) {
		return line{wrong: &words.Text{NL: "het bestand kan hier niet verder worden gelezen", EN: "the file can not be read any further"}}
	}
	return line{number: wrong.StartLine + skip, wrong: &words.Text{
		NL: "een aanhalingsteken staat verkeerd: een cel met aanhalingstekens staat zelf tussen aanhalingstekens, en die erin zijn verdubbeld",
		EN: "a quote is out of place: a cell that has quotes stands in quotes itself, and those in it are doubled",
	}}
}

func empty(cells []string) bool {
	for _, cell := range cells {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}
