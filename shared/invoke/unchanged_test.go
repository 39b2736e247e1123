package invoke_test

import (
	"testing"

	"kantoorpost/shared/invoke"
)

// An If-None-Match is a list, and weak tags are equal to strong ones.
// https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
func TestUnchanged(t *testing.T) {
	for header, want := range map[string]bool{
		``: false, `*`: true, ` * `: true, `"a"`: true, `W/"a"`: true, `"b"`: false, `"b", W/"a"`: true, `"b" ,"a"`: true,
		`"b",,"c"`: false, `,`: false, `a`: false, `"A"`: false,
	} {
		for _, tag := range []string{`"a"`, `W/"a"`} {
			if got := invoke.Unchanged(header, tag); got != want {
				t.Errorf("If-None-Match: %s for %s: %v, want %v", header, tag, got, want)
			}
		}
	}
}
