package tabletest

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	filterForm = regexp.MustCompile(`^PartitionKey eq '((?:[^']|'')*)'((?: and RowKey (?:ge|gt|lt|le) '(?:[^']|'')*')*)$`)
	boundForm  = regexp.MustCompile(` and RowKey (ge|gt|lt|le) '((?:[^']|'')*)'`)
)

func unquote(s string) string { return strings.ReplaceAll(s, "''", "'") }

// query answers with the rows of one partition between two keys. It refuses other
// queries, since package table does not send them.
func (s *Server) query(w http.ResponseWriter, r *http.Request, name string) {
	q := r.URL.Query()
	m := filterForm.FindStringSubmatch(q.Get("$filter"))
	known := []string{"$filter", "$select", "$top", "NextPartitionKey", "NextRowKey"}
	for p := range q {
		if !slices.Contains(known, p) {
			m = nil
		}
	}
	if m == nil {
		writeProblem(w, &problem{http.StatusNotImplemented, "NotImplemented", "This double does not know the query " + r.URL.RawQuery})
		return
	}
	t := s.tables[name]
	if t == nil {
		writeProblem(w, noTable())
		return
	}
	top, err := strconv.Atoi(cmp.Or(q.Get("$top"), "1000"))
	if err != nil || top < 1 || top > 1000 {
		writeProblem(w, invalid("InvalidInput", "$top is %s.", q.Get("$top")))
		return
	}
	if s.MaxPage > 0 {
		top = min(top, s.MaxPage)
	}
	partition := unquote(m[1])
	start, within := bounds(m[2])
	if q.Has("NextRowKey") {
		token, err := base64.URLEncoding.DecodeString(q.Get("NextRowKey"))
		if err != nil || q.Get("NextPartitionKey") != partition {
			writeProblem(w, invalid("InvalidInput", "The continuation token is not one of ours."))
			return
		}
		start = max(start, string(token))
	} else if s.EmptyPages {
		top = 0
	}
	writePage(w, t, page{name, partition, start, within, top, q.Get("$select")})
}

// A page says which rows answer a query.
type page struct {
	table, partition, start string
	within                  func(key string) int // see bounds
	top                     int                  // at most so many
	columns                 string               // "" for all
}

func writePage(w http.ResponseWriter, t *stored, p page) {
	out := []byte(`{"odata.metadata":"https://kantoorpost.table.core.windows.net/$metadata#` + p.table + `","value":[`)
	n := 0
	t.partitions[p.partition].from(p.start, func(r *row) bool {
		switch in := p.within(r.key); {
		case in < 0:
			return true
		case in > 0:
			return false
		}
		if n == p.top {
			w.Header().Set("x-ms-continuation-NextPartitionKey", p.partition)
			w.Header().Set("x-ms-continuation-NextRowKey", base64.URLEncoding.EncodeToString([]byte(r.key)))
			return false
		}
		if n > 0 {
			out = append(out, ',')
		}
		if p.columns != "" {
			out = appendColumns(out, r, strings.Split(p.columns, ","))
		} else {
			out = appendRow(out, p.partition, r, false)
		}
		n++
		return true
	})
	writeJSON(w, http.StatusOK, append(out, `]}`...))
}

// bounds reads the conditions on the row key: the first key, and whether a key is
// before (-1), within (0) or behind (1) the range.
func bounds(conditions string) (start string, within func(key string) int) {
	type bound struct{ compare, key string }
	var all []bound
	for _, m := range boundForm.FindAllStringSubmatch(conditions, -1) {
		b := bound{m[1], unquote(m[2])}
		all = append(all, b)
		if b.compare[0] == 'g' {
			start = max(start, b.key)
		}
	}
	return start, func(key string) int {
		for _, b := range all {
			c := strings.Compare(key, b.key)
			switch {
			case b.compare == "ge" && c < 0, b.compare == "gt" && c <= 0:
				return -1
			case b.compare == "lt" && c >= 0, b.compare == "le" && c > 0:
				return 1
			}
		}
		return 0
	}
}
