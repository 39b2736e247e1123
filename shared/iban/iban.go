// Package iban reads bank account numbers.
package iban

import "strings"

// Shortest is the length of the shortest number, that of Norway.
const Shortest = 15

// Parse returns the electronic form of an International Bank Account Number, without
// spaces and in upper case, and whether its length and its check digits are right.
//
// https://www.iso.org/standard/81090.html (ISO 13616-1)
func Parse(text string) (iban string, ok bool) {
	iban = strings.ToUpper(strings.Join(strings.Fields(text), ""))
	if len(iban) < Shortest || len(iban) > 34 || iban[:2] == "NL" && len(iban) != 18 {
		return iban, false
	}
	rest := 0 // of the number with the first four characters at its end, divided by 97
	for i := range len(iban) {
		switch c := iban[(i+4)%len(iban)]; {
		case c >= '0' && c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return iban, false
		}
	}
	letter := func(c byte) bool { return c >= 'A' && c <= 'Z' }
	digit := func(c byte) bool { return c >= '0' && c <= '9' }
	return iban, rest == 1 && letter(iban[0]) && letter(iban[1]) && digit(iban[2]) && digit(iban[3])
}
