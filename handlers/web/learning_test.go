package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/words"
)

func TestLearningIsDrawnAndListed(t *testing.T) {
	api := newAPI("manager", "rules.read")
	api.answers["GET /api/learning"] = map[string]any{"months": []learnedSpan{
		{
			Month:   "2026-08",
			Figures: wire.Figures{Mails: 100, Per100: 30},
		}, {Month: "2026-09", Figures: wire.Figures{Mails: 100, Per100: 31}},
		{Month: "2026-10", Figures: wire.Figures{Mails: 200, Waited: 80, HandActions: 50, Per100: 25, Automatic: 120, Learned: 10}},
		{
			Month:   "2026-11",
			Figures: wire.Figures{Mails: 300, Waited: 30, HandActions: 22, Per100: 7.3, Automatic: 270, Learned: 90, Corrected: 1},
		},
	}}
	w := browse(t, api, "GET", "/web/learning", "")
	wants(t, w, 200, `class="plot"`, "okt 26", "In aug 2026 waren het 30 handelingen per 100 berichten, in nov 2026 7,3.",
		"<strong>7,3</strong>", "90 %", "waarvan 90 door", "!<style")
	if body := w.Body.String(); strings.Index(body, "nov 2026</span>") > strings.Index(body, "okt 2026</span>") {
		t.Error("the newest month is not the first")
	}
	wants(t, w, 200, "!Hoe vaak het eerste voorstel klopte")
	wants(t, browse(t, api, "GET", "/web/learning", "", "Cookie", "lang=en"), 200, "<strong>7.3</strong>",
		"Manual actions per 100 mails", "Oct 2026")
	api.answers["GET /api/learning"] = map[string]any{"months": []learnedSpan{}}
	wants(t, browse(t, api, "GET", "/web/learning", ""), 200, "Nog niets te zien", `!class="plot"`)
	// The chances of suggestions stand beside what became of them.
	api.answers["GET /api/learning"] = map[string]any{"months": []learnedSpan{{Month: "2026-11", Figures: wire.Figures{Mails: 90}}},
		"weeks":       []learnedSpan{{Week: "2026-11-23", Figures: wire.Figures{Mails: 50}}},
		"calibration": []wire.Calibrated{{From: 0.4, To: 0.5, Suggested: 10, Right: 4}, {From: 0.9, To: 1, Suggested: 40, Right: 39}}}
	wants(
		t,
		browse(t, api, "GET", "/web/learning", ""),
		200,
		"Hoe vaak het eerste voorstel klopte",
		"<h3>Hoeveel mail handwerk vraagt</h3>",
		"te weinig gemeten", // of one week
		"Bij een kans van 90 tot 100 % klopten er 39 van 40.",
		"Klopte, in %, 90–100: 97.5",
		"Bij 50 opgeloste berichten klopte het eerste voorstel 43 keer.",
	)
	api.answers["GET /api/learning"] = map[string]any{"months": []learnedSpan{{Month: "2026-11", Figures: wire.Figures{Mails: 90}}},
		"weeks": []learnedSpan{
			{Week: "2026-11-23", Figures: wire.Figures{Mails: 50}},
		}, "calibration": []wire.Calibrated{{From: 0.9, To: 1, Suggested: 4, Right: 4}}}
	wants(t, browse(t, api, "GET", "/web/learning", ""), 200, "Bij 4 opgeloste berichten", `!class="plot"`, "!Liggen de lijnen")
	// A new office has few months: it sees weeks.
	api.answers["GET /api/learning"] = map[string]any{
		"months": []learnedSpan{{Month: "2026-11", Figures: wire.Figures{Mails: 90}}},
		"weeks": []learnedSpan{
			{
				Week:    "2026-11-16",
				Figures: wire.Figures{Mails: 40, HandActions: 20, Per100: 50},
			}, {Week: "2026-11-23", Figures: wire.Figures{Mails: 50, HandActions: 10, Per100: 20}},
		},
	}
	wants(t, browse(t, api, "GET", "/web/learning", ""), 200, "Week van", "10 handelingen voor 50 berichten in de week van 23 nov",
		"In de week van 16 nov waren het 50", "!Maand</th>")
	if !asks(api, "/api/learning?months=1&weeks=16") {
		t.Error(api.asked)
	}
	reader := newAPI("reader")
	reader.answers["GET /api/learning"] = Problem{Status: 403}
	wants(t, browse(t, reader, "GET", "/web/learning", ""), 403, "Dit mag u niet")
}

