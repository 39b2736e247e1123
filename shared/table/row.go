package table

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// The service's limits of a row.
//
// See https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
const (
	maxProps  = 252
	maxName   = 255
	maxString = 32 << 10 // UTF-16 code units
	maxBinary = 64 << 10 // bytes
	maxRow    = 1 << 20  // bytes, as the service counts them
)

// A Row is one row of a table. Its properties have the types string, bool, int64,
// float64, time.Time and []byte, and are read back as they were written. Times are
// stored in UTC, to 100 nanoseconds. ETag is the version that was read.
type Row struct {
	Key   string
	ETag  string
	Props map[string]any

	err error // why it could not be made
}

// Check returns why r cannot be stored: ErrTooLarge or another error.
func (r Row) Check() error {
	if err := cmp.Or(r.err, checkKey(r.Key)); err != nil {
		return err
	}
	if len(r.Props) > maxProps {
		return fmt.Errorf("row %s has %d properties: %w", r.Key, len(r.Props), ErrTooLarge)
	}
	size, err := r.size(func(text string) int { return len(text) }) // at most
	if err == nil && size > maxRow {
		size, err = r.size(units)
	}
	if err != nil {
		return fmt.Errorf("row %s: %w", r.Key, err)
	}
	if size > maxRow {
		return fmt.Errorf("row %s of %d bytes: %w", r.Key, size, ErrTooLarge)
	}
	return nil
}

// size returns the number of bytes that the service counts for r, with a function that
// counts the units of a text.
func (r Row) size(unitsOf func(string) int) (int, error) {
	size := 4 + 2*(unitsOf(storedKey(r.Key))+len(partition))
	for name, v := range r.Props {
		if err := checkName(name); err != nil {
			return 0, err
		}
		n, err := sizeOf(v, unitsOf)
		if err != nil {
			return 0, fmt.Errorf("property %s: %w", name, err)
		}
		size += 8 + 2*len(name) + n
	}
	return size, nil
}

func checkName(name string) error {
	switch name {
	case "PartitionKey", "RowKey", "Timestamp":
		return fmt.Errorf("property name %s belongs to the service", name)
	}
	ok := name != "" && len(name) <= maxName && (name[0] < '0' || name[0] > '9')
	for i := 0; ok && i < len(name); i++ {
		c := name[i]
		ok = c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
	}
	if !ok {
		return fmt.Errorf("property name %q is not a name", name)
	}
	return nil
}

// sizeOf returns the number of bytes that the service counts for a value.
func sizeOf(v any, unitsOf func(string) int) (int, error) {
	switch v := v.(type) {
	case string:
		if !utf8.ValidString(v) {
			return 0, errors.New("text is not valid UTF-8")
		}
		if len(v) > maxString && units(v) > maxString {
			return 0, fmt.Errorf("text of %d characters: %w", units(v), ErrTooLarge)
		}
		return 4 + 2*unitsOf(v), nil
	case []byte:
		if len(v) > maxBinary {
			return 0, fmt.Errorf("%d bytes: %w", len(v), ErrTooLarge)
		}
		return 4 + len(v), nil
	case bool:
		return 1, nil
	case int64:
		return 8, nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return 0, fmt.Errorf("%v is not a number to keep", v)
		}
		return 8, nil
	case time.Time:
		if y := v.UTC().Year(); y < 1601 || y > 9999 {
			return 0, fmt.Errorf("time %s is outside the years 1601 to 9999", v)
		}
		return 8, nil
	}
	return 0, fmt.Errorf("value of type %T cannot be stored", v)
}

// edmTime is the service's format of a time: UTC, to 100 nanoseconds.
const edmTime = "2006-01-02T15:04:05.0000000Z"

// encode returns the row in the format of the service. The row has been checked.
//
// See https://learn.microsoft.com/rest/api/storageservices/payload-format-for-table-service-operations
func (r Row) encode() []byte {
	length := 256
	for name, v := range r.Props {
		length += 2*len(name) + 64
		switch x := v.(type) {
		case string:
			length += len(x) + len(x)/8 // quotes are escaped
		case []byte:
			length += base64.StdEncoding.EncodedLen(len(x))
		}
	}
	b := make([]byte, 0, length)
	b = append(b, `{"PartitionKey":"`+partition+`","RowKey":`...)
	b = appendText(b, storedKey(r.Key))
	for _, name := range slices.Sorted(maps.Keys(r.Props)) {
		edm, value := "", ""
		b = append(b, `,"`+name+`":`...)
		switch x := r.Props[name].(type) {
		case string:
			b = appendText(b, x)
			continue
		case bool:
			b = strconv.AppendBool(b, x)
			continue
		case []byte:
			b = append(b, '"')
			b = base64.StdEncoding.AppendEncode(b, x)
			b = append(b, `","`+name+`@odata.type":"Edm.Binary"`...)
			continue
		case float64:
			number, _ := json.Marshal(x) // it is finite
			b = append(b, number...)
			b = append(b, `,"`+name+`@odata.type":"Edm.Double"`...) // otherwise 3.0 would become an int32
			continue
		case int64:
			edm, value = "Edm.Int64", strconv.FormatInt(x, 10)
		case time.Time:
			edm, value = "Edm.DateTime", x.UTC().Format(edmTime)
		}
		b = append(b, `"`+value+`","`+name+`@odata.type":"`+edm+`"`...)
	}
	return append(b, '}')
}

// appendText appends a text as JSON. It escapes less than encoding/json does, since
// most texts are documents with many quotes and no HTML: what JSON requires, and the
// line separators U+2028 and U+2029, at which Azurite ends an operation.
func appendText(b []byte, text string) []byte {
	b = append(b, '"')
	from := 0
	for i := range len(text) {
		c, width := rune(text[i]), 1
		switch {
		case c > '\\' && c != 0xe2 || c > '"' && c < '\\':
			continue // most
		case c == '"' || c == '\\':
			b = append(b, text[from:i]...)
			b = append(b, '\\', byte(c))
			from = i + 1
			continue
		case c == 0xe2:
			c, width = utf8.DecodeRuneInString(text[i:])
		}
		if c < 0x20 || c == 0x2028 || c == 0x2029 {
			b = append(b, text[from:i]...)
			b = fmt.Appendf(b, `\u%04x`, c)
			from = i + width
		}
	}
	return append(append(b, text[from:]...), '"')
}
