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
		nl, others string
	}{
		{compose.Signatures{Signature: "Groet", SignatureEN: "Regards"}, "Groet", "Regards"},
		{compose.Signatures{Signature: "Groet"}, "Groet", "Groet"},
		{compose.Signatures{SignatureEN: "Regards"}, "Regards", "Regards"},
	} {
		want := map[mailhtml.Language]string{"nl": c.nl, "en": c.others, "de": c.others, "fr": c.others}
		for language, want := range want {
			if got := c.signatures.In(language); got != want {
				t.Errorf("%+v in %s: %q", c.signatures, language, got)
			}
		}
	}
}
