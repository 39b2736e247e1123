package intake

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"html"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/must"
	"kantoorpost/shared/wiretest"
)

// parts returns the parts of a workbook, by name, with sheets in XML.
func parts(sheets map[string]string, shared string) map[string]string {
	all := map[string]string{
		"xl/styles.xml":        `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>`,
		"xl/sharedStrings.xml": strings.Replace(shared, "<sst", `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`, 1),
	}
	var list, relations strings.Builder
	for i, name := range slices.Sorted(maps.Keys(sheets)) {
		fmt.Fprintf(&list, `<sheet name="%s" sheetId="%d" r:id="r%d"/>`, html.EscapeString(name), i+1, i)
		fmt.Fprintf(&relations, `<Relationship Id="r%d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" `+
			`Target="worksheets/sheet%d.xml"/>`, i, i)
		all[fmt.Sprintf("xl/worksheets/sheet%d.xml",
			i)] = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` + sheets[name] +
			`</sheetData></worksheet>`
	}
	all["xl/workbook.xml"] = `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" ` +
		`xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>` + list.String() + `</sheets></workbook>`
	all["xl/_rels/workbook.xml.rels"] = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		relations.String() + `</Relationships>`
	all["_rels/.rels"] = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r0" ` +
		`Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	all["[Content_Types].xml"] = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override ` +
		`PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`
	return all
}

func zipped(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var file bytes.Buffer
	w := zip.NewWriter(&file)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		part := must.Get(w.Create(name))(t)
		part.Write([]byte(parts[name]))
	}
	w.Close()
	return file.Bytes()
}

// workbook makes a workbook of sheets in CSV. A name loses the text before its
// first space, which is for the order of the sheets.
func workbook(t testing.TB, sheets map[string]string) *Book {
	t.Helper()
	made := map[string]string{}
	for name, text := range sheets {
		var rows strings.Builder
		for i, row := range strings.Split(strings.TrimSpace(text), "\n") {
			fmt.Fprintf(&rows, `<row r="%d">`, i+1)
			for j, cell := range strings.Split(row, ";") {
				fmt.Fprintf(&rows, `<c r="%c%d" t="inlineStr"><is><t>%s</t></is></c>`, 'A'+j, i+1, html.EscapeString(cell))
			}
			rows.WriteString(`</row>`)
		}
		made[name] = rows.String()
	}
	book := must.Get(Open(zipped(t, parts(made, `<sst/>`))))(t)
	return book
}

func read(t testing.TB, file []byte) [][]string {
	t.Helper()
	book := must.Get(Open(file))(t)
	var rows [][]string
	for _, s := range book.sheets {
		for l := range s.lines {
			if l.wrong != nil {
				rows = append(rows, []string{fmt.Sprint(l.number), "wrong"})
				continue
			}
			rows = append(rows, append([]string{fmt.Sprint(l.number)}, l.cells...))
		}
	}
	return rows
}

