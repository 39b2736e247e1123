package app_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"kantoorpost/handlers/app/apptest"
)

// A matrixUser is one kind of user in the test of rights.
type matrixUser struct {
	name       string
	level      int  // 0 reader, 1 editor, 2 manager, 3 administrator
	mail, chat bool // linked with the mail of info@; participant of its chat
}

var matrixUsers = []matrixUser{
	{"buiten", 0, false, false}, {"lezer", 0, true, true},
	{"vreemd", 1, false, false}, {"anna", 1, true, true}, {"waarnemer", 1, true, true}, // who stands in for Anna
	{"carla", 2, true, true}, {"beheer", 3, true, true},
}

const mayRead, mayEdit, mayManage, mayAdminister = 0, 1, 2, 3

// A need says which answer a user gets: 0 for what he or she may do.
type need func(matrixUser) int

// office needs a level for every object.
func office(level int) need {
	return func(u matrixUser) int {
		if u.level < level {
			return http.StatusForbidden
		}
		return 0
	}
}

// ofMail needs a level and a mail that the user sees; ofChat a chat.
func ofMail(level int) need { return object404(level, func(u matrixUser) bool { return u.mail }) }
func ofChat(level int) need { return object404(level, func(u matrixUser) bool { return u.chat }) }

// ofMaker needs an editor's rights and to be Anna, who made it.
func ofMaker(u matrixUser) int {
	if status := office(mayEdit)(u); status > 0 || u.name == "anna" {
		return status
	}
	return http.StatusNotFound
}

// ofStrangeChat needs to edit a chat in which nobody here takes part who has to.
func ofStrangeChat(u matrixUser) int {
	u.chat = false
	return ofChat(mayEdit)(u)
}

// ofAuthor needs an editor's rights in the chat and to be Anna, who wrote the reply; or
// a manager's.
func ofAuthor(u matrixUser) int {
	if status := ofChat(mayEdit)(u); status > 0 || u.name == "anna" || u.level >= mayManage {
		return status
	}
	return http.StatusForbidden
}

// ofNote needs to be Anna, who wrote the note: not even a manager changes it.
func ofNote(u matrixUser) int {
	if status := ofChat(mayEdit)(u); status > 0 || u.name == "anna" {
		return status
	}
	return http.StatusForbidden
}

// ofWriter needs to be Anna, who has a draft in the chat: others have none.
func ofWriter(u matrixUser) int {
	if status := ofChat(mayEdit)(u); status > 0 || u.name == "anna" {
		return status
	}
	return http.StatusNotFound
}

func object404(level int, linked func(matrixUser) bool) need {
	return func(u matrixUser) int {
		switch {
		case u.level < level && level > mayRead:
			return http.StatusForbidden
		case u.level < mayManage && !linked(u):
			return http.StatusNotFound
		}
		return 0
	}
}

// A write is a request that changes something, with a body that is right: were
// its rule missing, it would have an effect. Where the rule is about the action
// alone, the body is read after it, and none is sent.
type write struct {
	operation, body string
	need            need
	// quiet says that who does not see the mails gets a success, and that
	// nothing happens.
	quiet bool
}

