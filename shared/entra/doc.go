// Package entra is a client of Microsoft Entra: it parses the token endpoints
// that people paste, requests tokens for applications, and explains refusals.
//
// It never requests an address that somebody typed, and it does not know what a
// token is used for.
package entra
