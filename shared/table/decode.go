package table

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// The SDK decodes an answer, encodes each of its rows again and leaves their decoding to
// its caller. So readPolicy decodes an answer once, and shows the SDK an empty one.

// readKey is the key of a reader in a context.
type readKey struct{}

// A reader reads the body of an answer.
type reader func(body []byte) error

// readPolicy gives the answer to a request to the reader in its context.
type readPolicy struct{}

func (readPolicy) Do(req *policy.Request) (*http.Response, error) {
	res, err := req.Next()
	read, ok := req.Raw().Context().Value(readKey{}).(reader)
	if !ok || err != nil || res.StatusCode != http.StatusOK {
		return res, err
	}
	body, err := runtime.Payload(res)
	if err == nil {
		err = read(body)
	}
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(strings.NewReader("{}"))
	return res, nil
}

// decodeRow reads the answer to the request for one row.
func decodeRow(body []byte) (r Row, err error) {
	var m map[string]any
	if err := json.Unmarshal(body, &m); err != nil {
		return Row{}, fmt.Errorf("decode row: %w", err)
	}
	return decode(m)
}

// decodeRows reads the answer to a query.
func decodeRows(body []byte) ([]Row, error) {
	var page struct {
		Value []map[string]any `json:"value"`
	}
	if err := json.Unmarshal(body, &page); err != nil {
		return nil, fmt.Errorf("decode rows: %w", err)
	}
	rows := make([]Row, len(page.Value))
	for i, m := range page.Value {
		var err error
		if rows[i], err = decode(m); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// decode is the reverse of Row.encode. It leaves out what the service adds, except
// the version. The map becomes that of the row.
func decode(m map[string]any) (Row, error) {
	r := Row{Props: m}
	key, _ := m["RowKey"].(string)
	r.Key = givenKey(key)
	r.ETag, _ = m["odata.etag"].(string)
	for name, v := range m {
		of, ok := strings.CutSuffix(name, "@odata.type")
		text, isText := m[of].(string)
		if !ok || !isText {
			continue
		}
		edm, _ := v.(string)
		p, err := decodeValue(edm, text)
		if err != nil {
			return Row{}, fmt.Errorf("decode row: property %s: %w", of, err)
		}
		m[of] = p
	}
	for name, v := range m {
		switch name {
		case "RowKey", "PartitionKey", "Timestamp":
			delete(m, name)
		default:
			if v == nil || strings.Contains(name, "odata.") {
				delete(m, name)
			}
		}
	}
	return r, nil
}

// decodeValue gives a value the Go type of its annotation. A number without
// annotation is a double, or was typed in the portal.
func decodeValue(edm, s string) (any, error) {
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
