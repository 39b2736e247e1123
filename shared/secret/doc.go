// Package secret holds values that must never be shown, and their stores: Azure
// Key Vault, or a private file on a developer's machine.
//
// It does not know what a secret is for. It makes sure that Reveal is the only
// way to get one out.
package secret
