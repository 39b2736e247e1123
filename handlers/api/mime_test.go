package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
	"kantoorpost/shared/outbox"
)

func (m *mailboxes) MIME(_ context.Context, mailbox, id string, w io.Writer) error {
	if mailbox != box(1).ID || m.texts[id] == "" {
		return refused{404, "ErrorItemNotFound"}
	}
	_, err := io.WriteString(w, m.texts[id])
	return err
}

// FindSent finds a reply whose id changed when it left.
func (m *mailboxes) FindSent(_ context.Context, _ string, k mail.SentKeys) (mail.Draft, bool, error) {
	return mail.Draft{ID: "sent " + k.ID}, m.texts["sent "+k.ID] != "", nil
}

// A mail and a reply that left can be saved as they are in their mailbox, by who may read them.
func TestMIME(t *testing.T) {
	w := newWriting(t)
	it := must.Get(w.Items.Get(t.Context(), w.mail))(t)
	w.graph.texts = map[string]string{
		it.MessageID: "From: jan@klant.example\r\n\r\nDag", "sent draft": "From: box1@kantoor.example\r\n\r\nDag",
	}
	id := fmt.Sprint(w.reply(t, nil).body["id"])
	get := func(who, path, want string) {
		t.Helper()
		got := w.call(t, who, "GET "+path, "")
		saved := strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment;") &&
			strings.Contains(got.header.Get("Content-Disposition"), `.eml"`) && got.header.Get("Content-Type") == "message/rfc822"
		if want != "" && (got.status != http.StatusOK || got.text != want || !saved) || want == "" && got.status < 400 {
			t.Errorf("%s of %s: %d %q %v", path, who, got.status, got.text, got.header)
		}
	}
	get("editor", "/api/mails/"+w.mail+"/mime", w.graph.texts[it.MessageID])
	get("stranger", "/api/mails/"+w.mail+"/mime", "")
	get("editor", w.path("/"+id+"/mime"), "") // it has not left
	r := must.Get(w.Outbox.Load(t.Context(), id))(t)
	r.LeavesAt = r.Created
	for _, step := range []func(outbox.Reply) (outbox.Reply, error){
		func(r outbox.Reply) (outbox.Reply, error) { return w.Outbox.Claim(t.Context(), r) },
		func(r outbox.Reply) (outbox.Reply, error) {
			return w.Outbox.SaveDraftIDs(t.Context(), r, "draft", "<d@x>")
		},
		func(r outbox.Reply) (outbox.Reply, error) { return w.Outbox.SaveSendStarted(t.Context(), r) },
		func(r outbox.Reply) (outbox.Reply, error) { return w.Outbox.MarkSent(t.Context(), r, r.Created) },
	} {
		r = must.Get(step(r))(t)
	}
	get("editor", w.path("/"+id+"/mime"), w.graph.texts["sent draft"])
	delete(w.graph.texts, "sent draft")
	get("editor", w.path("/"+id+"/mime"), "")
}