func TestTextFilesAsProgramsWriteThem(t *testing.T) {
	utf16 := func(order string) string {
		out := order
		for _, r := range "naam;plaats\nCaf\u00e9;Y\n" {
			if order == "\xff\xfe" {
				out += string([]byte{byte(r), byte(r >> 8)})
			} else {
				out += string([]byte{byte(r >> 8), byte(r)})
			}
		}
		return out
	}
	for name, c := range map[string]struct{ file, want string }{
		"UTF-8":               {"naam;plaats\nCafé;Y\n", "[[1 naam plaats] [2 Café Y]]"},
		"with a mark":         {"\xef\xbb\xbfnaam;plaats\r\nCafé;Y", "[[1 naam plaats] [2 Café Y]]"},
		"Windows-1252":        {"naam;plaats\nCaf\xe9;\x80 Y\n", "[[1 naam plaats] [2 Café € Y]]"},
		"UTF-16":              {utf16("\xff\xfe"), "[[1 naam plaats] [2 Café Y]]"},
		"UTF-16 the other":    {utf16("\xfe\xff"), "[[1 naam plaats] [2 Café Y]]"},
		"UTF-16 unmarked":     {utf16("\xff\xfe")[2:], "[[1 naam plaats] [2 Café Y]]"},
		"UTF-8, one mistake":  {"naam\nCafé\nCaf\xe9\nMüller\n", "[[1 naam] [2 Café] [3 wrong] [4 Müller]]"},
		"bars":                {"a|b\n1,5|2\n", "[[1 a b] [2 1,5 2]]"},
		"old Macs":            {"a;b\r1;2\r3;\"4\r5\"\r", "[[1 a b] [2 1 2] [3 3 4\n5]]"},
		"old Macs, for Excel": {"sep=;\ra;b\r1;2", "[[2 a b] [3 1 2]]"},
		"formulas of text":    {"a;b\n=\"02001\";\"=\"\"007\"\"\"\n=1+1;'0042\n", "[[1 a b] [2 02001 007] [3 =1+1 0042]]"},
		"no formulas":         {"a;b\nx=\"1\";'t Hoekje\n", "[[1 a b] [2 wrong]]"},
		"apostrophes":         {"a\n't Hoekje\n'\n", "[[1 a] [2 't Hoekje] [3 ']]"},
		"Excel's separators":  {"\n;;;\nnaam;plaats\n1;2", "[[3 naam plaats] [4 1 2]]"},
		"commas":              {"a,b\n\"1,5\",2\n", "[[1 a b] [2 1,5 2]]"},
		"tabs":                {"a\tb\n1\t2\n", "[[1 a b] [2 1 2]]"},
		"quoted separators":   {"\"x,y,z\";b\n1;2\n", "[[1 x,y,z b] [2 1 2]]"},
		"a line for Excel":    {"sep=,\na,b;c\n1,2\n", "[[2 a b;c] [3 1 2]]"},
		"empty lines":         {"\n\na;b\n\n ; \n1;2\n", "[[3 a b] [6 1 2]]"},
		"a quote and a break": {"a;b\n\"De \"\"Hoek\"\"\nBV\";2\n3;4\n", "[[1 a b] [2 De \"Hoek\"\nBV 2] [4 3 4]]"},
		"short and long rows": {"a;b\n1\n1;2;3\n", "[[1 a b] [2 1] [3 1 2 3]]"},
		"an open quote":       {"a;b\n1;2\n\"3;4\n5;6\n", "[[1 a b] [2 1 2] [3 wrong]]"},
	} {
		if got := fmt.Sprint(read(t, []byte(c.file))); got != c.want {
			t.Errorf("%s: got %s; want %s", name, got, c.want)
		}
	}
}

