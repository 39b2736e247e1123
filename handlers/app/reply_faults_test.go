package app_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/sim"
	"kantoorpost/shared/wiretest"
)

// replyStory is an office in which a client wrote, and Anna has answered: her reply
// leaves in ten seconds.
func replyStory(t *testing.T) (w *world, chat, reply any) {
	w = newWorld(t)
	w.Office()
	w.Tick()
	info := "info@" + apptest.Domain
	w.Receive(jan, info, "Btw", "a1")
	w.Pass(1)
	chat = w.chatOf("Btw")["id"]
	reply = w.writeReply(chat, "Dag Jan, die klopt.", nil)["id"]
	return w, chat, reply
}

// goOn lets the client answer what he received, once, and checks that all of it is one
// conversation, in which one mail left.
func (w *world) goOn(chat, reply any) {
	w.T.Helper()
	got := w.outside(jan)
	if len(got) != 1 {
		w.T.Errorf("%d mails left", len(got))
		return
	}
	if m := got[0]; m.InReplyTo != "<a1@elders.example>" || strings.Count(m.HTML, "die klopt") != 1 ||
		strings.Count(m.HTML, "Zie het onderwerp") != 1 ||
		len(m.To)+len(m.Cc) != 1 {
		w.T.Errorf("left as %+v", m)
	}
	if state := w.reply(chat, reply)["state"]; state != "sent" {
		w.T.Errorf("the reply is %v", state)
	}
	w.answer(got[0], "a2")
	w.Pass(4)
	var lines []string
	for _, m := range w.messagesOf(chat) {
		lines = append(lines, fmt.Sprint(m["kind"], " ", m["direction"]))
	}
	if text := strings.Join(lines, ", "); text != "mail in, reply out, mail in" || len(w.Chats()) != 1 {
		w.T.Errorf("the conversation is %s, in %d chats", text, len(w.Chats()))
	}
}

// unspecified are the ways in which the tenant may act where nobody knows how Exchange
// does.
var unspecified = []sim.Behaviour{
	{},
	{SentID: "different", SendAgain: "send", DropInline: true, ConflictAfterReply: true},
	{SentID: "late", SendDelay: 300, SendAgain: "bad-request", RefuseReplyProperties: true},
	{SentID: "different", RefuseReplyProperties: true, RefusePatchedProperties: true, IgnoreFilters: true, OwnReplyToRecipients: true},
	{NewMessageID: true, SendAgain: "send", TextReplies: true, NewConversations: true},
	{SentID: "late", SearchSeconds: 240, RewriteIDs: true, SendAgain: "send"},
}

// Every remote call between a reply and the answer to it, one by one: refused, done
// with its answer lost, hanging to its deadline, or the process killed there. Each time
// one mail leaves, and the answer to it joins its chat.
func TestAnyCallOfAReplyMayFail(t *testing.T) {
	for _, f := range []struct {
		name  string
		fault wiretest.Fault
		kill  bool
	}{
		{"refused", wiretest.Refuse, false}, {"answer lost", wiretest.Lose, false}, {"hangs", wiretest.Hang, false},
		{"killed after", wiretest.Lose, true},
	} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for n := 0; ; n += wiretest.Stride() {
				calls := 0
				synctest.Test(t, func(t *testing.T) {
					w, chat, reply := replyStory(t)
					w.Tenant.Behave(unspecified[n%len(unspecified)])
					what, dead := "", false
					count := w.Fault(func(i int, r *http.Request) wiretest.Fault {
						switch {
						case dead:
							return wiretest.Refuse // a killed process makes no calls
						case i == n:
							what, dead = r.Method+" "+r.URL.Path, f.kill
							return f.fault
						}
						return wiretest.Pass
					})
					w.soon(15 * time.Second)
					calls = count()
					w.Heal()
					if f.kill {
						w.Start()
					}
					w.PassEvery(10*time.Minute, 4) // what hangs in doubt is looked for after ten minutes, and claims end
					w.goOn(chat, reply)
					w.Check(t)
					if t.Failed() {
						t.Errorf("after %s at call %d, %s, with %+v", f.name, n, what, w.Tenant.Behaviour())
					}
				})
				if n >= calls {
					if n < 20 {
						t.Fatalf("only %d calls: the sweep would prove nothing", n)
					}
					break
				}
			}
		})
	}
}

// Random faults and kills, lost and doubled jobs, while a whole conversation goes to
// and fro; for some seeds. SEED=n runs one alone, SEEDS=n runs that many.
func TestRandomConversations(t *testing.T) {
	first, seeds := uint64(1), uint64(15)
	if s, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64); err == nil {
		first, seeds = s, 1
	}
	if s, err := strconv.ParseUint(os.Getenv("SEEDS"), 10, 64); err == nil {
		seeds = s
	}
	for seed := first; seed < first+seeds; seed += uint64(wiretest.Stride()) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				random := rand.New(rand.NewPCG(seed, 0))
				w, chat, reply := replyStory(t)
				w.Tenant.Behave(unspecified[random.IntN(len(unspecified))])
				trouble := func(int, *http.Request) wiretest.Fault {
					return wiretest.Fault(random.IntN(15) / 12 * (1 + random.IntN(3)))
				}
				w.Fault(trouble)
				for range 6 {
					switch random.IntN(6) {
					case 0:
						w.Queues.Clear("send")
					case 1:
						for _, text := range w.Queues.Texts("send") {
							w.Queues.Add("send", text)
						}
					case 2:
						w.Heal()
						w.Start()
						w.Fault(trouble)
					}
					w.soon(time.Duration(random.IntN(60)) * time.Second)
					w.Pass(1)
				}
				w.Poisoned = nil // a job can fail five times then; the tick finds its work again
				w.Heal()
				w.PassEvery(20*time.Minute, 8)
				w.goOn(chat, reply)
				w.Check(t)
				if t.Failed() {
					t.Errorf("seed %d with %+v", seed, w.Tenant.Behaviour())
				}
			})
		})
	}
}
