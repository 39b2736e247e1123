package intake

import (
	"fmt"
	"strings"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/words"
)

// record counts a row, and keeps it for the report if that shows it.
func (p *plan) record(r Row) *recordedRow {
	at := &recordedRow{sheet: r.Sheet, number: r.Number, kind: r.Kind, key: r.Key, action: r.Action, at: -1}
	if len(r.Problems) > 0 {
		at.action, r.Action, r.Changes = Wrong, Wrong, nil
	}
	p.count(r.Kind, at.action, 1)
	switch {
	case at.action == Wrong:
	case at.action == Same:
		return at
	case p.shown == maxShown:
		p.report.LeftOut++
		return at
	default:
		p.shown++
	}
	at.at = len(p.report.Rows)
	p.report.Rows = append(p.report.Rows, r)
	return at
}

// markWrong makes an earlier row wrong.
func (p *plan) markWrong(at *recordedRow, problem Problem) {
	if at.action != Wrong {
		p.count(at.kind, at.action, -1)
		p.count(at.kind, Wrong, 1)
		switch {
		case at.at >= 0:
			p.shown--
		case at.action != Same:
			p.report.LeftOut--
		}
		at.action = Wrong
	}
	if at.at < 0 {
		at.at = len(p.report.Rows)
		p.report.Rows = append(p.report.Rows, Row{Sheet: at.sheet, Number: at.number, Kind: at.kind, Key: at.key})
	}
	r := &p.report.Rows[at.at]
	r.Action, r.Changes = Wrong, nil
	if len(r.Problems) < 10 {
		r.Problems = append(r.Problems, problem)
	}
}

func (p *plan) count(kind Kind, action Action, n int) {
	c := p.counts[kind]
	switch {
	case c == nil:
	case action == Create:
		c.Create += n
	case action == Update:
		c.Update += n
	case action == Same:
		c.Same += n
	case action == Wrong:
		c.Wrong += n
	}
}

// once records a row that must be the only one of its kind with a key.
func (p *plan) once(r Row, column, key string) *recordedRow {
	if strings.TrimSpace(key) == "" {
		return p.record(r)
	}
	key = seenKey(r.Kind, key)
	first, again := p.seen[key]
	if again {
		r.Problems = append(r.Problems, twice(column, first.sheet, first.number))
		p.markWrong(first, twice(column, r.Sheet, r.Number))
	}
	at := p.record(r)
	if !again {
		p.seen[key] = at
	}
	return at
}

// mentioned says whether the file has a row of a kind with a key, right or wrong.
func (p *plan) mentioned(kind Kind, key string) bool { return p.seen[seenKey(kind, key)] != nil }

func seenKey(kind Kind, key string) string {
	return string(kind) + "|" + strings.ToLower(directory.ReceivedName(key))
}

func twice(column, sheet string, number int) Problem {
	nl, en := fmt.Sprintf("staat ook op rij %d", number), fmt.Sprintf("is on row %d as well", number)
	if sheet != "" {
		nl, en = nl+" van "+sheet, en+" of "+sheet
	}
	return Problem{Column: column, Text: words.Text{NL: nl, EN: en}}
}
