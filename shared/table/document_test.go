package table_test

import (
	"reflect"
	"strings"
	"testing"

	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
)

// A document of any length and any characters is read back unchanged, and the
// other properties can be read without it.
func TestDocument(t *testing.T) {
	type value struct {
		Text string            `json:"text"`
		List []string          `json:"list"`
		Map  map[string]string `json:"map,omitempty"`
	}
	tbl := tabletest.Open(t, "mails").Table("mails")
	for name, v := range map[string]value{
		"empty":   {},
		"small":   {Text: "a <b> & \"c\" \u2028", List: []string{"x"}, Map: map[string]string{"k": "v"}},
		"long":    {Text: strings.Repeat("lang ", 20_000)},
		"outside": {Text: strings.Repeat("x😀é", 30_000)},
	} {
		r := table.Document("k|"+name, v, map[string]any{"state": "new"})
		if err := tbl.Write(t.Context(), table.Insert(r)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		back := must.Get(tbl.Get(t.Context(), "k|"+name))(t)
		var got value
		if err := back.Document(&got); err != nil || !reflect.DeepEqual(got, v) {
			t.Errorf("%s came back otherwise: %v", name, err)
		}
		if back.Props["state"] != "new" {
			t.Errorf("%s: beside it: %v", name, back.Props["state"])
		}
	}
	if err := (table.Row{Key: "k"}).Document(new(value)); err == nil {
		t.Error("a row without a document was read")
	}
}