var matrixWrites = []write{
	{"POST /api/mails/{mail}/solve", `{"action":"dismiss"}`, ofMail(mayEdit), false},
	{"POST /api/mails/{news}/solve", `{"action":"release"}`, ofMail(mayEdit), false},
	{"POST /api/mails/{mail}/solve", `{"action":"link-contact","contact":"{contact}"}`, ofMail(mayEdit), false},
	{"POST /api/mails/{mail}/solve", `{"action":"create-contact","client":"{client}","name":"Nieuw"}`, ofMail(mayEdit), false},
	{"POST /api/mails/{forged}/solve", `{"action":"release"}`, func(u matrixUser) int {
		return max(ofMail(mayEdit)(u), office(mayManage)(u))
	}, false},
	{"POST /api/mails/{mail}/retry", ``, ofMail(mayEdit), false},
	{"PATCH /api/mails/{mail}", `{"assignee":"{carla}"}`, ofMail(mayEdit), false},
	{"POST /api/mails/{mail}/presence", ``, ofMail(mayRead), false},
	{"POST /api/mails/{annas}/undo", ``, func(u matrixUser) int {
		if status := ofMail(mayEdit)(u); status > 0 || u.name == "anna" {
			return status
		}
		return office(mayManage)(u) // she solved it
	}, false},
	{"POST /api/mails/{ruled}/undo", ``, func(u matrixUser) int { return max(ofMail(mayEdit)(u), office(mayManage)(u)) }, false},
	{"POST /api/mails/retry", `{"mails":["{mail}"]}`, ofMail(mayEdit), true},
	{"POST /api/mails/retry", `{"reason":"automated"}`, ofMail(mayEdit), true},
	{"POST /api/mails/dismiss", `{"mails":["{mail}"]}`, ofMail(mayEdit), true},
	{"POST /api/mails/undo", `{"mails":["{annas}"]}`, func(u matrixUser) int {
		if status := ofMail(mayEdit)(u); status > 0 || u.name == "anna" {
			return status
		}
		return http.StatusNotFound // only who dismissed them takes that back so
	}, true},

	{"PATCH /api/chats/{chat}", `{"state":"closed"}`, ofChat(mayEdit), false},
	{"PATCH /api/chats/{chat}", `{"client":"{otherClient}"}`, ofChat(mayEdit), false},
	{"POST /api/chats/{chat}/messages/{message}/move", `{"chat":"{otherChat}"}`, ofChat(mayEdit), false},
	{"POST /api/chats/{chat}/messages/{message}/move", `{"client":"{otherClient}"}`, ofChat(mayEdit), false},
	{"POST /api/chats/{merged}/messages/{answer}/move", `{"new":true}`, ofChat(mayEdit), false},
	{"POST /api/chats/{chat}/merge", `{"into":"{otherChat}"}`, ofChat(mayEdit), false},
	{"POST /api/chats/{chat}/messages/{message}/move", `{"chat":"{strange}"}`, ofStrangeChat, false},
	{"POST /api/chats/{strange}/messages/{strangeMessage}/move", `{"chat":"{chat}"}`, ofStrangeChat, false},
	{"POST /api/chats/{chat}/merge", `{"into":"{strange}"}`, ofStrangeChat, false},
	{"POST /api/chats/{merged}/undo", ``, ofChat(mayEdit), false},
	{"POST /api/chats/{chat}/read", `{}`, ofChat(mayRead), false},
	{"PUT /api/chats/{chat}/participants", `{"members":["{carla}","{anna}"]}`, ofChat(mayEdit), false},
	{"PATCH /api/chats/{chat}", `{"assignee":"{carla}","later":"{tomorrow}"}`, ofChat(mayEdit), false},
	{"POST /api/chats/{chat}/presence", ``, ofChat(mayRead), false},
	{"POST /api/chats/{chat}/unread", ``, ofChat(mayRead), false},
	{"POST /api/chats/{chat}/notes", `{"body":"Ik bel."}`, ofChat(mayEdit), false},
	{"PATCH /api/chats/{chat}/notes/{note}", `{"body":"Ik bel niet."}`, ofNote, false},
	{"DELETE /api/chats/{chat}/notes/{note}", ``, ofNote, false},

	{"POST /api/chats/{chat}/replies", `{"answers":"{message}","mode":"reply","to":[{"email":"jan@bakker.example"}],"text":"Dag Jan"}`,
		ofChat(mayEdit), false},
	{"DELETE /api/chats/{chat}/replies/{reply}", ``, ofAuthor, false},
	{"POST /api/chats/{chat}/replies/{failed}/retry", ``, ofChat(mayEdit), false},
	{"POST /api/chats/{chat}/replies/{failed}/dismiss", ``, ofChat(mayEdit), false},
	{"POST /api/chats/{chat}/replies/{waiting}/approve", ``, office(mayManage), false},
	{"POST /api/chats/{chat}/replies/{waiting}/reject", `{"comment":"Nog niet"}`, office(mayManage), false},
	{"PUT /api/chats/{chat}/draft", `{"text":"Dag J"}`, ofChat(mayEdit), false},
	{"DELETE /api/chats/{chat}/draft", ``, ofChat(mayEdit), false},
	{"POST /api/chats", `{"address":"info@` + apptest.Domain +
		`","client":"{client}","contact":"{contact}","subject":"Kennismaking","text":"Dag Jan"}`, func(u matrixUser) int {
		if u.name == "vreemd" {
			return http.StatusForbidden // linked with no address
		}
		return office(mayEdit)(u)
	}, false},
	{"POST /api/templates", `{"name":"Groet","html":"<p>Dag</p>"}`, office(mayManage), false},
	{"PATCH /api/templates/{template}", `{"name":"Anders"}`, office(mayManage), false},
	{"DELETE /api/templates/{template}", ``, office(mayManage), false},
	{"POST /api/uploads?name=brief.txt", `"Beste Jan"`, office(mayEdit), false},
	{"DELETE /api/uploads/{upload}", ``, ofMaker, false},

	{"PATCH /api/rules/{proposed}", `{"on":true}`, office(mayManage), false},
	{"PATCH /api/rules/{rule}", `{"on":false}`, office(mayManage), false},
	{"DELETE /api/rules/{rule}", ``, office(mayManage), false},

	{"POST /api/clients", `{"type":"prospect","name":"Misschien"}`, office(mayManage), false},
	{"POST /api/clients", `{"type":"organisation","number":"77","name":"Zeker"}`, office(mayAdminister), false},
	{"POST /api/clients", `{"type":"prospect","number":"P-77","name":"Genummerd"}`, func(u matrixUser) int {
		if u.level == mayManage {
			return http.StatusUnprocessableEntity // the product gives the number
		}
		return office(mayAdminister)(u)
	}, false},
	{"PATCH /api/clients/{client}", `{"name":"Anders"}`, office(mayAdminister), false},
	{"DELETE /api/clients/{client}", ``, office(mayAdminister), false},
	{"PUT /api/clients/{client}/team-members", `[{"member":"{carla}","role":"{role}"}]`, office(mayAdminister), false},
	{"POST /api/contacts", `{"name":"Nieuw","emails":["nieuw@bakker.example"]}`, office(mayAdminister), false},
	{"PATCH /api/contacts/{contact}", `{"name":"Anders"}`, office(mayAdminister), false},
	{"DELETE /api/contacts/{contact}", ``, office(mayAdminister), false},
	{"POST /api/contacts/{contact}/erase", ``, office(mayAdminister), false},
	{"POST /api/roles", `{"name":"Nieuw"}`, office(mayAdminister), false},
	{"PATCH /api/roles/{role}", `{"name":"Anders"}`, office(mayAdminister), false},
	{"DELETE /api/roles/{spareRole}", ``, office(mayAdminister), false},
	{"POST /api/process-teams", `{"name":"Nieuw"}`, office(mayAdminister), false},
	{"PATCH /api/process-teams/{team}", `{"name":"Anders"}`, office(mayAdminister), false},
	{"DELETE /api/process-teams/{spareTeam}", ``, office(mayAdminister), false},
	{"POST /api/team-members", `{"name":"Nieuw","email":"nieuw@kantoor.example","rights":"administrator"}`, office(mayAdminister), false},
	{"PATCH /api/team-members/{vreemd}", `{"rights":"administrator"}`, office(mayAdminister), false},
	{"PATCH /api/team-members/{anna}", `{"substitute":{"member":"{vreemd}","from":"2020-01-01T00:00:00Z","until":"2040-01-01T00:00:00Z"}}`,
		office(mayAdminister), false},
	{"DELETE /api/team-members/{buiten}", ``, office(mayAdminister), false},
	{"DELETE /api/team-members/{buiten}/account", ``, office(mayAdminister), false},
	{"POST /api/directory/import", ``, office(mayAdminister), false},

	{"PUT /api/settings", `{"enabled":false}`, office(mayAdminister), false},
	{"PUT /api/retention", `{"dismissed":30,"audit":0,"closedChats":0}`, office(mayAdminister), false},
	{"POST /api/connectors", `{}`, office(mayAdminister), false},
	{"PATCH /api/connectors/{connector}", `{"name":"Anders"}`, office(mayAdminister), false},
	{"DELETE /api/connectors/{connector}", ``, office(mayAdminister), false},
	{"POST /api/connectors/{connector}/check", ``, office(mayAdminister), false},
	{"POST /api/connectors/{connector}/check-limits", `{}`, office(mayAdminister), false},
	{"POST /api/connectors/{connector}/addresses", `{"address":"anna@kantoor.example","link":{"kind":"contact"}}`, office(mayAdminister),
		false},
	{"PATCH /api/addresses/{address}", `{"active":false}`, office(mayAdminister), false},
	{"DELETE /api/addresses/{address}", ``, office(mayAdminister), false},
	{"POST /api/addresses/{address}/fetch", ``, office(mayAdminister), false},

	{"POST /api/poison/{queue}/{poison}/retry", ``, office(mayManage), false},
	{"DELETE /api/poison/{queue}/{poison}", ``, office(mayManage), false},

	// Everybody's own.
	{"PUT /api/me/substitute", `{"member":"{bram}","from":"2020-01-01T00:00:00Z","until":"2040-01-01T00:00:00Z"}`, office(mayRead), false},
	{"PATCH /api/me", `{"signature":"<p>Groet</p>"}`, office(mayRead), false},
	{"DELETE /api/me/substitute", ``, office(mayRead), false},
	{"DELETE /api/me/notices/{chat}", ``, office(mayRead), false},
}

