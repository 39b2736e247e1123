package answer

import (
	"testing"

	"kantoorpost/shared/mail"
)

func TestAttachments(t *testing.T) {
	for raw, want := range map[string]mail.Attachment{
		`{"@odata.type":"#microsoft.graph.fileAttachment","id":"a","name":"Factuur.pdf","contentType":"application/pdf","size":12,` +
			`"isInline":true}`: {ID: "a", Kind: "file", Name: "Factuur.pdf", ContentType: "application/pdf", Size: 12, Inline: true},
		`{"@odata.type":"#microsoft.graph.itemAttachment","id":"b","name":"Vraag","contentType":null,"size":1e3}`: {ID: "b", Kind: "item",
			Name: "Vraag", Size: 1000},
		`{"@odata.type":"#microsoft.graph.referenceAttachment","id":"c","name":null}`: {ID: "c", Kind: "link"},
		`{"@odata.type":"#microsoft.graph.newAttachment","id":"d","size":-1}`:         {ID: "d", Kind: "file"},
		`{"id":"f","contentId":" <logo@x> "}`:                                         {ID: "f", Kind: "file", ContentID: "logo@x"},
		`{"id":"e","size":1e300}`:                                                     {ID: "e", Kind: "file", Size: 1 << 40},
	} {
		if got, err := Attachment([]byte(raw)); err != nil || got != want {
			t.Errorf("%s: %+v, %v", raw, got, err)
		}
	}
	for _, raw := range []string{``, `null`, `[]`, `{}`, `{"id":1}`, `{"id":"a","size":"x"}`, `{"id":"a","name":{}}`} {
		if got, err := Attachment([]byte(raw)); err == nil {
			t.Errorf("%s: %+v", raw, got)
		}
	}
}

func FuzzAttachment(f *testing.F) {
	f.Add([]byte(`{"@odata.type":"#microsoft.graph.fileAttachment","id":"a","name":"x","contentType":null,"size":1,"isInline":true}`))
	f.Add([]byte(`{"id":"e","size":1e300}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if a, err := Attachment(raw); err == nil && (a.ID == "" || a.Size < 0 || a.Kind == "") {
			t.Errorf("%s: %+v", raw, a)
		}
	})
}
