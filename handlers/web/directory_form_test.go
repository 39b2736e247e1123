package web

import (
	"slices"
	"testing"
)

func TestAddressesOfAField(t *testing.T) {
	for text, want := range map[string][]string{
		"":                             {},
		"a@x.nl\r\nb@x.nl\r\n":         {"a@x.nl", "b@x.nl"},
		"a@x.nl, b@x.nl;c@x.nl d@x.nl": {"a@x.nl", "b@x.nl", "c@x.nl", "d@x.nl"},
		"a@x.nl\n \"jan bakker\"@x.nl \n/o=office/ou=first group/cn=jan": {"a@x.nl", `"jan bakker"@x.nl`, "/o=office/ou=first group/cn=jan"},
	} {
		if got := addressesOf(text); !slices.Equal(got, want) {
			t.Errorf("%q has %q; want %q", text, got, want)
		}
	}
}
