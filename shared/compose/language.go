package compose

import (
	"cmp"

	"kantoorpost/shared/mailhtml"
)

// Signatures are what stands below mail: in Dutch, and in English for all who do not read that.
type Signatures struct {
	Signature   string `json:"signature,omitempty"`   // HTML, sanitised; of mail in Dutch
	SignatureEN string `json:"signatureEn,omitempty"` // of mail in other languages
}

// In returns the signature of mail in a language; that of the other one when it has none.
func (s Signatures) In(language mailhtml.Language) string {
	if language == mailhtml.Dutch {
		return cmp.Or(s.Signature, s.SignatureEN)
	}
	return cmp.Or(s.SignatureEN, s.Signature)
}

// Above returns, for each language, these signatures above others.
func (s Signatures) Above(others Signatures) Signatures {
	nl, en := mailhtml.Dutch, mailhtml.English
	return Signatures{Signature: s.In(nl) + others.In(nl), SignatureEN: s.In(en) + others.In(en)}
}
