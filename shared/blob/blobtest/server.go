// Package blobtest is a small blob service for tests: it implements the part of the
// REST protocol of Azure Blob Storage that package blob uses, and keeps its blobs in
// memory. It checks no signatures, and answers an unknown request with 501.
package blobtest

import (
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"kantoorpost/shared/blob"
	"kantoorpost/shared/storage"
	"kantoorpost/shared/wiretest"
)

// A Server is the blob service of one storage account. It is safe for concurrent use.
type Server struct {
	// Refuse may refuse a request before it has any effect, with a status and the
	// service's code. Status 0 lets it pass. A nil Refuse lets all pass.
	Refuse func(*http.Request) (status int, code string)
	// MaxPage is how many blobs one page of a list has; 0 for 5,000.
	MaxPage int

	mu         sync.Mutex
	containers map[string]map[string]*stored
}

type stored struct {
	content   []byte
	metadata  http.Header
	blocks    map[string][]byte // staged or committed
	committed bool
	etag      int
}

// New returns a service without containers.
func New() *Server { return &Server{containers: map[string]map[string]*stored{}} }

// Connection is a connection string of an account that s serves over its Transport.
const Connection = "DefaultEndpointsProtocol=https;AccountName=kantoorpost;AccountKey=a2V5;EndpointSuffix=core.windows.net"

// Transport returns a wire to s, which counts requests and can inject faults.
func (s *Server) Transport() *wiretest.Wire { return wiretest.Transport(s) }

// Open returns a new store with its container, and the server behind it.
func Open(tb testing.TB) (*blob.Store, *Server) {
	tb.Helper()
	s := New()
	store, err := blob.Open(storage.Account{ConnectionString: Connection, Transport: s.Transport()}, "uploads")
	if err == nil {
		err = store.Create(tb.Context())
	}
	if err != nil {
		tb.Fatal(err)
	}
	return store, s
}

// CreateContainer adds an empty container.
func (s *Server) CreateContainer(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.containers[name] = map[string]*stored{}
}

// Names returns the names of the blobs of a container, in order.
func (s *Server) Names(container string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.names(container)
}

// A Blob is a blob as the service keeps it.
type Blob struct {
	Content  []byte            `json:"content"`
	Metadata map[string]string `json:"metadata"` // by the name of its header
}

// Snapshot returns the blobs of a container by their names.
func (s *Server) Snapshot(container string) map[string]Blob {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]Blob{}
	for _, name := range s.names(container) {
		b := s.containers[container][name]
		all[name] = Blob{slices.Clone(b.content), map[string]string{}}
		for header := range b.metadata {
			all[name].Metadata[header] = b.metadata.Get(header)
		}
	}
	return all
}

// Restore puts the blobs of a Snapshot into a container.
func (s *Server) Restore(container string, blobs map[string]Blob) {
	s.CreateContainer(container)
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, b := range blobs {
		kept := &stored{content: b.Content, metadata: http.Header{}, blocks: map[string][]byte{}, committed: true, etag: 1}
		for header, value := range b.Metadata {
			kept.metadata.Set(header, value)
		}
		s.containers[container][name] = kept
	}
}

