package mailtext

import "testing"

// Cues are found whatever their case, at the end of a text and within words; what only
// begins or looks like one is not.
func TestCues(t *testing.T) {
	c := CuesOf("cliënt", "nr", "€", "@", "k. v")
	for text, want := range map[string]bool{
		"": false, "CLIËNT 4": true, "een cliën": false, "n": false, "factuurNR": true, "£ 5": false, "kost €": true, "a@b": true,
		"a`b": false, "K. V": true, "k.v": false,
	} {
		if got := c.In(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
