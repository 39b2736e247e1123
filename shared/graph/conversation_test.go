package graph

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
	"kantoorpost/shared/sim"
)

// officeWithMail returns an office with one mail of the client, and the id of that mail.
func officeWithMail(t *testing.T) (o office, box, message string) {
	t.Helper()
	o = open(t, "info")
	raw := "From: Jan <" + client + ">\r\nTo: info@kantoor.example\r\nSubject: Vraag\r\nMessage-ID: <v1@klant.example>\r\nMIME-Version: " +
		"1.0\r\n" +
		"Content-Type: text/html; charset=utf-8\r\n\r\n<p>Wanneer is de aangifte klaar?</p>\r\n"
	must.Do(t, o.tenant.Deliver(t.Context(), sim.Envelope{From: client, To: []string{"info@kantoor.example"}}, []byte(raw)))
	box = o.boxes["info"]
	page, _ := o.round(t, box, "")
	if len(page.Messages) != 1 {
		t.Fatal("no mail")
	}
	return o, box, page.Messages[0].ID
}

// A draft whose answer is lost is found by the property that its request had.
func TestALostDraftIsFoundByItsReply(t *testing.T) {
	o, box, message := officeWithMail(t)
	d := must.Get(o.CreateReply(t.Context(), box, message, mail.ModeReplyAll, "r1", ""))(t)
	must.Get(o.CreateReply(t.Context(), box, message, mail.ModeReplyAll, "r2", ""))(t)
	got, found, err := o.FindSent(t.Context(), box, mail.SentKeys{Reply: "r1"})
	if err != nil || !found || got.ID != d.ID || !got.IsDraft {
		t.Errorf("%+v, %t, %v", got, found, err)
	}
	if got, found, err := o.FindSent(t.Context(), box, mail.SentKeys{Reply: "r3"}); err != nil || found {
		t.Errorf("%+v, %t, %v", got, found, err)
	}
	must.Do(t, o.DeleteDraft(t.Context(), box, d.ID))
}

// Without the original, a draft names its thread by MAPI properties, and the mail that
// leaves has the headers.
func TestADraftWithoutOriginalKeepsTheThread(t *testing.T) {
	o, box, message := officeWithMail(t)
	d := must.Get(o.CreateDraft(t.Context(), box, mail.NewDraft{Subject: "RE: Vraag", HTML: "<p>Morgen.</p>",
		To:        []mail.Address{{Name: "Jan", Email: client}},
		InReplyTo: "<v1@klant.example>", References: []string{"<v0@klant.example>", "<v1@klant.example>"}, Reply: "r1"}))(t)
	read, err := o.Properties(t.Context(), box, d.ID)
	if err != nil || read.InReplyTo != "<v1@klant.example>" || len(read.References) != 2 || read.Reply != "r1" {
		t.Errorf("%+v, %v", read, err)
	}
	must.Do(t, o.SendDraft(t.Context(), box, d.ID))
	mails := o.tenant.OutsideItems(client)
	if len(mails) != 1 || mails[0].InReplyTo != "<v1@klant.example>" ||
		strings.Join(mails[0].References, " ") != "<v0@klant.example> <v1@klant.example>" {
		t.Errorf("%+v", mails)
	}
	if err := o.SendDraft(t.Context(), box, d.ID); err == nil || answer.NotSent(err) {
		t.Errorf("a second send: %v, not sent %t", err, answer.NotSent(err))
	}
	var raw bytes.Buffer
	if err := o.MIME(t.Context(), box, message, &raw); err != nil || !strings.Contains(raw.String(), "Message-ID: <v1@klant.example>") {
		t.Errorf("%q, %v", raw.String(), err)
	}
	// Sent Items have no internet headers, and these properties all the same.
	page, err := o.SentDelta(t.Context(), box, "", time.Time{})
	if err != nil || len(page.Messages) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	if p, err := o.Properties(t.Context(), box, page.Messages[0].ID); err != nil || p.InReplyTo != "<v1@klant.example>" || p.Reply != "r1" {
		t.Errorf("%+v, %v", p, err)
	}
}

// A forward takes the attachments along, of which one can be left out.
func TestAForwardTakesAttachmentsAlong(t *testing.T) {
	o := open(t, "anna")
	must.Do(t, o.tenant.Deliver(t.Context(), sim.Envelope{From: client, To: []string{"anna@kantoor.example"}},
		[]byte(withAttachments)))
	box := o.boxes["anna"]
	page, _ := o.round(t, box, "")
	d := must.Get(o.CreateReply(t.Context(), box, page.Messages[0].ID, mail.ModeForward, "r1", ""))(t)
	all, err := o.Attachments(t.Context(), box, d.ID)
	if err != nil || len(all) != 3 {
		t.Fatalf("%+v, %v", all, err)
	}
	must.Do(t, o.Detach(t.Context(), box, d.ID, all[2].ID))
	to := []mail.Address{{Email: "bank@bank.example"}}
	must.Do(t, o.PatchDraft(t.Context(), box, d.ID, mail.DraftPatch{To: &to}))
	must.Do(t, o.SendDraft(t.Context(), box, d.ID))
	if mails := o.tenant.OutsideItems("bank@bank.example"); len(mails) != 1 || len(mails[0].Attachments) != 2 {
		t.Errorf("%+v", mails)
	}
	if mails := o.tenant.OutsideItems(client); len(mails) != 0 {
		t.Errorf("the client got it too: %+v", mails)
	}
}
