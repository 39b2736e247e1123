package tabletest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// A problem is an error answer.
type problem struct {
	status  int
	code    string
	message string
}

func invalid(code, format string, args ...any) *problem {
	return &problem{http.StatusBadRequest, code, fmt.Sprintf(format, args...)}
}

// body returns the problem in the service's format.
//
// See https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2
func (p *problem) body() []byte {
	var e struct {
		Error struct {
			Code    string `json:"code"`
			Message struct {
				Lang  string `json:"lang"`
				Value string `json:"value"`
			} `json:"message"`
		} `json:"odata.error"`
	}
	e.Error.Code, e.Error.Message.Lang = p.code, "en-US"
	e.Error.Message.Value = p.message + "\nRequestId:00000000-0000-0000-0000-000000000000\nTime:2026-01-01T00:00:00.0000000Z"
	data, _ := json.Marshal(e) // strings always encode
	return data
}

const jsonType = "application/json;odata=minimalmetadata;streaming=true;charset=utf-8"

func writeProblem(w http.ResponseWriter, p *problem) {
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(p.status)
	w.Write(p.body())
}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", jsonType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body)
}

func timestamp(ticks int64) string {
	return time.Unix(ticks/1e7, ticks%1e7*100).UTC().Format(edmTime)
}

func etag(ticks int64) string {
	return `W/"datetime'` + url.QueryEscape(timestamp(ticks)) + `'"`
}

// appendRow appends a row in the service's format.
func appendRow(out []byte, partition string, r *row, metadata bool) []byte {
	out = append(out, '{')
	if metadata {
		out = append(out, `"odata.metadata":"https://kantoorpost.table.core.windows.net/$metadata#row/@Element",`...)
	}
	out = append(out, `"odata.etag":`...)
	out = append(out, quote(etag(r.ticks))...)
	out = append(out, `,"PartitionKey":`...)
	out = append(out, quote(partition)...)
	out = append(out, `,"RowKey":`...)
	out = append(out, quote(r.key)...)
	out = append(out, `,"Timestamp":`...)
	out = append(out, quote(timestamp(r.ticks))...)
	out = append(out, r.props...)
	return append(out, '}')
}

// appendColumns appends the selected properties of a row. A missing property is
// null.
// https://learn.microsoft.com/rest/api/storageservices/querying-tables-and-entities
func appendColumns(out []byte, r *row, columns []string) []byte {
	var props map[string]json.RawMessage
	// it was written here
	_ = json.Unmarshal(append(append([]byte(`{"RowKey":`), quote(r.key)...), append(slices.Clone(r.props), '}')...), &props)
	out = append(out, '{')
	for i, name := range columns {
		if i > 0 {
			out = append(out, ',')
		}
		value := props[name]
		if value == nil {
			value = json.RawMessage("null")
		}
		if kind := props[name+"@odata.type"]; kind != nil {
			out = fmt.Appendf(out, "%s:%s,", quote(name+"@odata.type"), kind)
		}
		out = fmt.Appendf(out, "%s:%s", quote(name), value)
	}
	return append(out, '}')
}

func quote(s string) []byte {
	q, _ := json.Marshal(s) // strings always encode
	return q
}

func (s *Server) createTable(w http.ResponseWriter, r *http.Request) {
	var t struct{ TableName string }
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, &t)
	}
	deleted, isDeleted := s.deleted[t.TableName]
	switch {
	case err != nil:
		writeProblem(w, invalid("InvalidInput", "The body cannot be read: %v", err))
	case !tableName.MatchString(t.TableName):
		writeProblem(w, invalid("InvalidResourceName", "The specifed resource name contains invalid characters."))
	case s.tables[t.TableName] != nil:
		writeProblem(w, &problem{http.StatusConflict, "TableAlreadyExists", "The table specified already exists."})
	case isDeleted && time.Since(deleted) < s.Deleting:
		writeProblem(w, &problem{http.StatusConflict, "TableBeingDeleted", "The specified table is being deleted. Try operation later."})
	default:
		s.tables[t.TableName] = &stored{map[string]*sorted{}}
		writeJSON(w, http.StatusCreated, fmt.Appendf(nil, `{"TableName":%s}`, quote(t.TableName)))
	}
}

func (s *Server) deleteTable(w http.ResponseWriter, name string) {
	if s.tables[name] == nil {
		writeProblem(w, &problem{http.StatusNotFound, "ResourceNotFound", "The specified resource does not exist."})
		return
	}
	delete(s.tables, name)
	s.deleted[name] = time.Now()
	w.WriteHeader(http.StatusNoContent)
}

func noTable() *problem {
	return &problem{http.StatusNotFound, "TableNotFound", "The table specified does not exist."}
}

func noRow() *problem {
	return &problem{http.StatusNotFound, "ResourceNotFound", "The specified resource does not exist."}
}

func (s *Server) get(w http.ResponseWriter, path string) {
	m := entityPath.FindStringSubmatch(path)
	partition, key := unquote(m[2]), unquote(m[3])
	t := s.tables[m[1]]
	if t == nil {
		writeProblem(w, noTable())
		return
	}
	r := t.partitions[partition].get(key)
	if r == nil {
		writeProblem(w, noRow())
		return
	}
	w.Header().Set("ETag", etag(r.ticks))
	writeJSON(w, http.StatusOK, appendRow(nil, partition, r, true))
}
