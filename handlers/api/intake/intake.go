// Package intake reads the files in which an office keeps its clients, contacts
// and team members, and says what they change in the directory and which of
// their rows are wrong. It does not know who sent a file, and writes nothing:
// it makes the changes on a directory.Bulk, which the caller applies or drops.
package intake

import (
	"slices"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/words"
)

// The kinds of sheets.
const (
	Clients     Kind = "clients"
	Contacts    Kind = "contacts"
	TeamMembers Kind = "team-members"
	Roles       Kind = "roles"
	ClientTeam  Kind = "client-team"
)

// Kinds are all kinds, in the order in which they are read: rows refer only to
// earlier kinds.
var Kinds = []Kind{Roles, Clients, TeamMembers, Contacts, ClientTeam}

// The limits of a file.
const (
	MaxBytes   = 32 << 20 // of the file
	maxRows    = 200_000  // of all sheets
	maxColumns = 200
	maxCell    = 32_767 // UTF-16 units, the limit of a cell in Excel
	maxShown   = 2_000  // rows of the report that are right and make a change
)

// The actions of rows.
const (
	Create Action = "create"
	Update Action = "update"
	Same   Action = "same"
	Wrong  Action = "wrong"
)

// The shapes of the report.
type (
	Kind    = wire.Kind
	Action  = wire.Action
	Report  = wire.Report
	Counts  = wire.Counts
	Notice  = wire.Notice
	Row     = wire.Row
	Change  = wire.Change
	Problem = wire.Problem
)

// IsWrong says whether any row is wrong.
func IsWrong(r Report) bool {
	return slices.ContainsFunc(r.Rows, func(row Row) bool { return row.Action == Wrong })
}

// An Unreadable error says why a file cannot be read at all.
type Unreadable struct{ words.Text }

func (e *Unreadable) Error() string { return "read the file: " + e.EN }

func unreadable(nl, en string) error { return &Unreadable{words.Text{NL: nl, EN: en}} }

// Report returns the report of a file that cannot be read.
func (e *Unreadable) Report(dryRun bool) Report {
	return Report{
		DryRun: dryRun, Summary: map[Kind]Counts{}, Warnings: []Notice{},
		Rows: []Row{{Action: Wrong, Problems: []Problem{{Text: e.Text}}}},
	}
}
