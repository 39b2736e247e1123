package graph

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
)

// A draft is sent with one request whatever the answer, and only a refusal that
// proves it counts as not sent.
func TestSendingIsOneRequest(t *testing.T) {
	for name, c := range map[string]struct {
		answer  http.HandlerFunc
		ok, not bool
	}{
		"taken":             {says(202, "", ""), true, false},
		"sent before":       {refusesWith(404, "ErrorItemNotFound"), false, false},
		"400":               {refusesWith(400, "ErrorInvalidRequest"), false, false},
		"invalid recipient": {refusesWith(400, "ErrorInvalidRecipients"), false, true},
		"throttled":         {refusesWith(429, "ApplicationThrottled"), false, true},
		"busy":              {refusesWith(503, "ServiceUnavailable"), false, false},
		"gateway":           {says(504, "text/html", "<html>"), false, false},
		"redirect":          {says(307, "", "", "Location", root+"/v1.0/users/x/messages/y/send"), false, false},
	} {
		client, s, _ := scripted(t, c.answer)
		err := client.SendDraft(t.Context(), box, "d/=")
		if (err == nil) != c.ok || answer.NotSent(err) != c.not {
			t.Errorf("%s: %v, not sent %t", name, err, answer.NotSent(err))
		}
		s.expect("POST /messages/d%2F%3D/send")
		if s.asked[0].body != "" {
			t.Errorf("%s: sent with %q", name, s.asked[0].body)
		}
	}
	c, s, b := graphOf(t, says(202, "", ""))
	b.err = errors.New("no token")
	if err := c.SendDraft(t.Context(), box, "d"); !answer.NotSent(err) || len(s.Calls()) != 0 {
		t.Errorf("without token: %v", err)
	}
	b.err = nil
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.SendDraft(ended, box, "d"); !answer.NotSent(err) || len(s.Calls()) != 0 {
		t.Errorf("after the end: %v", err)
	}
	if err := c.SendDraft(t.Context(), box, ".."); !answer.NotSent(err) {
		t.Errorf("no id: %v", err)
	}
}

var allKeys = mail.SentKeys{InternetMessageID: "<d@x>", ID: "d=", Reply: "r1"}

// Each key is tried until one finds a message that was sent. Its key is compared:
// Graph can ignore a filter.
func TestASentMessageIsFoundByAnyKey(t *testing.T) {
	cut := list(`{"id":"s=","internetMessageId":"<d@x>"}`) // whether it is a draft is missing
	draft, sent, other := draftJSON("d=", true, "<d@x>", "r1"), draftJSON("s=", false, "<d@x>", "r1"), draftJSON("o=", false, "<o@x>", "r2")
	missing := refusesWith(404, "ErrorItemNotFound")
	for name, c := range map[string]struct {
		answers []http.HandlerFunc
		id      string // "": not found
		draft   bool
	}{
		"by Message-ID":        {[]http.HandlerFunc{list(other, sent)}, "s=", false},
		"by id":                {[]http.HandlerFunc{list(), isSent("d=")}, "d=", false},
		"by property":          {[]http.HandlerFunc{list(), missing, list(draftJSON("s=", false, "<new@x>", "r1"))}, "s=", false},
		"still a draft":        {[]http.HandlerFunc{list(draft), isDraft("d="), list(draft)}, "d=", true},
		"a draft and its copy": {[]http.HandlerFunc{list(draft, sent)}, "s=", false},
		"a copy with another id": {[]http.HandlerFunc{list(draft), isDraft("d="), list(draft, draftJSON("s=", false, "<new@x>", "r1"))},
			"s=", false},
		"the filter was ignored": {[]http.HandlerFunc{list(other), missing, list(other)}, "", false},
		"the id leads elsewhere": {[]http.HandlerFunc{list(), says(200, jsonType, other), list()}, "", false},
		"the id changed":         {[]http.HandlerFunc{list(), isSent("d2="), list()}, "d2=", false},
		"nowhere":                {[]http.HandlerFunc{list(), missing, list()}, "", false},
		"searches are refused": {[]http.HandlerFunc{refuses400("ErrorInvalidUrlQuery"), missing, refuses400("ErrorInvalidUrlQuery")},
			"", false},
		"lists answer with 404":     {[]http.HandlerFunc{missing, missing, missing}, "", false},
		"a search fails once":       {[]http.HandlerFunc{cut, list(draft), isDraft("d="), cut, list(draft)}, "d=", true},
		"a search fails twice":      {[]http.HandlerFunc{cut, cut, isSent("d=")}, "d=", false},
		"without property, ignored": {[]http.HandlerFunc{list(), missing, list(`{"id":"s=","isDraft":false}`)}, "", false},
	} {
		answers := c.answers
		if name == "the id changed" {
			answers = answers[:2]
		}
		client, _, _ := scripted(t, answers...)
		got, found, err := client.FindSent(t.Context(), box, allKeys)
		if err != nil || found != (c.id != "") || got.ID != c.id || got.IsDraft != c.draft {
			t.Errorf("%s: %+v, %t, %v", name, got, found, err)
		}
	}
}

func TestWhatCannotBeSearchedIsAnError(t *testing.T) {
	noState := list(`{"id":"s=","internetMessageId":"<d@x>"}`)
	for name, answers := range map[string][]http.HandlerFunc{
		"no mailbox": {refusesWith(404, "MailboxNotEnabledForRESTAPI")},
		"no user":    {refusesWith(404, "ErrorInvalidUser")},
		"busy":       {refusesWith(503, "x")}, "denied": {refusesWith(403, "ErrorAccessDenied")},
		"no state": {noState, noState, refusesWith(404, "ErrorItemNotFound"), list()}, // one search without an answer: the mail may be there
	} {
		c, _, _ := scripted(t, answers...)
		if _, found, err := c.FindSent(t.Context(), box, allKeys); err == nil || found {
			t.Errorf("%s: found %t, %v", name, found, err)
		}
	}
}

