package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestYearSaysWhatItTakes(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"year", "-mails", "10"}, "200 to 100000"},
		{[]string{"year", "-years", "0"}, "1 to 20"},
		{[]string{"year", "-seed", "x"}, "-seed"},
		{[]string{"year", "-mix", "soft"}, `"soft"`},
		{[]string{"year", "extra"}, `"extra"`},
	} {
		var stdout, stderr bytes.Buffer
		if code := dispatch(t.Context(), c.args, &stdout, &stderr); code != misuse || !strings.Contains(stderr.String(), c.want) {
			t.Errorf("%q: exit code %d, says %q, want %q", c.args, code, stderr.String(), c.want)
		}
	}
}
