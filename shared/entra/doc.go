// Package entra speaks with Microsoft Entra: it reads the token endpoints that
// people paste, asks tokens as an application, and explains refusals.
//
// It never fetches an address that somebody typed, and it does not know what a
// token is used for.
package entra
