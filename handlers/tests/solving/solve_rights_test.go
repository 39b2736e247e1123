package solving_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/wiretest"
)

// during calls do once, right before the call to the tables with a number of
// those that are made from now on, and counts them. Calls that are made meanwhile
// do not count: they may be those of do.
func (w *world) during(number int, do func()) (count func() int) {
	var n atomic.Int64
	var busy atomic.Bool
	w.ToTables.Fault(func(int, *http.Request) wiretest.Fault {
		if !busy.Load() && n.Add(1) == int64(number)+1 {
			busy.Store(true)
			do()
			busy.Store(false)
		}
		return wiretest.Pass
	})
	return func() int { return int(n.Load()) }
}

// everyMoment plays a request of one person with that of another, at another
// instance, right before each of its calls to the tables.
func everyMoment(t *testing.T, prepare func(*world), one func(*world) int, other func(*world),
	check func(t *testing.T, w *world, code int)) {
	t.Helper()
	for n, calls := 0, 1; n < calls; n++ {
		synctest.Test(t, func(t *testing.T) {
			w := waitingOffice(t)
			prepare(w)
			first := w.Process
			w.Start()
			second := w.Process
			w.Process = first
			count := w.during(n, func() {
				w.Process = second
				other(w)
				w.Process = first
			})
			code := one(w)
			calls = count()
			w.Heal()
			w.Recover()
			check(t, w, code)
			w.Check(t)
		})
		if n == 0 && calls < 5 {
			t.Fatalf("only %d calls", calls)
		}
	}
}

// What an editor may release is decided about the mail that is released, not
// about what it was a moment before.
func TestAnEditorNeverReleasesAForgedMail(t *testing.T) {
	release := func(w *world) int {
		return w.Ask("anna@"+apptest.Domain, "POST", "/api/mails/"+w.ID("Vervalst")+"/solve", object{"action": "release"}, nil)
	}
	id := ""
	released := 0
	everyMoment(t, func(w *world) {
		info := "info@" + apptest.Domain
		w.Send("spoofed@bakker.example", []string{info},
			apptest.RawMail("jan@bakker.example", info, "Vervalst", "s1", "Auto-Submitted: auto-generated"))
		w.Pass(1)
		if m := w.Mail("Vervalst"); m["reason"] != "automated" {
			t.Fatalf("a forged automated mail: %v", m)
		}
		id = w.ID("Vervalst")
	}, func(w *world) int {
		code, _ := w.Call("anna@"+apptest.Domain, "POST", "/api/mails/"+id+"/solve", `{"action":"release"}`)
		return code
	}, func(w *world) {
		if code, _ := w.Call("anna@"+apptest.Domain, "POST", "/api/mails/"+id+"/solve", `{"action":"release"}`); code == http.StatusOK {
			released++
		}
	}, func(t *testing.T, w *world, _ int) {
		if m := w.Mail("Vervalst"); m["state"] != "parked" || m["reason"] != "sender-not-verified" {
			t.Errorf("released twice at once: %v", m)
		}
		if code := release(w); code != http.StatusForbidden {
			t.Errorf("released by an editor: %d", code)
		}
	})
	if released == 0 {
		t.Error("nobody released anything: this proves nothing")
	}
}

// A solution that comes too late is refused and teaches nothing.
func TestARefusedSolutionTeachesNothing(t *testing.T) {
	var id, contact string
	codes, dismissed := map[int]int{}, 0
	everyMoment(t, func(w *world) { id, contact = w.ID("Kennismaking"), w.First("/api/contacts") }, func(w *world) int {
		code, _ := w.Call("anna@"+apptest.Domain, "POST", "/api/mails/"+id+"/solve",
			fmt.Sprintf(`{"action":"link-contact","contact":%q}`, contact))
		return code
	}, func(w *world) {
		dismissed, _ = w.Call("carla@"+apptest.Domain, "POST", "/api/mails/"+id+"/solve", `{"action":"dismiss"}`)
	}, func(t *testing.T, w *world, code int) {
		codes[code]++
		emails := len(w.Must("GET", "/api/contacts/"+contact, nil)["emails"].([]any))
		rules := len(w.Must("GET", "/api/rules", nil)["items"].([]any))
		switch m := w.Mail("Kennismaking"); {
		case code == http.StatusOK && (emails != 2 || dismissed == http.StatusConflict && m["state"] != "processed"):
			t.Errorf("linked, and yet %v with %d addresses", m, emails)
		case code == http.StatusConflict && (m["state"] != "dismissed" || emails != 1 || rules != 0):
			t.Errorf("too late, and yet %v with %d addresses and %d rules", m, emails, rules)
		}
	})
	if codes[http.StatusOK] == 0 || codes[http.StatusConflict] == 0 || len(codes) != 2 {
		t.Errorf("answered: %v", codes)
	}
}

// What the directory refuses is refused, the mail waits as before, and another
// solution of it is not in the way.
func TestASolutionThatTheDirectoryRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waitingOffice(t)
		id, gone := w.ID("Kennismaking"), w.Must("POST", "/api/contacts",
			object{"name": "Weg", "emails": []string{"weg@bakker.example"}})["id"].(string)
		w.Ask(apptest.Admin, "DELETE", "/api/contacts/"+gone, nil, nil)
		before := w.Picture()
		if code := w.Ask(apptest.Admin, "POST", "/api/mails/"+id+"/solve", object{"action": "link-contact", "contact": gone},
			nil); code != http.StatusConflict {
			t.Errorf("a contact that is gone: %d", code)
		}
		w.Check(t)
		if after := w.Picture(); after != before {
			t.Errorf("refused, and yet\n%s\nwas\n%s", after, before)
		}
		// Solved by another.
		w.Answers(http.StatusOK, "carla@"+apptest.Domain, "POST", "/api/mails/"+id+"/solve", object{"action": "dismiss"})
		w.Check(t)
	})
}

