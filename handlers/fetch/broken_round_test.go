package fetch

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
	"kantoorpost/shared/must"
	"kantoorpost/shared/wiretest"
)

const otherBoxID = "00000000-0000-4000-8000-000000000002"

// brokenQueue takes no job.
type brokenQueue struct{}

func (brokenQueue) Put(_ context.Context, j job.Job) error { return errors.New("the queue is broken") }

// Mailboxes of one job fail independently: the error of each is in that of the job.
func TestErrorsOfAllMailboxesAreJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := openOffice(t, 1, 1)
		boxes, err := m.Connectors.Activated(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		must.Get(m.Connectors.Activate(t.Context(), boxes[0].Connector, connector.Request{Address: "loon@x.example",
			Link: connector.Link{Kind: connector.LinkContact}}))(t)
		m.Jobs = brokenQueue{}
		err = m.Handle(t.Context(), job.Fetch{Mailboxes: []string{boxID, otherBoxID}})
		for _, id := range []string{boxID, otherBoxID} {
			if err == nil || !strings.Contains(err.Error(), "mailbox "+id+": ") {
				t.Errorf("error %v does not name mailbox %s", err, id)
			}
		}
	})
}

// A round that fails removes its claim and saves its place: the first tick after the
// pause continues there.
func TestFailedRoundRemovesItsClaim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := openOffice(t, 10, 1)
		m.graph.fail = fault.Later(time.Second, &answer.Error{Status: 429, Code: "ApplicationThrottled"})
		m.tick(t)
		m.work(t, 1)
		if c := m.cursor(t); c.Claim != "" || c.Next != "page 5" || c.State != connector.MailboxThrottled ||
			c.StateReason != "ApplicationThrottled" {
			t.Errorf("after the failure: %+v", c)
		}
		m.graph.fail = nil
		time.Sleep(2 * time.Second) // simulated
		m.tick(t)
		m.work(t, 1)
		if c := m.cursor(t); c.DeltaLink != "end" || m.graph.calls() != 11 {
			t.Errorf("%d calls, %+v", m.graph.calls(), c)
		}
	})
}

// A claim in a message on the queue has a bounded length, since people can write
// messages; a claim in the row that expires in years does not count.
func TestImpossibleClaims(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := openOffice(t, 3, 1)
		long := strings.Repeat("x", 50_000)
		if err := m.Handle(t.Context(), job.Fetch{Mailboxes: slices.Repeat([]string{boxID}, 1000), Claim: long}); err != nil ||
			m.graph.calls() != 3 {
			t.Errorf("%d calls, %v", m.graph.calls(), err)
		}
		c := m.cursor(t)
		c.Claim, c.ClaimEnds = "for ever", time.Now().AddDate(10, 0, 0)
		must.Get(m.Connectors.SaveCursor(t.Context(), boxID, c))(t)
		m.tick(t)
		m.work(t, 1)
		if c := m.cursor(t); c.Claim != "" || m.graph.asked["end"] != 1 {
			t.Errorf("%d quiet rounds, %+v", m.graph.asked["end"], c)
		}
	})
}

// At each call to the tables in a round the call is refused, its answer is lost, it
// hangs, or the process dies: every mail is stored once, and the round ends after at
// most a claim and a tick.
func TestAnyCallOfALongRoundMayFail(t *testing.T) {
	for _, f := range []wiretest.Fault{wiretest.Refuse, wiretest.Lose, wiretest.Hang} {
		for _, dies := range []bool{false, true} {
			for n, more := 0, true; more; n++ {
				synctest.Test(t, func(t *testing.T) {
					m := openOffice(t, 3, 1)
					calls, ctx, kill := 0, t.Context(), func() {}
					m.wire.Fault(func(int, *http.Request) wiretest.Fault {
						calls++
						switch {
						case calls == n+1:
							if dies {
								kill()
							}
							return f
						case calls > n && dies:
							return wiretest.Refuse
						}
						return wiretest.Pass
					})
					_ = m.queue.Put(t.Context(), job.Fetch{Mailboxes: []string{boxID}, Claim: job.NewClaim()})
					j, _ := m.queue.take()
					ctx, kill = context.WithTimeout(ctx, invoke.Deadline)
					_ = m.Handle(ctx, j) // what fails is done again
					kill()
					more = calls > n
					m.wire.Fault(nil)
					for range 2 {
						time.Sleep(5 * time.Minute) // simulated
						m.tick(t)
						m.work(t, 1)
					}
					all, _, err := m.Items.List(t.Context(), item.Query{Limit: 10})
					if c := m.cursor(t); len(all) != 3 || c.DeltaLink != "end" || c.Claim != "" || err != nil {
						t.Errorf("fault %d at call %d, dies: %t: %d mails, %+v, %v", f, n, dies, len(all), c, err)
					}
				})
			}
		}
	}
}
