// Package intake reads the files in which an office keeps its clients, contacts
// and team members, and says what they change in the directory and which of
// their rows are wrong. It does not know who sent a file, and writes nothing:
// it makes the changes on a directory.Bulk, which the caller applies or drops.
package intake

import (
	"slices"

	"kantoorpost/shared/words"
)

// A Kind is the kind of a sheet's rows.
type Kind string

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

// An Action is what a row does.
type Action string

// The actions of rows.
const (
	Create Action = "create"
	Update Action = "update"
	Same   Action = "same"
	Wrong  Action = "wrong"
)

// A Report says what each row of a file does to the directory.
type Report struct {
	DryRun   bool            `json:"dryRun"`
	Applied  bool            `json:"applied"`
	Summary  map[Kind]Counts `json:"summary"`
	Warnings []Notice        `json:"warnings" nullable:"false"`
	Rows     []Row           `json:"rows" nullable:"false" doc:"all that are wrong, and of those that change something the first 2,000"`
	LeftOut  int             `json:"leftOut" doc:"rows that change something and are not shown"`
}

// Counts are the numbers of rows of a kind by action.
type Counts struct {
	Create int `json:"create"`
	Update int `json:"update"`
	Same   int `json:"same"`
	Wrong  int `json:"wrong"`
}

// A Notice says what is left out without harm.
type Notice struct {
	Sheet string `json:"sheet,omitempty"`
	words.Text
}

// A Row says what one row does. Its number is that of the line in a text file
// or of the row in a sheet; it is 0 when the whole file is wrong.
type Row struct {
	Sheet    string    `json:"sheet,omitempty"`
	Number   int       `json:"row"`
	Kind     Kind      `json:"kind,omitempty"`
	Key      string    `json:"key,omitempty" doc:"the number, address or name by which the row was found"`
	Action   Action    `json:"action" enum:"create,update,same,wrong"`
	Changes  []Change  `json:"changes,omitempty"`
	Problems []Problem `json:"problems,omitempty"`
}

// A Change is the change of one field.
type Change struct {
	Field string `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// A Problem says what is wrong with a row and what is expected.
type Problem struct {
	Column string `json:"column,omitempty" doc:"as the file calls it"`
	words.Text
}

// Wrong says whether any row is wrong.
func (r Report) Wrong() bool {
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