// A solution that breaks off anywhere is carried out by the tick, or was never
// begun: nobody has to ask again.
func TestASolutionIsFinishedByTheTick(t *testing.T) {
	var id, contact, before, after string
	solve := func(w *world) int {
		code, _ := w.Call("anna@"+apptest.Domain, "POST", "/api/mails/"+id+"/solve",
			fmt.Sprintf(`{"action":"link-contact","contact":%q}`, contact))
		return code
	}
	calls, done := 0, 0
	for n := -1; n < calls; n++ {
		synctest.Test(t, func(t *testing.T) {
			w := waitingOffice(t)
			id, contact = w.ID("Kennismaking"), w.First("/api/contacts")
			before = w.Picture()
			dead := false
			count := w.Fault(func(i int, _ *http.Request) wiretest.Fault {
				switch {
				case dead:
					return wiretest.Refuse
				case i == n:
					dead = true
					return wiretest.Lose
				}
				return wiretest.Pass
			})
			solve(w)
			if n < 0 {
				calls, after = count(), w.Picture()
				return
			}
			w.Heal()
			w.Start()
			w.Recover()
			emails := len(w.Must("GET", "/api/contacts/"+contact, nil)["emails"].([]any))
			switch got := w.Picture(); {
			case got == after && emails == 2:
				done++
			case got != before || emails != 1:
				t.Errorf("killed after call %d: %d addresses,\n%s\nwant\n%s\nor\n%s", n, emails, got, before, after)
			}
			if month := w.Must("GET", "/api/learning", nil)["months"].([]any)[0].(object); emails == 2 && month["handActions"] != 1.0 {
				t.Errorf("killed after call %d: counted %v times", n, month["handActions"])
			}
			w.Check(t)
		})
	}
	if done == 0 || done == calls {
		t.Errorf("of %d deaths %d were finished: this proves nothing", calls, done)
	}
}

// What editors dismiss is evidence; that it holds for the whole office is a
// manager's to say, and so is taking that back.
func TestEditorsTeachAndManagersSwitch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waitingOffice(t)
		info, anna, carla := "info@"+apptest.Domain, "anna@"+apptest.Domain, "carla@"+apptest.Domain
		send := func(n int) string {
			t.Helper()
			subject := fmt.Sprint("Nieuws ", n)
			w.Receive("nieuws@bladen.example", info, subject, fmt.Sprint("n", n), "List-Id: Nieuws <nieuws.bladen.example>")
			w.Pass(1)
			return subject
		}
		as := func(who, method, path string, body any, want int) object {
			t.Helper()
			out := object{}
			if code := w.Ask(who, method, path, body, &out); code != want {
				t.Errorf("%s: %s %s %v: %d %s", who, method, path, body, code, w.Answered[len(w.Answered)-1])
			}
			return out
		}
		var last object
		for n := 1; n <= 3; n++ {
			if n > 1 {
				send(n)
			}
			last = as(anna, "POST", "/api/mails/"+w.ID(fmt.Sprint("Nieuws ", n))+"/solve", object{"action": "dismiss"}, 200)
		}
		rule := "/api/rules/" + last["rule"].(string)
		if last["ruleState"] != "proposed" {
			t.Errorf("after an editor's three: %v", last)
		}
		if m := w.Mail(send(4)); m["state"] != "parked" {
			t.Errorf("an editor's rule decides: %v", m)
		}
		if forever := as(anna, "POST", "/api/mails/"+w.ID("Nieuws 4")+"/solve", object{"action": "dismiss", "scope": "list"},
			200); forever["ruleState"] != "proposed" {
			t.Errorf("for ever, by an editor: %v", forever)
		}
		if m := w.Mail(send(5)); m["state"] != "parked" {
			t.Errorf("an editor's rule decides: %v", m)
		}
		as(anna, "PATCH", rule, object{"on": true}, 403)
		as(anna, "DELETE", rule, nil, 403)
		as(carla, "PATCH", rule, object{"on": true}, 200)
		w.Must("POST", "/api/mails/retry", object{"reason": "automated"})
		if m := w.Mail("Nieuws 5"); m["state"] != "dismissed" {
			t.Errorf("switched on by a manager: %v", m)
		}
		as(anna, "POST", "/api/mails/"+w.ID("Nieuws 5")+"/undo", nil, 403)
		// What she solved herself she takes back, and the rule stays.
		for n := 1; n <= 4; n++ {
			if m := as(anna, "POST", "/api/mails/"+w.ID(fmt.Sprint("Nieuws ", n))+"/undo", nil, 200); n == 1 &&
				m["mail"].(object)["state"] == "parked" {
				t.Errorf("the rule is on, and what she took back waits: %v", m)
			}
		}
		if r := w.Must("GET", rule, nil); r["on"] != true {
			t.Errorf("an editor took back what a manager switched on: %v", r)
		}
		// A colleague's solution is not hers.
		as(carla, "POST", "/api/mails/"+w.ID("Kennismaking")+"/solve", object{"action": "dismiss"}, 200)
		as(anna, "POST", "/api/mails/"+w.ID("Kennismaking")+"/undo", nil, 403)
		as(carla, "POST", "/api/mails/"+w.ID("Nieuws 5")+"/undo", nil, 200)
		if r := w.Must("GET", rule, nil); r["on"] != false {
			t.Errorf("a manager took back what the rule did, and it is on: %v", r)
		}
		w.Check(t)
	})
}