// The page says whether the model places mail, what its record is and what is missing, and
// what it placed with the reasons by weight.
func TestLearningShowsWhatTheModelPlaces(t *testing.T) {
	api := newAPI("manager", "rules.read", "mails.read")
	show := func(p map[string]any) {
		p["sure"], p["leastBound"] = 0.98, 0.97
		api.answers["GET /api/learning"] = map[string]any{"months": []learnedSpan{{Month: "2026-11", Figures: wire.Figures{Mails: 90}}},
			"weeks": []learnedSpan{{Week: "2026-11-23", Figures: wire.Figures{Mails: 50}}}, "placing": p}
	}
	show(map[string]any{"missing": 87})
	wants(t, browse(t, api, "GET", "/web/learning", ""), 200, "Nog niet", "minstens 98 % zeker", "Nog 87 zekere voorstellen moeten kloppen",
		"!Van de laatste", "!Laatst zelf geplaatst")
	show(map[string]any{"mails": 1, "right": 0, "bound": 0.0, "missing": 144, "rule": "r1"})
	wants(t, browse(t, api, "GET", "/web/learning", ""), 200, "0 van 1 zeker voorstel klopte", `href="/web/rules/r1"`)
	show(map[string]any{"off": true, "mails": 90, "right": 90, "bound": 0.971})
	wants(t, browse(t, api, "GET", "/web/learning", ""), 200, "Een manager heeft dit uitgezet", "!moeten kloppen")
	show(map[string]any{"may": true, "mails": 120, "right": 120, "bound": 0.978, "rule": "r1", "recent": []any{map[string]any{
		"mail": one, "subject": "Concept <b>", "at": "2026-11-23T10:00:00Z", "chance": 0.984, "corrected": true,
		"client": map[string]any{"id": "k1", "name": "Slagerij Visser"},
		"reasons": []any{
			map[string]any{"nl": "Slagerij Visser wordt genoemd", "en": "Slagerij Visser is named", "weight": 3},
			map[string]any{"nl": "Klantnummer 1345 staat in het bericht", "en": "Client number 1345", "weight": 1},
		}}}})
	wants(t, browse(t, api, "GET", "/web/learning", ""), 200, ">Aan<", "Van de laatste 120 zekere voorstellen klopten er 120",
		"97,8 % klopt; nodig is 97 %", "Concept &lt;b&gt;", `href="/web/mails/`+one, "Slagerij Visser</bdi>, 98 %",
		"Slagerij Visser wordt genoemd (75 %) · Klantnummer 1345 staat in het bericht (25 %)", "gecorrigeerd")
	wants(t, browse(t, api, "GET", "/web/learning", "", "Cookie", "lang=en"), 200, "120 of the last 120 sure suggestions were right",
		"Slagerij Visser is named (75 %)")
	reader := newAPI("manager", "rules.read")
	reader.answers["GET /api/learning"] = api.answers["GET /api/learning"]
	wants(t, browse(t, reader, "GET", "/web/learning", ""), 200, "Concept &lt;b&gt;", "!/web/mails/"+one)
}

// taught is an API with one rule.
func taught(kind directory.RuleKind, state directory.RuleState) *fakeAPI {
	api := newAPI("manager", "rules.read", "rules.write", "mails.read")
	rule := ruleObject{
		RuleObject: wire.RuleObject{
			Rule: directory.Rule{
				ID:     "r1",
				Kind:   kind,
				Key:    "bakker.example",
				Client: "k1",
				State:  state,
				Count:  2,
				Failed: 1,
				Evidence: []directory.Evidence{{By: "m1", Action: "link-contact", Contact: "c1", Mail: one},
					{
						By:      "m2",
						Action:  "always dismiss",
						Contact: "c-gone",
						At:      time.Now(),
					}},
			},
			Decided:     new(12),
			Held:        new(11),
			Linked:      new(3),
			Explanation: words.Text{NL: "Mail van @bakker.example hoort bij <Bakker>", EN: "Mail from @bakker.example belongs to <Bakker>"},
			Names:       map[string]string{"m1": "Anna Bos", "c1": "Jan Jansen", "k1": "Bakkerij Jansen"},
		},
	}
	api.answers["GET /api/rules"] = func(r *http.Request) any {
		if r.URL.Query().Get("search") == "niets" {
			return wire.ListOf[ruleObject]{}
		}
		return wire.ListOf[ruleObject]{Items: []ruleObject{rule}, Next: "abc"}
	}
	api.answers["GET /api/rules/r1"] = rule
	api.answers["PATCH /api/rules/r1"] = rule
	api.answers["DELETE /api/rules/r1"] = map[string]int{"reopened": 12}
	return api
}

