package wire

import "kantoorpost/shared/words"

// A Kind is the kind of the rows of a sheet that is imported, and an Action what a row does.
type (
	Kind   string
	Action string
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
