package solving_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/wiretest"
)

func (w *world) link(subject string) object {
	w.T.Helper()
	return w.Must("POST", "/api/mails/"+w.ID(subject)+"/solve", object{"action": "link-contact", "contact": w.First("/api/contacts")})
}

// One solution releases all mail that it answers, also at other addresses, and
// later mail needs none. It can be seen what was done, by whom, and why.
func TestOneSolutionReleasesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waitingOffice(t)
		before := w.Must("GET", "/api/mails/"+w.ID("Kennismaking"), nil)
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
		if got := apptest.Subjects(w.Mails(), "parked"); !slices.Equal(got, []string{"Nieuws 1"}) {
			t.Errorf("still waiting: %v", got)
		}
		if n := len(w.Chats()); n != 2 {
			t.Errorf("%d chats, want one at each address", n)
		}
		w.Send("piet@onbekend.example", []string{"info@" + apptest.Domain},
			apptest.RawMail("piet@onbekend.example", "info@"+apptest.Domain, "Later", "p4"))
		w.Pass(1)
		later := w.Must("GET", "/api/mails/"+w.ID("Later"), nil)
		if later["state"] != "processed" || !slices.Contains(later["rules"].([]any), solved["rule"]) {
			t.Errorf("later mail: %v", later)
		}
		rule := w.Must("GET", "/api/rules/"+solved["rule"].(string), nil)
		if rule["kind"] != "address-contact" || rule["on"] != true || rule["decided"] != 4.0 ||
			!strings.Contains(fmt.Sprint(rule["explanation"]), "Jan Jansen") {
			t.Errorf("the rule: %v", rule)
		}
		history := w.Must("GET", "/api/mails/"+w.ID("Kennismaking"), nil)["history"].([]any)
		var story []string
		for _, h := range history {
			h := h.(object)
			story = append(story, fmt.Sprint(h["byName"], " ", h["action"], " ", h["state"], " ", h["reason"]))
		}
		if want := []string{"<nil>  parked unknown-sender", "Beheer link-contact new <nil>", "<nil>  processed <nil>"}; !slices.Equal(story,
			want) {
			t.Errorf("history %q, want %q", story, want)
		}
		audit := fmt.Sprint(w.Must("GET", "/api/audit", nil)["items"])
		for _, want := range []string{"mail.link-contact", "contact.update"} {
			if !strings.Contains(audit, want) {
				t.Errorf("the audit does not tell of %s", want)
			}
		}
		month := w.Must("GET", "/api/learning", nil)["months"].([]any)[0].(object)
		if month["mails"] != 5.0 || month["waited"] != 4.0 || month["handActions"] != 1.0 || month["learned"] != 1.0 {
			t.Errorf("learning: %v", month)
		}
		weeks := w.Must("GET", "/api/learning?weeks=3", nil)["weeks"].([]any)
		if week := weeks[len(weeks)-1].(object); week["week"] != "1999-12-27" || week["mails"] != 5.0 || week["handActions"] != 1.0 {
			t.Errorf("weeks: %v, now it is %s", weeks, time.Now())
		}
		w.Check(t)
	})
}

// A solution that was wrong is taken back with all that it did, as long as
// nobody has written in a chat that it led to.
func TestUndo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waitingOffice(t)
		before := w.Picture()
		w.link("Kennismaking")
		chat := w.Mail("Loonstrook")["chat"].(string)
		w.Must("POST", "/api/chats/"+chat+"/notes", object{"body": "Bel ik terug."})
		// Somebody has written.
		w.Answers(http.StatusConflict, apptest.Admin, "POST", "/api/mails/"+w.ID("Kennismaking")+"/undo", nil)
		if w.Mail("Kennismaking")["state"] != "processed" {
			t.Error("half of it was taken back")
		}
		w.Check(t)

		w = waitingOffice(t)
		w.link("Kennismaking")
		undone := w.Must("POST", "/api/mails/"+w.ID("Loonstrook")+"/undo", nil) // whichever of them
		if undone["reopened"] != 3.0 {
			t.Errorf("undone: %v", undone)
		}
		if after := w.Picture(); after != before {
			t.Errorf("after undoing:\n%s\nwant\n%s", after, before)
		}
		if c := w.Must("GET", "/api/contacts/"+w.First("/api/contacts"), nil); len(c["emails"].([]any)) != 1 {
			t.Errorf("the contact keeps the address: %v", c)
		}
		w.Check(t)
		w.link("Kennismaking") // and it can be done again
		if got := apptest.Subjects(w.Mails(), "parked"); len(got) != 1 {
			t.Errorf("done again, and these wait: %v", got)
		}
		w.Check(t)
	})
}

