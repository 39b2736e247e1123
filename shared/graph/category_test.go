package graph

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
)

var green = mail.Category{Name: "Kantoorpost: verwerkt", Color: "preset4"}

func TestMissingCategoriesAreAdded(t *testing.T) {
	const masters = "/outlook/masterCategories"
	yellow := mail.Category{Name: "Kantoorpost: actie nodig", Color: "preset3"}
	has := `{"displayName":"KANTOORPOST: verwerkt","color":"preset0"}`
	both := list(has, `{"displayName":"Kantoorpost: actie nodig"}`)
	for name, c := range map[string]struct {
		answers []http.HandlerFunc
		ok      bool
	}{
		"both there":         {[]http.HandlerFunc{both}, true},
		"one missing":        {[]http.HandlerFunc{list(has, `7`), says(201, jsonType, `{}`)}, true},
		"added by another":   {[]http.HandlerFunc{list(has), refusesWith(409, "x"), both}, true},
		"added, seen as bad": {[]http.HandlerFunc{list(has), refuses400("x"), both}, true},
		"refused":            {[]http.HandlerFunc{list(has), refuses400("x"), list(has)}, false},
		"denied":             {[]http.HandlerFunc{list(has), refusesWith(403, "ErrorAccessDenied")}, false},
		"cannot be read":     {[]http.HandlerFunc{refusesWith(403, "ErrorAccessDenied")}, false},
	} {
		client, s, _ := scripted(t, c.answers...)
		if err := client.EnsureCategories(t.Context(), box, []mail.Category{green, yellow}); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		if len(s.asked) > 1 && (s.asked[1].String() != "POST "+masters ||
			!strings.Contains(s.asked[1].body, `"color":"preset3","displayName":"Kantoorpost: actie nodig"`)) {
			t.Errorf("%s: %s %s", name, s.asked[1], s.asked[1].body)
		}
	}
}

// The categories that a person set stay, in their order, and a mail that has ours
// is not written.
func TestCategoriesOfAPersonStay(t *testing.T) {
	o := open(t, "info")
	id := o.boxes["info"]
	o.receive(t, "info", 45)
	page, _ := o.round(t, id, "")
	var changes []mail.CategoryChange
	for _, m := range page.Messages {
		changes = append(changes, mail.CategoryChange{Message: m.ID, Add: []string{green.Name}, Remove: []string{"Kantoorpost: actie nodig"}})
	}
	first := page.Messages[0].ID
	if failed := o.Categorize(t.Context(), id, []mail.CategoryChange{{Message: first,
		Add: []string{"Van Anna", "kantoorpost: ACTIE nodig", "Blauw"}}}); len(failed) > 0 {
		t.Fatal(failed)
	}
	o.wire.Reset()
	if failed := o.Categorize(t.Context(), id, changes); len(failed) > 0 {
		t.Fatal(failed)
	}
	if n := len(o.wire.Calls()); n != 6 { // three batches are read, and written
		t.Errorf("%d requests for 45 mails", n)
	}
	if got := o.categories(t, "info")[first]; !slices.Equal(got, []string{"Van Anna", "Blauw", green.Name}) {
		t.Errorf("categories %q", got)
	}
	for m, got := range o.categories(t, "info") {
		if !slices.Contains(got, green.Name) {
			t.Errorf("%s has %q", m, got)
		}
	}
	o.wire.Reset()
	if failed := o.Categorize(t.Context(), id, changes[:20]); len(failed) > 0 || len(o.wire.Calls()) != 1 {
		t.Errorf("the same again: %v, %d requests", failed, len(o.wire.Calls()))
	}
	// Our own marks do not come back in the next round.
	if again, _ := o.round(t, id, page.DeltaLink); len(again.Messages)+len(again.Incomplete) != 0 {
		t.Errorf("%d mails came back", len(again.Messages))
	}
}

