package iban_test

import (
	"testing"

	"kantoorpost/shared/iban"
)

// The examples are those of the registry and of banks' manuals:
// https://www.swift.com/standards/data-standards/iban-international-bank-account-number
func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"NL91 ABNA 0417 1643 00":      "NL91ABNA0417164300",
		"nl91abna0417164300":          "NL91ABNA0417164300",
		"DE89 3704 0044 0532 0130 00": "DE89370400440532013000",
		"BE68 5390 0754 7034":         "BE68539007547034",
	} {
		if got, ok := iban.Parse(text); !ok || got != want {
			t.Errorf("%q: %q, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "NL91 ABNA 0417 1643 01", "NL91 ABNA 0417 1643 0", "NL19 ABNA 0417 1643 00", "9191ABNA0417164300",
		"NL91-ABNA-0417164300", "NLé1ABNA0417164300"} {
		if _, ok := iban.Parse(text); ok {
			t.Errorf("%q is valid", text)
		}
	}
}
