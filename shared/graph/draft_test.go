package graph

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
)

const replyInBody = `"singleValueExtendedProperties":[{"id":"String {9b6d3c41-5a0e-4f7c-8a52-6f0f2d1c7e35} Name KantoorpostReply",` +
	`"value":"r1"}]`

// The property by which a draft is found is in the request that makes it, so a draft
// whose answer is lost can be found.
func TestAReplyIsMadeWithItsProperty(t *testing.T) {
	for mode, action := range map[string]string{mail.ModeReply: "createReply", mail.ModeReplyAll: "createReplyAll",
		mail.ModeForward: "createForward"} {
		c, s, wire := scripted(t, says(201, jsonType, draftJSON("d=", true, "<d@x>", "r1")))
		d, err := c.CreateReply(t.Context(), box, "m/1=", mode, "r1", "W. Europe Standard Time")
		if err != nil || d.ID != "d=" || d.InternetMessageID != "<d@x>" || !d.IsDraft || d.BodyType != "html" || d.Body != "<p>x</p>" {
			t.Errorf("%s: %+v, %v", mode, d, err)
		}
		s.expect("POST /messages/m%2F1%3D/" + action)
		if a := s.asked[0]; !strings.Contains(a.body, replyInBody) ||
			a.header.Get("Prefer") != `IdType="ImmutableId", outlook.timezone="W. Europe Standard Time"` {
			t.Errorf("%s: %q with %q", mode, a.body, a.header)
		}
		if wire.Calls()[0].Sent == 0 {
			t.Error("no body")
		}
	}
	c, s, _ := scripted(t)
	if _, err := c.CreateReply(t.Context(), box, "m", "bounce", "r1", ""); err == nil {
		t.Error("a mode that does not exist")
	}
	s.expect()
}

// Whether Graph takes the property there is not documented: without it the draft is
// made all the same. A time zone that Graph does not know is left out too.
func TestAReplyIsMadeWithoutWhatGraphRefuses(t *testing.T) {
	c, s, _ := scripted(t, refuses400("ErrorInvalidProperty"), says(201, jsonType, draftJSON("d", true, "<d@x>", "")),
		says(200, jsonType, "{}"))
	if d, err := c.CreateReply(t.Context(), box, "m", mail.ModeReply, "r1", ""); err != nil || d.ID != "d" {
		t.Errorf("%+v, %v", d, err)
	}
	s.expect("POST /messages/m/createReply", "POST /messages/m/createReply", "PATCH /messages/d")
	if strings.Contains(s.asked[1].body, "Properties") || !strings.Contains(s.asked[2].body, replyInBody) {
		t.Errorf("asked %+v", s.asked)
	}
	// If the property cannot be set at all, the draft is still there.
	c, _, _ = scripted(t, refuses400("x"), says(201, jsonType, draftJSON("d", true, "<d@x>", "")), refuses400("x"))
	if d, err := c.CreateReply(t.Context(), box, "m", mail.ModeReply, "r1", ""); err != nil || d.ID != "d" {
		t.Errorf("%+v, %v", d, err)
	}
	c, s, _ = scripted(t, refuses400("x"), refuses400("x"), says(201, jsonType, draftJSON("d", true, "<d@x>", "r1")))
	if d, err := c.CreateReply(t.Context(), box, "m", mail.ModeReply, "r1", "Nergens"); err != nil || d.ID != "d" {
		t.Errorf("%+v, %v", d, err)
	}
	if a := s.asked[2]; a.header.Get("Prefer") != `IdType="ImmutableId"` || !strings.Contains(a.body, replyInBody) {
		t.Errorf("asked %+v", a)
	}
	c, _, _ = scripted(t, says(201, jsonType, draftJSON("d", true, "<d@x>", "r1")))
	if _, err := c.CreateReply(t.Context(), box, "m", mail.ModeReply, "r1", "x\", IdType=\"Mutable"); err != nil {
		t.Error(err)
	}
	c, _, _ = scripted(t, refusesWith(404, "ErrorItemNotFound"))
	if _, err := c.CreateReply(t.Context(), box, "m", mail.ModeReply, "r1", ""); !answer.IsMissing(err) {
		t.Errorf("a message that is gone: %v", err)
	}
}

// A draft is never made again when it may exist.
func TestACreationIsNotRepeated(t *testing.T) {
	for name, a := range map[string]http.HandlerFunc{"500": refusesWith(500, "x"), "429": refusesWith(429, "x"),
		"cut off":  says(201, jsonType, `{"id":"d"`),
		"no state": says(201, jsonType, `{"id":"d"}`)} {
		c, s, _ := scripted(t, a)
		if _, err := c.CreateReply(t.Context(), box, "m", mail.ModeReply, "r1", "UTC"); err == nil {
			t.Errorf("%s: no error", name)
		}
		s.expect("POST /messages/m/createReply")
		c, s, _ = scripted(t, a)
		if _, err := c.CreateDraft(t.Context(), box, mail.NewDraft{Reply: "r1"}); err == nil {
			t.Errorf("%s: no error", name)
		}
		s.expect("POST /messages")
	}
}

