package app_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/config"
	"kantoorpost/shared/must"
)

// While Azure replaces a release, the former one and this one run at once on the same
// rows and messages; and a rollback is a deployment of the former one. So each must read
// what the other wrote. The folder of the former release holds what it wrote: before a
// release, write the folder of the one that runs now, from its commit, and delete the
// older one:
//
//	go test ./handlers/app -run ThisReleaseIsSaved -release <version>
var release = flag.String("release", "", "saves a full office of this release below testdata/releases")

const releases = "testdata/releases"

func TestThisReleaseIsSaved(t *testing.T) {
	if *release == "" {
		t.Skip("-release names no version to save")
	}
	dir := filepath.Join(releases, *release)
	must.Do(t, os.MkdirAll(releases, 0o755))
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatalf("what a release wrote does not change: %v", err)
	}
	synctest.Test(t, func(t *testing.T) {
		w := fullOffice(t)
		w.Save(dir)
		text, err := json.MarshalIndent(w.seen(), "", " ")
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, "answers.json"), append(text, '\n'), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	})
}

// formerFolder is the folder of the former release.
func formerFolder(t *testing.T) string {
	t.Helper()
	dirs, err := filepath.Glob(releases + "/*")
	if err != nil || len(dirs) != 1 {
		t.Fatalf("%v, %v: want the folder of one release, the former", dirs, err)
	}
	return dirs[0]
}

// former opens what the former release wrote.
func former(t *testing.T) (w *world, dir string, settings []config.Setting) {
	t.Helper()
	dir = formerFolder(t)
	saved, settings := apptest.Open(t, dir)
	return &world{World: saved}, dir, settings
}

// Whoever asks sees in the former release's rows what that release showed. Members that
// this release adds to an answer are fine.
func TestFormerRowsAreRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, dir, _ := former(t)
		want := map[string]any{}
		text, err := os.ReadFile(filepath.Join(dir, "answers.json"))
		if err == nil {
			err = json.Unmarshal(text, &want)
		}
		if err != nil || len(want) < 100 {
			t.Fatal(len(want), err)
		}
		for _, request := range slices.Sorted(maps.Keys(want)) {
			if me, ok := want[request].(object); ok && strings.HasSuffix(request, "/api/me") {
				delete(me, "actions") // what one may do comes from the code
			}
			if difference := lacks(w.answerTo(request), want[request]); difference != "" {
				t.Errorf("%s: %s", request, difference)
			}
		}
	})
}

// The former release's work goes on: its messages are understood, what it began is
// finished, and its chats, replies and rules can be used and undone.
func TestFormerWorkGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _, _ := former(t)
		chat := w.Mail("Btw")["chat"]
		states := func() string {
			counts := map[any]int{}
			for _, m := range w.messagesOf(chat) {
				if m["kind"] == "reply" {
					counts[m["state"]]++
				}
			}
			return fmt.Sprint(counts)
		}
		left, before := len(w.outside(jan)), states()
		w.Drain() // each message is understood by itself, before a tick finds the same work
		w.soon(time.Minute)
		if got := apptest.Subjects(w.Mails(), "new"); len(got) > 0 || w.Mail("Onderweg")["state"] != "processed" {
			t.Errorf("messages fetch and process: still new: %v", got)
		}
		if len(w.outside(jan)) != left+2 {
			t.Errorf("messages send: %d left, want the one that was held and the one that was leaving", len(w.outside(jan))-left)
		}
		for _, r := range w.Tables.Snapshot(t)["mails"] {
			if strings.HasPrefix(r.Key, "h|") {
				t.Errorf("messages mark: %s is still to be marked", r.Key)
			}
		}
		w.Pass(4)
		w.Check(t)
		for _, r := range w.Tables.Snapshot(t)["directory"] {
			if strings.HasPrefix(r.Key, "rule-undoing|") {
				t.Errorf("%s is not finished", r.Key)
			}
		}
		if got := states(); got != "map[approval:1 scheduled:1 sent:3]" || len(w.outside(jan)) != left+2 {
			t.Errorf("replies are %s, were %s; %d left", got, before, len(w.outside(jan))-left)
		}
		for _, m := range w.messagesOf(chat) {
			if m["state"] == "approval" {
				w.by("Carla", "POST", fmt.Sprint("/api/chats/", chat, "/replies/", m["id"], "/approve"), object{})
			}
		}
		w.PassEvery(20*time.Minute, 20) // more than six hours
		if got := states(); got != "map[sent:5]" {
			t.Errorf("in the end replies are %s", got)
		}
		w.answer(w.outside(jan)[0], "z1")
		draft := w.by("Anna", "GET", fmt.Sprint("/api/chats/", w.Mail("Tweede")["chat"], "/draft"), nil)
		w.writeReply(w.Mail("Tweede")["chat"], "Met bestand.", object{"attachments": []any{draft["attachments"].([]any)[0].(object)["id"]}})
		w.comes(newsAddress, "Krant 10", "z2", "List-Id: Krant <Krant.bladen.example>")
		w.comes(pietAddress, "Van Piet", "z3")
		w.Pass(2)
		if got := w.Mail("Re: Btw")["chat"]; got != chat || w.Mail("Krant 10")["state"] != "dismissed" ||
			w.Mail("Van Piet")["state"] != "processed" {
			t.Errorf("an answer, a list and a contact that the former release knew:\n%s", w.Picture())
		}
		if got := w.outside(jan); len(got[len(got)-1].Attachments) != 1 || got[len(got)-1].Attachments[0].Name != "loon.csv" {
			t.Errorf("the file of a draft left as %+v", got[len(got)-1].Attachments)
		}
		w.Must("POST", fmt.Sprint("/api/chats/", w.Mail("Derde")["chat"], "/undo"), nil) // the merge
		w.Must("POST", "/api/mails/"+w.ID("Eerder")+"/undo", nil)
		for _, r := range w.Must("GET", "/api/rules", nil)["items"].([]any) {
			if strings.Contains(fmt.Sprint(r.(object)["key"]), "krant") {
				w.by("Carla", "DELETE", "/api/rules/"+r.(object)["id"].(string), nil)
			}
		}
		w.Pass(1)
		if w.Mail("Vierde")["chat"] == w.Mail("Derde")["chat"] || w.Mail("Eerder")["state"] != "parked" ||
			w.Mail("Krant 9")["state"] != "parked" {
			t.Errorf("what the former release did is not undone:\n%s", w.Picture())
		}
		w.Check(t)
	})
}

