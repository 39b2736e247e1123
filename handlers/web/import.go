package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/sorting"
)

// importKinds are the kinds of import files, each with the template that this
// page offers.
var importKinds = []string{"clients", "contacts", "team-members", "roles", "client-team"}

// importTemplates are example files: headers and one row, which spreadsheets
// open in columns.
var importTemplates = map[string]string{
	"clients": "nummer;type;naam;kvk;btw\r\n10234;organisatie;Bakkerij De Korenaar B.V.;12345678;NL123456789B01\r\n",
	"contacts": "email;naam;telefoon;functie;taal;relaties\r\n" +
		"piet@bakkerij.example;Piet Bakker;0201234567;Directeur;Nederlands;10234\r\n",
	"team-members": "email;naam;rechten;actief\r\nsanne@kantoor.example;Sanne de Wit;mutator;ja\r\n",
	"roles":        "naam\r\nRelatiebeheerder\r\n",
	"client-team":  "relatienummer;teamlid;rol;volgorde\r\n10234;sanne@kantoor.example;Relatiebeheerder;1\r\n",
}

// maxShownRows is how many rows of a report a page shows: rows with errors come
// first.
const maxShownRows = 200

type importView struct {
	Kinds   []string
	Kind    string
	File    string
	Report  *wire.Report
	Wrong   int
	Change  int
	Hash    string // of the file that was checked
	Other   bool   // the file to import differs from the checked file
	Hidden  int    // rows that are not shown
	Total   int    // changes of the file when it was first applied, 0 for none
	Done    int    // of Total
	Tries   int    // requests one after the other that made none of them
	Goes    bool   // the page sends the file again by itself
	Invalid string // the problem with the form, as import.invalid.<Invalid>
}

// ready tells whether the file can be imported as it is.
func (i importView) ready() bool {
	return i.Report != nil && !i.Report.Applied && i.Wrong == 0 && i.Change > 0 && !i.Goes
}

// maxImportTries is how often the page sends a file again that changes nothing, ten seconds
// apart: others import, or storage fails.
const maxImportTries = 30

const (
	maxImport = 32 << 20 // the limit of the API
	maxUpload = maxImport + 64<<10
)

func (s *site) registerImport() {
	s.page("/web/directory/import", func(v *request) error {
		if err := v.need("directory.write"); err != nil {
			return err
		}
		return v.page("import", importView{Kinds: importKinds})
	})
	s.page("/web/directory/import/{file}", s.importTemplate)
	s.postUpTo(maxUpload, "/web/directory/import", s.importFile)
}

func (s *site) importTemplate(v *request) error {
	kind, _ := strings.CutSuffix(v.r.PathValue("file"), ".csv")
	text, ok := importTemplates[kind]
	if !ok {
		return v.refuse(http.StatusNotFound, v.r.URL.Path)
	}
	v.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+kind+`.csv"`)
	_, err := io.WriteString(v.w, "\uFEFF"+text) // spreadsheets recognise UTF-8 by this mark
	return err
}

// importFile checks a file, and imports it when it is the file that was checked
// before.
func (s *site) importFile(v *request) error {
	view := importView{Kinds: importKinds}
	file, err := v.upload(&view)
	if err != nil {
		return err
	}
	if view.Invalid != "" {
		return v.pageAs(http.StatusUnprocessableEntity, "import", view)
	}
	sum := sha256.Sum256(file)
	view.Hash = hex.EncodeToString(sum[:])
	apply := v.r.PostFormValue("do") == "apply"
	if apply && v.r.PostFormValue("seen") != view.Hash {
		apply, view.Other = false, true
	}
	err = v.sendFile(file, &view, !apply)
	if p, _ := unavailable(err); apply && p != nil {
		return v.importGoesOn(file, view)
	}
	if p, other := refused(err); apply && other == nil && p != nil {
		// The data changed since the check: the report says what.
		apply, err = false, v.sendFile(file, &view, true)
	}
	p, err := refused(err)
	if err != nil {
		return err
	}
	if p != nil || view.Report == nil {
		view.Invalid = "unreadable"
		return v.pageAs(http.StatusUnprocessableEntity, "import", view)
	}
	view.count()
	if view.Total, _ = strconv.Atoi(v.r.PostFormValue("total")); view.Report.Applied {
		view.Change = max(view.Change, view.Total)
	}
	status := http.StatusOK
	if view.Wrong > 0 {
		status = http.StatusUnprocessableEntity
	}
	return v.pageAs(status, "import", view)
}

