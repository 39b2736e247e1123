package secret

import (
	"crypto/subtle"
	"fmt"
	"log/slog"
	"strings"
	"unicode"
)

// hidden is what everything but Reveal shows.
const hidden = "***"

// A Value is a text that prints, logs and encodes as three stars. The zero
// Value is empty.
//
// The text is behind a pointer because fmt does not call methods of values in
// unexported fields: %+v would otherwise print the text of a private field. For
// the same reason == is forbidden; use Equal.
type Value struct {
	_    [0]func()
	text *string
}

// New wraps text.
func New(text string) Value { return Value{text: &text} }

// Reveal returns the text itself. A review looks at each of its calls.
func (v Value) Reveal() string {
	if v.text == nil {
		return ""
	}
	return *v.text
}

// IsZero says whether there is no text.
func (v Value) IsZero() bool { return v.Reveal() == "" }

// Equal compares in constant time for texts of equal length.
func (v Value) Equal(w Value) bool {
	return subtle.ConstantTimeCompare([]byte(v.Reveal()), []byte(w.Reveal())) == 1
}

// String gives three stars.
func (Value) String() string { return hidden }

// GoString gives three stars.
func (Value) GoString() string { return hidden }

// Format writes three stars, whatever the verb.
func (Value) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(hidden)) }

// MarshalJSON gives three stars as a JSON string.
func (Value) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }

// MarshalText gives three stars, for every encoder that asks for text.
func (Value) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue gives three stars to slog.
func (Value) LogValue() slog.Value { return slog.StringValue(hidden) }

// LooksLikeOne says whether a text that was typed in another field looks like a
// client secret of Entra: one long word of mixed characters. The secrets that
// Entra makes today have 40 characters and a tilde.
// https://learn.microsoft.com/purview/sit-defn-client-secret-api-key
func LooksLikeOne(text string) bool {
	text = strings.TrimSpace(text)
	has := func(is func(rune) bool) bool { return strings.ContainsFunc(text, is) }
	if has(unicode.IsSpace) || !has(unicode.IsDigit) || !has(unicode.IsLower) {
		return false
	}
	return len(text) >= 16 && strings.Contains(text, "~") || len(text) >= 24 && has(unicode.IsUpper)
}
