// Package secret holds values that must never be shown, and the places where
// they are kept: Azure Key Vault, or a private file on a developer's machine.
//
// It does not know what a secret opens; it only sees to it that one leaves the
// process by no other way than Reveal.
package secret
