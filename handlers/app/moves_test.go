package app_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/wiretest"
)

// Answers follow a mail that was moved, and a chat that was merged; what is undone is
// as it was.
func TestAnswersFollowWhatWasMoved(t *testing.T) {
	inOffice(t, func(t *testing.T, w *world) {
		w.Tick()
		const jan = "jan@bakker.example"
		info := "info@" + apptest.Domain
		comes := func(subject, id, answers string) object {
			t.Helper()
			more := []string{}
			if answers != "" {
				more = append(more, "In-Reply-To: <"+answers+"@elders.example>")
			}
			w.Receive(jan, info, subject, id, more...)
			w.Pass(1)
			return w.Mail(subject)
		}
		path := func(m object) string { return "/api/chats/" + m["chat"].(string) }
		wants := func(m object, chat any) {
			t.Helper()
			if m["chat"] != chat {
				t.Errorf("%v came into chat %v, want %v", m["subject"], m["chat"], chat)
			}
			w.Check(t)
		}
		a, b := comes("Btw", "a1", ""), comes("Jaarrekening", "b1", "")
		second := comes("Re: Btw en loon", "a2", "a1")
		wants(second, a["chat"])
		split := w.Must("POST", path(a)+"/messages/"+second["id"].(string)+"/move", object{"new": true})
		wants(comes("Re: loon", "a3", "a2"), split["id"])
		wants(comes("Re: Btw", "a4", "a1"), a["chat"])

		w.Must("POST", path(a)+"/merge", object{"into": b["chat"]})
		wants(comes("Re: Btw 2", "a5", "a4"), b["chat"])
		wants(comes("Re: Jaarrekening", "b2", "b1"), b["chat"])
		w.Answers(409, apptest.Admin, "POST", path(a)+"/undo", object{}) // undone after mail came in
		w.Must("POST", path(b)+"/merge", object{"into": split["id"]})
		wants(comes("Re: Btw 3", "a6", "a5"), split["id"])
		if got := w.Must("GET", path(a), nil); got["id"] != split["id"] || got["messages"] != 8.0 {
			t.Errorf("%v", got)
		}

		// A mail that went into the chat of another contact is answered there too. From then
		// on its sender writes for two clients.
		const petra = "petra@slager.example"
		client := w.Must("POST", "/api/clients", object{"number": "2002", "type": "organisation", "name": "Slagerij Visser"})["id"]
		anna := w.Named("/api/team-members", "name", "Anna")
		w.Must("PUT", "/api/clients/"+client.(string)+"/team-members", []object{{"member": anna, "role": w.First("/api/roles")}})
		w.Must("POST", "/api/contacts", object{"name": "Petra Visser", "emails": []string{petra}, "clients": []any{client}})
		w.Receive(petra, info, "Vlees", "p1")
		w.Pass(1)
		stray := comes("Verdwaald", "s1", "")
		w.Must("POST", path(stray)+"/messages/"+stray["id"].(string)+"/move", object{"chat": w.Mail("Vlees")["chat"]})
		wants(comes("Re: Verdwaald", "s2", "s1"), w.Mail("Vlees")["chat"])
	})
}

// A mail that was moved out of the chat with its id, and is decided again, starts
// another chat.
func TestAMovedMailIsDecidedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waitingOffice(t)
		first := w.Mail("Kennismaking")
		client := w.First("/api/clients")
		w.Must("POST", "/api/mails/"+first["id"].(string)+"/solve", object{"action": "create-contact", "client": client, "name": "Piet"})
		w.Pass(1)
		answer := w.Mail("Re: Kennismaking")
		first = w.Mail("Kennismaking")
		if first["chat"] != first["id"] || answer["chat"] != first["id"] {
			t.Fatalf("not one chat:\n%s", w.Picture())
		}
		w.Must("POST", "/api/chats/"+first["id"].(string)+"/messages/"+first["id"].(string)+"/move", object{"new": true})
		w.Check(t)
		w.Must("POST", "/api/mails/"+first["id"].(string)+"/undo", nil)
		w.Pass(1)
		w.Check(t)
		w.Must("POST", "/api/mails/"+w.ID("Kennismaking")+"/solve", object{"action": "create-contact", "client": client, "name": "Piet"})
		w.Pass(1)
		w.Check(t)
		if m := w.Mail("Kennismaking"); m["state"] != "processed" {
			t.Errorf("%v", m)
		}
	})
}

// A merge during which the tables fail, from any call on, is not begun or is finished
// by the tick, also when the integration is switched off.
func TestTheTickFinishesAMerge(t *testing.T) {
	outcomes := map[string]int{}
	for at := 0; outcomes["done at once"] == 0 && at < 120; at += 2 {
		synctest.Test(t, func(t *testing.T) {
			w := story(t)
			w.Pass(1)
			a, b := w.Mail("Btw")["chat"].(string), w.Mail("Eerste")["chat"].(string)
			w.Must("PUT", "/api/settings", object{"enabled": at%4 == 0})
			w.Fault(wiretest.When(wiretest.Refuse, func(n int, _ *http.Request) bool { return n >= at }))
			outcome := "done at once"
			if code := w.Ask(apptest.Admin, "POST", "/api/chats/"+a+"/merge", object{"into": b}, nil); code >= 300 {
				outcome = "failed"
			}
			w.Heal()
			w.Pass(1)
			w.Check(t)
			got := w.Must("GET", "/api/chats/"+a, nil)
			switch {
			case got["id"] == b && got["messages"] == 3.0 && outcome == "failed":
				outcome = "finished"
			case got["id"] == b && got["messages"] == 3.0:
			case got["id"] != a || got["messages"] != 2.0 || outcome != "failed":
				t.Errorf("%d: %s, %v", at, outcome, got)
			}
			if strings.Contains(w.Picture(), "chat Eerste [Anna] 1") == (outcome != "failed") {
				t.Errorf("%d: %s:\n%s", at, outcome, w.Picture())
			}
			outcomes[outcome]++
		})
	}
	if len(outcomes) != 3 {
		t.Errorf("not every outcome came about: %v", outcomes)
	}
}
