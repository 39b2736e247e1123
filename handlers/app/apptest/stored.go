package apptest

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"kantoorpost/handlers/app"
	"kantoorpost/shared/blob/blobtest"
	"kantoorpost/shared/config"
	"kantoorpost/shared/dev/backup"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
)

// The files of a saved World.
const (
	rowsFile   = "rows.gz"      // all rows, as "go tool dev export" writes them
	tenantFile = "tenant.jsonl" // the tenant and its Key Vault: the journal of package sim
	restFile   = "rest.json"
)

// rest is what a saved World has beside its rows and its tenant.
type rest struct {
	At       time.Time                `json:"at"`
	Queues   map[string][]string      `json:"queues"`
	Uploads  map[string]blobtest.Blob `json:"uploads"`
	Settings []config.Setting         `json:"settings"`
}

// NewSavable is NewWorld for a world that can be saved.
func NewSavable(t testing.TB) *World {
	t.Helper()
	w := newWorld(t, filepath.Join(t.TempDir(), tenantFile))
	w.Start()
	return w
}

// Save writes all that a world of NewSavable has stored into a folder.
func (w *World) Save(dir string) {
	w.T.Helper()
	r := rest{time.Now().UTC(), map[string][]string{}, w.Blobs.Snapshot(app.Uploads), config.Settings()}
	for _, q := range app.QueueNames() {
		r.Queues[q] = w.Queues.Texts(q)
	}
	var rows bytes.Buffer
	must.Get(backup.Export(w.T.Context(), w.Tables.Service(w.T, w.Tables.Transport()), app.TableNames(), &rows))(w.T)
	text := must.Get(json.MarshalIndent(r, "", " "))(w.T)
	tenant, err := os.ReadFile(w.Tenant.Journal())
	if err = errors.Join(err, os.WriteFile(filepath.Join(dir, rowsFile), rows.Bytes(), 0o644),
		os.WriteFile(filepath.Join(dir, restFile), append(text, '\n'), 0o644),
		os.WriteFile(filepath.Join(dir, tenantFile), tenant, 0o644)); err != nil {
		w.T.Fatal(err)
	}
}

// Open starts the product with what Save wrote into a folder, at the time at which it
// was saved, and returns the settings of the release that saved it. It runs in
// simulated time.
func Open(t testing.TB, dir string) (*World, []config.Setting) {
	t.Helper()
	var r rest
	text, err := os.ReadFile(filepath.Join(dir, restFile))
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(r.At)) // simulated
	journal := filepath.Join(t.TempDir(), tenantFile)
	tenant, err := os.ReadFile(filepath.Join(dir, tenantFile))
	if err = errors.Join(err, os.WriteFile(journal, tenant, 0o600)); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, journal)
	restore(t, dir, w.Tables)
	for q, texts := range r.Queues {
		for _, text := range texts {
			w.Queues.Add(q, text)
		}
	}
	w.Blobs.Restore(app.Uploads, r.Uploads)
	w.Start()
	return w, r.Settings
}

// Rows are the rows that Save wrote into a folder, as no start of a process changed them.
func Rows(t testing.TB, dir string) map[string][]table.Row {
	t.Helper()
	tables := tabletest.New()
	restore(t, dir, tables)
	return tables.Snapshot(t)
}

func restore(t testing.TB, dir string, tables *tabletest.Server) {
	t.Helper()
	rows := must.Get(os.ReadFile(filepath.Join(dir, rowsFile)))(t)
	service := tables.Service(t, tables.Transport())
	must.Do(t, service.Create(t.Context(), app.TableNames()...))
	must.Get(backup.Import(t.Context(), service, app.TableNames(), bytes.NewReader(rows), false))(t)
}