// An undone rule still explains itself when its contact is gone.
func TestARuleOutlivesItsContact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waitingOffice(t)
		mail := w.ID("Kennismaking")
		w.Must("POST", "/api/mails/"+mail+"/solve",
			object{"action": "create-contact", "name": "Piet Pietersen", "client": w.First("/api/clients")})
		w.Must("POST", "/api/mails/"+mail+"/undo", nil)
		rules := w.Must("GET", "/api/rules?kind=address-contact", nil)["items"].([]any)
		if len(rules) != 1 || rules[0].(object)["state"] != "undone" ||
			!strings.Contains(fmt.Sprint(rules[0].(object)["explanation"]), "een contact dat er niet meer is; deze regel is ongedaan gemaakt") {
			t.Errorf("the rule: %v", rules)
		}
		w.Check(t)
	})
}

// A mail that two addresses received is one message: taking it back takes back
// both, and an answer in a chat of somebody else leaves that as it was.
func TestUndoOfCopiesAndAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waitingOffice(t)
		info, loon := "info@"+apptest.Domain, "loon@"+apptest.Domain
		w.Receive("jan@bakker.example", info, "Van Jan", "j1")
		w.Send("piet@onbekend.example", []string{info, loon}, apptest.RawMail("piet@onbekend.example", info+", "+loon, "Aan beide", "p9"))
		w.Pass(1)
		before := w.Picture()
		w.Receive("piet@onbekend.example", info, "Re: Van Jan", "p10", "In-Reply-To: <j1@elders.example>")
		w.Pass(1)
		w.link("Kennismaking") // Piet is another address of Jan, they think: his answer joins Jan's chat
		if a, b := w.Mail("Re: Van Jan"), w.Mail("Van Jan"); a["chat"] != b["chat"] {
			t.Fatalf("the answer is in chat %v, what it answers in %v", a["chat"], b["chat"])
		}
		w.Check(t)
		w.Must("POST", "/api/mails/"+w.ID("Re: Van Jan")+"/undo", nil)
		if after := strings.Replace(w.Picture(), "mail info@kantoor.example Re: Van Jan parked unknown-sender\n", "", 1); after != before {
			t.Errorf("after undoing:\n%s\nwant\n%s", after, before)
		}
		w.Check(t)
	})
}

