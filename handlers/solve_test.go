package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/wiretest"
)

// desk is an office in which mail waits for people: three of an unknown sender,
// at two addresses, and a newsletter.
func desk(t *testing.T) *world {
	w := newWorld(t)
	w.office()
	w.tick()
	info, loon := "info@"+domain, "loon@"+domain
	const piet = "piet@onbekend.example"
	w.send(piet, []string{info}, letter("Piet de Vries <"+piet+">", info, "Kennismaking", "p1"))
	w.send(piet, []string{info}, letter(piet, info, "Re: Kennismaking", "p2", "In-Reply-To: <p1@elders.example>"))
	w.send(piet, []string{loon}, letter(piet, loon, "Loonstrook", "p3"))
	w.send("nieuws@bladen.example", []string{info},
		letter("nieuws@bladen.example", info, "Nieuws 1", "n1", "List-Id: Nieuws <nieuws.bladen.example>"))
	w.pass(1)
	return w
}

// waiting is the mail with a subject.
func (w *world) mail(subject string) object {
	w.t.Helper()
	for _, m := range w.mails() {
		if m["subject"] == subject {
			return m
		}
	}
	w.t.Fatalf("no mail %q", subject)
	return nil
}

func (w *world) id(subject string) string { return w.mail(subject)["id"].(string) }

// first is the first object of a list of the directory.
func (w *world) first(path string) string {
	w.t.Helper()
	return w.must("GET", path, nil)["items"].([]any)[0].(object)["id"].(string)
}

func (w *world) link(subject string) object {
	w.t.Helper()
	return w.must("POST", "/api/mails/"+w.id(subject)+"/solve", object{"action": "link-contact", "contact": w.first("/api/contacts")})
}

// One solution releases all mail that it answers, also at other addresses, and
// later mail needs none. It can be seen what was done, by whom, and why.
func TestOneSolutionReleasesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := desk(t)
		before := w.must("GET", "/api/mails/"+w.id("Kennismaking"), nil)
		if before["explanation"] == nil || before["whatToDo"] == nil ||
			!strings.Contains(fmt.Sprint(before["explanation"]), "piet@onbekend.example") {
			t.Errorf("an unknown sender is explained by %v, %v", before["explanation"], before["whatToDo"])
		}
		solved := w.link("Kennismaking")
		if solved["released"] != 3.0 || solved["mail"].(object)["state"] != "processed" {
			t.Errorf("solved: %v", solved)
		}
		if again := w.link("Kennismaking"); again["rule"] != solved["rule"] || again["mail"].(object)["chat"] != solved["mail"].(object)["chat"] {
			t.Errorf("done twice: %v, and before %v", again, solved)
		}
		if got := subjects(w.mails(), "parked"); !slices.Equal(got, []string{"Nieuws 1"}) {
			t.Errorf("still waiting: %v", got)
		}
		if n := len(w.chats()); n != 2 {
			t.Errorf("%d chats, want one at each address", n)
		}
		w.send("piet@onbekend.example", []string{"info@" + domain}, letter("piet@onbekend.example", "info@"+domain, "Later", "p4"))
		w.pass(1)
		later := w.must("GET", "/api/mails/"+w.id("Later"), nil)
		if later["state"] != "processed" || !slices.Contains(later["rules"].([]any), solved["rule"]) {
			t.Errorf("later mail: %v", later)
		}
		rule := w.must("GET", "/api/rules/"+solved["rule"].(string), nil)
		if rule["kind"] != "address-contact" || rule["on"] != true || rule["decided"] != 4.0 ||
			!strings.Contains(fmt.Sprint(rule["explanation"]), "Jan Jansen") {
			t.Errorf("the rule: %v", rule)
		}
		history := w.must("GET", "/api/mails/"+w.id("Kennismaking"), nil)["history"].([]any)
		var story []string
		for _, h := range history {
			h := h.(object)
			story = append(story, fmt.Sprint(h["byName"], " ", h["action"], " ", h["state"], " ", h["reason"]))
		}
		if want := []string{"<nil>  parked unknown-sender", "Beheer link-contact new <nil>", "<nil>  processed <nil>"}; !slices.Equal(story,
			want) {
			t.Errorf("history %q, want %q", story, want)
		}
		audit := fmt.Sprint(w.must("GET", "/api/audit", nil)["items"])
		for _, want := range []string{"mail.link-contact", "contact.update"} {
			if !strings.Contains(audit, want) {
				t.Errorf("the audit does not tell of %s", want)
			}
		}
		month := w.must("GET", "/api/learning", nil)["months"].([]any)[0].(object)
		if month["mails"] != 5.0 || month["waited"] != 4.0 || month["handActions"] != 1.0 || month["learned"] != 1.0 {
			t.Errorf("learning: %v", month)
		}
		weeks := w.must("GET", "/api/learning?weeks=3", nil)["weeks"].([]any)
		if week := weeks[len(weeks)-1].(object); week["week"] != "1999-12-27" || week["mails"] != 5.0 || week["handActions"] != 1.0 {
			t.Errorf("weeks: %v, now it is %s", weeks, time.Now())
		}
		w.check(t)
	})
}

