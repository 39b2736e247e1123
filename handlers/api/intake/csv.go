package intake

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"kantoorpost/shared/words"
)

// openCSV reads text as RFC 4180 describes it, with the separators that
// programs use: https://www.rfc-editor.org/rfc/rfc4180
func openCSV(file []byte) (*Book, error) {
	e := encodingOf(file)
	separator, skip, err := separatorOf(file, e)
	if err != nil {
		return nil, err
	}
	b := &Book{sheets: []sheet{{lines: csvLines(file, e, separator, skip)}}}
	if e == windows1252 {
		b.guessed = "Windows-1252"
	}
	return b, nil
}

// separators are the separators between cells that programs use.
const separators = ";\t,|"

// separatorOf returns the separator of cells: the one of Excel's own first line
// "sep=;", or else the separator that the first line has most often, outside
// quotes. Skip is the number of lines before the head.
func separatorOf(file []byte, e encoding) (separator rune, skip int, err error) {
	r := bufio.NewReaderSize(&normalizer{in: bufio.NewReader(decoded(file, e))}, 1<<16)
	for {
		// A first line longer than the buffer is cut, but long enough to count.
		text, err := r.ReadSlice('\n')
		if bytes.IndexByte(text, 0) >= 0 {
			return 0, 0, unreadable("geen tekst (CSV) en geen werkmap (XLSX)", "neither text (CSV) nor a workbook (XLSX)")
		}
		head := strings.TrimRight(string(text), "\r\n")
		if mark, is := strings.CutPrefix(strings.ToLower(head), "sep="); is && len(mark) == 1 && strings.Contains(separators, mark) {
			return rune(mark[0]), skip + 1, nil
		}
		if strings.Trim(head, " "+separators) != "" {
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
	for _, r := range separators {
		if counts[r] > counts[best] {
			best = r
		}
	}
	return best
}

func csvLines(file []byte, e encoding, separator rune, skip int) iter.Seq[line] {
	return func(yield func(line) bool) {
		text := bufio.NewReader(&normalizer{in: bufio.NewReader(decoded(file, e)), separator: byte(separator), lines: skip})
		for range skip {
			if err := skipLine(text); err != nil {
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
			l := line{number: number + skip, cells: cells}
			for i, cell := range cells {
				cells[i] = bare(cell)
			}
			if slices.ContainsFunc(cells, func(cell string) bool { return !utf8.ValidString(cell) }) {
				l = line{number: l.number, wrong: &words.Text{
					NL: "deze rij bevat een teken dat geen UTF-8 is, terwijl de rest van het bestand dat is; typ het opnieuw",
					EN: "this row has a character that is no UTF-8, while the rest of the file is; type it again",
				}}
			}
			if !yield(l) {
				return
			}
		}
	}
}

func skipLine(r *bufio.Reader) error {
	for {
		if _, err := r.ReadSlice('\n'); !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// bare returns the text of a cell that was written as a formula, ="02001", or
// with an apostrophe, '02001, so that a spreadsheet keeps its zeros.
func bare(cell string) string {
	if digits, is := strings.CutPrefix(cell, "'"); is && digits != "" && strings.Trim(digits, "0123456789") == "" {
		return digits
	}
	text, is := strings.CutPrefix(cell, `="`)
	if text, ends := strings.CutSuffix(text, `"`); is && ends {
		return strings.ReplaceAll(text, `""`, `"`)
	}
	return cell
}

const (
	maxFields = 1_000   // of a line; at most maxColumns of them are read
	maxLine   = 4 << 20 // bytes
)

// A normalizer reads a text with all lines ended by \n, also those ended by
// "\r" as on old Macs. It reads a cell like ="02001" as its text. It leaves out
// what exceeds maxFields or maxLine in a line: a file of separators only would
// otherwise need fifty times its size in memory.
type normalizer struct {
	in        *bufio.Reader
	separator byte // 0 while it is unknown
	lines     int  // before the head

	quoted, inside bool // in quotes; in a cell
	fields, size   int  // of the line
}

func (t *normalizer) Read(p []byte) (n int, err error) {
	for n < len(p) {
		b, err := t.in.ReadByte()
		if err != nil {
			return n, ended(n, err)
		}
		if b == '\r' {
			if next, _ := t.in.Peek(1); len(next) == 1 && next[0] == '\n' {
				continue
			}
			b = '\n'
		}
		cells := t.separator != 0 && t.lines == 0
		switch {
		case b == '\n' && !t.quoted:
			t.fields, t.size, t.inside = 0, 0, false
			t.lines = max(0, t.lines-1)
			p[n] = b
			n++
			continue
		case !cells:
		case b == '"' && (t.quoted || !t.inside):
			t.quoted, t.inside = !t.quoted, true
		case b == t.separator && !t.quoted:
			t.fields++
			t.inside = false
		case b == '=' && !t.inside:
			if next, _ := t.in.Peek(1); len(next) == 1 && next[0] == '"' {
				continue
			}
			t.inside = true
		default:
			t.inside = true
		}
		if t.size++; t.fields >= maxFields || t.size > maxLine {
			continue
		}
		p[n] = b
		n++
	}
	return n, nil
}

// ended returns the error of a read that got n bytes before it.
func ended(n int, err error) error {
	if n > 0 && err == io.EOF {
		return nil
	}
	return err
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
