package chat_test

import (
	"fmt"
	"strings"
	"testing"

	"kantoorpost/shared/chat"
)

// What its author erases is nowhere any more, also after the chat was merged, and a
// request that is repeated writes no second note.
func TestAnErasedNoteIsNowhere(t *testing.T) {
	b := newBureau(t)
	const secret = "Geheimpje"
	from, into := b.started(t, 1, "bakker", "anna", "bram"), b.started(t, 2, "bakker", "anna", "bram")
	note, err := b.AddNote(t.Context(), from.ID, "anna", "k", chat.Note{Text: secret}, anybody, b.next())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.merge(t, from.ID, into.ID); err != nil {
		t.Fatal(err)
	}
	again, err := b.AddNote(t.Context(), from.ID, "anna", "k", chat.Note{Text: secret}, anybody, b.next())
	if err != nil || again.ID != note.ID || again.Text != secret {
		t.Errorf("%+v, %v", again, err)
	}
	kept := func() bool { return strings.Contains(fmt.Sprint(b.server.Snapshot(t)), secret) }
	if !kept() {
		t.Fatal("it was never kept")
	}
	if err := b.DeleteNote(t.Context(), into.ID, note.ID, "anna", anybody); err != nil {
		t.Fatal(err)
	}
	for _, r := range b.server.Snapshot(t)["mails"] {
		if strings.Contains(fmt.Sprint(r), secret) {
			t.Errorf("it is still kept at %s", r.Key)
		}
	}
}