func (s *Server) names(container string) []string {
	var names []string
	for name, b := range s.containers[container] {
		if b.committed {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// ServeHTTP answers one request of the Blob service's REST protocol.
//
// See https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.Refuse != nil {
		if status, code := s.Refuse(r); status != 0 {
			refuse(w, status, code)
			return
		}
	}
	if r.Header.Get("Authorization") == "" {
		refuse(w, http.StatusForbidden, "AuthenticationFailed")
		return
	}
	// The SDK writes some names of headers in lower case, which a socket would mend.
	for name, values := range maps.Clone(r.Header) {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		refuse(w, http.StatusBadRequest, "InvalidInput")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	container, name, isBlob := strings.Cut(strings.Trim(r.URL.Path, "/"), "/")
	if isBlob {
		s.blob(w, r, container, name, body)
		return
	}
	s.container(w, r, container)
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("X-Ms-Error-Code", code)
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, `<?xml version="1.0" encoding="utf-8"?><Error><Code>%s</Code><Message>Refused.</Message></Error>`, code)
}

func (s *Server) container(w http.ResponseWriter, r *http.Request, name string) {
	blobs, exists := s.containers[name]
	switch q := r.URL.Query(); {
	case r.Method == http.MethodPut && q.Get("restype") == "container" && exists:
		refuse(w, http.StatusConflict, "ContainerAlreadyExists")
	case r.Method == http.MethodPut && q.Get("restype") == "container":
		s.containers[name] = map[string]*stored{}
		w.WriteHeader(http.StatusCreated)
	case !exists:
		refuse(w, http.StatusNotFound, "ContainerNotFound")
	case r.Method == http.MethodGet && q.Get("comp") == "list":
		s.list(w, name, q.Get("marker"), blobs)
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		w.WriteHeader(http.StatusOK)
	default:
		refuse(w, http.StatusNotImplemented, "NotImplemented")
	}
}

func (s *Server) list(w http.ResponseWriter, container, marker string, blobs map[string]*stored) {
	all := s.names(container)
	all = slices.DeleteFunc(all, func(name string) bool { return name < marker })
	next := ""
	if most := s.MaxPage; most > 0 && len(all) > most {
		all, next = all[:most], all[most]
	}
	w.Header().Set("Content-Type", "application/xml")
	fmt.Fprintf(w, `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ContainerName="%s"><Blobs>`, container)
	for _, name := range all {
		fmt.Fprintf(w, `<Blob><Name>%s</Name><Properties><Content-Length>%d</Content-Length></Properties><Metadata>`, name,
			len(blobs[name].content))
		for key := range blobs[name].metadata {
			tag := strings.ToLower(strings.TrimPrefix(key, metaPrefix))
			fmt.Fprintf(w, "<%s>%s</%s>", tag, blobs[name].metadata.Get(key), tag)
		}
		fmt.Fprint(w, "</Metadata></Blob>")
	}
	fmt.Fprintf(w, "</Blobs><NextMarker>%s</NextMarker></EnumerationResults>", next)
}

const metaPrefix = "X-Ms-Meta-"

// setMetadata replaces the metadata by that of the request.
func (b *stored) setMetadata(r *http.Request) {
	b.metadata = http.Header{}
	for name, values := range r.Header {
		if strings.HasPrefix(name, metaPrefix) {
			b.metadata[name] = values
		}
	}
	b.etag++
}

func (s *Server) blob(w http.ResponseWriter, r *http.Request, container, name string, body []byte) {
	blobs, exists := s.containers[container]
	if !exists {
		refuse(w, http.StatusNotFound, "ContainerNotFound")
		return
	}
	b := blobs[name]
	comp := r.URL.Query().Get("comp")
	switch {
	case r.Method == http.MethodPut && (comp == "" || comp == "block" || comp == "blocklist"):
		if b == nil {
			b = &stored{blocks: map[string][]byte{}}
			blobs[name] = b
		}
		b.put(w, r, comp, body)
	case b == nil || !b.committed:
		refuse(w, http.StatusNotFound, "BlobNotFound")
	case r.Method == http.MethodPut && comp == "metadata":
		b.setMetadata(r)
		w.WriteHeader(http.StatusOK)
	case r.Method == http.MethodDelete:
		delete(blobs, name)
		w.WriteHeader(http.StatusAccepted)
	case r.Method == http.MethodGet && comp == "", r.Method == http.MethodHead && comp == "":
		b.get(w, r)
	default:
		refuse(w, http.StatusNotImplemented, "NotImplemented")
	}
}

func (b *stored) put(w http.ResponseWriter, r *http.Request, comp string, body []byte) {
	switch comp {
	case "block":
		b.blocks[r.URL.Query().Get("blockid")] = body
	case "blocklist":
		var list struct {
			Latest []string `xml:"Latest"`
		}
		if err := xml.Unmarshal(body, &list); err != nil {
			refuse(w, http.StatusBadRequest, "InvalidXmlDocument")
			return
		}
		b.content = nil
		for _, id := range list.Latest {
			block, ok := b.blocks[id]
			if !ok {
				refuse(w, http.StatusBadRequest, "InvalidBlockList")
				return
			}
			b.content = append(b.content, block...)
		}
		b.committed = true // the blocks stay: "Latest" finds those of an earlier list too
		b.setMetadata(r)
	default:
		b.content, b.committed = body, true
		b.setMetadata(r)
	}
	w.WriteHeader(http.StatusCreated)
}

func (b *stored) get(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for name, values := range b.metadata {
		h[name] = values
	}
	h.Set("ETag", strconv.Quote(strconv.Itoa(b.etag)))
	h.Set("Last-Modified", time.Now().UTC().Format(http.TimeFormat))
	if ranged := r.Header.Get("X-Ms-Range"); ranged != "" {
		r.Header.Set("Range", ranged)
	}
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(string(b.content)))
}
