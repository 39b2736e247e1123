package metrics_test

import (
	"testing"
	"time"

	"kantoorpost/shared/metrics"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
)

// Figures of three weeks take the rows of one, and a period that crosses the place where
// the keys begin anew is read whole, in order.
func TestFiguresOfAWeekAreKept(t *testing.T) {
	server := tabletest.New()
	wire := server.Transport()
	service := server.Service(t, wire)
	must.Do(t, service.Create(t.Context(), "configuration"))
	rows := service.Table("configuration")
	start := time.Date(2026, 3, 2, 9, 0, 3, 0, time.UTC)
	var ops []table.Op
	now := start
	for ; now.Before(start.Add(3 * metrics.Week)); now = now.Add(metrics.Every) {
		op := metrics.PutOp(metrics.Figures{At: now, Metrics: []metrics.Metric{{Name: metrics.QueueDepth, Of: "fetch", Value: 2}}})
		if ops = append(ops, op); len(ops) == table.MaxOps {
			must.Do(t, rows.Write(t.Context(), ops...))
			ops = nil
		}
	}
	must.Do(t, rows.Write(t.Context(), ops...))
	now = now.Add(-metrics.Every)
	for _, hours := range []int{1, 24, 7 * 24, 1000} {
		from := now.Add(-time.Duration(hours) * time.Hour)
		wire.Reset()
		all, err := metrics.Since(t.Context(), rows, from, now)
		want := min(hours*12+1, 7*24*12)
		if err != nil || len(all) != want || !all[len(all)-1].At.Equal(now) {
			t.Fatalf("%d hours: %d figures, want %d (%v)", hours, len(all), want, err)
		}
		for i := range all[1:] {
			if all[i+1].At.Sub(all[i].At) != metrics.Every {
				t.Fatalf("%d hours: %v follows %v", hours, all[i+1].At, all[i].At)
			}
		}
		if calls := len(wire.Calls()); calls > 2+hours/(3*24) && calls > 4 {
			t.Errorf("%d hours: %d queries", hours, calls)
		}
		if depth, ok := all[0].Sum(metrics.QueueDepth); !ok || depth != 2 {
			t.Errorf("%d hours: %v", hours, all[0])
		}
	}
}

// Every place of the ring is crossed once: a day is whole whenever it is read.
func TestADayIsWholeAtAnyTime(t *testing.T) {
	server := tabletest.New()
	service := server.Service(t, server.Transport())
	must.Do(t, service.Create(t.Context(), "configuration"))
	rows := service.Table("configuration")
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	for n := range 3 * 7 * 24 { // hourly
		now := start.Add(time.Duration(n) * time.Hour)
		must.Do(t, rows.Write(t.Context(), metrics.PutOp(metrics.Figures{At: now})))
		all, err := metrics.Since(t.Context(), rows, now.Add(-23*time.Hour), now)
		if want := min(n+1, 24); err != nil || len(all) != want {
			t.Fatalf("at %v: %d figures, want %d (%v)", now, len(all), want, err)
		}
	}
}
