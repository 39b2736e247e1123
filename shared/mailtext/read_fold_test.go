package mailtext

import (
	"reflect"
	"testing"
)

// Reading and folding a mail in one go finds what each finds by itself.
func TestReadAndFoldAreReadAndFold(t *testing.T) {
	for _, m := range realMails(t) {
		l := Message{Type: m.contentType, Content: m.content, Subject: m.subject, From: m.from}
		text, folding := ReadAndFold(l)
		if want := Read(m.contentType, m.content, m.subject); !reflect.DeepEqual(text, want) {
			t.Errorf("%s: %+v, want %+v", m.file, text, want)
		}
		if want := Fold(l, nil); !reflect.DeepEqual(folding, want) {
			t.Errorf("%s: %+v, want %+v", m.file, folding, want)
		}
	}
}
