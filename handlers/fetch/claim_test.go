package fetch

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
	"kantoorpost/shared/must"
)

// A long inbox is read by one job at a time, although four workers take jobs, the tick
// runs, and people ask for it: only the first page is read twice.
func TestOneReaderPerMailbox(t *testing.T) {
	const pages, readers = 1000, 4 // as of 20,000 mails
	synctest.Test(t, func(t *testing.T) {
		m := openOffice(t, pages, 1)
		must.Get(m.Connectors.SaveCursor(t.Context(), boxID, connector.Cursor{DeltaLink: "page 0"}))(t)
		for range readers { // at the same moment
			_ = m.queue.Put(t.Context(), job.Fetch{Mailboxes: []string{boxID, boxID}, Claim: job.NewClaim()})
		}
		for minute := 0; m.cursor(t).DeltaLink != "end" && minute < 60; minute++ {
			if minute%5 == 0 {
				m.tick(t)
			}
			_ = m.queue.Put(t.Context(), job.Fetch{Mailboxes: []string{boxID}}) // as people write by hand
			var all sync.WaitGroup
			for range readers {
				all.Go(func() { m.work(t, 1) })
			}
			all.Go(func() { time.Sleep(time.Minute) }) // simulated
			all.Wait()
		}
		if c := m.cursor(t); c.DeltaLink != "end" || c.Claim != "" {
			t.Errorf("not at its end: %+v", c)
		}
		if n := m.graph.calls(); n < pages || n > pages+readers {
			t.Errorf("%d delta calls for %d pages", n, pages)
		}
		for link, n := range m.graph.asked {
			if n > 1 && link != "page 0" && link != "end" {
				t.Errorf("%s was asked for %d times", link, n)
			}
		}
		all, _, err := m.Items.List(t.Context(), item.Query{Limit: 1000})
		if err != nil || len(all) != 1000 {
			t.Errorf("%d mails, %v", len(all), err)
		}
	})
}

// The tick skips a mailbox that is being read, and so does a job that a person asked
// for. When the claim expires, the job of the next tick continues the round.
func TestLostJobStopsNoMailbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := openOffice(t, maxPages+5, 1)
		m.tick(t)
		j, _ := m.queue.take()
		must.Do(t, m.Handle(t.Context(), j))
		on, ok := m.queue.take()
		if !ok || on.Claim != j.Claim {
			t.Fatalf("the job that continues has claim %q, want %q", on.Claim, j.Claim)
		}
		m.tick(t) // and on is lost
		if j, ok := m.queue.take(); ok {
			t.Errorf("the tick asks for a mailbox that is read: %+v", j)
		}
		if err := m.Handle(t.Context(), job.Fetch{Mailboxes: []string{boxID}, Claim: job.NewClaim()}); err != nil ||
			m.graph.calls() != maxPages {
			t.Errorf("%d calls, %v", m.graph.calls(), err)
		}
		time.Sleep(connector.ClaimLife + time.Second) // simulated
		m.tick(t)
		m.work(t, 1)
		if c := m.cursor(t); c.DeltaLink != "end" || c.Claim != "" || m.graph.calls() != maxPages+5 {
			t.Errorf("%d calls, %+v", m.graph.calls(), c)
		}
	})
}

// The job that continues a round has its claim, and so has a job that is delivered
// again: neither waits for the claim to expire.
func TestJobContinuesUnderItsOwnClaim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := openOffice(t, 3*maxPages, 1)
		m.tick(t)
		j, _ := m.queue.take()
		ctx, kill := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Second+time.Millisecond, kill)
		if err := m.Handle(ctx, j); err == nil {
			t.Fatal("a killed job succeeded")
		}
		if err := m.Handle(t.Context(), j); err != nil { // delivered again
			t.Fatal(err)
		}
		m.work(t, 2)
		if c := m.cursor(t); c.DeltaLink != "end" || m.graph.calls() > 3*maxPages+1 {
			t.Errorf("%d calls, %+v", m.graph.calls(), c)
		}
	})
}

