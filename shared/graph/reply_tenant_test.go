package graph

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
	"kantoorpost/shared/sim"
)

const client = "jan@klant.example"

// A reply takes its whole way over the simulated tenant, whatever the tenant does
// where Microsoft promises nothing: one mail leaves, in its thread, and is found.
func TestAReplyGoesItsWholeWay(t *testing.T) {
	for _, b := range []sim.Behaviour{
		{},
		{SentID: "different"},
		{SentID: "late"},
		{RefuseReplyProperties: true},
		{RefuseReplyProperties: true, RefusePatchedProperties: true},
		{UploadStatus: true},
		{ConflictAfterReply: true},
		{DropInline: true},
		{IgnoreFilters: true},
		{SendDelay: 5},
		{UploadRoot: "https://outlook.office365.com/api/gv1.0"},
	} {
		t.Run(fmt.Sprintf("%+v", b), func(t *testing.T) { synctest.Test(t, func(t *testing.T) { reply(t, b) }) })
	}
}

func reply(t *testing.T, b sim.Behaviour) {
	o := open(t, "info")
	id := o.boxes["info"]
	o.receive(t, "info", 1)
	o.tenant.Behave(b)
	page, _ := o.round(t, id, "")
	draft, err := o.CreateReply(t.Context(), id, page.Messages[0].ID, mail.ModeReply, "reply-1", "W. Europe Standard Time")
	if err != nil {
		t.Fatal(err)
	}
	draft, err = o.Draft(t.Context(), id, draft.ID)
	if err != nil || !strings.Contains(draft.Body, "divRplyFwdMsg") {
		t.Fatalf("draft %+v, %v", draft, err)
	}
	text := strings.Replace(draft.Body, "<body>", "<body><p>Ons antwoord</p>", 1)
	must.Do(t, o.PatchDraft(t.Context(), id, draft.ID, mail.DraftPatch{HTML: &text}))
	large := bytes.Repeat([]byte("%PDF"), 5<<20/4)
	a := mail.OutgoingAttachment{Name: "jaarrekening.pdf", ContentType: "application/pdf", Size: int64(len(large))}
	must.Do(t, o.Attach(t.Context(), id, draft.ID, a, bytes.NewReader(large)))
	must.Do(t, o.SendDraft(t.Context(), id, draft.ID))
	keys := mail.SentKeys{InternetMessageID: draft.InternetMessageID, ID: draft.ID, Reply: "reply-1"}
	if b.SendDelay > 0 {
		if found, ok, err := o.FindSent(t.Context(), id, keys); err != nil || !ok || !found.IsDraft {
			t.Errorf("before it leaves, %+v is found: %t, %v", found, ok, err)
		}
		time.Sleep(time.Duration(b.SendDelay) * time.Second)
	}
	found, ok, err := o.FindSent(t.Context(), id, keys)
	if err != nil || !ok || found.IsDraft || found.InternetMessageID != draft.InternetMessageID {
		t.Errorf("found %+v, %t, %v", found, ok, err)
	}
	if err := o.DeleteDraft(t.Context(), id, found.ID); err != nil && !errors.Is(err, answer.ErrNotDraft) {
		t.Error(err) // that it is still there, the sent items say below
	}
	got := o.tenant.OutsideItems(client)
	if len(got) != 1 || got[0].MessageID != draft.InternetMessageID || got[0].InReplyTo != page.Messages[0].InternetMessageID ||
		!strings.Contains(got[0].HTML, "Ons antwoord") || len(got[0].Attachments) != 1 || got[0].Attachments[0].Size != len(large) {
		t.Errorf("%d mails arrived", len(got))
	}
	sent, err := o.SentDelta(t.Context(), id, "", time.Time{})
	if err != nil || len(sent.Messages) != 1 || sent.Messages[0].InternetMessageID != draft.InternetMessageID {
		t.Errorf("sent items %+v, %v", sent.Messages, err)
	}
}

// An upload never goes to a server that is not Microsoft's.
func TestAnUploadGoesToNoOtherServer(t *testing.T) {
	o := open(t, "info")
	o.tenant.Behave(sim.Behaviour{UploadRoot: "https://elders.example/api/v2.0"})
	draft, err := o.CreateDraft(t.Context(), o.boxes["info"], mail.NewDraft{Subject: "x", To: []mail.Address{{Email: client}}})
	if err != nil {
		t.Fatal(err)
	}
	large := make([]byte, 4<<20)
	err = o.Attach(t.Context(), o.boxes["info"], draft.ID, mail.OutgoingAttachment{Name: "a", Size: int64(len(large))}, bytes.NewReader(large))
	if err == nil {
		t.Error("it was uploaded")
	}
	for _, c := range o.wire.Calls() {
		if strings.HasPrefix(c.URL, "https://elders.example") {
			t.Errorf("%s %s", c.Method, c.URL)
		}
	}
}
