package blob_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/blob"
	"kantoorpost/shared/blob/blobtest"
	"kantoorpost/shared/dev/azurite/azuritetest"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/must"
	"kantoorpost/shared/storage"
	"kantoorpost/shared/wiretest"
)

const limit = 9 << 20

func TestDoubleKeepsThePromises(t *testing.T) {
	store, server := blobtest.Open(t)
	server.MaxPage = 2
	run(t, store)
}

func TestAzuriteKeepsThePromises(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: no Azurite")
	}
	store := must.Get(blob.Open(storage.Account{ConnectionString: azuritetest.ForTest(t).ConnectionString()}, "u"+ids.Random()))(t)
	if err := store.Check(t.Context()); err == nil {
		t.Error("a container that is not there is there")
	}
	for range 2 {
		must.Do(t, store.Create(t.Context()))
	}
	if err := store.Check(t.Context()); err != nil {
		t.Error(err)
	}
	run(t, store)
}

// run checks what package blob promises of an empty container.
func run(t *testing.T, store *blob.Store) {
	large := make([]byte, limit)
	_, _ = rand.Read(large)
	until := time.Now().Add(time.Hour).Truncate(time.Second)
	about := blob.Info{Owner: "m1", Name: "Jaarrekening é ☂ 2026.pdf", ContentType: "application/pdf", Until: until}
	for _, content := range [][]byte{{}, []byte("kort"), large} {
		id := ids.Random()
		got, err := store.Put(t.Context(), id, about, bytes.NewReader(content), limit)
		if err != nil || got.Size != int64(len(content)) {
			t.Fatalf("%d bytes: %+v, %v", len(content), got, err)
		}
		f := must.Get(store.Open(t.Context(), id))(t)
		want := about
		want.Size = int64(len(content))
		if f.Until = f.Until.Local(); f.Info != want || f.Size() != want.Size {
			t.Errorf("%+v, want %+v", f.Info, want)
		}
		var all bytes.Buffer
		if _, err := f.WriteTo(&all); err != nil || !bytes.Equal(all.Bytes(), content) {
			t.Errorf("%d bytes were read as %d, %v", len(content), all.Len(), err)
		}
		parts(t, f, content)
	}
	refused(t, store, about)
	swept(t, store, until)
}

// parts reads the end and what lies behind it, as io.ReaderAt says.
func parts(t *testing.T, f io.ReaderAt, content []byte) {
	end := int64(len(content))
	p := make([]byte, 8)
	n, err := f.ReadAt(p, max(end-3, 0))
	if want := content[max(end-3, 0):]; err != io.EOF || !bytes.Equal(p[:n], want) {
		t.Errorf("the end is %q, %v; want %q", p[:n], err, want)
	}
	if n, err := f.ReadAt(p, end); n != 0 || err != io.EOF {
		t.Errorf("behind the end are %d bytes, %v", n, err)
	}
	if _, err := f.ReadAt(p, -1); err == nil {
		t.Error("there is something before the start")
	}
}

// refused has what is not stored, or not there.
func refused(t *testing.T, store *blob.Store, about blob.Info) {
	id := ids.Random()
	if _, err := store.Put(t.Context(), id, about, io.LimitReader(rand.Reader, limit+1), limit); !errors.Is(err, blob.ErrTooLarge) {
		t.Errorf("one byte too many: %v", err)
	}
	broken := errors.New("the sender has gone")
	if _, err := store.Put(t.Context(), id, about, io.MultiReader(strings.NewReader("half"), failing{broken}), limit); !errors.Is(err,
		broken) {
		t.Errorf("a sender who goes: %v", err)
	}
	if _, err := store.Open(t.Context(), id); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("half a file is there: %v", err)
	}
	if err := store.Keep(t.Context(), id, time.Now()); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("keep nothing: %v", err)
	}
	if err := store.Delete(t.Context(), id); err != nil {
		t.Error(err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// swept has the files in the store expire, but for one that is kept.
func swept(t *testing.T, store *blob.Store, until time.Time) {
	kept := ids.Random()
	must.Get(store.Put(t.Context(), kept, blob.Info{Until: until}, strings.NewReader("x"), limit))(t)
	for _, at := range []time.Time{until.Add(time.Hour), until} { // the second is earlier, and changes nothing
		must.Do(t, store.Keep(t.Context(), kept, at))
	}
	used := ids.Random()
	must.Get(store.Put(t.Context(), used, blob.Info{Until: until}, strings.NewReader("x"), limit))(t)
	for _, step := range []struct {
		at      time.Time
		deleted int
	}{{until.Add(-time.Second), 0}, {until, 3}, {until, 0}, {until.Add(time.Hour), 1}} {
		if n, err := store.Sweep(t.Context(), step.at, func() ([]string, error) { return []string{used}, nil }); err != nil || n != step.deleted {
			t.Errorf("at %v: %d deleted, %v; want %d", step.at, n, err, step.deleted)
		}
	}
}

// A file is there once whatever happens to one request, and its parts are never more
// in memory than a few blocks.
func TestPutSurvivesTheWire(t *testing.T) {
	for _, fault := range []wiretest.Fault{wiretest.Refuse, wiretest.Lose, wiretest.Hang} {
		for broken := range 4 {
			synctest.Test(t, func(t *testing.T) {
				_, server := blobtest.Open(t)
				wire := server.Transport()
				wire.Fault(wiretest.At(broken, fault))
				store := must.Get(blob.Open(storage.Account{ConnectionString: blobtest.Connection, Transport: wire}, "uploads"))(t)
				content := bytes.Repeat([]byte("kantoor"), 5<<20/7*2)
				if _, err := store.Put(t.Context(), "one", blob.Info{}, bytes.NewReader(content), math.MaxInt64); err != nil {
					t.Fatalf("fault %d of call %d: %v", fault, broken, err)
				}
				for _, c := range wire.Calls() {
					if c.Sent > 4<<20 {
						t.Errorf("%s %s carries %d bytes", c.Method, c.URL, c.Sent)
					}
				}
				f, err := store.Open(t.Context(), "one")
				if err != nil || f.Size() != int64(len(content)) || !slices.Equal(server.Names("uploads"), []string{"one"}) {
					t.Errorf("fault %d of call %d: %v, %v", fault, broken, f, err)
				}
			})
		}
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []storage.Account{{}, {URL: "https://x.blob.core.windows.net"}, {ConnectionString: "x"}} {
		if _, err := blob.Open(o, "uploads"); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
}
