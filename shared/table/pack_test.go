package table_test

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
)

type address struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

type state string

type base struct {
	Author string   `json:"author"`
	Tags   []string `json:"tags"`
}

type packed struct {
	base
	ID       string            `json:"id"`
	State    state             `json:"state,omitempty"`
	Count    int               `json:"count"`
	Small    int32             `json:"small,omitempty"`
	Big      int64             `json:"big"`
	Unsigned uint32            `json:"unsigned"`
	Ratio    float64           `json:"ratio"`
	Open     bool              `json:"open"`
	When     time.Time         `json:"when"`
	Maybe    *time.Time        `json:"maybe"`
	Until    time.Time         `json:"until,omitzero"`
	Data     []byte            `json:"data,omitempty"`
	Raw      json.RawMessage   `json:"raw,omitempty"`
	From     address           `json:"from"`
	Sender   *address          `json:"sender,omitempty"`
	To       []address         `json:"to"`
	Empty    []string          `json:"empty"`
	Links    map[string]string `json:"links"`
	Any      any               `json:"any"`
	Opt      *string           `json:"opt,omitempty"`
	Wait     time.Duration     `json:"wait"`
	Hidden   string            `json:"-"`
	Plain    string
}

func some() packed {
	when := time.Date(2026, 11, 23, 9, 35, 1, 123456789, time.UTC)
	text := "[not] a list"
	return packed{
		base: base{Author: `{"looks":"like JSON"}`, Tags: []string{"a", "b"}},
		ID:   `["text"]`, State: "new", Count: -3, Small: 7, Big: math.MaxInt64, Unsigned: math.MaxUint32, Ratio: 3, Open: true,
		When: when, Maybe: &when, Data: []byte{0, 255, '[', '{'}, Raw: json.RawMessage(`{"a":[1,2.5,"<x>"]}`),
		From: address{"Jan <jan>", "o'brien@example.nl"}, Sender: &address{"", "x@y"}, To: []address{{"A", "a@b"}, {}},
		Empty: []string{}, Links: map[string]string{"a": "<&>\u2028"}, Any: "[text]", Opt: &text, Wait: time.Hour,
		Plain: "{}",
	}
}

// Unpack returns what was packed, also after it was stored.
func TestPackRoundTrip(t *testing.T) {
	tbl := tabletest.Open(t, "things").Table("things")
	for name, want := range map[string]packed{"some": some(), "zero": {},
		"empty": {Empty: []string{}, Links: map[string]string{}, To: []address{}}} {
		t.Run(name, func(t *testing.T) {
			r := table.Pack(name, want)
			var got packed
			if err := r.Unpack(&got); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("unpacked\n%+v, want\n%+v, %v", got, want, err)
			}
			write(t, tbl, table.Insert(r))
			got = packed{}
			if err := get(t, tbl, name).Unpack(&got); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("read\n%+v, want\n%+v, %v", got, want, err)
			}
		})
	}
}

// Properties have the types that people and queries expect.
func TestPackedProperties(t *testing.T) {
	v := some()
	r := table.Pack("k", &v)
	for name, want := range map[string]any{
		"id": `["text"]`, "state": "new", "count": int64(-3), "big": int64(math.MaxInt64), "ratio": int64(3), "open": true,
		"data": "AP9bew==", "from": `{"name":"Jan <jan>","email":"o'brien@example.nl"}`, "empty": "[]",
		"when": "2026-11-23T09:35:01.123456789Z", "author": `{"looks":"like JSON"}`, "tags": `["a","b"]`, "Plain": "{}",
	} {
		if !reflect.DeepEqual(r.Props[name], want) {
			t.Errorf("%s is %#v, want %#v", name, r.Props[name], want)
		}
	}
	r = table.Pack("k", packed{})
	for _, name := range []string{"state", "small", "maybe", "until", "data", "raw", "sender", "opt", "Hidden", "any", "to"} {
		if v, ok := r.Props[name]; ok {
			t.Errorf("%s of nothing is %#v", name, v)
		}
	}
}

// Text stays text if the type of a field says so. Without such a type, nested JSON
// is decoded.
func TestUnpackIntoAny(t *testing.T) {
	r := table.Row{Key: "k", Props: map[string]any{
		"list": `[1,"a"]`, "text": "[EXTERN] hallo", "n": int64(4), "when": time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), "half": 0.5,
		"data": []byte("x"),
	}}
	var m map[string]any
	must.Do(t, r.Unpack(&m))
	want := map[string]any{"list": []any{1.0, "a"}, "text": "[EXTERN] hallo", "n": 4.0, "when": "2026-01-02T03:04:05Z", "half": 0.5,
		"data": "eA=="}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("got %v, want %v", m, want)
	}
	var s struct{ When time.Time }
	if err := (table.Row{Props: map[string]any{"When": r.Props["when"]}}).Unpack(&s); err != nil ||
		!s.When.Equal(r.Props["when"].(time.Time)) {
		t.Errorf("got %v, %v", s, err)
	}
}

// Pack refuses what it cannot pack without loss.
func TestPackRefuses(t *testing.T) {
	for name, v := range map[string]any{
		"list": []int{1}, "text": "x", "nil": (*packed)(nil), "channel": make(chan int), "large number": map[string]uint64{"n": math.MaxUint64},
	} {
		if err := table.Pack("k", v).Check(); err == nil || !strings.Contains(err.Error(), "pack row k") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