// categories are those of the mails of a mailbox, by id.
func (o office) categories(t *testing.T, name string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	page, _ := o.round(t, o.boxes[name], "")
	for _, m := range page.Messages {
		answers, err := o.batch(t.Context(), o.boxes[name], []step{messageStep(o.boxes[name], m.ID, http.MethodGet, "?$select=categories")})
		if err != nil || answers[0].err != nil {
			t.Fatal(err, answers[0].err)
		}
		if all[m.ID], _, err = answer.Categories(answers[0].body); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// One mail that fails does not fail the others, and a category that a person sets
// between our read and our write is kept.
func TestAChangeInBetweenIsKept(t *testing.T) {
	has := map[string][]string{"a": {}, "b": {}}
	version, writes := 1, 0
	c, _, _ := graphOf(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var sent struct{ Requests []step }
		if err := json.Unmarshal(body, &sent); err != nil || r.URL.Path != "/v1.0/$batch" || len(sent.Requests) > maxBatch {
			t.Errorf("%s %s: %v", r.URL.Path, body, err)
		}
		var answers []string
		for _, s := range sent.Requests {
			id := strings.TrimSuffix(strings.TrimPrefix(s.URL, "/users/"+box+"/messages/"), "?$select=categories")
			etag := fmt.Sprintf(`W/"%d"`, version)
			old := s.Headers["If-Match"] != etag
			switch {
			case !strings.Contains(s.Headers["Prefer"], `IdType="ImmutableId"`):
				t.Errorf("%s asks for ids that change", s.URL)
			case id == "gone":
				answers = append(answers, `{"id":"`+s.ID+`","status":404,"body":{"error":{"code":"ErrorItemNotFound"}}}`)
			case id == "busy":
				answers = append(answers, `{"id":"`+s.ID+`","status":429,"headers":{"retry-after":"7"}}`)
			case id == "lost":
			case id == "odd":
				answers = append(answers, `{"id":"`+s.ID+`","status":200,"body":{"id":"odd"}}`)
			case s.Method == http.MethodGet:
				names, _ := json.Marshal(has[id])
				answers = append(answers, fmt.Sprintf(`{"id":%q,"status":200,"body":{"@odata.etag":%q,"categories":%s}}`, s.ID, etag, names))
			case id == "b" || old:
				answers = append(answers, `{"id":"`+s.ID+`","status":412,"body":{"error":{"code":"ErrorIrresolvableConflict"}}}`)
			default:
				writes++
				for _, name := range s.Body.(map[string]any)["categories"].([]any) {
					if !slices.Contains(has[id], name.(string)) {
						has[id] = append(has[id], name.(string))
					}
				}
				answers = append(answers, `{"id":"`+s.ID+`","status":200,"body":{}}`)
			}
		}
		if version == 1 && sent.Requests[0].Method == http.MethodGet {
			has["a"], version = []string{"Van Anna"}, 2 // a person is faster
		}
		slices.Reverse(answers)
		says(200, jsonType, `{"responses":[`+strings.Join(answers, ",")+`,{"id":"77","status":200},{"id":"x"}]}`)(w, r)
	})
	var changes []mail.CategoryChange
	for _, id := range []string{"a", "b", "gone", "busy", "lost", "odd", ".."} {
		changes = append(changes, mail.CategoryChange{Message: id, Add: []string{green.Name}})
	}
	failed := c.Categorize(t.Context(), box, changes)
	if !slices.Equal(has["a"], []string{"Van Anna", green.Name}) || writes != 1 || failed["a"] != nil {
		t.Errorf("categories %q after %d writes: %v", has["a"], writes, failed["a"])
	}
	if !answer.IsConflict(failed["b"]) || !answer.IsMissing(failed["gone"]) || failed["lost"] == nil || failed["odd"] == nil ||
		failed[".."] == nil || len(failed) != 6 {
		t.Errorf("failed %v", failed)
	}
	if e, ok := answer.Of(failed["busy"]); !ok || e.RetryAfter.Seconds() != 7 {
		t.Errorf("busy: %v", failed["busy"])
	}
}

func TestABatchThatFailsFailsItsMails(t *testing.T) {
	changes := []mail.CategoryChange{{Message: "a", Add: []string{"x"}}, {Message: "b", Add: []string{"x"}}}
	for name, a := range map[string]http.HandlerFunc{"busy": refusesWith(503, "x"), "html": says(200, "text/html", ""),
		"empty": says(200, jsonType, `{}`), "null": says(200, jsonType, `{"responses":null}`)} {
		c, _, _ := graphOf(t, a)
		if failed := c.Categorize(t.Context(), box, changes); failed["a"] == nil || failed["b"] == nil {
			t.Errorf("%s: %v", name, failed)
		}
	}
	c, wire, _ := graphOf(t, says(200, jsonType, `{}`))
	if failed := c.Categorize(t.Context(), "..", changes); failed[""] == nil || len(wire.Calls()) != 0 {
		t.Errorf("no mailbox: %v", failed)
	}
}

func TestSettingsOfAMailbox(t *testing.T) {
	o := open(t, "info")
	s, err := o.Settings(t.Context(), o.boxes["info"])
	if err != nil || s.TimeZone != "W. Europe Standard Time" || s.Language != "nl-NL" || s.AutomaticReplies.Status != "disabled" {
		t.Errorf("%+v, %v", s, err)
	}
}

// The Sent Items have rounds of their own, and a link to another folder is refused.
func TestSentItemsAreReadInRounds(t *testing.T) {
	o := open(t, "info")
	id := o.boxes["info"]
	d := must.Get(o.CreateDraft(t.Context(), id, mail.NewDraft{Subject: "Vraag", HTML: "<p>Dag</p>",
		To: []mail.Address{{Email: "jan@klant.example"}}}))(t)
	must.Do(t, o.SendDraft(t.Context(), id, d.ID))
	page, err := o.SentDelta(t.Context(), id, "", d.Sent)
	for err == nil && page.Next != "" {
		page, err = o.SentDelta(t.Context(), id, page.Next, d.Sent)
	}
	if err != nil || len(page.Messages) != 1 || page.Messages[0].InternetMessageID != d.InternetMessageID || page.Messages[0].Draft {
		t.Fatalf("%+v, %v", page, err)
	}
	again, err := o.SentDelta(t.Context(), id, page.DeltaLink, d.Sent)
	if err != nil || len(again.Messages) != 0 {
		t.Errorf("%+v, %v", again, err)
	}
	if _, err := o.Delta(t.Context(), id, page.DeltaLink, d.Sent); !answer.IsGone(err) {
		t.Errorf("a link of the Sent Items in a round over the inbox: %v", err)
	}
	inbox, _ := o.round(t, id, "")
	if _, err := o.SentDelta(t.Context(), id, inbox.DeltaLink, d.Sent); !answer.IsGone(err) {
		t.Errorf("a link of the inbox in a round over the Sent Items: %v", err)
	}
}
