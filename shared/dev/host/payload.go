package host

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Newtonsoft.Json writes the host's payloads from .NET values, which has visible
// effects: strings that are encoded twice, times in three formats, and the
// message's own properties among the host's. These payloads are built by hand, so
// that the handler gets the same ones here.

// field is one property of an object whose properties keep their order.
type field struct {
	name  string
	value []byte // as JSON
}

func object(fields []field) []byte {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range fields {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(quote(f.name))
		b.WriteByte(':')
		b.Write(f.value)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// quote writes a string as Newtonsoft.Json does: it escapes only what must be
// escaped, and the line ends of JavaScript.
func quote(s string) []byte {
	var b bytes.Buffer
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case strings.ContainsRune("\b\t\n\f\r", r):
			b.WriteByte('\\')
			b.WriteByte("btn?fr"[r-'\b'])
		case r < 0x20 || r == 0x85 || r == 0x2028 || r == 0x2029:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.Bytes()
}

// encodeTwice encodes a string, or any other plain value, as it arrives: as a JSON
// string that holds JSON.
func encodeTwice(s string) []byte { return quote(string(quote(s))) }

// system is what the host adds to every invocation.
type system struct {
	function string
	now      time.Time
	random   string // a GUID
}

func (s system) field() field {
	return field{"sys", object([]field{
		{"MethodName", quote(s.function)},
		{"UtcNow", quote(s.now.UTC().Format(dateTime) + "Z")},
		{"RandGuid", quote(s.random)},
	})}
}

// dateTime is .NET's round-trip format without a zone, with up to seven decimals.
const dateTime = "2006-01-02T15:04:05.9999999"

// offsetTime formats a DateTimeOffset, or a local DateTime on a machine in UTC.
func offsetTime(t time.Time) []byte { return quote(t.UTC().Format(dateTime) + "+00:00") }

// message is a received queue message with a lease. Each renewal changes its receipt.
type message struct {
	id, popReceipt, text           string
	dequeueCount                   int64
	inserted, expires, nextVisible time.Time
}

// queuePayload returns the payload for a queue message.
func queuePayload(bindingName string, m message, sys system) []byte {
	metadata := []field{
		{"DequeueCount", quote(fmt.Sprint(m.dequeueCount))},
		{"ExpirationTime", offsetTime(m.expires)},
		{"Id", encodeTwice(m.id)},
		{"InsertionTime", offsetTime(m.inserted)},
		{"NextVisibleTime", offsetTime(m.nextVisible)},
		{"PopReceipt", encodeTwice(m.popReceipt)},
	}
	metadata = append(applyBindingData(metadata, m.text), sys.field())
	return object([]field{
		{"Data", object([]field{{bindingName, encodeTwice(m.text)}})},
		{"Metadata", object(metadata)},
	})
}

// applyBindingData adds the message's own top-level properties to the host's, and
// replaces one with the same name in any letter case. The host does so for a text
// that is a JSON object. It leaves out lists.
func applyBindingData(metadata []field, text string) []field {
	if !json.Valid([]byte(text)) {
		return metadata
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return metadata
	}
	for decoder.More() {
		var value json.RawMessage
		key, _ := decoder.Token() // it is valid, so no error can follow
		_ = decoder.Decode(&value)
		name := key.(string) // a property's name is always a string
		if value[0] == '[' || strings.HasSuffix(strings.ToLower(name), "trigger") {
			continue
		}
		metadata = put(metadata, name, bindingValue(value))
	}
	return metadata
}

func put(fields []field, name string, value []byte) []field {
	for i := range fields {
		if strings.EqualFold(fields[i].name, name) {
			fields[i].value = value
			return fields
		}
	}
	return append(fields, field{name, value})
}

// bindingValue returns a property as the host passes it: an object stays one, and
// everything else becomes a string first, as .NET writes it.
func bindingValue(value json.RawMessage) []byte {
	switch value[0] {
	case '{':
		var compact bytes.Buffer
		if json.Compact(&compact, value) != nil {
			return value
		}
		return compact.Bytes()
	case '"':
		var s string
		if json.Unmarshal(value, &s) != nil {
			return value
		}
		return encodeTwice(asDate(s))
	case 't':
		return encodeTwice("True")
	case 'f':
		return encodeTwice("False")
	case 'n':
		return quote("null")
	}
	return encodeTwice(asNumber(string(value)))
}

// isoDate matches the texts that Newtonsoft.Json reads as a time.
var isoDate = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)?$`)

// asDate returns a text that looks like a time as .NET writes that time, in UTC and
// without fractions; any other text as it is.
func asDate(s string) string {
	if !isoDate.MatchString(s) {
		return s
	}
	layout := "2006-01-02T15:04:05.999999999Z07:00"
	if len(s) < len("2006-01-02T15:04:05Z") || !strings.ContainsAny(s[19:], "Z+-") {
		layout = "2006-01-02T15:04:05.999999999"
	}
	at, err := time.Parse(layout, s)
	if err != nil {
		return s
	}
	return at.UTC().Format("01/02/2006 15:04:05")
}

// asNumber returns a number as .NET writes it: an integer as it is, and the shortest
// text of any other.
func asNumber(s string) string {
	if !strings.ContainsAny(s, ".eE") {
		return s
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return s
	}
	scientific := strconv.FormatFloat(f, 'E', -1, 64)
	_, exponent, _ := strings.Cut(scientific, "E")
	if n, err := strconv.Atoi(exponent); err == nil && (n < -4 || n > 16) {
		return scientific
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// timerPayload returns the payload of a timer whose status is not kept.
func timerPayload(bindingName string, sys system) []byte {
	info := []byte(`{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}`)
	return object([]field{
		{"Data", object([]field{{bindingName, info}})},
		{"Metadata", object([]field{sys.field()})},
	})
}

// newGUID returns a random (version 4) UUID.
func newGUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: https://pkg.go.dev/crypto/rand#Read
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
