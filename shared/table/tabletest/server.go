// Package tabletest is a small table service for tests: it implements the REST
// protocol of Azure Table Storage, keeps its rows sorted in memory, and refuses
// what Azure refuses, which Microsoft's own emulator does not always do.
//
// It knows the requests of package table and answers any other with 501. It stores
// nothing and checks no signatures.
package tabletest

import (
	"iter"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"kantoorpost/shared/must"
	"kantoorpost/shared/storage"
	"kantoorpost/shared/table"
	"kantoorpost/shared/wiretest"
)

// A Server is the table service of one storage account. Set its fields before its
// first use. It is safe for concurrent use.
type Server struct {
	// MaxPage is the largest number of rows in one page of a query; 0 for no
	// limit.
	MaxPage int
	// EmptyPages makes each query begin with a page without rows that says where
	// to continue. The service may send such a page at any time.
	EmptyPages bool
	// Deleting is how long a deleted table cannot be created again.
	Deleting time.Duration
	// Refuse may refuse a request before it has any effect, with a status and
	// the service's code. Status 0 lets it pass. A nil Refuse lets all pass.
	Refuse func(*http.Request) (status int, code string)

	mu      sync.Mutex
	tables  map[string]*stored
	deleted map[string]time.Time
	ticks   int64 // the newest version, in 100 ns since 1970
}

// stored is one table.
type stored struct{ partitions map[string]*sorted }

// New returns a service without tables.
func New() *Server {
	return &Server{tables: map[string]*stored{}, deleted: map[string]time.Time{}}
}

// Transport returns a wire to s, which counts requests and can inject faults.
func (s *Server) Transport() *wiretest.Wire { return wiretest.Transport(s) }

// Connection is a connection string of an account that s serves, over the
// Transport of s or, with another TableEndpoint, over a socket.
const Connection = "DefaultEndpointsProtocol=https;AccountName=kantoorpost;AccountKey=a2V5;EndpointSuffix=core.windows.net"

// Service opens the service with the real client, over wire.
func (s *Server) Service(tb testing.TB, wire policy.Transporter) *table.Service {
	tb.Helper()
	service := must.Get(table.Open(storage.Account{ConnectionString: Connection, Transport: wire}))(tb)
	return service
}

// Open returns a new, empty service with the given tables.
func Open(tb testing.TB, tables ...string) *table.Service {
	tb.Helper()
	s := New()
	service := s.Service(tb, s.Transport())
	must.Do(tb, service.Create(tb.Context(), tables...))
	return service
}

// Fill stores documents (see table.Document) by key in a table that has a row already. It is
// for many: no request is made for them.
func (s *Server) Fill(name string, documents iter.Seq2[string, string]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.tables[name].partitions {
		for key, document := range documents {
			p.put(&row{key: key, ticks: s.now(), props: append([]byte(`,"data":`), quote(document)...)})
		}
	}
}

// Snapshot reads all rows of all tables, for each table in the order of their keys.
func (s *Server) Snapshot(tb testing.TB) map[string][]table.Row {
	tb.Helper()
	s.mu.Lock()
	copied := New()
	for name, t := range s.tables {
		copied.tables[name] = &stored{map[string]*sorted{}}
		for key, p := range t.partitions {
			copied.tables[name].partitions[key] = p.clone()
		}
	}
	s.mu.Unlock()

	all := make(map[string][]table.Row, len(copied.tables))
	service := copied.Service(tb, copied.Transport())
	for name := range copied.tables {
		for from := ""; ; {
			rows, next, err := service.Table(name).Range(tb.Context(), from, "", table.MaxRange)
			if err != nil {
				tb.Fatal(err)
			}
			all[name] = append(all[name], rows...)
			if from = next; from == "" {
				break
			}
		}
	}
	return all
}

var (
	entityPath = regexp.MustCompile(`^([A-Za-z0-9]+)\(PartitionKey='((?:[^']|'')*)',RowKey='((?:[^']|'')*)'\)$`)
	queryPath  = regexp.MustCompile(`^([A-Za-z0-9]+)\(\)$`)
	tablePath  = regexp.MustCompile(`^Tables\('([^']*)'\)$`)
	tableName  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]{2,62}$`)
)

// ServeHTTP answers one request of the Table service's REST protocol.
//
// See https://learn.microsoft.com/rest/api/storageservices/table-service-rest-api
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.Refuse != nil {
		if status, code := s.Refuse(r); status != 0 {
			writeProblem(w, &problem{status, code, "Refused by the test."})
			return
		}
	}
	if r.Header.Get("Authorization") == "" {
		writeProblem(w, &problem{http.StatusForbidden, "AuthenticationFailed", "Server failed to authenticate the request."})
		return
	}
	path := resource(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case path == "$batch" && r.Method == http.MethodPost:
		s.batch(w, r)
	case path == "Tables" && r.Method == http.MethodPost:
		s.createTable(w, r)
	case tablePath.MatchString(path) && r.Method == http.MethodDelete:
		s.deleteTable(w, tablePath.FindStringSubmatch(path)[1])
	case queryPath.MatchString(path) && r.Method == http.MethodGet:
		s.query(w, r, queryPath.FindStringSubmatch(path)[1])
	case entityPath.MatchString(path) && r.Method == http.MethodGet:
		s.get(w, path)
	default:
		s.single(w, r)
	}
}

// resource is the path of r below the account. Emulators have the account in the
// path; Azure has it in the host.
func resource(r *http.Request) string {
	path := strings.TrimPrefix(r.URL.Path, "/")
	return strings.TrimPrefix(path, "devstoreaccount1/")
}

// now returns a new version, later than every other.
func (s *Server) now() int64 {
	s.ticks = max(s.ticks+1, time.Now().UnixNano()/100)
	return s.ticks
}
