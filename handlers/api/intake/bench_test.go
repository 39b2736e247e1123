package intake

import (
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kantoorpost/shared/dev/azurite/azuritetest"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/must"
	"kantoorpost/shared/storage"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
)

// large returns the files of an office with many contacts.
func large(clients, contacts int) (files [2]string) {
	var c, p strings.Builder
	c.WriteString("nummer;naam;kvk;btw\n")
	for i := range clients {
		fmt.Fprintf(&c, "%d;Bakkerij Zoet %d B.V.;%08d;NL%09dB01\n", 100000+i, i, i, i)
	}
	p.WriteString("naam;e-mail;telefoon;functie;relatie\n")
	for i := range contacts {
		fmt.Fprintf(&p, "Piet Zoet%d;piet%d@zoet%d.nl;06%08d;Directeur;%d\n", i, i, i%max(clients, 1), i, 100000+i%max(clients, 1))
	}
	return [2]string{c.String(), p.String()}
}

func imports(t testing.TB, store *directory.Store, file string) Report {
	t.Helper()
	book := must.Get(Open([]byte(file)))(t)
	b := must.Get(store.Bulk(t.Context()))(t)
	report := Plan(b, book, "")
	if IsWrong(report) {
		t.Fatal(tell(report))
	}
	must.Do(t, b.Apply(t.Context()))
	return report
}

// BenchmarkImport imports 5,000 clients and 20,000 contacts into an empty
// directory.
func BenchmarkImport(b *testing.B) {
	files := large(5_000, 20_000)
	run := func(b *testing.B, open func(b *testing.B, name string) *table.Table) {
		n := 0
		for b.Loop() {
			b.StopTimer()
			n++
			store := directory.New(open(b, fmt.Sprintf("import%d%d", time.Now().UnixNano(), n)))
			runtime.GC()
			var peak atomic.Uint64
			stop := make(chan struct{})
			go watch(&peak, stop)
			b.StartTimer()
			imports(b, store, files[0])
			imports(b, store, files[1])
			close(stop)
			b.ReportMetric(float64(peak.Load())/(1<<20), "peak-MB")
		}
	}
	b.Run("double", func(b *testing.B) {
		run(b, func(b *testing.B, name string) *table.Table { return tabletest.Open(b, name).Table(name) })
	})
	b.Run("azurite", func(b *testing.B) {
		run(b, func(b *testing.B, name string) *table.Table {
			service := must.Get(table.Open(storage.Account{ConnectionString: azuritetest.ForTest(b).ConnectionString()}))(b)
			must.Do(b, service.Create(b.Context(), name))
			return service.Table(name)
		})
	})
	b.Run("plan alone", func(b *testing.B) {
		for b.Loop() {
			bulk := new(directory.Bulk)
			for _, file := range files {
				book := must.Get(Open([]byte(file)))(b)
				if report := Plan(bulk, book, ""); IsWrong(report) {
					b.Fatal(tell(report))
				}
			}
		}
	})
}

// watch records the largest heap that it sees.
func watch(peak *atomic.Uint64, stop chan struct{}) {
	var m runtime.MemStats
	for tick := time.NewTicker(100 * time.Millisecond); ; {
		select {
		case <-stop:
			tick.Stop()
			return
		case <-tick.C:
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.HeapInuse))
		}
	}
}

func TestALargeImportIsOneOfFewTransactions(t *testing.T) {
	server := tabletest.New()
	wire := server.Transport()
	service := server.Service(t, wire)
	must.Do(t, service.Create(t.Context(), "directory"))
	store := directory.New(service.Table("directory"))
	files := large(250, 1_000)
	imports(t, store, files[0])
	wire.Reset()
	before := len(server.Snapshot(t)["directory"])
	report := imports(t, store, files[1])
	rows, transactions := len(server.Snapshot(t)["directory"])-before, 0
	for _, call := range wire.Calls() {
		if strings.HasSuffix(call.URL, "$batch") {
			transactions++
		}
	}
	if report.Summary[Contacts].Create != 1_000 || rows < 5_000 || transactions > rows/60 {
		t.Errorf("%d transactions for %d rows", transactions, rows)
	}
	wire.Reset()
	again := imports(t, store, files[1])
	for _, call := range wire.Calls() {
		if call.Method != "GET" {
			t.Fatalf("an import that changes nothing does %s %s", call.Method, call.URL)
		}
	}
	if again.Summary[Contacts].Same != 1_000 {
		t.Errorf("again: %+v", again.Summary)
	}
}
