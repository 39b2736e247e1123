package compose_test

import (
	"testing"

	"kantoorpost/shared/compose"
	"kantoorpost/shared/mailhtml"
)

// A signature that is there in one language only is that of all mail.
func TestSignatureInALanguage(t *testing.T) {
	for _, c := range []struct {
		signatures compose.Signatures
		nl, en     string
	}{
		{compose.Signatures{Signature: "Groet", SignatureEN: "Regards"}, "Groet", "Regards"},
		{compose.Signatures{Signature: "Groet"}, "Groet", "Groet"},
		{compose.Signatures{SignatureEN: "Regards"}, "Regards", "Regards"},
	} {
		if nl, en := c.signatures.In(mailhtml.Dutch), c.signatures.In(mailhtml.English); nl != c.nl || en != c.en {
			t.Errorf("%+v: %q, %q", c.signatures, nl, en)
		}
	}
}
