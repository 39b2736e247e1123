package fault_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"kantoorpost/shared/fault"
)

// The kind survives wrapping, and the outermost one counts.
func TestOf(t *testing.T) {
	base := errors.New("429")
	for _, c := range []struct {
		name  string
		err   error
		want  fault.Kind
		after time.Duration
	}{
		{"nil", nil, fault.KindRetry, 0},
		{"plain", base, fault.KindRetry, 0},
		{"later", fmt.Errorf("delta of info@x: %w", fault.Later(30*time.Second, base)), fault.KindLater, 30 * time.Second},
		{"later, time unknown", fault.Later(-1, base), fault.KindLater, 0},
		{"final", fmt.Errorf("fetch: %w", fault.Final(base)), fault.KindFinal, 0},
		{"outermost", fault.Final(fault.Later(time.Second, base)), fault.KindFinal, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, after := fault.Of(c.err)
			if got != c.want || after != c.after {
				t.Errorf("Of(%v) = %v, %v; want %v, %v", c.err, got, after, c.want, c.after)
			}
			if c.err != nil && !errors.Is(c.err, base) {
				t.Errorf("%v hides its cause", c.err)
			}
		})
	}
	if fault.Later(time.Second, nil) != nil || fault.Final(nil) != nil {
		t.Error("no error became an error")
	}
}
