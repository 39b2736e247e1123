package tabletest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// edmTime is the service's format of a time.
const edmTime = "2006-01-02T15:04:05.9999999Z"

var (
	propName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	guid     = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
)

// An entity is the body of a request: properties by name, each with its JSON
// members for answers.
type entity struct {
	partition, key *string
	props          map[string]prop
}

type prop struct {
	json []byte // ,"name":value and its type
	size int    // the number of bytes that the service counts for name and value
}

// readEntity reads a body as strictly as Azure does.
//
// See https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
func readEntity(body []byte) (entity, *problem) {
	e := entity{props: map[string]prop{}}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil || !utf8.Valid(body) {
		return e, invalid("InvalidInput", "The body is not a JSON object in UTF-8: %v", err)
	}
	for name, raw := range members {
		if strings.HasPrefix(name, "odata.") || name == "Timestamp" || strings.HasSuffix(name, "@odata.type") {
			continue
		}
		if name == "PartitionKey" || name == "RowKey" {
			var key string
			if json.Unmarshal(raw, &key) != nil {
				return e, invalid("InvalidInput", "%s is not text.", name)
			}
			if p := checkKey(key); p != nil {
				return e, p
			}
			if name == "RowKey" {
				e.key = &key
			} else {
				e.partition = &key
			}
			continue
		}
		if string(raw) == "null" {
			continue
		}
		var edm string
		if t, ok := members[name+"@odata.type"]; ok && json.Unmarshal(t, &edm) != nil {
			return e, invalid("InvalidInput", "The type of %s is not text.", name)
		}
		p, bad := readProp(name, edm, raw)
		if bad != nil {
			return e, bad
		}
		e.props[name] = p
	}
	return e, nil
}

func readProp(name, edm string, raw json.RawMessage) (prop, *problem) {
	if len(name) > 255 {
		return prop{}, invalid("PropertyNameTooLong", "The property name exceeds the maximum allowed length.")
	}
	if !propName.MatchString(name) {
		return prop{}, invalid("PropertyNameInvalid", "The property name %s is invalid.", name)
	}
	value, annotation, size, bad := readValue(name, edm, raw)
	if bad != nil {
		return prop{}, bad
	}
	p := prop{size: 8 + 2*utf16Len(name) + size}
	if annotation {
		p.json = append(p.json, ',')
		p.json = append(p.json, quote(name+"@odata.type")...)
		p.json = append(p.json, ':')
		p.json = append(p.json, quote(edm)...)
	}
	p.json = append(p.json, ',')
	p.json = append(p.json, quote(name)...)
	p.json = append(p.json, ':')
	p.json = append(p.json, value...)
	return p, nil
}

// readValue returns the value as answers contain it, whether it needs a type
// annotation, and how many bytes the service counts for it.
func readValue(name, edm string, raw json.RawMessage) (value []byte, annotation bool, size int, bad *problem) {
	var text string
	isText := raw[0] == '"'
	if isText {
		if json.Unmarshal(raw, &text) != nil {
			return nil, false, 0, wrong(name, edm)
		}
	}
	switch {
	case edm == "" && (raw[0] == 't' || raw[0] == 'f'), edm == "Edm.Boolean" && (raw[0] == 't' || raw[0] == 'f'):
		return raw, false, 1, nil
	case (edm == "" || edm == "Edm.String") && isText:
		if utf16Len(text) > 32<<10 {
			return nil, false, 0, tooLong(name)
		}
		return raw, false, 4 + 2*utf16Len(text), nil
	case edm == "Edm.Double" || edm == "" && bytes.ContainsAny(raw, ".eE") && raw[0] != '{' && raw[0] != '[':
		f, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, false, 0, wrong(name, edm)
		}
		value = strconv.AppendFloat(nil, f, 'g', -1, 64)
		if !bytes.ContainsAny(value, ".e") {
			value = append(value, ".0"...)
		}
		return value, false, 8, nil
	case edm == "" || edm == "Edm.Int32":
		if _, err := strconv.ParseInt(string(raw), 10, 32); err != nil {
			return nil, false, 0, wrong(name, edm)
		}
		return raw, false, 4, nil
	case edm == "Edm.Int64" && isText:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, false, 0, wrong(name, edm)
		}
		return quote(strconv.FormatInt(n, 10)), true, 8, nil
	case edm == "Edm.DateTime" && isText:
		t, err := time.Parse(time.RFC3339Nano, text)
		if err != nil || t.Year() < 1601 || t.Nanosecond()%100 != 0 {
			return nil, false, 0, wrong(name, edm)
		}
		return quote(t.UTC().Format(edmTime)), true, 8, nil
	case edm == "Edm.Guid" && guid.MatchString(text):
		return quote(text), true, 16, nil
	case edm == "Edm.Binary" && isText:
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, false, 0, wrong(name, edm)
		}
		if len(data) > 64<<10 {
			return nil, false, 0, tooLong(name)
		}
		return quote(text), true, 4 + len(data), nil
	}
	return nil, false, 0, wrong(name, edm)
}

func wrong(name, edm string) *problem {
	return invalid("InvalidInput", "The value of %s is not of type %s.", name, edm)
}

func tooLong(name string) *problem {
	return invalid("PropertyValueTooLarge", "The property value of %s exceeds the maximum allowed size.", name)
}

// row makes the row of e, or a problem if it exceeds the limits.
func (e entity) row(partition, key string, ticks int64) (*row, *problem) {
	if len(e.props) > 252 {
		return nil, invalid("TooManyProperties", "The entity contains more properties than allowed.")
	}
	names := make([]string, 0, len(e.props))
	size := 4 + 2*(utf16Len(partition)+utf16Len(key))
	bytes := 0
	for name, p := range e.props {
		names = append(names, name)
		size += p.size
		bytes += len(p.json)
	}
	if size > 1<<20 {
		return nil, invalid("EntityTooLarge", "The entity is larger than the maximum size permitted.")
	}
	slices.Sort(names)
	r := &row{key: key, ticks: ticks, props: make([]byte, 0, bytes)}
	for _, name := range names {
		r.props = append(r.props, e.props[name].json...)
	}
	return r, nil
}

func checkKey(key string) *problem {
	if utf16Len(key) > 512 {
		return invalid("KeyValueTooLarge", "A key exceeds the maximum allowed size.")
	}
	for _, r := range key {
		if r < 0x20 || r >= 0x7f && r < 0xa0 || strings.ContainsRune(`/\#?`, r) {
			return invalid("OutOfRangeInput", "One of the request inputs is out of range.")
		}
	}
	return nil
}

func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}
