package intake

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"iter"
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/xuri/excelize/v2"

	"kantoorpost/shared/words"
)

// The limits of a workbook. A small file may unpack to more than the memory.
const (
	maxParts    = 1_000
	maxSheets   = 100
	maxUnpacked = 256 << 20            // bytes of all parts
	maxFrame    = 8 << 20              // bytes of the parts without cells, which stay in memory unpacked
	maxInMemory = 1 << 20              // bytes of a sheet; a larger one is unpacked to a temporary file
	maxStrings  = 1_000_000            // shared strings
	maxRowCells = 16_384               // the limit of Excel
	maxSpan     = maxRows * maxColumns // cells of all rows together, each row up to its last cell
	maxDepth    = 64
	maxPiece    = 8 * maxCell // bytes of one piece of text
)

// openXLSX reads a workbook. It checks the parts first: the library takes a
// truncated sheet for a complete one.
func openXLSX(file []byte) (*Book, error) {
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, damaged()
	}
	if err := checkParts(archive.File); err != nil {
		return nil, err
	}
	var x *excelize.File
	if err := recovered(func() (err error) {
		x, err = excelize.OpenReader(bytes.NewReader(file), excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxInMemory})
		return err
	}); err != nil {
		return nil, damaged()
	}
	b := &Book{close: x.Close}
	for _, name := range x.GetSheetList() {
		s := sheet{name: name, lines: xlsxLines(x, name)}
		if err := recovered(func() error {
			rows, err := x.Rows(name)
			if err == nil {
				err = rows.Close()
			}
			return err
		}); err != nil {
			return nil, errors.Join(damaged(), b.Close())
		}
		b.sheets = append(b.sheets, s)
	}
	if len(b.sheets) == 0 {
		return nil, errors.Join(damaged(), b.Close())
	}
	return b, nil
}

func damaged() error {
	return unreadable("de werkmap is beschadigd of geen XLSX; open en bewaar hem opnieuw, of sla hem op als CSV",
		"the workbook is damaged or no XLSX; open and save it again, or save it as CSV")
}

func tooLarge() error {
	return unreadable("de werkmap is te groot: hoogstens 200.000 rijen, 100 bladen en 256 MB uitgepakt; splits hem",
		"the workbook is too large: at most 200,000 rows, 100 sheets, and 256 MB unpacked; split it")
}

// recovered makes an error of a panic of the library: a workbook may be made to
// cause one.
func recovered(f func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = damaged()
		}
	}()
	return f()
}

// checkParts checks the sizes of all parts, and that those with cells are
// complete.
func checkParts(parts []*zip.File) error {
	if len(parts) > maxParts {
		return tooLarge()
	}
	var unpacked, frame uint64
	sheets, sum := 0, size{}
	for _, part := range parts {
		// archive/zip unpacks no part to more than its declared size.
		bytes := min(part.UncompressedSize64, maxUnpacked+1)
		unpacked += bytes
		name := strings.ToLower(strings.ReplaceAll(part.Name, `\`, "/"))
		cells := strings.HasPrefix(name, "xl/worksheets/sheet")
		switch {
		case cells:
			sheets++
		case name != "xl/sharedstrings.xml":
			frame += bytes
		}
		if unpacked > maxUnpacked || frame > maxFrame || sheets > maxSheets {
			return tooLarge()
		}
		if !strings.HasSuffix(name, ".xml") {
			continue
		}
		if err := sum.walk(part); err != nil {
			return err
		}
	}
	return nil
}

// A size counts the contents of the sheets of a workbook.
type size struct{ rows, span, strings int }

// walk reads a part to its end and counts its rows, cells and strings.
//
// https://learn.microsoft.com/office/open-xml/spreadsheet/structure-of-a-spreadsheetml-document
func (s *size) walk(part *zip.File) error {
	r, err := part.Open()
	if err != nil {
		return damaged()
	}
	defer r.Close()
	d := xml.NewDecoder(r)
	depth, cell := 0, 0
	for {
		token, err := d.RawToken()
		if err == io.EOF && depth == 0 {
			return nil
		}
		if err != nil {
			return damaged()
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "row":
				s.rows++
				cell = 0
			case "c":
				at := columnOf(token.Attr, cell+1)
				s.span += max(0, at-cell)
				cell = at
			case "si":
				s.strings++
			}
			if depth++; depth > maxDepth || cell > maxRowCells {
				return damaged()
			}
			if s.rows > maxRows+maxSheets || s.span > maxSpan || s.strings > maxStrings {
				return tooLarge()
			}
		case xml.EndElement:
			if depth--; depth < 0 {
				return damaged()
			}
		case xml.CharData:
			if len(token) > maxPiece {
				return tooLarge()
			}
		}
	}
}

// columnOf returns the column that a cell names, from 1, or else next.
func columnOf(attributes []xml.Attr, next int) int {
	for _, a := range attributes {
		if a.Name.Local != "r" {
			continue
		}
		column := 0
		for _, r := range strings.ToUpper(a.Value) {
			if r < 'A' || r > 'Z' || column > maxRowCells {
				break
			}
			column = column*26 + int(r-'A') + 1
		}
		return max(column, 1)
	}
	return next
}

// xlsxLines reads a sheet twice at the same time: the values of its cells, and
// their formatted texts.
func xlsxLines(x *excelize.File, name string) iter.Seq[line] {
	return func(yield func(line) bool) {
		number, going := 0, true
		err := recovered(func() error {
			held, err := x.Rows(name)
			if err != nil {
				return err
			}
			defer held.Close()
			shown, err := x.Rows(name)
			if err != nil {
				return err
			}
			defer shown.Close()
			for going && held.Next() && shown.Next() {
				number++
				values, err := held.Columns(excelize.Options{RawCellValue: true})
				if err != nil {
					return err
				}
				looks, err := shown.Columns()
				if err != nil {
					return err
				}
				if cells := cellsOf(values, looks); !empty(cells) {
					going = yield(line{number: number, cells: cells})
				}
			}
			return errors.Join(held.Error(), shown.Error())
		})
		if err != nil && going {
			yield(line{number: number, wrong: &words.Text{NL: "deze rij kan niet worden gelezen", EN: "this row can not be read"}})
		}
	}
}

func cellsOf(values, looks []string) []string {
	cells := values[:min(len(values), maxColumns)]
	for i, value := range cells {
		if i < len(looks) && looks[i] != value {
			cells[i] = numberOf(value, looks[i])
		}
	}
	return cells
}

// numberOf returns the text of a cell whose formatted text differs from its
// value: with leading zeros when its format shows them, as 00000 does for a
// client number, and else as people write the value. It ignores formats that
// shorten or group digits.
func numberOf(value, look string) string {
	if strings.Trim(look, "0123456789 -()+") == "" {
		digits := strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) {
				return r
			}
			return -1
		}, look)
		if plain := plainNumber(value); len(digits) > len(plain) && strings.TrimLeft(digits, "0") == strings.TrimLeft(plain, "0") {
			return look
		}
	}
	return plainNumber(value)
}

// plainNumber writes a number as people do: 1001 for 1001.0 and 1.001E3. A
// whole number keeps all digits up to 2^53; beyond that a cell is not exact.
func plainNumber(text string) string {
	if !strings.ContainsAny(text, ".eE") {
		return text
	}
	n, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || math.IsInf(n, 0) || math.IsNaN(n):
		return text
	case n == math.Trunc(n) && math.Abs(n) < 1<<53:
		return strconv.FormatInt(int64(n), 10)
	case math.Abs(n) < 1e15:
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	return text
}
