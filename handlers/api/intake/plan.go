package intake

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/lazyregexp"
	"kantoorpost/shared/sorting"
	"kantoorpost/shared/words"
)

// A plan holds the result so far.
type plan struct {
	bulk   *directory.Bulk
	report Report
	counts map[Kind]*Counts
	shown  int // rows of the report that are right
	lines  int // of all sheets

	// seen has the rows by kind and key. Wrong rows are included, so that rows
	// which refer to them are not reported as wrong too.
	seen map[string]*recordedRow
	// contacts has the first row of the file about a contact, by id.
	contacts map[string]*recordedRow

	administered bool
	demoted      []*recordedRow // rows that take an administrator's rights away
	teams        teams
}

// A recordedRow is a row that has been read.
type recordedRow struct {
	sheet  string
	number int
	kind   Kind
	key    string
	action Action
	at     int // index in the rows of the report; -1 when not there
}

// Plan makes the changes of a book on b, and reports what each row does. Kind
// is the kind of all rows; with "" the names and the heads of the sheets tell
// their kinds. If a row is wrong, the caller must drop b.
func Plan(b *directory.Bulk, book *Book, kind Kind) Report {
	p := &plan{
		bulk: b, counts: map[Kind]*Counts{}, seen: map[string]*recordedRow{}, contacts: map[string]*recordedRow{},
		administered: b.Administered(),
		report:       Report{Summary: map[Kind]Counts{}, Warnings: []Notice{}, Rows: []Row{}},
	}
	open := openSheets(book)
	defer func() {
		for _, s := range open {
			s.stop()
		}
	}()
	if book.guessed != "" {
		p.warn("", "de tekens zijn geen UTF-8 en worden gelezen als "+book.guessed+
			"; kijk of namen met accenten kloppen voordat u het bestand overneemt",
			"the characters are no UTF-8 and are read as "+book.guessed+"; see whether names with accents are right before you take the file in")
	}
	p.choose(open, kind)
	for _, kind := range Kinds {
		for _, s := range open {
			if s.kind == kind {
				p.sheet(s)
			}
		}
		if kind == TeamMembers {
			p.keepAdministrator()
		}
	}
	p.linkTeams()
	if p.lines == 0 && len(p.report.Rows) == 0 {
		p.record(Row{Problems: []Problem{{Text: words.Text{
			NL: "onder de koppen staan geen rijen; er is niets om over te nemen",
			EN: "there are no rows below the heads; there is nothing to take in",
		}}}})
	}
	for kind, counts := range p.counts {
		p.report.Summary[kind] = *counts
	}
	sorting.By(p.report.Rows, func(a, b Row) int {
		return cmp.Or(slices.Index(Kinds, a.Kind)-slices.Index(Kinds, b.Kind), strings.Compare(a.Sheet, b.Sheet), a.Number-b.Number)
	})
	return p.report
}

// An openSheet is a sheet whose first row has been read.
type openSheet struct {
	sheet
	kind  Kind
	head  line
	empty bool
	next  func() (line, bool)
	stop  func()
}

func openSheets(book *Book) []*openSheet {
	var open []*openSheet
	for _, s := range book.sheets {
		o := &openSheet{sheet: s}
		o.next, o.stop = iter.Pull(s.lines)
		head, more := o.next()
		// The cells of a line are valid until the next is read.
		o.head, o.empty = line{head.number, slices.Clone(head.cells), head.wrong}, !more
		open = append(open, o)
	}
	return open
}

// choose decides which sheets are read, and as which kind.
func (p *plan) choose(open []*openSheet, kind Kind) {
	chosen := 0
	for _, s := range open {
		s.kind = kindOf(s.name, s.head.cells)
		if kind != "" && s.kind != kind {
			s.kind = ""
		}
		if s.empty {
			s.kind = ""
		}
		if s.kind != "" {
			chosen++
		}
	}
	if kind != "" && chosen == 0 && len(open) > 0 && !open[0].empty {
		open[0].kind = kind
		chosen++
	}
	for _, s := range open {
		if s.kind == "" && chosen > 0 {
			p.warn(s.name, "dit blad wordt niet gelezen", "this sheet is not read")
		}
	}
	if chosen > 0 {
		return
	}
	var found []string
	for _, s := range open {
		for _, cell := range s.head.cells[:min(len(s.head.cells), maxColumns)] {
			found = append(found, shorten(cell))
		}
	}
	list := strings.Join(found[:min(len(found), 50)], ", ")
	p.record(Row{Problems: []Problem{{Text: words.Text{
		NL: "niet herkend wat dit is; kies wat erin staat, of noem de kolommen zoals nummer, naam en kvk van relaties, of naam en e-mail van " +
			"contacten; gevonden: " + list,
		EN: "it is not clear what this is; choose what it holds, or name the columns such as " +
			"number, name and kvk of clients, or name and e-mail of " +
			"contacts; found: " + list,
	}}}})
}