// A round stops after its page, and puts no job, when another job has saved the cursor.
func TestOvertakenRoundStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := openOffice(t, 3*maxPages, 1)
		m.tick(t)
		j, _ := m.queue.take()
		time.AfterFunc(10*time.Second+time.Millisecond, func() {
			c := m.cursor(t)
			c.Take("another", m.Connectors.Now())
			if _, err := m.Connectors.SaveCursor(t.Context(), boxID, c); err != nil {
				t.Error(err)
			}
		})
		if err := m.Handle(t.Context(), j); err != nil {
			t.Error(err)
		}
		if _, more := m.queue.take(); more || m.graph.calls() != 11 {
			t.Errorf("%d calls, continues: %t", m.graph.calls(), more)
		}
		if c := m.cursor(t); c.Claim != "another" || c.Next != "page 10" {
			t.Errorf("the other's cursor is gone: %+v", c)
		}
	})
}

// Claims and pauses end by the clock of the storage service: an instance whose own clock is
// an hour wrong neither takes a mailbox that another one reads nor leaves one unread.
func TestClaimsEndByTheClockOfTheService(t *testing.T) {
	for _, ahead := range []time.Duration{time.Hour, -time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			m := openOffice(t, 3, 1)
			m.clock.ahead = ahead
			m.tick(t)
			service := time.Now().Add(ahead)
			c := m.cursor(t)
			c.Take("another", service)
			must.Get(m.Connectors.SaveCursor(t.Context(), boxID, c))(t)
			m.work(t, 1)
			if m.tick(t); m.graph.calls() != 0 || len(m.queue.all) != 0 {
				t.Errorf("%v: %d calls and %d jobs for a claimed mailbox", ahead, m.graph.calls(), len(m.queue.all))
			}
			time.Sleep(connector.ClaimLife + 2*time.Second) // simulated
			m.graph.fail = &net.OpError{Op: "read", Err: errors.New("reset")}
			m.graph.pages = 9
			m.tick(t)
			j, _ := m.queue.take()
			time.AfterFunc(3500*time.Millisecond, func() {
				if left := m.cursor(t).ClaimEnds.Sub(time.Now().Add(ahead)); left < connector.ClaimLife-3*time.Second || left > connector.ClaimLife {
					t.Errorf("%v: the claim lasts %v more", ahead, left)
				}
			})
			if err := m.Handle(t.Context(), j); err != nil {
				t.Error(err)
			}
			if wait := m.cursor(t).NotBefore.Sub(time.Now().Add(ahead)); wait < 20*time.Second || wait > time.Minute {
				t.Errorf("%v: the pause lasts %v more", ahead, wait)
			}
		})
	}
}

// An earlier date of an address ends the round that reads it; the next one starts at
// that date.
func TestEarlierDateEndsTheRound(t *testing.T) {
	for _, seconds := range []time.Duration{0, 10} { // in its first page, which has no claim, and later
		synctest.Test(t, func(t *testing.T) {
			m := openOffice(t, 20, 1)
			m.tick(t)
			j, _ := m.queue.take()
			time.AfterFunc(seconds*time.Second+time.Millisecond, func() {
				from := time.Now().AddDate(0, -1, 0)
				if _, err := m.Connectors.PatchActivation(t.Context(), boxID, "", connector.ActivationPatch{From: &from}); err != nil {
					t.Error(err)
				}
			})
			if err := m.Handle(t.Context(), j); err != nil {
				t.Error(err)
			}
			if c := m.cursor(t); c.Next != "" || c.DeltaLink != "" || c.Claim != "" {
				t.Errorf("after %d s: continues from its former date: %+v", seconds, c)
			}
			m.tick(t)
			m.work(t, 1)
			if c := m.cursor(t); c.DeltaLink != "end" || m.graph.asked[""] != 2 {
				t.Errorf("%+v, started %d times", c, m.graph.asked[""])
			}
		})
	}
}
