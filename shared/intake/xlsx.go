package intake

import (
	"archive/zip"
	"bytes"
	"iter"
	"math"
	"strconv"
	"strings"

	"github.com/thedatashed/xlsxreader"

	"kantoorpost/shared/words"
)

// openXLSX reads a workbook. What its reader would stumble over, or silently
// leave out, is looked for first.
func openXLSX(file []byte) (*Book, error) {
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, damaged()
	}
	if err := checkParts(archive.File); err != nil {
		return nil, err
	}
	parts := new(zip.ReadCloser)
	parts.File = archive.File
	x, err := xlsxreader.OpenReaderZip(parts)
	if err != nil {
		return nil, damaged()
	}
	if len(x.Sheets) > maxSheets {
		return nil, tooLarge()
	}
	b, check := &Book{}, sheetCheck{}
	for _, name := range x.Sheets {
		if err := check.read(x.GetSheetFileForSheetName(name)); err != nil {
			return nil, err
		}
		b.sheets = append(b.sheets, sheet{name: name, lines: xlsxLines(&x.XlsxFile, name)})
	}
	return b, nil
}

func damaged() error {
	return unreadable("de werkmap is beschadigd of geen XLSX; open en bewaar hem opnieuw, of sla hem op als CSV",
		"the workbook is damaged or no XLSX; open and save it again, or save it as CSV")
}

func xlsxLines(x *xlsxreader.XlsxFile, name string) iter.Seq[line] {
	return func(yield func(line) bool) {
		going, last := true, 0
		// The reader ends only when all of its rows were taken.
		for row := range x.ReadRows(name) {
			if !going {
				continue
			}
			number := row.Index
			if number <= last { // it may be left out
				number = last + 1
			}
			last = number
			if row.Error != nil {
				going = yield(line{number: number, wrong: &words.Text{NL: "deze rij kan niet worden gelezen", EN: "this row can not be read"}})
				continue
			}
			cells := cellsOf(row.Cells)
			if !empty(cells) {
				going = yield(line{number: number, cells: cells})
			}
		}
	}
}

func cellsOf(cells []xlsxreader.Cell) []string {
	var texts []string
	for i, cell := range cells {
		at := i
		if cell.Column != "" { // it may be left out
			at = columnIndex(cell.Column)
		}
		if at >= maxColumns {
			continue
		}
		for len(texts) <= at {
			texts = append(texts, "")
		}
		texts[at] = cell.Value
		if cell.Type == xlsxreader.TypeNumerical {
			texts[at] = plainNumber(cell.Value)
		}
	}
	return texts
}

// columnIndex is 0 for A and 26 for AA, and no less than maxColumns for what is
// beyond.
func columnIndex(letters string) int {
	index := 0
	for _, r := range letters {
		index = index*26 + int(r-'A') + 1
		if index > maxColumns {
			return maxColumns
		}
	}
	return index - 1
}

// plainNumber writes a number as people do: 1001 for 1001.0 and 1.001E3. A whole
// number has its digits up to 2^53, where a cell stops being exact.
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
