package telemetry_test

import (
	"strings"
	"testing"

	"kantoorpost/shared/telemetry"
)

// A span continues the trace of its parent, and begins one when there is none or it
// cannot be read.
func TestTrace(t *testing.T) {
	ctx := telemetry.Start(t.Context(), "")
	id, parent := telemetry.TraceID(ctx), telemetry.Parent(ctx)
	if len(id) != 32 || !strings.HasPrefix(parent, "00-"+id+"-") {
		t.Errorf("trace %q, parent %q", id, parent)
	}
	next := telemetry.Start(t.Context(), parent)
	if telemetry.TraceID(next) != id || telemetry.Parent(next) == parent {
		t.Errorf("trace %q, parent %q, after %q", telemetry.TraceID(next), telemetry.Parent(next), parent)
	}
	for _, bad := range []string{"", "x", "00-0-0-0", strings.Repeat("a", 1000), "ff-" + id + "-0102030405060708-01"} {
		ctx := telemetry.Start(t.Context(), bad)
		if got := telemetry.TraceID(ctx); len(got) != 32 || got == id {
			t.Errorf("parent %.50q: trace %q", bad, got)
		}
	}
	if telemetry.TraceID(t.Context()) != "" || telemetry.Parent(t.Context()) != "" {
		t.Error("a trace without a span")
	}
}