func TestANewDraftNamesItsThread(t *testing.T) {
	var references []string
	for i := range 60 {
		references = append(references, "<"+string(rune('a'+i%26))+string(rune('a'+i/26))+"@x>")
	}
	c, s, _ := scripted(t, says(201, jsonType, draftJSON("d", true, "<d@x>", "r1")))
	must.Get(c.CreateDraft(t.Context(), box, mail.NewDraft{Subject: "Vraag", HTML: "<p>a & b</p>",
		To: []mail.Address{{Name: "Jan", Email: "jan@klant.example"}},
		Cc: []mail.Address{{Email: "cc@klant.example"}}, InReplyTo: "<p@x>\r\n", References: references, Reply: "r1"}))(t)
	for _, want := range []string{`"subject":"Vraag"`, `"body":{"content":"<p>a & b</p>","contentType":"html"`,
		`"toRecipients":[{"emailAddress":{"address":"jan@klant.example","name":"Jan"}}]`,
		`"ccRecipients":[{"emailAddress":{"address":"cc@klant.example"}}]`, `{"id":"String 0x1042","value":"<p@x>"}`,
		`{"id":"String 0x1039","value":"<aa@x> <la@x> <ma@x>`, `KantoorpostReply","value":"r1"}`} {
		if !strings.Contains(s.asked[0].body, want) {
			t.Errorf("no %s in %s", want, s.asked[0].body)
		}
	}
	if n := strings.Count(s.asked[0].body, "@x>"); n != 1+maxReferences {
		t.Errorf("%d Message-IDs", n)
	}
}

// Only what changes is written; an empty list removes the recipients.
func TestAPatchWritesOnlyWhatChanges(t *testing.T) {
	subject, none := "Nieuw", []mail.Address{}
	c, s, _ := scripted(t, says(200, jsonType, `{`)) // an answer that breaks off is still an answer
	must.Do(t, c.PatchDraft(t.Context(), box, "d", mail.DraftPatch{Subject: &subject, Cc: &none}))
	s.expect("PATCH /messages/d")
	if got := s.asked[0].body; got != `{"@odata.type":"#microsoft.graph.message","ccRecipients":[],"subject":"Nieuw"}` {
		t.Errorf("wrote %s", got)
	}
}

func TestAConflictIsRepeatedThreeTimes(t *testing.T) {
	conflict := refusesWith(412, "ErrorIrresolvableConflict")
	html := "<p>x</p>"
	patch := func(c *Client) error { return c.PatchDraft(t.Context(), box, "d", mail.DraftPatch{HTML: &html}) }
	c, s, _ := scripted(t, conflict, isDraft("d"), conflict, isDraft("d"), says(200, jsonType, "{}"))
	if err := patch(c); err != nil {
		t.Error(err)
	}
	s.expect("PATCH /messages/d", "GET /messages/d", "PATCH /messages/d", "GET /messages/d", "PATCH /messages/d")
	c, _, _ = scripted(t, conflict, isDraft("d"), conflict, isDraft("d"), conflict, isDraft("d"), conflict)
	if err := patch(c); !answer.IsConflict(err) {
		t.Errorf("four conflicts: %v", err)
	}
	// Whoever made the conflict may have sent the draft.
	c, _, _ = scripted(t, conflict, isSent("d"))
	if err := patch(c); !errors.Is(err, answer.ErrNotDraft) {
		t.Errorf("sent in between: %v", err)
	}
	c, _, _ = scripted(t, refusesWith(404, "ErrorItemNotFound"))
	if err := patch(c); !answer.IsMissing(err) {
		t.Errorf("gone: %v", err)
	}
}

// Only a draft is deleted, even if it is sent after it was read.
func TestASentMessageIsNotDeleted(t *testing.T) {
	remove := func(c *Client) error { return c.DeleteDraft(t.Context(), box, "d") }
	c, s, _ := scripted(t, isSent("d"))
	if err := remove(c); !errors.Is(err, answer.ErrNotDraft) {
		t.Errorf("sent: %v", err)
	}
	s.expect("GET /messages/d")
	c, s, _ = scripted(t, isDraft("d"), refusesWith(412, "ErrorIrresolvableConflict"), isSent("d"))
	if err := remove(c); !errors.Is(err, answer.ErrNotDraft) {
		t.Errorf("sent in between: %v", err)
	}
	s.expect("GET /messages/d", "DELETE /messages/d", "GET /messages/d")
	if s.asked[1].header.Get("If-Match") != `W/"1"` {
		t.Errorf("deleted with %v", s.asked[1].header)
	}
	c, _, _ = scripted(t, isDraft("d"), says(204, "", ""))
	if err := remove(c); err != nil {
		t.Error(err)
	}
	c, _, _ = scripted(t, refusesWith(404, "ErrorItemNotFound"))
	if err := remove(c); err != nil {
		t.Errorf("gone: %v", err)
	}
	c, _, _ = scripted(t, refusesWith(403, "ErrorAccessDenied"))
	if kind, _ := fault.Of(remove(c)); kind != fault.KindFinal {
		t.Error("a refusal is not final")
	}
}
