package intake

import (
	"bytes"
	"iter"

	"kantoorpost/shared/words"
)

// A Book is a file with its sheets. A text file has one sheet, without a name.
type Book struct {
	sheets []sheet
	// guessed is the assumed encoding of a text file that does not tell its own.
	guessed string
	close   func() error // nil when nothing is open
}

// Close removes the temporary files of large sheets.
func (b *Book) Close() error {
	if b.close == nil {
		return nil
	}
	return b.close()
}

type sheet struct {
	name string
	// lines reads the rows that are not empty. It can be read again.
	lines iter.Seq[line]
}

// A line is one row of a sheet. It is wrong when it could not be read.
type line struct {
	number int // from 1
	cells  []string
	wrong  *words.Text
}

// Open recognises a file by its first bytes: XLSX, or else text (CSV). Errors:
// *Unreadable.
func Open(file []byte) (*Book, error) {
	switch {
	case len(file) == 0:
		return nil, unreadable("het bestand is leeg", "the file is empty")
	case len(file) > MaxBytes:
		return nil, unreadable("het bestand is groter dan 32 MB; splits het", "the file is larger than 32 MB; split it")
	case bytes.HasPrefix(file, []byte("PK\x03\x04")):
		return openXLSX(file)
	// https://learn.microsoft.com/openspecs/windows_protocols/ms-cfb/05060311-bfce-4b12-874d-71fd4ce63aea
	case bytes.HasPrefix(file, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return nil, unreadable("een oud of versleuteld Excel-bestand; sla het op als .xlsx of .csv, zonder wachtwoord",
			"an old or encrypted Excel file; save it as .xlsx or .csv, without a password")
	}
	return openCSV(file)
}