func TestARuleSaysWhatItDoesAndWhatTakingItBackCosts(t *testing.T) {
	api := taught("domain-client", "on")
	wants(t, browse(t, api, "GET", "/web/rules?kind=domain-client&search=bakker", ""), 200,
		"hoort bij &lt;Bakker&gt;", `href="/web/rules/r1?kind=domain-client&amp;search=bakker"`, "after=abc", "Domein van relatie",
		`value="bakker"`)
	if asked := strings.Join(api.asked, " "); !strings.Contains(asked, "kind=domain-client") || !strings.Contains(asked, "search=bakker") {
		t.Error(asked)
	}
	wants(t, browse(t, api, "GET", "/web/rules/r1", ""), 200,
		"12 berichten worden opnieuw beoordeeld", "Bij 3 contacten", `data-ask="Deze regel ongedaan maken? 12 berichten`, "Anna Bos",
		"gekoppeld aan een contact → <bdi>Jan Jansen</bdi>",
		"genegeerd, voortaan altijd", `href="/web/mails/`+one, `name="on" value="false"`, `href="/web/directory/clients/k1"`,
		"Bakkerij Jansen", "!c-gone")
	wants(t, browse(t, api, "GET", "/web/rules/r1", "", "Cookie", "lang=en"), 200, "12 mails are decided anew", "always from now on")
	wants(t, browse(t, taught("domain-client", "off"), "GET", "/web/rules/r1", ""), 200, `name="on" value="true"`)
	wants(t, browse(t, taught("address-contact", "on"), "GET", "/web/rules/r1", ""), 200, `!name="on"`, "/undo")
	wants(t, browse(t, taught("domain-client", "undone"), "GET", "/web/rules/r1", ""), 200, `!name="on"`, "!/undo")
	reader := taught("domain-client", "on")
	reader.answers["GET /api/me"] = person{Me: wire.Me{Actions: []access.Action{"rules.read"}}}
	wants(t, browse(t, reader, "GET", "/web/rules/r1", ""), 200, `!name="on"`, "!/undo", "!/web/mails/")
	wants(t, browse(t, api, "GET", "/web/rules?search=niets", ""), 200, "Niets gevonden")
}

func TestRulesAreSwitchedAndTakenBack(t *testing.T) {
	for _, c := range []struct {
		path, form, flash string
		answer            any
	}{
		{"", "on=false&tag=%22v1%22", "rules.is-off:0:", ruleObject{}},
		{"", "on=true", "rules.is-on:0:", ruleObject{}},
		{"", "on=true", "rules.not-changed:0:", Problem{Status: 412}},
		{"", "on=true", "rules.not-done:0:", Problem{Status: 409}},
		{"/undo", "", "rules.undone:12:", map[string]int{"reopened": 12}},
		{"/undo", "", "rules.not-undone:0:", Problem{Status: 409}},
	} {
		api := taught("domain-client", "on")
		api.answers["PATCH /api/rules/r1"], api.answers["DELETE /api/rules/r1"] = c.answer, c.answer
		w := browse(t, api, "POST", "/web/rules/r1"+c.path, c.form)
		if w.Code != 303 || w.Header().Get("Location") != "/web/rules/r1" || w.Result().Cookies()[0].Value != c.flash {
			t.Errorf("%s %s: %d %v", c.path, c.form, w.Code, w.Header())
		}
	}
	api := taught("domain-client", "on")
	browse(t, api, "POST", "/web/rules/r1", "on=false")
	if got := strings.TrimSpace(api.bodies["PATCH /api/rules/r1"]); got != `{"on":false}` {
		t.Error(got)
	}
	// The list beside it is notified, and the URL is that of the rule.
	w := browse(t, api, "GET", "/web/rules/r1", "", "HX-Request", "true", "HX-Target", "entry", "Cookie", "flash=rules.is-off:0:")
	wants(t, w, 200, `<section id="entry"`, "De regel staat uit", "!<html")
	if w.Header().Get("HX-Trigger") != "entries-changed" || w.Header().Get("HX-Push-Url") != "/web/rules/r1" {
		t.Error(w.Header())
	}
}
