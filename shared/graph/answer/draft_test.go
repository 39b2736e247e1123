package answer

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/mail"
)

func TestADraftIsReadWhole(t *testing.T) {
	d, err := Draft([]byte(`{"@odata.etag":"W/\"7\"","id":"d=","isDraft":true,"internetMessageId":"<d@x>","conversationId":"c",
		"subject":"RE: Vraag","sentDateTime":"2026-11-23T09:35:00Z",
		"from":{"emailAddress":{"address":"info@kantoor.example"}},
		"toRecipients":[{"emailAddress":{"name":"Jan","address":"jan@klant.example"}}],"ccRecipients":[],
		"bccRecipients":[{"emailAddress":{"address":"b@kantoor.example"}}],"body":{"contentType":"HTML","content":"<p>x</p>"},
		"hasAttachments":true}`))
	if err != nil || d.ETag != `W/"7"` || d.ID != "d=" || !d.IsDraft || d.InternetMessageID != "<d@x>" || d.ConversationID != "c" ||
		d.Subject != "RE: Vraag" ||
		d.Sent.Hour() != 9 || d.From.Email != "info@kantoor.example" || len(d.To) != 1 ||
		d.To[0] != (mail.Address{Name: "Jan", Email: "jan@klant.example"}) ||
		d.Cc != nil || len(d.Bcc) != 1 || d.Body != "<p>x</p>" || d.BodyType != "html" || d.Truncated || !d.HasAttachments {
		t.Errorf("%+v, %v", d, err)
	}
	long, err := Draft([]byte(`{"id":"d","isDraft":false,"subject":null,"body":{"contentType":"text","content":"` +
		strings.Repeat("x", MaxBody+1) + `"}}`))
	if err != nil || !long.Truncated || long.BodyType != "text" || long.Subject != "" || long.IsDraft {
		t.Errorf("%t, %q, %v", long.Truncated, long.BodyType, err)
	}
}

// Whether a message was sent is never guessed.
func TestADraftSaysWhetherItWasSent(t *testing.T) {
	for _, raw := range []string{`{}`, `null`, `7`, `{"id":"d"}`, `{"isDraft":true}`, `{"id":"d","isDraft":null}`,
		`{"id":"d","isDraft":"true"}`, `{"id":"d","isDraft":true,"subject":7}`} {
		if d, err := Draft([]byte(raw)); err == nil {
			t.Errorf("%s is %+v", raw, d)
		}
	}
}

func TestSettingsOfAnyForm(t *testing.T) {
	for raw, want := range map[string]mail.MailboxSettings{
		`{}`: {},
		`{"timeZone":"Europe/Amsterdam","language":{"locale":"nl-NL"}}`:    {TimeZone: "Europe/Amsterdam", Language: "nl-NL"},
		`{"timeZone":7,"language":"nl","userPurpose":{"value":"shared"}}`:  {},
		`{"timeZone":null,"language":null,"automaticRepliesSetting":null}`: {},
		`{"timeZone":"UTC","automaticRepliesSetting":{"status":"alwaysEnabled"}}`: {TimeZone: "UTC",
			AutomaticReplies: mail.AutomaticReplies{Status: "alwaysEnabled"}},
		`{"automaticRepliesSetting":{"status":"disabled","scheduledStartDateTime":{"dateTime":"2026-01-05T08:00:00.0000000",` +
			`"timeZone":"UTC"}}}`: {AutomaticReplies: mail.AutomaticReplies{Status: "disabled"}},
		`{"automaticRepliesSetting":{"status":"scheduled","scheduledStartDateTime":{"dateTime":"2026-01-05T08:00:00.0000000",` +
			`"timeZone":"UTC"},"scheduledEndDateTime":{"dateTime":"2026-01-06T08:00:00","timeZone":"W. Europe Standard Time"}}}`: {
			AutomaticReplies: mail.AutomaticReplies{Status: "scheduled", From: time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC),
				Until: time.Date(2026, 1, 6, 7, 0, 0, 0, time.UTC)}},
	} {
		if s, err := Settings([]byte(raw)); err != nil || s != want {
			t.Errorf("%s → %+v, %v", raw, s, err)
		}
	}
	if _, err := Settings([]byte(`[]`)); err == nil {
		t.Error("no object")
	}
}

func TestTheStateOfAnUploadInAnyForm(t *testing.T) {
	for raw, want := range map[string]Upload{
		`{"uploadUrl":"u","nextExpectedRanges":["0-"]}`:   {"u", 0},
		`{"NextExpectedRanges":["2097152"]}`:              {"", 2097152},
		`{"nextExpectedRanges":["2097152-4194303","9-"]}`: {"", 2097152},
		`{"nextExpectedRanges":["-5"]}`:                   {"", -1},
		`{"nextExpectedRanges":["x"]}`:                    {"", -1},
		`{"nextExpectedRanges":[]}`:                       {"", -1},
		`{}`:                                              {"", -1},
	} {
		if u, err := UploadState([]byte(raw)); err != nil || u != want {
			t.Errorf("%s → %+v, %v", raw, u, err)
		}
	}
}

func TestTheAnswersOfABatch(t *testing.T) {
	items, err := Batch(strings.NewReader(
		`{"responses":[{"id":"1","status":200,"body":{"x":1}},{"id":"0","status":503,"headers":{"retry-after":"9","request-id":"r"},` +
			`"body":{"error":{"code":"X"}}},{"id":"2"}]}`))
	if err != nil || len(items) != 3 || items[0].Failed != nil || string(items[0].Body) != `{"x":1}` {
		t.Fatalf("%+v, %v", items, err)
	}
	if f := items[1].Failed; f == nil || f.Status != http.StatusServiceUnavailable || f.Code != "X" || f.RetryAfter != 9*time.Second ||
		f.RequestID != "r" {
		t.Errorf("%+v", f)
	}
	if items[2].Failed == nil {
		t.Error("no status counts as success")
	}
	for _, text := range []string{"", "[]", `{"responses":7}`, `{"responses":[`} {
		if _, err := Batch(strings.NewReader(text)); err == nil {
			t.Errorf("%q was taken for a batch", text)
		}
	}
}

func TestAConflictIsKnownByStatusOrCode(t *testing.T) {
	for e, want := range map[*Error]bool{{Status: 412}: true, {Status: 409, Code: "errorIrresolvableConflict"}: true, {Status: 409}: false,
		{Status: 400}: false} {
		if IsConflict(e) != want {
			t.Errorf("IsConflict(%v) = %t", e, !want)
		}
	}
	if IsConflict(nil) || IsConflict(errors.New("x")) {
		t.Error("another error is a conflict")
	}
}
