// Package words holds what is said to people: in Dutch first, and in English.
// It knows nothing about what the words are about.
package words

// A Text says one thing in both languages.
type Text struct {
	NL string `json:"nl"`
	EN string `json:"en"`
}