// A solution that was wrong is taken back with all that it did, as long as
// nobody has written in a chat that it led to.
func TestUndo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := desk(t)
		before := w.picture()
		w.link("Kennismaking")
		chat := w.mail("Loonstrook")["chat"].(string)
		w.must("POST", "/api/chats/"+chat+"/notes", object{"body": "Bel ik terug."})
		if code := w.ask(admin, "POST", "/api/mails/"+w.id("Kennismaking")+"/undo", nil, nil); code != http.StatusConflict {
			t.Errorf("somebody has written, and undoing is answered with %d", code)
		}
		if w.mail("Kennismaking")["state"] != "processed" {
			t.Error("half of it was taken back")
		}
		w.check(t)

		w = desk(t)
		w.link("Kennismaking")
		undone := w.must("POST", "/api/mails/"+w.id("Loonstrook")+"/undo", nil) // whichever of them
		if undone["reopened"] != 3.0 {
			t.Errorf("undone: %v", undone)
		}
		if after := w.picture(); after != before {
			t.Errorf("after undoing:\n%s\nwant\n%s", after, before)
		}
		if c := w.must("GET", "/api/contacts/"+w.first("/api/contacts"), nil); len(c["emails"].([]any)) != 1 {
			t.Errorf("the contact keeps the address: %v", c)
		}
		w.check(t)
		w.link("Kennismaking") // and it can be done again
		if got := subjects(w.mails(), "parked"); len(got) != 1 {
			t.Errorf("done again, and these wait: %v", got)
		}
		w.check(t)
	})
}

// An undone rule still explains itself when its contact is gone.
func TestARuleOutlivesItsContact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := desk(t)
		mail := w.id("Kennismaking")
		w.must("POST", "/api/mails/"+mail+"/solve",
			object{"action": "create-contact", "name": "Piet Pietersen", "client": w.first("/api/clients")})
		w.must("POST", "/api/mails/"+mail+"/undo", nil)
		rules := w.must("GET", "/api/rules?kind=address-contact", nil)["items"].([]any)
		if len(rules) != 1 || rules[0].(object)["state"] != "undone" ||
			!strings.Contains(fmt.Sprint(rules[0].(object)["explanation"]), "een contact dat er niet meer is; deze regel is teruggenomen") {
			t.Errorf("the rule: %v", rules)
		}
		w.check(t)
	})
}

// A mail that two addresses received is one message: taking it back takes back
// both, and an answer in a chat of somebody else leaves that as it was.
func TestUndoOfCopiesAndAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := desk(t)
		info, loon := "info@"+domain, "loon@"+domain
		w.send("jan@bakker.example", []string{info}, letter("jan@bakker.example", info, "Van Jan", "j1"))
		w.send("piet@onbekend.example", []string{info, loon}, letter("piet@onbekend.example", info+", "+loon, "Aan beide", "p9"))
		w.pass(1)
		before := w.picture()
		w.send("piet@onbekend.example", []string{info},
			letter("piet@onbekend.example", info, "Re: Van Jan", "p10", "In-Reply-To: <j1@elders.example>"))
		w.pass(1)
		w.link("Kennismaking") // Piet is another address of Jan, they think: his answer joins Jan's chat
		if a, b := w.mail("Re: Van Jan"), w.mail("Van Jan"); a["chat"] != b["chat"] {
			t.Fatalf("the answer is in chat %v, what it answers in %v", a["chat"], b["chat"])
		}
		w.check(t)
		w.must("POST", "/api/mails/"+w.id("Re: Van Jan")+"/undo", nil)
		if after := strings.Replace(w.picture(), "mail info@kantoor.example Re: Van Jan parked unknown-sender\n", "", 1); after != before {
			t.Errorf("after undoing:\n%s\nwant\n%s", after, before)
		}
		w.check(t)
	})
}

