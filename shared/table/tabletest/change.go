package tabletest

import (
	"io"
	"net/http"
	"strings"
)

// maxBody is the largest request that the service accepts, in bytes.
const maxBody = 4 << 20

// A change is the effect of one request that was checked.
type change struct {
	table     string
	partition string
	key       string
	row       *row // nil for a deletion
	status    int
	echo      bool // the row is part of the answer
}

// plan checks a write and returns its change. It changes nothing.
func (s *Server) plan(r *http.Request) (change, *problem) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return change{}, invalid("InvalidInput", "The body cannot be read: %v", err)
	}
	if len(body) > maxBody {
		return change{}, &problem{http.StatusRequestEntityTooLarge, "RequestBodyTooLarge", "The request body is too large."}
	}
	path := resource(r)
	if r.Method == http.MethodPost && tableName.MatchString(path) {
		return s.planInsert(path, body, r.Header.Get("Prefer") != "return-no-content")
	}
	m := entityPath.FindStringSubmatch(path)
	if m == nil {
		return change{}, &problem{http.StatusNotImplemented, "NotImplemented", "This double does not know " + r.Method + " " + r.URL.Path}
	}
	c := change{table: m[1], partition: unquote(m[2]), key: unquote(m[3]), status: http.StatusNoContent}
	for _, key := range []string{c.partition, c.key} {
		if p := checkKey(key); p != nil {
			return c, p
		}
	}
	t := s.tables[c.table]
	if t == nil {
		return c, noTable()
	}
	old := t.partitions[c.partition].get(c.key)
	match := r.Header.Get("If-Match")
	switch {
	case r.Method == http.MethodDelete && match == "":
		return c, invalid("MissingRequiredHeader", "If-Match is required.")
	case match != "" && match != "*" && (!strings.HasPrefix(match, `W/"`) || !strings.HasSuffix(match, `"`)):
		return c, invalid("InvalidInput", "The etag value '%s' specified in one of the request headers is not valid.", match)
	case old == nil && match != "":
		return c, noRow()
	case old != nil && match != "" && match != "*" && match != etag(old.ticks):
		return c, &problem{http.StatusPreconditionFailed, "UpdateConditionNotSatisfied",
			"The update condition specified in the request was not satisfied."}
	}
	switch r.Method {
	case http.MethodDelete:
		return c, nil
	case http.MethodPut, http.MethodPatch, "MERGE":
		return s.planUpdate(c, old, body, r.Method != http.MethodPut)
	}
	return c, &problem{http.StatusMethodNotAllowed, "MethodNotAllowed", "The method is not allowed."}
}

func (s *Server) planInsert(name string, body []byte, echo bool) (change, *problem) {
	c := change{table: name, status: http.StatusNoContent, echo: echo}
	if echo {
		c.status = http.StatusCreated
	}
	e, p := readEntity(body)
	if p != nil {
		return c, p
	}
	if e.partition == nil || e.key == nil {
		return c, invalid("PropertiesNeedValue", "The values are not specified for all properties in the entity.")
	}
	c.partition, c.key = *e.partition, *e.key
	t := s.tables[name]
	if t == nil {
		return c, noTable()
	}
	if t.partitions[c.partition].get(c.key) != nil {
		return c, &problem{http.StatusConflict, "EntityAlreadyExists", "The specified entity already exists."}
	}
	c.row, p = e.row(c.partition, c.key, s.now())
	return c, p
}

func (s *Server) planUpdate(c change, old *row, body []byte, merge bool) (change, *problem) {
	e, p := readEntity(body)
	if p != nil {
		return c, p
	}
	if e.partition != nil && *e.partition != c.partition || e.key != nil && *e.key != c.key {
		return c, invalid("InvalidInput", "The keys of the body are not those of the address.")
	}
	if merge && old != nil {
		// The stored JSON was valid, so it can be read again.
		before, p := readEntity([]byte("{" + strings.TrimPrefix(string(old.props), ",") + "}"))
		if p != nil {
			return c, p
		}
		for name, value := range e.props {
			before.props[name] = value
		}
		e = before
	}
	c.row, p = e.row(c.partition, c.key, s.now())
	return c, p
}

// apply makes a planned change.
func (s *Server) apply(c change) {
	t := s.tables[c.table]
	p := t.partitions[c.partition]
	if p == nil {
		p = &sorted{}
		t.partitions[c.partition] = p
	}
	if c.row == nil {
		p.remove(c.key)
	} else {
		p.put(c.row)
	}
}

// single handles a write that is not in a batch.
func (s *Server) single(w http.ResponseWriter, r *http.Request) {
	c, p := s.plan(r)
	if p != nil {
		writeProblem(w, p)
		return
	}
	s.apply(c)
	if c.row != nil {
		w.Header().Set("ETag", etag(c.row.ticks))
	}
	if c.echo {
		writeJSON(w, c.status, appendRow(nil, c.partition, c.row, true))
		return
	}
	w.WriteHeader(c.status)
}
