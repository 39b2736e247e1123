package graph

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/must"
	"kantoorpost/shared/wiretest"
)

func TestFourAreUnderWayAndTwoOnOneMailbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(4, 2)
		var mu sync.Mutex
		var wg sync.WaitGroup
		all, most, each := 0, 0, map[string]int{}
		for i := range 200 {
			wg.Go(func() {
				name := fmt.Sprint(i % 5)
				release, err := l.acquire(t.Context(), name)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				all++
				each[name]++
				most = max(most, all)
				if all > 4 || each[name] > 2 {
					t.Errorf("%d under way, %d on %s", all, each[name], name)
				}
				mu.Unlock()
				time.Sleep(rand.N(time.Second))
				mu.Lock()
				all--
				each[name]--
				mu.Unlock()
				release()
			})
		}
		wg.Wait()
		if most != 4 || len(l.boxes) != 0 || len(l.all) != 0 {
			t.Errorf("at most %d at a time, %d mailboxes left", most, len(l.boxes))
		}
	})
}

// A mailbox that waits for its own slots does not delay others, and a caller that
// gives up occupies no slot.
func TestABusyMailboxHoldsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(4, 1)
		release := must.Get(l.acquire(t.Context(), "busy"))(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if _, err := l.acquire(ctx, "busy"); !errors.Is(err, context.DeadlineExceeded) {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		for i := range 3 {
			if _, err := l.acquire(t.Context(), fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
		}
		if _, err := l.acquire(ctx, "fifth"); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		wg.Wait()
		release()
		if len(l.boxes) != 3 || len(l.all) != 3 {
			t.Errorf("slots of %d mailboxes and %d of all are taken", len(l.boxes), len(l.all))
		}
		if _, err := l.acquire(ctx, "busy"); err == nil {
			t.Error("a turn after the end")
		}
	})
}

// A caller that gives up while it waits for a common slot frees its mailbox's slot.
func TestWhoGivesUpFreesHisMailbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(1, 2)
		release := must.Get(l.acquire(t.Context(), "other"))(t)
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				if _, err := l.acquire(ctx, "mine"); err == nil {
					t.Error("a turn that is taken")
				}
			})
		}
		synctest.Wait()
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if _, err := l.acquire(ctx, "mine"); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(2 * time.Second)
		release()
		wg.Wait()
	})
}

// A request keeps its slot until its answer is read.
func TestRequestsKeepTheirTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		now, most := 0, 0
		wire := wiretest.Transport(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			now--
			mu.Unlock()
			says(200, jsonType, `{}`)(w, r)
		}))
		limit := NewLimiter(3, 2)
		var wg sync.WaitGroup
		for i := range 12 { // with several clients, as for several tenants
			c := must.Get(New(Options{Root: root, Credential: &bank{}, Transport: wire, Limit: limit}))(t)
			wg.Go(func() {
				if err := c.CheckInbox(t.Context(), fmt.Sprint(i%4)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if most != 3 {
			t.Errorf("%d requests at a time", most)
		}
	})
}