// Every remote call of a solution and of its undo may fail in every way. After a
// repetition, or after the next tick, the result is the same and is counted once.
func TestAnyCallOfASolutionMayFail(t *testing.T) {
	solve := func(w *world, mail, contact string) int {
		return w.ask(admin, "POST", "/api/mails/"+mail+"/solve", object{"action": "link-contact", "contact": contact}, nil)
	}
	var both []string // of the world that is tried
	undo := func(w *world, mail, _ string) int { return w.ask(admin, "POST", "/api/mails/"+mail+"/undo", nil, nil) }
	for name, s := range map[string]struct {
		before func(*world)
		do     func(w *world, mail, contact string) int
	}{
		"solve": {func(*world) {}, solve},
		"undo":  {func(w *world) { w.link("Kennismaking") }, undo},
		"undo dismissals": {
			func(w *world) {
				both = []string{w.id("Loonstrook"), w.id("Kennismaking")}
				w.must("POST", "/api/mails/dismiss", object{"mails": both})
			},
			func(w *world, _, _ string) int {
				return w.ask(admin, "POST", "/api/mails/undo", object{"mails": both}, nil)
			},
		},
	} {
		want, calls := "", 0
		synctest.Test(t, func(t *testing.T) {
			w := desk(t)
			s.before(w)
			mail, contact := w.id("Kennismaking"), w.first("/api/contacts")
			count := w.fault(func(int, *http.Request) wiretest.Fault { return wiretest.Pass })
			if code := s.do(w, mail, contact); code != http.StatusOK {
				t.Fatalf("%s: %d", name, code)
			}
			calls = count()
			w.settle()
			want = w.picture()
			w.check(t)
		})
		if calls < 10 {
			t.Fatalf("%s: only %d calls", name, calls)
		}
		for _, f := range []wiretest.Fault{wiretest.Refuse, wiretest.Lose, wiretest.Hang} {
			for _, kill := range []bool{false, true} {
				if kill && f != wiretest.Lose {
					continue // killed before a call is killed after the one before
				}
				for n := range calls {
					t.Run(fmt.Sprintf("%s/%v/kill=%v/%d", name, f, kill, n), func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) {
							w := desk(t)
							s.before(w)
							mail, contact := w.id("Kennismaking"), w.first("/api/contacts")
							dead := false
							w.fault(func(i int, r *http.Request) wiretest.Fault {
								if dead {
									return wiretest.Refuse
								}
								if i == n {
									dead = kill
									return f
								}
								return wiretest.Pass
							})
							code := s.do(w, mail, contact)
							w.heal()
							if kill {
								w.start()
							}
							if code != http.StatusOK { // a person looks again, and repeats it if it was not done
								if (name == "solve") == (w.mail("Kennismaking")["state"] == "parked") {
									s.do(w, mail, contact)
								}
							}
							w.pass(3)
							if got := w.picture(); got != want {
								t.Errorf("got\n%s\nwant\n%s", got, want)
							}
							w.check(t)
						})
					})
				}
			}
		}
	}
}

// An undo that was interrupted is done or not done. The tick finishes one that was
// begun; nobody has to repeat it.
func TestUndoIsFinishedByTheTick(t *testing.T) {
	var before, after string
	calls := 0
	synctest.Test(t, func(t *testing.T) {
		w := desk(t)
		w.link("Kennismaking")
		before = w.picture()
		id := w.id("Kennismaking")
		count := w.fault(func(int, *http.Request) wiretest.Fault { return wiretest.Pass })
		w.ask(admin, "POST", "/api/mails/"+id+"/undo", nil, nil)
		calls = count()
		after = w.picture()
	})
	done := 0
	for n := range calls {
		synctest.Test(t, func(t *testing.T) {
			w := desk(t)
			w.link("Kennismaking")
			id := w.id("Kennismaking")
			dead := false
			w.fault(func(i int, _ *http.Request) wiretest.Fault {
				switch {
				case dead:
					return wiretest.Refuse
				case i == n:
					dead = true
					return wiretest.Lose
				}
				return wiretest.Pass
			})
			w.ask(admin, "POST", "/api/mails/"+id+"/undo", nil, nil)
			w.heal()
			w.start()
			w.settle()
			contact := w.must("GET", "/api/contacts/"+w.first("/api/contacts"), nil)
			switch got := w.picture(); {
			case got == after && len(contact["emails"].([]any)) == 1:
				done++
			case got != before || len(contact["emails"].([]any)) != 2:
				t.Errorf("killed after call %d:\n%s\n%v\nwant\n%s\nor\n%s", n, got, contact["emails"], before, after)
			}
			w.check(t)
		})
	}
	if done == 0 || done == calls {
		t.Errorf("of %d deaths %d were finished: this proves nothing", calls, done)
	}
}