// Every remote call of a solution and of its undo may fail in every way. After a
// repetition, or after the next tick, the result is the same and is counted once.
func TestAnyCallOfASolutionMayFail(t *testing.T) {
	solve := func(w *world, mails []string, contact string) int {
		return w.Ask(apptest.Admin, "POST", "/api/mails/"+mails[0]+"/solve", object{"action": "link-contact", "contact": contact}, nil)
	}
	undo := func(w *world, mails []string, _ string) int {
		return w.Ask(apptest.Admin, "POST", "/api/mails/"+mails[0]+"/undo", nil, nil)
	}
	for name, s := range map[string]struct {
		before func(*world) (mails []string)
		do     func(w *world, mails []string, contact string) int
	}{
		"solve": {func(w *world) []string { return []string{w.ID("Kennismaking")} }, solve},
		"undo": {
			func(w *world) []string {
				w.link("Kennismaking")
				return []string{w.ID("Kennismaking")}
			}, undo,
		},
		"undo dismissals": {
			func(w *world) []string {
				both := []string{w.ID("Loonstrook"), w.ID("Kennismaking")}
				w.Must("POST", "/api/mails/dismiss", object{"mails": both})
				return both
			},
			func(w *world, both []string, _ string) int {
				return w.Ask(apptest.Admin, "POST", "/api/mails/undo", object{"mails": both}, nil)
			},
		},
	} {
		want, calls := "", 0
		synctest.Test(t, func(t *testing.T) {
			w := waitingOffice(t)
			mails, contact := s.before(w), w.First("/api/contacts")
			count := w.Fault(func(int, *http.Request) wiretest.Fault { return wiretest.Pass })
			if code := s.do(w, mails, contact); code != http.StatusOK {
				t.Fatalf("%s: %d", name, code)
			}
			calls = count()
			w.Recover()
			want = w.Picture()
			w.Check(t)
		})
		if calls < 10 {
			t.Fatalf("%s: only %d calls", name, calls)
		}
		for _, f := range []wiretest.Fault{wiretest.Refuse, wiretest.Lose, wiretest.Hang} {
			for _, kill := range []bool{false, true} {
				if kill && f != wiretest.Lose {
					continue // killed before a call is killed after the one before
				}
				for n := 0; n < calls; n += wiretest.Stride() {
					t.Run(fmt.Sprintf("%s/%v/kill=%v/%d", name, f, kill, n), func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) {
							w := waitingOffice(t)
							mails, contact := s.before(w), w.First("/api/contacts")
							dead := false
							w.Fault(func(i int, r *http.Request) wiretest.Fault {
								if dead {
									return wiretest.Refuse
								}
								if i == n {
									dead = kill
									return f
								}
								return wiretest.Pass
							})
							code := s.do(w, mails, contact)
							w.Heal()
							if kill {
								w.Start()
							}
							if code != http.StatusOK { // a person looks again, and repeats it if it was not done
								if (name == "solve") == (w.Mail("Kennismaking")["state"] == "parked") {
									s.do(w, mails, contact)
								}
							}
							w.Pass(3)
							if got := w.Picture(); got != want {
								t.Errorf("got\n%s\nwant\n%s", got, want)
							}
							w.Check(t)
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
		w := waitingOffice(t)
		w.link("Kennismaking")
		before = w.Picture()
		id := w.ID("Kennismaking")
		count := w.Fault(func(int, *http.Request) wiretest.Fault { return wiretest.Pass })
		w.Ask(apptest.Admin, "POST", "/api/mails/"+id+"/undo", nil, nil)
		calls = count()
		after = w.Picture()
	})
	done := 0
	for n := 0; n < calls; n += wiretest.Stride() {
		synctest.Test(t, func(t *testing.T) {
			w := waitingOffice(t)
			w.link("Kennismaking")
			id := w.ID("Kennismaking")
			dead := false
			w.Fault(func(i int, _ *http.Request) wiretest.Fault {
				switch {
				case dead:
					return wiretest.Refuse
				case i == n:
					dead = true
					return wiretest.Lose
				}
				return wiretest.Pass
			})
			w.Ask(apptest.Admin, "POST", "/api/mails/"+id+"/undo", nil, nil)
			w.Heal()
			w.Start()
			w.Recover()
			contact := w.Must("GET", "/api/contacts/"+w.First("/api/contacts"), nil)
			switch got := w.Picture(); {
			case got == after && len(contact["emails"].([]any)) == 1:
				done++
			case got != before || len(contact["emails"].([]any)) != 2:
				t.Errorf("killed after call %d:\n%s\n%v\nwant\n%s\nor\n%s", n, got, contact["emails"], before, after)
			}
			w.Check(t)
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
			w := waitingOffice(t)
			other := w.Must("POST", "/api/contacts",
				object{"name": "Els", "emails": []string{"els@bakker.example"}, "clients": []string{w.First("/api/clients")}})["id"]
			id, jan := w.ID("Kennismaking"), w.Must("GET", "/api/contacts?search=Jansen", nil)["items"].([]any)[0].(object)["id"]
			w.Slow(seed)
			codes := make([]int, 2)
			var both sync.WaitGroup
			for i, contact := range []any{jan, other} {
				both.Go(func() {
					body := fmt.Sprintf(`{"action":"link-contact","contact":%q}`, contact)
					codes[i], _ = w.Call([]string{apptest.Admin, "carla@" + apptest.Domain}[i], "POST", "/api/mails/"+id+"/solve", body)
				})
			}
			both.Wait()
			w.Recover()
			slices.Sort(codes)
			if !slices.Equal(codes, []int{http.StatusOK, http.StatusConflict}) {
				t.Errorf("seed %d: answered %v", seed, codes)
			}
			if got := apptest.Subjects(w.Mails(), "parked"); len(got) != 1 {
				t.Errorf("seed %d: still waiting %v", seed, got)
			}
			w.Check(t)
		})
	}
}

// What is always dismissed is dismissed when it comes, and was wrong when a
// person says so.
func TestDismissAlways(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waitingOffice(t)
		info := "info@" + apptest.Domain
		send := func(n int) {
			w.Receive("nieuws@bladen.example", info, fmt.Sprint("Nieuws ", n),
				fmt.Sprint("n", n), "List-Id: Nieuws <nieuws.bladen.example>")
			w.Pass(1)
		}
		send(2)
		solved := w.Must("POST", "/api/mails/"+w.ID("Nieuws 1")+"/solve", object{"action": "dismiss", "scope": "list"})
		if solved["released"] != 2.0 {
			t.Errorf("dismissed: %v", solved)
		}
		send(3)
		if m := w.Mail("Nieuws 3"); m["state"] != "dismissed" {
			t.Fatalf("the next one: %v", m)
		}
		w.Must("POST", "/api/mails/"+w.ID("Nieuws 3")+"/undo", nil)
		if m := w.Mail("Nieuws 3"); m["state"] != "parked" {
			t.Errorf("taken back: %v", m)
		}
		send(4)
		if m := w.Mail("Nieuws 4"); m["state"] != "parked" {
			t.Errorf("a rule that was wrong once goes on: %v", m)
		}
		if n := w.Must("POST", "/api/mails/dismiss",
			object{"mails": []string{w.ID("Nieuws 3"), w.ID("Nieuws 4"), w.ID("Nieuws 1")}})["dismissed"]; n != 2.0 {
			t.Errorf("dismissed together: %v", n)
		}
		both := object{"mails": []string{w.ID("Nieuws 3"), w.ID("Nieuws 4"), w.ID("Nieuws 1")}}
		for try, want := range []float64{2, 0} { // the third rests on what was learned
			if n := w.Must("POST", "/api/mails/undo", both)["reopened"]; n != want {
				t.Errorf("taken back together, try %d: %v", try+1, n)
			}
		}
		if got := apptest.Subjects(w.Mails(), "parked"); !slices.Contains(got, "Nieuws 3") || !slices.Contains(got, "Nieuws 4") ||
			slices.Contains(got, "Nieuws 1") {
			t.Errorf("after taking back together these wait: %v", got)
		}
		month := w.Must("GET", "/api/learning", nil)["months"].([]any)[0].(object)
		if month["corrected"] != 1.0 {
			t.Errorf("learning: %v", month)
		}
		w.Check(t)
	})
}

// Trying again all that waits for a reason is bounded, happens once, and is
// done by the tick when the jobs are lost.
func TestRetryAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waitingOffice(t)
		info := "info@" + apptest.Domain
		for i := range 70 {
			from := fmt.Sprintf("x%d@vreemd%d.example", i, i)
			w.Receive(from, info, "Vraag", fmt.Sprint("v", i))
		}
		w.Pass(1)
		r := w.Must("POST", "/api/mails/retry", object{"reason": "unknown-sender"})
		if r["asked"] != 73.0 {
			t.Errorf("asked: %v", r)
		}
		if n := len(w.Queues.Texts("process")); n == 0 || n > 3 {
			t.Errorf("%d jobs for what is not done at once", n)
		}
		w.Queues.Clear("process") // lost: the tick asks for them again
		w.Invoke("poll", "timer", `{}`)
		if n := len(w.Queues.Texts("process")); n == 0 {
			t.Error("what a person asked for was lost with its jobs")
		}
		w.Pass(3)
		if got := w.Must("POST", "/api/mails/retry",
			object{"mails": []string{w.ID("Nieuws 1"), "0000000000000-aaaaaaaaaaaaaaaaaaaaaaaaaa"}})["asked"]; got != 1.0 {
			t.Errorf("asked of a mail and of nothing: %v", got)
		}
		w.Check(t)
	})
}
