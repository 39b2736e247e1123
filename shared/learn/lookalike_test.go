package learn

import "testing"

func TestResembles(t *testing.T) {
	known := []string{"korenaar.example", "mail.bakkerij-jansen.nl", "vandam.example"}
	for domain, want := range map[string]string{
		"korenaar.example": "", "mail.korenaar.example": "", "heelanders.example": "", "dam.example": "",
		"kоrenaar.example": "korenaar.example", "k0renaar.example": "korenaar.example", "korenaar.com": "korenaar.example", "koren-aar.example": "korenaar.example",
		"korenaar-facturen.example": "korenaar.example", "dekorenaar.example": "korenaar.example", "korenaarbv.nl": "korenaar.example", "korennaar.example": "korenaar.example",
		"koernaar.example": "korenaar.example", "korenaa.example": "korenaar.example", "korehaar.example": "korenaar.example",
		"vandarn.example": "vandam.example", "vanclam.example": "vandam.example", "bakkerijjansen.nl": "mail.bakkerij-jansen.nl", "bakkerij-jansen.com": "mail.bakkerij-jansen.nl",
	} {
		if got := resembles(domain, known); got != want && want != "" {
			t.Errorf("%s: %q, want %q", domain, got, want)
		} else if want == "" && got != "" {
			t.Errorf("%s resembles %q", domain, got)
		}
	}
}