// Two people at one mail: one of them was faster, and the other is told so.
func TestTwoSolveAtOnce(t *testing.T) {
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			w := desk(t)
			other := w.must("POST", "/api/contacts",
				object{"name": "Els", "emails": []string{"els@bakker.example"}, "clients": []string{w.first("/api/clients")}})["id"]
			id, jan := w.id("Kennismaking"), w.must("GET", "/api/contacts?search=Jansen", nil)["items"].([]any)[0].(object)["id"]
			w.slow(seed)
			codes := make([]int, 2)
			var both sync.WaitGroup
			for i, contact := range []any{jan, other} {
				both.Go(func() {
					body := fmt.Sprintf(`{"action":"link-contact","contact":%q}`, contact)
					codes[i], _ = w.call([]string{admin, "carla@" + domain}[i], "POST", "/api/mails/"+id+"/solve", body)
				})
			}
			both.Wait()
			w.settle()
			slices.Sort(codes)
			if !slices.Equal(codes, []int{http.StatusOK, http.StatusConflict}) {
				t.Errorf("seed %d: answered %v", seed, codes)
			}
			if got := subjects(w.mails(), "parked"); len(got) != 1 {
				t.Errorf("seed %d: still waiting %v", seed, got)
			}
			w.check(t)
		})
	}
}

// What is always dismissed is dismissed when it comes, and was wrong when a
// person says so.
func TestDismissAlways(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := desk(t)
		info := "info@" + domain
		send := func(n int) {
			w.send("nieuws@bladen.example", []string{info},
				letter("nieuws@bladen.example", info, fmt.Sprint("Nieuws ", n), fmt.Sprint("n", n), "List-Id: Nieuws <nieuws.bladen.example>"))
			w.pass(1)
		}
		send(2)
		solved := w.must("POST", "/api/mails/"+w.id("Nieuws 1")+"/solve", object{"action": "dismiss", "scope": "list"})
		if solved["released"] != 2.0 {
			t.Errorf("dismissed: %v", solved)
		}
		send(3)
		if m := w.mail("Nieuws 3"); m["state"] != "dismissed" {
			t.Fatalf("the next one: %v", m)
		}
		w.must("POST", "/api/mails/"+w.id("Nieuws 3")+"/undo", nil)
		if m := w.mail("Nieuws 3"); m["state"] != "parked" {
			t.Errorf("taken back: %v", m)
		}
		send(4)
		if m := w.mail("Nieuws 4"); m["state"] != "parked" {
			t.Errorf("a rule that was wrong once goes on: %v", m)
		}
		if n := w.must("POST", "/api/mails/dismiss",
			object{"mails": []string{w.id("Nieuws 3"), w.id("Nieuws 4"), w.id("Nieuws 1")}})["dismissed"]; n != 2.0 {
			t.Errorf("dismissed together: %v", n)
		}
		both := object{"mails": []string{w.id("Nieuws 3"), w.id("Nieuws 4"), w.id("Nieuws 1")}}
		for try, want := range []float64{2, 0} { // the third rests on what was learned
			if n := w.must("POST", "/api/mails/undo", both)["reopened"]; n != want {
				t.Errorf("taken back together, try %d: %v", try+1, n)
			}
		}
		if got := subjects(w.mails(), "parked"); !slices.Contains(got, "Nieuws 3") || !slices.Contains(got, "Nieuws 4") ||
			slices.Contains(got, "Nieuws 1") {
			t.Errorf("after taking back together these wait: %v", got)
		}
		month := w.must("GET", "/api/learning", nil)["months"].([]any)[0].(object)
		if month["corrected"] != 1.0 {
			t.Errorf("learning: %v", month)
		}
		w.check(t)
	})
}

// Trying again all that waits for a reason is bounded, happens once, and is
// done by the tick when the jobs are lost.
func TestRetryAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := desk(t)
		info := "info@" + domain
		for i := range 70 {
			from := fmt.Sprintf("x%d@vreemd%d.example", i, i)
			w.send(from, []string{info}, letter(from, info, "Vraag", fmt.Sprint("v", i)))
		}
		w.pass(1)
		r := w.must("POST", "/api/mails/retry", object{"reason": "unknown-sender"})
		if r["asked"] != 73.0 {
			t.Errorf("asked: %v", r)
		}
		if n := len(w.queues.Texts("process")); n == 0 || n > 3 {
			t.Errorf("%d jobs for what is not done at once", n)
		}
		w.queues.Clear("process") // lost: the tick asks for them again
		w.invoke("poll", "timer", `{}`)
		if n := len(w.queues.Texts("process")); n == 0 {
			t.Error("what a person asked for was lost with its jobs")
		}
		w.pass(3)
		if got := w.must("POST", "/api/mails/retry",
			object{"mails": []string{w.id("Nieuws 1"), "0000000000000-aaaaaaaaaaaaaaaaaaaaaaaaaa"}})["asked"]; got != 1.0 {
			t.Errorf("asked of a mail and of nothing: %v", got)
		}
		w.check(t)
	})
}
