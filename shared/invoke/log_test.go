package invoke_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"kantoorpost/shared/invoke"
)

// The log names the domain of an address and not its owner, and a line that is always
// written is there at every level.
func TestTheLogLeavesOutOwnersOfAddresses(t *testing.T) {
	var out bytes.Buffer
	log := invoke.NewLog(&out, slog.LevelError)
	log.InfoContext(t.Context(), "quiet")
	log.InfoContext(invoke.Always(t.Context()), "always", "error",
		errors.New(`fetch sales@kantoor.example: "jan.jansen+x@bakker.example" refused`), "n", 1)
	text := out.String()
	if strings.Contains(text, "quiet") || !strings.Contains(text, `"msg":"always"`) {
		t.Errorf("not what each level writes: %s", text)
	}
	if strings.Contains(text, "sales") || strings.Contains(text, "jansen") || !strings.Contains(text, "fetch …@kantoor.example: ") ||
		!strings.Contains(text, "…@bakker.example") {
		t.Errorf("%s", text)
	}
}