// silent are writes that have nothing to do here, for the first who may.
var silent = []string{"POST /api/mails/{mail}/retry", "POST /api/mails/retry", "POST /api/connectors/{connector}/check",
	"DELETE /api/me/substitute", "DELETE /api/me/notices/{chat}", "POST /api/chats/{chat}/unread"}

// unfit are writes whose success needs more than this office has; that they are
// let through is enough.
var unfit = []string{"POST /api/directory/import", "POST /api/connectors", "DELETE /api/connectors/{connector}",
	"DELETE /api/clients/{client}", "POST /api/connectors/{connector}/check-limits"}

type matrixRead struct {
	path string
	need need
}

// matrixReads say who may read what, by the first part of the path that fits.
// What is not here is a page of the directory, which everybody reads.
var matrixReads = []matrixRead{
	{"/api/mails/{mail}/colleagues", ofMail(mayEdit)}, {"/api/mails/{mail}", ofMail(mayRead)},
	{"/api/chats/{chat}/replies/new", ofChat(mayEdit)}, {"/api/chats/{chat}/draft", ofWriter}, {"/api/chats/{chat}", ofChat(mayRead)},
	{"/api/replies", office(mayEdit)}, {"/api/templates", office(mayEdit)}, {"/api/me/addresses", office(mayEdit)},
	{"/api/uploads/{upload}", ofMaker},
	{"/api/rules", office(mayManage)}, {"/api/learning", office(mayManage)}, {"/api/health/ready", office(mayRead)},
	{"/api/health/live", office(mayRead)},
	{"/api/health", office(mayManage)}, {"/api/poison", office(mayManage)}, {"/api/audit", office(mayAdminister)},
	{"/api/settings", office(mayAdminister)}, {"/api/connectors", office(mayAdminister)}, {"/api/addresses", office(mayAdminister)},
	{"/api/identity", office(mayAdminister)}, {"/api/retention", office(mayAdminister)},
	{"/api/contacts/{id}/export", office(mayAdminister)},
}

