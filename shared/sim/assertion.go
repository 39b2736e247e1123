package sim

import (
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

const (
	assertionType    = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	exchangeAudience = "api://AzureADTokenExchange"
)

// Trust makes the application trust the managed identity with an object id, by a
// federated credential; "" is the identity of the app that runs in this tenant.
func (t *Tenant) Trust(subject string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	app := t.app.clone()
	if subject == "" {
		subject = guidOf("service principal", guidOf("managed identity", t.options.Domain))
	}
	app.Trusted = append(app.Trusted, subject)
	return t.commitApp("trust an identity", app)
}

// Distrust removes all federated credentials of the application.
func (t *Tenant) Distrust() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	app := t.app.clone()
	app.Trusted = nil
	return t.commitApp("trust no identity", app)
}

// AddCertificate adds a certificate in DER to the application.
func (t *Tenant) AddCertificate(der []byte) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	app := t.app.clone()
	app.Certificates = append(app.Certificates, der)
	return t.commitApp("add a certificate", app)
}

// assertionRefusal checks a signed text that stands for a client secret.
//
// https://learn.microsoft.com/entra/identity-platform/certificate-credentials
func (t *Tenant) assertionRefusal(kind, text string) *entraRefusal {
	invalid := func(code int, text string) *entraRefusal {
		return &entraRefusal{http.StatusUnauthorized, "invalid_client", code, text}
	}
	parts := strings.Split(text, ".")
	if kind != assertionType || len(parts) != 3 {
		return &entraRefusal{http.StatusBadRequest, "invalid_request", 50027, "JWT token is invalid or malformed."}
	}
	var head struct {
		Algorithm  string `json:"alg"`
		Thumbprint string `json:"x5t#S256"`
	}
	var body claims
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || decodePart(parts[0], &head) != nil || decodePart(parts[1], &body) != nil {
		return &entraRefusal{http.StatusBadRequest, "invalid_request", 50027, "JWT token is invalid or malformed."}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now().Unix()
	signed := parts[0] + "." + parts[1]
	switch {
	case head.Algorithm == "PS256" && !t.app.signed(head.Thumbprint, signed, signature, t):
		return invalid(700027, "The certificate with identifier used to sign the client assertion is not registered on application, or it "+
			"has expired.")
	case now < body.Before || now >= body.Expires:
		return invalid(700024, "Client assertion is not within its valid time range.")
	case head.Algorithm == "PS256":
		return nil
	case head.Algorithm != "HS256" || !hmac.Equal(signature, t.sign("token", signed)):
		return invalid(700211, "No matching federated identity record found for presented assertion issuer.")
	case len(t.app.Trusted) == 0:
		return invalid(70025, "The client has no configured federated identity credentials.")
	case body.Audience != exchangeAudience:
		return invalid(700212, "No matching federated identity record found for presented assertion audience '"+body.Audience+"'.")
	case !slices.Contains(t.app.Trusted, body.Subject):
		return invalid(700213, "No matching federated identity record found for presented assertion subject '"+body.Subject+"'.")
	}
	return nil
}

// signed says whether a certificate of the application signed a text and is valid.
func (a application) signed(thumbprint, text string, signature []byte, t *Tenant) bool {
	digest := sha256.Sum256([]byte(text))
	for _, der := range a.Certificates {
		print := sha256.Sum256(der)
		// Entra takes both forms; MSAL for Go writes the second.
		written := []string{base64.RawURLEncoding.EncodeToString(print[:]), base64.StdEncoding.EncodeToString(print[:])}
		certificate, err := x509.ParseCertificate(der)
		if err != nil || !slices.Contains(written, thumbprint) {
			continue
		}
		key, ok := certificate.PublicKey.(*rsa.PublicKey)
		return ok && t.now().Before(certificate.NotAfter) && rsa.VerifyPSS(key, crypto.SHA256, digest[:], signature, nil) == nil
	}
	return false
}

func decodePart(part string, into any) error {
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}
