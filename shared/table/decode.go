package table

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// decode is the reverse of Row.encode. It leaves out what the service adds, except
// the version.
func decode(data []byte) (Row, error) {
	var m map[string]any
	if err := json.Unmarshal(data, &m); err != nil {
		return Row{}, fmt.Errorf("decode row: %w", err)
	}
	r := Row{Props: make(map[string]any, len(m))}
	for name, v := range m {
		switch name {
		case "RowKey":
			s, _ := v.(string)
			r.Key = givenKey(s)
			continue
		case "odata.etag":
			r.ETag, _ = v.(string)
			continue
		case "PartitionKey", "Timestamp":
			continue
		}
		if v == nil || strings.Contains(name, "odata.") {
			continue
		}
		edm, _ := m[name+"@odata.type"].(string)
		p, err := decodeValue(edm, v)
		if err != nil {
			return Row{}, fmt.Errorf("decode row: property %s: %w", name, err)
		}
		r.Props[name] = p
	}
	return r, nil
}

// decodeValue gives a value the Go type of its annotation. A number without
// annotation is a double, or was typed in the portal.
func decodeValue(edm string, v any) (any, error) {
	s, ok := v.(string)
	if !ok {
		return v, nil
	}
	switch edm {
	case "Edm.Int64":
		return strconv.ParseInt(s, 10, 64)
	case "Edm.Double":
		return strconv.ParseFloat(s, 64)
	case "Edm.DateTime":
		t, err := time.Parse(time.RFC3339Nano, s)
		return t.UTC(), err
	case "Edm.Binary":
		return base64.StdEncoding.DecodeString(s)
	}
	return s, nil
}