// Every kind of user tries every change, each with a request that would succeed.
// Who may not do it is told that it does not exist or that his or her rights do
// not include it, and nothing at all is stored. The operations come from the
// description of the API, so that a new one needs a row here.
func TestMatrixOfOwnership(t *testing.T) {
	tried := map[string]bool{}
	dir, ids := t.TempDir(), map[string]string(nil)
	synctest.Test(t, func(t *testing.T) {
		o := newMatrixOffice(t)
		o.Save(dir)
		ids = o.ids
	})
	for _, c := range matrixWrites {
		method, path, _ := strings.Cut(c.operation, " ")
		operation, _, _ := strings.Cut(c.operation, "?")
		tried[pattern(operation)] = true
		try := func(t *testing.T) {
			o := openMatrixOffice(t, dir, ids)
			if strings.Contains(path, "/replies/") || strings.Contains(path, "/draft") || strings.Contains(path, "{template}") {
				o.write()
			}
			at, body := o.fill(path), o.fill(c.body)
			before := o.stored()
			for _, u := range matrixUsers {
				want := c.need(u)
				if want == 0 {
					continue
				}
				code, text := o.Call(u.name+"@"+apptest.Domain, method, at, body)
				if quiet := c.quiet && want == http.StatusNotFound; quiet && code >= 300 || !quiet && code != want {
					t.Errorf("%s: %s %s: %d %s, want %d", u.name, c.operation, c.body, code, text, want)
				}
				if now := o.stored(); !reflect.DeepEqual(now, before) {
					t.Errorf("%s may not, and yet %s %s stored something (%d %s)", u.name, c.operation, c.body, code, text)
					before = now
				}
			}
			// The first who may succeeds; another may find it done.
			done := slices.Contains(unfit, c.operation)
			for _, u := range matrixUsers {
				if c.need(u) != 0 {
					continue
				}
				code, text := o.Call(u.name+"@"+apptest.Domain, method, at, body)
				switch {
				case !done && code >= 300, code == http.StatusForbidden, !done && code == http.StatusNotFound, code >= 500:
					t.Errorf("%s, who may: %s %s: %d %s", u.name, c.operation, c.body, code, text)
				case !done && !slices.Contains(silent, c.operation) && reflect.DeepEqual(o.stored(), before):
					t.Errorf("%s: %s %s stored nothing: this proves nothing", u.name, c.operation, c.body)
				}
				done = true
			}
		}
		t.Run(c.operation+" "+c.body, func(t *testing.T) { synctest.Test(t, try) })
	}
	synctest.Test(t, func(t *testing.T) {
		o := openMatrixOffice(t, dir, ids)
		o.write()
		reads := 0
		for path, operations := range o.Must("GET", "/api/openapi.json", nil)["paths"].(object) {
			for method := range operations.(object) {
				if method = strings.ToUpper(method); method != "GET" {
					if !tried[pattern(method+" "+path)] {
						t.Errorf("%s %s has no row in this test", method, path)
					}
					continue
				}
				reads++
				o.read(path)
			}
		}
		if reads < 20 {
			t.Errorf("only %d paths to read", reads)
		}
		for _, u := range matrixUsers {
			list := o.as(u.name, "GET", "/api/mails", nil)
			if n := len(list["items"].([]any)); (n > 0) != (u.mail || u.level >= mayManage) ||
				(u.level >= mayManage) != strings.Contains(fmt.Sprint(list), "Loonstrook") {
				t.Errorf("%s sees %d mails: %v", u.name, n, list)
			}
			if n := len(o.as(u.name, "GET", "/api/chats", nil)["items"].([]any)); (n > 0) != (u.chat || u.level >= mayManage) {
				t.Errorf("%s sees %d chats", u.name, n)
			}
		}
	})
}