// The settings of the former release start this one: a deployment changes settings and
// code one after the other.
func TestFormerSettingsAreRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, _, settings := former(t)
		for _, was := range settings {
			// Whether the host or the process reads it makes no difference to the template.
			templated := func(s config.Setting) bool { return s.From == config.Template || s.From == config.HostOnly }
			is := func(s config.Setting) bool { return s.Name == was.Name && templated(s) == templated(was) }
			if !slices.ContainsFunc(config.Settings(), is) {
				t.Errorf("%s (%s) is gone: the former release needs it after a rollback", was.Name, was.From)
			}
		}
	})
}

// seen is what the API answers about everything, to the people who see it.
func (w *world) seen() map[string]any {
	all := map[string]any{}
	ask := func(who, path string) any {
		request := who + " " + path
		if _, done := all[request]; !done {
			all[request] = w.answerTo(request)
		}
		return all[request]
	}
	items := func(path string) (ids []string) {
		for _, o := range w.Must("GET", path, nil)["items"].([]any) {
			ids = append(ids, fmt.Sprint(o.(object)["id"]))
		}
		ask("beheer", path)
		return ids
	}
	each := func(list string, parts ...string) {
		for _, id := range items(list) {
			for _, part := range append(parts, "") {
				ask("beheer", list+"/"+id+part)
			}
		}
	}
	for _, list := range []string{"team-members", "roles", "process-teams", "contacts", "rules", "templates"} {
		each("/api/" + list)
	}
	each("/api/clients", "/team-members", "/contacts")
	for _, id := range items("/api/chats") {
		chat := "/api/chats/" + id
		ask("beheer", chat)
		ask("beheer", chat+"/participants")
		ask("anna", chat+"/draft")
		for _, m := range ask("beheer", chat+"/messages?limit=100").(object)["items"].([]any) {
			ask("beheer", chat+"/messages/"+m.(object)["id"].(string)+"/body")
			if m.(object)["kind"] == "reply" {
				ask("beheer", chat+"/replies/"+m.(object)["id"].(string))
			}
		}
	}
	for _, id := range items("/api/connectors") {
		ask("beheer", "/api/connectors/"+id)
		ask("beheer", "/api/connectors/"+id+"/addresses")
	}
	for _, address := range []string{infoAddress, loonAddress} {
		ask("beheer", "/api/addresses/"+address)
	}
	for _, path := range []string{"/api/settings", "/api/audit?limit=100", "/api/replies", "/api/learning", "/api/mails/counts"} {
		ask("beheer", path)
	}
	for _, who := range []string{"anna", "bram", "carla"} {
		ask(who, "/api/me")
		ask(who, "/api/me/addresses")
		ask(who, "/api/chats?limit=100")
	}
	// Last, also in the order of the alphabet: who lists files keeps them with their messages.
	each("/api/mails", "/body", "/attachments", "/suggestions")
	for id := range w.Blobs.Snapshot("uploads") {
		ask("anna", "/api/uploads/"+id)
	}
	return all
}

// computed are answers that packages learn and mailtext compute from stored rows. Another
// release may answer differently.
var computed = regexp.MustCompile(`/body$|/suggestions$|/learning$`)

// answerTo is the answer to a request such as "anna /api/me"; of a computed answer only
// its status.
func (w *world) answerTo(request string) any {
	who, path, _ := strings.Cut(request, " ")
	code, text := w.Call(who+"@"+apptest.Domain, http.MethodGet, path, "")
	if code != http.StatusOK || computed.MatchString(path) {
		return float64(code)
	}
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return text
	}
	return v
}

// isText tells whether an object is a text in both languages.
func isText(o map[string]any) bool { return len(o) == 2 && o["nl"] != nil && o["en"] != nil }

// lacks says where an answer does not have what was wanted.
func lacks(got, want any) string {
	switch want := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%v, was %v", got, want)
		}
		if isText(g) && isText(want) {
			return "" // its words come from the code
		}
		for name, w := range want {
			if d := lacks(g[name], w); d != "" {
				return name + ": " + d
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(want) {
			return fmt.Sprintf("%v, was %v", got, want)
		}
		for i, w := range want {
			if d := lacks(g[i], w); d != "" {
				return fmt.Sprint(i, ": ", d)
			}
		}
		return ""
	}
	if got != want {
		return fmt.Sprintf("%#v, was %#v", got, want)
	}
	return ""
}
