package intake

import (
	"archive/zip"
	"encoding/xml"
	"io"
	"strconv"
	"strings"
)

// The limits of a workbook, which may be a small file that unpacks to more than
// there is memory.
const (
	maxParts    = 1_000
	maxSheets   = 100
	maxUnpacked = 256 << 20 // bytes of all parts
	maxFrame    = 8 << 20   // bytes of what is read as a whole: styles and lists of parts
	maxStrings  = 2_000_000 // that cells share
	maxDepth    = 64
)

const sharedStrings = "xl/sharedStrings.xml"

// checkParts checks the parts that are no sheets: the reader of workbooks makes
// room for as many shared strings as the part says that it has.
func checkParts(parts []*zip.File) error {
	if len(parts) > maxParts {
		return tooLarge()
	}
	var unpacked uint64
	shared := 0
	for _, part := range parts {
		// Nothing unpacks to more than it declares: archive/zip sees to that.
		unpacked += min(part.UncompressedSize64, maxUnpacked+1)
		frame := part.Name == "xl/workbook.xml" || part.Name == "xl/styles.xml" || strings.HasSuffix(part.Name, ".rels")
		if unpacked > maxUnpacked || frame && part.UncompressedSize64 > maxFrame {
			return tooLarge()
		}
		if !strings.EqualFold(part.Name, sharedStrings) {
			continue
		}
		if shared++; shared > 1 {
			return damaged()
		}
		if err := checkStrings(part); err != nil {
			return err
		}
	}
	return nil
}

func tooLarge() error {
	return unreadable("de werkmap is te groot: hoogstens 200.000 rijen, 100 bladen en 256 MB uitgepakt; splits hem",
		"the workbook is too large: at most 200,000 rows, 100 sheets, and 256 MB unpacked; split it")
}

// checkStrings checks the strings that cells share.
//
// https://learn.microsoft.com/dotnet/api/documentformat.openxml.spreadsheet.sharedstringtable
func checkStrings(part *zip.File) error {
	strings, root := 0, true
	return walk(part, func(start xml.StartElement, depth int) error {
		if root {
			root = false
			for _, a := range start.Attr {
				if n, err := strconv.Atoi(a.Value); a.Name.Local == "count" && err == nil && (n < 0 || n > maxStrings) {
					return tooLarge()
				}
			}
		}
		if depth == 2 {
			strings++
		}
		if strings > maxStrings {
			return tooLarge()
		}
		return nil
	}, func(string) error { return nil })
}

// A sheetCheck checks sheets to their ends. The reader of workbooks takes a sheet
// that is cut off for one that ends, and a negative number of a shared string
// ends the process.
//
// https://learn.microsoft.com/dotnet/api/documentformat.openxml.spreadsheet.cell
type sheetCheck struct{ rows int }

func (c *sheetCheck) read(part *zip.File) error {
	inCell, shared, texts := 0, false, 0
	return walk(part, func(start xml.StartElement, depth int) error {
		switch start.Name.Local {
		case "row":
			if c.rows++; c.rows > maxRows+maxSheets {
				return tooLarge()
			}
		case "c":
			if inCell > 0 && depth > inCell {
				return damaged()
			}
			inCell, shared, texts = depth, false, 0
			for _, a := range start.Attr {
				shared = shared || a.Name.Local == "t" && a.Value == "s"
			}
		case "t":
			if texts++; texts > 1 && inCell > 0 && depth > inCell {
				return unreadable("een cel heeft tekst in meer dan één opmaak; open en bewaar de werkmap met Excel of LibreOffice",
					"a cell has text in more than one style; open and save the workbook with Excel or LibreOffice")
			}
		}
		if depth <= inCell && start.Name.Local != "c" {
			inCell = 0
		}
		return nil
	}, func(text string) error {
		if n, err := strconv.Atoi(text); shared && err == nil && n < 0 {
			return damaged()
		}
		return nil
	})
}

// walk reads a part to its end, with start for every element and text for what
// it says. Text in pieces, as of a comment inside of it, is refused: the reader of
// workbooks takes the first.
func walk(part *zip.File, start func(xml.StartElement, int) error, text func(string) error) error {
	r, err := part.Open()
	if err != nil {
		return damaged()
	}
	defer r.Close()
	d := xml.NewDecoder(r)
	depth, pieces := 0, 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return damaged()
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return damaged()
			}
			pieces = 0
			if err := start(token, depth); err != nil {
				return err
			}
		case xml.EndElement:
			depth, pieces = depth-1, 0
		case xml.CharData:
			if len(token) > 4*maxCell {
				return tooLarge()
			}
			if len(strings.TrimSpace(string(token))) > 0 {
				pieces++
			}
			if pieces > 1 {
				return damaged()
			}
			if err := text(string(token)); err != nil {
				return err
			}
		}
	}
}
