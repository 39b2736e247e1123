package learn

import "testing"

func TestResembles(t *testing.T) {
	known := []string{"korenaar.example", "mail.bakkerij-jansen.nl", "vandam.example"}
	for domain, want := range map[string]string{
		"korenaar.example": "", "mail.korenaar.example": "", "heelanders.example": "", "dam.example": "",
		"kоrenaar.example": "korenaar.example", "k0renaar.example": "korenaar.example", "korenaar.com": "korenaar.example",
		"koren-aar.example":         "korenaar.example",
		"korenaar-facturen.example": "korenaar.example", "dekorenaar.example": "korenaar.example", "korenaarbv.nl": "korenaar.example",
		"korennaar.example": "korenaar.example",
		"koernaar.example":  "korenaar.example", "korenaa.example": "korenaar.example", "korehaar.example": "korenaar.example",
		"vandarn.example": "vandam.example", "vanclam.example": "vandam.example", "bakkerijjansen.nl": "mail.bakkerij-jansen.nl",
		"bakkerij-jansen.com": "mail.bakkerij-jansen.nl",
	} {
		if got := resembles(domain, known); got != want && want != "" {
			t.Errorf("%s: %q, want %q", domain, got, want)
		} else if want == "" && got != "" {
			t.Errorf("%s resembles %q", domain, got)
		}
	}
}

func TestImitates(t *testing.T) {
	for _, c := range []struct {
		email, known string
		want         bool
	}{
		{"jan.jansen@gmail.com", "jan.jansen@gmail.com", false},
		{"jan.jans3n@gmail.com", "jan.jansen@gmail.com", true},
		{"j0landa.smit@gmail.com", "jolanda.smit@gmail.com", true},
		{"jan.janssen@gmail.com", "jan.jansen@gmail.com", true},
		{"vandarn@gmail.com", "vandam@gmail.com", true},
		{"jan.jansen75@gmail.com", "jan.jansen@gmail.com", false},
		{"janjansen@gmail.com", "jan.jansen@gmail.com", false},
		{"jan.jansen75@gmail.com", "jan.jansen70@gmail.com", false},
		{"jan.janssen@outlook.com", "jan.jansen@gmail.com", false},
		{"els@gmail.com", "els@gmail.com", false},
	} {
		if got := imitates(c.email, c.known); got != c.want {
			t.Errorf("%s and %s: %v", c.email, c.known, got)
		}
	}
}

// The domains of a large office are searched within a millisecond.
func BenchmarkDomains(b *testing.B) {
	var known []string
	for i := range 20_000 {
		known = append(known, word(i*7)+"-"+word(i)+".example")
	}
	d := NewDomains(known)
	for b.Loop() {
		if d.imitatedBy("heelanders-bouwbedrijf.example") != "" {
			b.Fatal("found")
		}
	}
}
