package compose

import (
	"cmp"

	"kantoorpost/shared/mailhtml"
)

// Signatures are what stands below mail, in each of its languages.
type Signatures struct {
	Signature   string `json:"signature,omitempty"`   // HTML, sanitised; of mail in Dutch
	SignatureEN string `json:"signatureEn,omitempty"` // of mail in English
}

// In returns the signature of mail in a language; that of the other one when it has none.
func (s Signatures) In(language mailhtml.Language) string {
	if language == mailhtml.English {
		return cmp.Or(s.SignatureEN, s.Signature)
	}
	return cmp.Or(s.Signature, s.SignatureEN)
}

// Above returns, for each language, these signatures above others.
func (s Signatures) Above(others Signatures) Signatures {
	nl, en := mailhtml.Dutch, mailhtml.English
	return Signatures{Signature: s.In(nl) + others.In(nl), SignatureEN: s.In(en) + others.In(en)}
}