// importGoesOn shows how far an import came whose request took too long, or that waits for
// another. The page sends the file again.
func (v *request) importGoesOn(file []byte, view importView) error {
	before, _ := strconv.Atoi(v.r.PostFormValue("left"))
	view.Total, _ = strconv.Atoi(v.r.PostFormValue("total"))
	view.Tries, _ = strconv.Atoi(v.r.PostFormValue("tries"))
	p, err := unavailable(v.sendFile(file, &view, true))
	if err != nil {
		return err
	}
	if p == nil {
		view.count()
		view.Total = max(view.Total, view.Change)
		view.Done = view.Total - view.Change
	}
	if view.Tries++; view.Report != nil && view.Change != before {
		view.Tries = 0
	}
	view.Goes = view.Wrong == 0 && view.Tries < maxImportTries
	return v.pageAs(http.StatusOK, "import", view)
}

// upload reads the file of the form; the view gets the problem with it.
func (v *request) upload(view *importView) ([]byte, error) {
	v.w.Header().Set("HX-Push-Url", "false")
	var f multipart.File
	var h *multipart.FileHeader
	err := v.r.ParseMultipartForm(maxUpload)
	if err == nil {
		f, h, err = v.r.FormFile("file")
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		view.Invalid = "too-large"
		return nil, nil
	case errors.Is(err, http.ErrMissingFile):
		view.Invalid = "no-file"
		return nil, nil
	case err != nil:
		return nil, &Problem{Status: http.StatusUnprocessableEntity, Detail: err.Error()}
	}
	defer f.Close()
	view.File = h.Filename
	if view.Kind = v.r.PostFormValue("kind"); !slices.Contains(importKinds, view.Kind) {
		view.Kind = ""
	}
	b, err := io.ReadAll(io.LimitReader(f, maxImport+1))
	if err == nil && len(b) > maxImport {
		view.Invalid = "too-large"
	}
	return b, err
}

func (v *request) sendFile(file []byte, view *importView, dryRun bool) error {
	path := "/api/directory/import" + queryOf("kind", view.Kind, "dryRun", map[bool]string{true: "true"}[dryRun])
	contentType := "text/csv"
	if bytes.HasPrefix(file, []byte("PK")) { // a workbook is a zip file
		contentType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	report := &wire.Report{}
	_, err := v.api.send("POST", path, "", contentType, bytes.NewReader(file), report)
	if err == nil {
		view.Report = report
	}
	return err
}

// count adds up the report, and keeps the rows that a page can show.
func (i *importView) count() {
	for _, n := range i.Report.Summary {
		i.Wrong += n.Wrong
		i.Change += n.Create + n.Update
	}
	wrong := 0
	for _, r := range i.Report.Rows {
		if r.Action == "wrong" {
			wrong++
		}
	}
	i.Wrong = max(i.Wrong, wrong)
	sorting.By(i.Report.Rows, func(a, b wire.Row) int {
		return rank(a.Action) - rank(b.Action)
	})
	if n := len(i.Report.Rows); n > maxShownRows {
		i.Hidden, i.Report.Rows = n-maxShownRows, i.Report.Rows[:maxShownRows]
	}
	i.Hidden += i.Report.LeftOut
}

func rank(action wire.Action) int {
	if action == "wrong" {
		return 0
	}
	return 1
}