// read has everybody read what is at a path of the API.
func (o *matrixOffice) read(path string) {
	o.T.Helper()
	needs := office(mayRead)
	if i := slices.IndexFunc(matrixReads, func(r matrixRead) bool { return strings.HasPrefix(path, r.path) }); i >= 0 {
		needs = matrixReads[i].need
	}
	ids := maps.Clone(o.ids)
	ids["id"] = o.ids[map[string]string{"team-members": "anna", "process-teams": "team"}[strings.Split(path, "/")[2]]]
	if ids["id"] == "" {
		ids["id"] = o.ids[strings.TrimSuffix(strings.Split(path, "/")[2], "s")]
	}
	// What a mail has none of, and the file of a reply that has not left; the mail or the
	// reply itself is asked for first.
	absent := map[bool]int{strings.Contains(path, "{picture}") || strings.Contains(path, "{attachment}"): http.StatusNotFound,
		strings.HasSuffix(path, "{reply}/mime"): http.StatusConflict}[true]
	ids["picture"], ids["attachment"] = "0", "0"
	at := placeholder.ReplaceAllStringFunc(path, func(name string) string { return ids[strings.Trim(name, "{}")] })
	for _, u := range matrixUsers {
		code, text := o.Call(u.name+"@"+apptest.Domain, "GET", at, "")
		want := needs(u)
		if want == 0 && code != http.StatusOK && code != absent || want != 0 && code != want {
			o.T.Errorf("%s: GET %s: %d %.200s, want %d", u.name, path, code, text, want)
		}
		if want != 0 && !json.Valid([]byte(text)) {
			o.T.Errorf("%s: GET %s: %s", u.name, path, text)
		}
	}
}