func (p *plan) warn(sheet, nl, en string) {
	p.report.Warnings = append(p.report.Warnings, Notice{Sheet: sheet, Text: words.Text{NL: nl, EN: en}})
}

// warnOnce is warn for a notice about many rows.
func (p *plan) warnOnce(sheet, nl, en string) {
	notice := Notice{Sheet: sheet, Text: words.Text{NL: nl, EN: en}}
	if !slices.Contains(p.report.Warnings, notice) {
		p.report.Warnings = append(p.report.Warnings, notice)
	}
}

// sheet reads the rows of one sheet.
func (p *plan) sheet(s *openSheet) {
	if p.counts[s.kind] == nil {
		p.counts[s.kind] = &Counts{}
	}
	h, unknown, problems := headOf(s.kind, s.head.cells)
	if s.head.wrong != nil {
		problems = []Problem{{Text: *s.head.wrong}}
	}
	if len(problems) > 0 {
		p.record(Row{Sheet: s.name, Number: s.head.number, Kind: s.kind, Problems: problems})
		return
	}
	for _, title := range unknown {
		p.warn(s.name, "de kolom "+title+" wordt niet gelezen", "the column "+title+" is not read")
	}
	for {
		l, more := s.next()
		if !more {
			return
		}
		r := Row{Sheet: s.name, Number: l.number, Kind: s.kind}
		if p.lines++; p.lines > maxRows {
			add(&r, "", fmt.Sprintf("hoogstens %d rijen; splits het bestand", maxRows), fmt.Sprintf("at most %d rows; split the file", maxRows))
			p.record(r)
			return
		}
		if l.wrong != nil {
			r.Problems = []Problem{{Text: *l.wrong}}
			p.record(r)
			continue
		}
		if p.checkCells(h, l.cells, &r); len(r.Problems) > 0 {
			p.record(r)
			continue
		}
		switch s.kind {
		case Roles:
			p.role(h, l.cells, r)
		case Clients:
			p.client(h, l.cells, r)
		case TeamMembers:
			p.member(h, l.cells, r)
		case Contacts:
			p.contact(h, l.cells, r)
		case ClientTeam:
			p.link(h, l.cells, r)
		}
	}
}

// cellErrors are the texts that spreadsheets show instead of a value, in
// English and in Dutch.
var cellErrors = strings.Fields("#N/A #REF! #NAME? #VALUE! #DIV/0! #NULL! #NUM! #N/B #VERW! #NAAM? #WAARDE! #DEEL/0! #LEEG! #GETAL!")

// mangled is what a spreadsheet writes in place of a number that was too wide for
// its column: its digits are lost.
var mangled = lazyregexp.New(`^(#{3,}|-?[0-9]([.,][0-9]+)?E[+-][0-9]{2,})$`)

func (p *plan) checkCells(h head, cells []string, r *Row) {
	for _, c := range columns[h.kind] {
		title := h.titles[c.field]
		text, _ := h.cell(cells, c.field)
		switch {
		case slices.Contains(cellErrors, text):
			add(r, title, "een waarde; hier staat een fout van het rekenblad", "a value; here is an error of the spreadsheet")
		case mangled.MatchString(text):
			add(r, title, "een waarde met al haar cijfers; zo schrijft een rekenblad een getal in een te smalle kolom, maak er tekst van",
				"a value with all its digits; a spreadsheet writes a number so in a narrow column, make it text")
		case len(text) > maxCell:
			add(r, title, fmt.Sprintf("hoogstens %d tekens", maxCell), fmt.Sprintf("at most %d characters", maxCell))
		}
	}
}

// add reports that the text in a column is wrong.
func add(r *Row, column, nl, en string) {
	r.Problems = append(r.Problems, Problem{Column: column, Text: words.Text{NL: "verwacht: " + nl, EN: "expected: " + en}})
}

// addUnknown reports that a column refers to something that does not exist.
func addUnknown(r *Row, column, value, nl, en string) {
	if value != "" {
		value = words.Isolate(shorten(value))
		nl, en = nl+"; "+value+" is onbekend", en+"; "+value+" is unknown"
	}
	add(r, column, nl, en)
}