func TestTheFiltersAreExact(t *testing.T) {
	c, s, wire := scripted(t, list(), refusesWith(404, "x"), list())
	if _, _, err := c.FindSent(t.Context(), box, mail.SentKeys{InternetMessageID: "<a'b+c@x>", ID: "d", Reply: "r'1"}); err != nil {
		t.Fatal(err)
	}
	s.expect("GET /messages", "GET /messages/d", "GET /messages")
	if q := s.asked[0].query; !strings.Contains(q, "$filter=internetMessageId eq '<a''b+c@x>'") || strings.Contains(q, "expand") {
		t.Errorf("asked %s", q)
	}
	const property = "String {9b6d3c41-5a0e-4f7c-8a52-6f0f2d1c7e35} Name KantoorpostReply"
	if q := s.asked[2].query; !strings.Contains(q, "$filter=singleValueExtendedProperties/Any(ep: ep/id eq '"+property+
		"' and ep/value eq 'r''1')") ||
		!strings.Contains(q, "$expand=singleValueExtendedProperties($filter=id eq '"+property+"')") {
		t.Errorf("asked %s", q)
	}
	for _, call := range wire.Calls() {
		if _, query, _ := strings.Cut(call.URL, "?"); strings.ContainsAny(query, " +") {
			t.Errorf("a blank or plus that is not escaped: %s", call.URL)
		}
	}
	c, s, _ = scripted(t)
	if _, found, err := c.FindSent(t.Context(), box, mail.SentKeys{}); found || err != nil {
		t.Errorf("without keys: %t, %v", found, err)
	}
	s.expect()
}

func TestPropertiesAreReadInAnyCase(t *testing.T) {
	c, s, _ := scripted(t, says(200, jsonType,
		`{"id":"m","singleValueExtendedProperties":[{"id":"String 0x1a","value":"?"},null,{"id":"string 0x001a","value":"REPORT.IPM.Note.NDR"},
		{"id":"String 0x1042","value":" <p@x> "},{"id":"String 0x1039","value":"<a@x>\r\n <b@x>"}]}`))
	p, err := c.Properties(t.Context(), box, "m")
	if err != nil || p.Class != "REPORT.IPM.Note.NDR" || p.InReplyTo != "<p@x>" || strings.Join(p.References, " ") != "<a@x> <b@x>" ||
		p.Reply != "" {
		t.Errorf("%+v, %v", p, err)
	}
	s.expect("GET /messages/m")
}

func TestAMessageIsReadAsItWasSent(t *testing.T) {
	c, s, _ := scripted(t, says(200, "text/plain", "From: a@x\r\n\r\nDag"))
	var b bytes.Buffer
	if err := c.MIME(t.Context(), box, "m=", &b); err != nil || b.String() != "From: a@x\r\n\r\nDag" {
		t.Errorf("%q, %v", b.String(), err)
	}
	s.expect("GET /messages/m%3D/$value")
}

// Requests go out with the length of their body, also when there is none: Exchange
// refuses others with 411.
func TestRequestsHaveALength(t *testing.T) {
	var lengths []int64
	_, _, b := graphOf(t, nil)
	c := must.Get(New(Options{Root: root, Credential: b, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.Body != nil && r.Body != http.NoBody && r.ContentLength <= 0 {
			t.Errorf("%s %s goes out in chunks", r.Method, r.URL.Path)
		}
		lengths = append(lengths, r.ContentLength)
		return nil, errors.New("closed")
	})}))(t)
	subject := "x"
	_ = c.SendDraft(t.Context(), box, "d")
	_ = c.PatchDraft(t.Context(), box, "d", mail.DraftPatch{Subject: &subject})
	_ = c.Attach(t.Context(), box, "d", mail.OutgoingAttachment{Name: "a", Size: 3}, strings.NewReader("abc"))
	if len(lengths) != 3 || lengths[0] != 0 || lengths[1] != int64(len(`{"@odata.type":"#microsoft.graph.message","subject":"x"}`)) ||
		lengths[2] <= 0 {
		t.Errorf("lengths %v", lengths)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Graph can write the id of a folder in a link. Each folder has its own.
func TestFoldersByIdAreToldApart(t *testing.T) {
	to := func(folder string) string {
		return root + "/v1.0/users/" + box + "/mailFolders/" + folder + "/messages/delta?$deltatoken=x"
	}
	c, _, _ := graphOf(t, func(w http.ResponseWriter, r *http.Request) {
		if name := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]; name == inbox || name == sentItems {
			says(200, jsonType, `{"id":"id-of-`+name+`"}`)(w, r)
			return
		}
		says(200, jsonType, `{"value":[],"@odata.deltaLink":"`+root+r.URL.RequestURI()+`"}`)(w, r)
	})
	for _, way := range []struct {
		delta         func(context.Context, string, string, time.Time) (mail.Page, error)
		folder, other string
	}{{c.Delta, inbox, sentItems}, {c.SentDelta, sentItems, inbox}, {c.Delta, inbox, sentItems}} {
		if _, err := way.delta(t.Context(), box, to("id-of-"+way.folder), time.Time{}); err != nil {
			t.Errorf("%s by its id: %v", way.folder, err)
		}
		for _, other := range []string{way.other, "id-of-" + way.other, "id-of-archive"} {
			if _, err := way.delta(t.Context(), box, to(other), time.Time{}); !errors.Is(err, answer.ErrForeignLink) {
				t.Errorf("%s by a link to %s: %v", way.folder, other, err)
			}
		}
	}
}
