package mailtext

import "testing"

func TestTrade(t *testing.T) {
	for word, want := range map[string]bool{
		"bakkerij": true, "hoveniersbedrijf": true, "eetcafé": true, "logopedie": true, "uitzendbureau": true, "schilder": true, "verhuur": true,
		"vuursteen": false, "jansen": false, "loonbelasting": false,
	} {
		if got := Trade(word); got != want {
			t.Errorf("%s: %v, want %v", word, got, want)
		}
	}
	if organisation("schilder") || !organisation("schilders") {
		t.Error("people are called Schilder, and companies Schilders")
	}
}
