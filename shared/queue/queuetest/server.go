// Package queuetest is a small queue service for tests: it implements the REST
// protocol of Azure Queue Storage and keeps its messages in memory, in heaps, so
// that a long queue costs no more than a short one.
//
// It can also receive messages as the Functions host does. It stores nothing,
// checks no signatures, and answers an unknown request with 501.
package queuetest

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"kantoorpost/shared/must"
	"kantoorpost/shared/queue"
	"kantoorpost/shared/storage"
	"kantoorpost/shared/wiretest"
)

// A Server is the queue service of one storage account. Set its fields before its
// first use. It is safe for concurrent use.
type Server struct {
	// Deleting is how long a deleted queue cannot be created again.
	Deleting time.Duration
	// Refuse may refuse a request before it has any effect, with a status and
	// the service's code. Status 0 lets it pass. A nil Refuse lets all pass.
	Refuse func(*http.Request) (status int, code string)

	mu      sync.Mutex
	queues  map[string]*messages
	deleted map[string]time.Time
	serial  uint64 // of the newest message or receipt
}

// New returns a service without queues.
func New() *Server {
	return &Server{queues: map[string]*messages{}, deleted: map[string]time.Time{}}
}

// Transport returns a wire to s, which counts requests and can inject faults.
func (s *Server) Transport() *wiretest.Wire { return wiretest.Transport(s) }

// Connection is a connection string of an account that s serves, over the
// Transport of s or, with another QueueEndpoint, over a socket.
const Connection = "DefaultEndpointsProtocol=https;AccountName=kantoorpost;AccountKey=a2V5;EndpointSuffix=core.windows.net"

// Service opens the service with the real client, over wire.
func (s *Server) Service(tb testing.TB, wire *wiretest.Wire) *queue.Service {
	tb.Helper()
	service := must.Get(queue.Open(storage.Account{ConnectionString: Connection, Transport: wire}))(tb)
	return service
}

// ServeHTTP answers one request of the Queue service's REST protocol.
//
// See https://learn.microsoft.com/rest/api/storageservices/queue-service-rest-api
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
	// Emulators have the account in the path; Azure has it in the host.
	path := strings.TrimPrefix(strings.Trim(r.URL.Path, "/"), "devstoreaccount1/")
	segments := strings.Split(path, "/")
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.serve(w, r, segments)
	if p != nil {
		writeProblem(w, p)
	}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, path []string) *problem {
	unknown := &problem{http.StatusNotImplemented, "NotImplemented", "This double does not know " + r.Method + " " + r.URL.String()}
	name := path[0]
	q := s.queues[name]
	now := time.Now()
	if q != nil {
		q.expire(now)
	}
	switch {
	case len(path) == 1 && r.Method == http.MethodPut && !r.URL.Query().Has("comp"):
		return s.createQueue(w, name, now)
	case name == "" || len(path) > 3 || len(path) > 1 && path[1] != "messages":
		return unknown
	case q == nil:
		return &problem{http.StatusNotFound, "QueueNotFound", "The specified queue does not exist."}
	case len(path) == 1:
		return s.serveQueue(w, r, name, q, unknown)
	case len(path) == 2:
		return s.serveMessages(w, r, q, now, unknown)
	case r.Method == http.MethodDelete:
		return s.deleteMessage(w, r, q, path[2])
	case r.Method == http.MethodPut:
		return s.updateMessage(w, r, q, path[2], now)
	}
	return unknown
}

func (s *Server) serveMessages(w http.ResponseWriter, r *http.Request, q *messages, now time.Time, unknown *problem) *problem {
	switch r.Method {
	case http.MethodPost:
		return s.putMessage(w, r, q, now)
	case http.MethodGet:
		return s.getMessages(w, r, q, now)
	case http.MethodDelete:
		q.clear()
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return unknown
}