func TestCellsOfWorkbooks(t *testing.T) {
	rows := `<row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" t="inlineStr"><is><t>in &amp; uit</t></is></c><c r="D2" t="s"><v>1</v>` +
		`</c></row>` +
		`<row r="5"><c r="A5"><v>1001</v></c><c r="B5"><v>1001.0</v></c><c r="C5"><v>1.2345678E7</v></c><c r="D5" t="b"><v>1</v></c><c ` +
		`r="E5"><v>0.5</v></c><c r="F5" t="str"><v>1.0</v></c></row>` +
		`<row><c><v>7</v></c><c t="e"><v>#N/A</v></c><c/></row><row r="9"/>`
	file := zipped(t, parts(map[string]string{"Blad": rows},
		`<sst count="2"><si><t>gedeeld</t></si><si><r><t>twee </t></r><r><t>stijlen</t></r></si></sst>`))
	want := "[[2 gedeeld  in & uit twee stijlen] [5 1001 1001 12345678 1 0.5 1.0] [6 7 #N/A]]"
	if got := fmt.Sprint(read(t, file)); got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func TestFilesThatCanNotBeRead(t *testing.T) {
	cell := func(row string) map[string]string {
		return parts(map[string]string{"Blad": row}, `<sst><si><t>x</t></si></sst>`)
	}
	with := func(name, text string) map[string]string {
		all := cell(`<row><c><v>1</v></c></row>`)
		all[name] = text
		return all
	}
	broken := func(file []byte) []byte {
		file = bytes.Clone(file)
		copy(file[len(file)/3:], "\xff\xff\xff\xff\xff\xff")
		return file
	}
	big := strings.Repeat(" ", maxUnpacked+1)
	rows := strings.Repeat(`<row/>`, maxRows+maxSheets+1)
	for name, file := range map[string][]byte{
		"nothing":                      {},
		"only lines":                   []byte("\n\n\n"),
		"a program":                    []byte("\x7fELF\x00\x00"),
		"an old workbook":              []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"),
		"no more than a beginning":     []byte("PK\x03\x04"),
		"a zip of something else":      zipped(t, map[string]string{"x": "y"}),
		"damaged":                      broken(zipped(t, cell(strings.Repeat(`<row><c t="inlineStr"><is><t>waarde</t></is></c></row>`, 2000)))),
		"a sheet that is cut off":      zipped(t, with("xl/worksheets/sheet0.xml", `<worksheet><sheetData><row><c><v>1</v></c></row>`)),
		"too many strings":             zipped(t, with("xl/sharedStrings.xml", `<sst>`+strings.Repeat(`<si/>`, maxStrings+1)+`</sst>`)),
		"a column beyond the last":     zipped(t, cell(`<row r="1"><c r="A1"><v>1</v></c><c r="ZZZZ1"><v>2</v></c></row>`)),
		"cells to the last column":     zipped(t, cell(strings.Repeat(`<row><c r="XFD1"><v>1</v></c></row>`, 3_000))),
		"too many cells in a row":      zipped(t, cell(`<row>`+strings.Repeat(`<c/>`, maxRowCells+1)+`</row>`)),
		"an end without a beginning":   zipped(t, with("xl/worksheets/sheet0.xml", `</worksheet>`)),
		"too deep":                     zipped(t, cell(strings.Repeat("<x>", 100)+strings.Repeat("</x>", 100))),
		"too many rows":                zipped(t, cell(rows)),
		"more than there is memory":    zipped(t, with("xl/media/x.bin", big)),
		"styles that fill the memory":  zipped(t, with("xl/styles.xml", big[:maxFrame+1])),
		"a cell that fills the memory": zipped(t, cell(`<row><c t="inlineStr"><is><t>`+strings.Repeat("x", maxPiece+1)+`</t></is></c></row>`)),
		"more than a body":             make([]byte, MaxBytes+1),
		"a sheet that is not there":    zipped(t, with("xl/_rels/workbook.xml.rels", `<Relationships/>`)),
	} {
		_, err := Open(file)
		var wrong *Unreadable
		if !errors.As(err, &wrong) || wrong.NL == "" || wrong.EN == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A workbook that no program writes is read as far as possible, or its row is
// wrong; it never causes a panic.
func TestOddWorkbooks(t *testing.T) {
	for name, c := range map[string]struct{ rows, strings, want string }{
		"a negative string":            {`<row><c t="s"><v>-1</v></c></row>`, `<sst><si><t>x</t></si></sst>`, "[]"},
		"a negative number of strings": {`<row><c t="s"><v>0</v></c></row>`, `<sst count="-1"><si><t>x</t></si></sst>`, "[[1 x]]"},
		"too many strings, it says":    {`<row><c t="s"><v>0</v></c></row>`, `<sst count="9000000000"><si><t>x</t></si></sst>`, "[[1 x]]"},
		"text in two styles":           {`<row><c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c></row>`, `<sst/>`, "[[1 ab]]"},
		"a row beyond the last":        {`<row r="1"><c><v>1</v></c></row><row r="9999999"><c><v>2</v></c></row>`, `<sst/>`, "[[1 wrong]]"},
	} {
		if got := fmt.Sprint(read(t, zipped(t, parts(map[string]string{"Blad": c.rows}, c.strings)))); got != c.want {
			t.Errorf("%s: got %s; want %s", name, got, c.want)
		}
	}
}

// The zeros of a number stay when its format shows them; other formats do not
// change the value of a cell.
func TestFormatsOfCells(t *testing.T) {
	all := parts(map[string]string{
		"Blad": `<row><c s="1"><v>2001</v></c><c s="2"><v>1234567</v></c><c s="3"><v>612345678</v></c><c s="4"><v>12345</v></c><c s="5"><v>` +
			`31612345678</v></c><c s="1" t="str"><v>7</v></c><c s="6"><v>0.5</v></c><c s="0"><v>123456789012</v></c></row>`}, `<sst/>`)
	formats := []string{"00000", "00000000", "0#-########", "#,##0", "0.00E+00", "0%"}
	styles := `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts>`
	for i, format := range formats {
		styles += fmt.Sprintf(`<numFmt numFmtId="%d" formatCode="%s"/>`, 164+i, format)
	}
	styles += `</numFmts><cellXfs><xf numFmtId="0"/>`
	for i := range formats {
		styles += fmt.Sprintf(`<xf numFmtId="%d" applyNumberFormat="1"/>`, 164+i)
	}
	all["xl/styles.xml"] = styles + `</cellXfs></styleSheet>`
	want := "[[1 02001 01234567 06-12345678 12345 31612345678 7 0.5 123456789012]]"
	if got := fmt.Sprint(read(t, zipped(t, all))); got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

// allocated returns how many bytes an import of a file takes from the heap.
func allocated(file []byte) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if book, err := Open(file); err == nil {
		Plan(new(directory.Bulk), book, "")
		book.Close()
	}
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Files that are made to fill the memory do not fill it.
func TestHostileFilesTakeLittleMemory(t *testing.T) {
	if wiretest.UnderRace {
		t.Skip("the race detector takes memory of its own")
	}
	for name, file := range map[string][]byte{
		"separators":               bytes.Repeat([]byte(";"), MaxBytes),
		"separators below a head":  append([]byte("nummer;naam\n1;"), bytes.Repeat([]byte(";"), MaxBytes-20)...),
		"one cell":                 append([]byte("nummer;naam\n1;"), bytes.Repeat([]byte("x"), MaxBytes-20)...),
		"one cell of Windows-1252": append([]byte("nummer;naam\n1;"), bytes.Repeat([]byte("\x80"), MaxBytes-20)...),
		"an open quote":            append([]byte("nummer;naam\n1;\""), bytes.Repeat([]byte("x;\n"), MaxBytes/3-20)...),
		"old Macs' line ends":      bytes.Repeat([]byte("\r"), MaxBytes),
		"a row of many cells":      zipped(t, parts(map[string]string{"Blad": `<row>` + strings.Repeat(`<c/>`, 1_000_000) + `</row>`}, `<sst/>`)),
		"cells to the last column": zipped(t, parts(map[string]string{"Relaties": strings.Repeat(`<row><c r="XFD1"><v>1</v></c></row>`, 3_000)},
			`<sst/>`)),
		"a zip bomb": zipped(t, map[string]string{"xl/worksheets/sheet1.xml": strings.Repeat(" ", maxUnpacked+1)}),
	} {
		if got := allocated(file); got > 256<<20 {
			t.Errorf("%s: %d MB", name, got>>20)
		}
	}
}

func TestTooManyRows(t *testing.T) {
	text := "nummer;naam\n" + strings.Repeat("1;X\n", maxRows+5)
	got := plans(t, new(directory.Bulk), Clients, text)
	if last := got.Rows[len(got.Rows)-1]; !IsWrong(got) || last.Number != maxRows+2 || len(last.Problems) != 1 {
		t.Errorf("%+v", last)
	}
}
