package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/sim"
	"kantoorpost/shared/wiretest"
)

// The people of a thread beside Jan and Anna.
const (
	privately = "jan.prive@thuis.example" // Jan, at home
	kees      = "kees@bakker.example"     // a colleague of Jan
	adviser   = "adviseur@elders.example"
	bank      = "loket@bank.example"
	info      = "info@" + apptest.Domain
)

// A thread is a conversation of twenty mails, in which calls fail.
type thread struct {
	*world
	chat    any
	replies []string // ids
	ids     []string // internet message ids, as they came up

	// decide chooses what happens to a call, by the step and the number of the call in it.
	decide func(step, n int) wiretest.Fault
	steps  int
	n      int  // calls of this step
	most   int  // calls of the longest step
	off    bool // the test itself calls
	dead   bool // the process was killed
	what   []string
}

// newThread is an office in which nobody has written.
func newThread(t *testing.T) *thread {
	th := &thread{world: newWorld(t), decide: func(int, int) wiretest.Fault { return wiretest.Pass }}
	th.Office()
	id := th.Named("/api/contacts", "name", "Jan Jansen")
	th.Must("PATCH", "/api/contacts/"+id, object{"emails": []string{jan, privately}})
	th.Tick()
	th.Fault(func(_ int, r *http.Request) wiretest.Fault {
		switch {
		case th.off:
			return wiretest.Pass
		case th.dead:
			return wiretest.Refuse // a killed process makes no calls
		}
		th.n++
		f := th.decide(th.steps, th.n-1)
		if f != wiretest.Pass {
			th.what = append(th.what, r.Method+" "+r.URL.Path)
		}
		return f
	})
	return th
}

// alone does what no call of the product may disturb.
func (th *thread) alone(do func()) {
	th.revive()
	th.off = true
	do()
	th.off = false
}

// revive starts the process again after it was killed.
func (th *thread) revive() {
	if th.dead {
		off := th.off
		th.dead, th.off = false, true
		th.Start()
		th.off = off
	}
}

// ask calls the API as Anna until it answers, as a person does who repeats what failed.
func (th *thread) ask(method, path string, body, key string) (out object) {
	th.T.Helper()
	code, text := 0, ""
	for range 6 {
		code, text = th.CallWith(anna, method, path, body, "Idempotency-Key", key)
		th.revive()
		if code < 300 {
			if err := json.Unmarshal([]byte(text), &out); err != nil {
				th.T.Fatal(err)
			}
			return out
		}
	}
	th.T.Fatalf("%s %s: %d: %s; after %q", method, path, code, text, th.what)
	return nil
}

// step does what one or more people do, and lets time go by until the chat has that many
// messages and each reply has left.
func (th *thread) step(messages int, do func()) {
	th.T.Helper()
	th.n, th.steps = 0, th.steps+1
	do()
	for i := range 24 {
		if th.settled(messages) {
			th.most = max(th.most, th.n)
			return
		}
		if i == 0 {
			th.soon(15 * time.Second)
		} else {
			th.Pass(1)
		}
		th.revive()
	}
	th.T.Fatalf("two hours later:\n%s\nafter %q", th.picture(), th.what)
}

func (th *thread) settled(messages int) (settled bool) {
	th.alone(func() {
		if th.chat == nil {
			if chats := th.Chats(); len(chats) > 0 {
				th.chat = chats[0]["id"]
			}
		}
		if th.chat == nil {
			return
		}
		all := th.messagesOf(th.chat)
		settled = len(all) >= messages && !slices.ContainsFunc(all, func(m object) bool { return m["kind"] == "reply" && m["state"] != "sent" })
	})
	return settled
}

// message is the id of the message whose text begins so.
func (th *thread) message(text string) (id string) {
	th.T.Helper()
	th.alone(func() {
		for _, m := range th.messagesOf(th.chat) {
			if preview, _ := m["preview"].(string); strings.HasPrefix(preview, text) {
				id = m["id"].(string)
			}
		}
	})
	if id == "" {
		th.T.Fatalf("no message %q in\n%s", text, th.picture())
	}
	return id
}

// reply lets Anna answer the message that begins so, to those whom the page offers.
func (th *thread) reply(answers, mode, text string, more object) {
	th.T.Helper()
	id := th.message(answers)
	path := fmt.Sprint("/api/chats/", th.chat, "/replies")
	offered := th.ask("GET", path+"/new?mode="+mode+"&answers="+id, "", "")
	body := object{"answers": id, "mode": mode, "to": offered["to"], "cc": offered["cc"], "subject": offered["subject"],
		"since": offered["since"], "text": text, "hold": 10, "confirmed": []string{"outsider", "attachment"}}
	for k, v := range more {
		body[k] = v
	}
	in, err := json.Marshal(body)
	if err != nil {
		th.T.Fatal(err)
	}
	th.replies = append(th.replies, th.ask("POST", path, string(in), text)["id"].(string))
}

// picture is all that people see of the conversation, in the office and outside, with the
// number of each internet message id.
func (th *thread) picture() string {
	var lines []string
	th.alone(func() {
		for _, c := range th.Chats() {
			lines = append(lines, fmt.Sprint("chat ", c["subject"], " ", c["state"], " ", c["messages"]))
			for _, m := range th.messagesOf(c["id"]) {
				line := fmt.Sprint("  ", m["direction"], " ", m["from"].(object)["email"], " > ", emails(m["to"]), " cc ", emails(m["cc"]),
					": ", firstSentence(m))
				for _, field := range []string{"state", "via", "leg", "new", "outside"} {
					if field == "leg" && m[field] != nil {
						line += fmt.Sprint(" leg ", slices.Index(th.replies, fmt.Sprint(m[field])))
					} else if m[field] != nil && m[field] != false {
						line += fmt.Sprint(" ", field, " ", m[field])
					}
				}
				lines = append(lines, line)
			}
		}
		for _, who := range []string{jan, privately, kees, adviser, bank} {
			for _, m := range th.outside(who) {
				line := fmt.Sprint(who, " got ", m.Subject, " to ", outsiders(m.To), " cc ", outsiders(m.Cc), " answers ", m.InReplyTo, " files ",
					len(m.Attachments))
				lines = append(lines, line)
			}
		}
		for _, m := range th.Mails() {
			if m["state"] != "processed" {
				lines = append(lines, fmt.Sprint("mail ", m["subject"], " ", m["from"], " ", m["state"], " ", m["reason"]))
			}
		}
	})
	text := strings.Join(lines, "\n")
	for i, id := range th.ids {
		text = strings.ReplaceAll(text, id, fmt.Sprint("#", i))
	}
	return text
}

func outsiders(list []sim.OutsideAddress) (out []string) {
	for _, a := range list {
		out = append(out, a.Email)
	}
	return out
}

func firstSentence(m object) string {
	first, _, _ := strings.Cut(m["preview"].(string), ".")
	return first
}

func emails(list any) (out []string) {
	all, _ := list.([]any)
	for _, a := range all {
		out = append(out, a.(object)["email"].(string))
	}
	return out
}

// received is the nth mail that somebody outside received, once it has come. Its id gets a
// number.
func (th *thread) received(who string, n int) sim.OutsideItem {
	th.T.Helper()
	for range 6 {
		if got := th.outside(who); len(got) >= n {
			th.id(got[n-1].MessageID)
			return got[n-1]
		}
		th.Pass(1)
	}
	th.T.Fatalf("%s got no mail %d\n%s", who, n, th.picture())
	return sim.OutsideItem{}
}

func (th *thread) id(id string) string {
	if !slices.Contains(th.ids, id) {
		th.ids = append(th.ids, id)
	}
	return id
}
