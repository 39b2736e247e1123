package app_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/must"
	"kantoorpost/shared/secret"
)

// A connector works without any secret: the app registration trusts the identity of the
// app. The check says which part of the trust is missing, nothing that does not work
// replaces what does, and the secret is deleted.
func TestAConnectorWithoutASecret(t *testing.T) {
	inOffice(t, func(t *testing.T, w *world) {
		path := "/api/connectors/" + w.First("/api/connectors")
		identity := w.Must("GET", "/api/identity", nil)
		if identity["exists"] != true || identity["audience"] != "api://AzureADTokenExchange" ||
			!strings.HasSuffix(identity["issuer"].(string), "/"+apptest.TenantID+"/v2.0") {
			t.Fatal(identity)
		}
		patch := object{"credential": "managed-identity"}
		refuses := func(says string) {
			t.Helper()
			if code := w.Ask(apptest.Admin, "PATCH", path, patch, nil); code != 422 || !strings.Contains(w.Answered[len(w.Answered)-1], says) {
				t.Errorf("%d %s, want %s", code, w.Answered[len(w.Answered)-1], says)
			}
			if c := w.Must("GET", path, nil); c["credential"] != "client-secret" || c["secretSet"] != true {
				t.Errorf("after a refusal: %v", c)
			}
		}
		w.do(w.Tenant.Distrust())
		refuses("AADSTS70025")
		w.do(w.Tenant.Trust("00000000-0000-4000-8000-000000000bad"))
		refuses("AADSTS700213")
		w.do(w.Tenant.Trust(identity["subject"].(string)))
		if c := w.Must("PATCH", path, patch); c["credential"] != "managed-identity" || c["secretSet"] != false || c["secretExpires"] != nil {
			t.Errorf("%v", c)
		}
		w.do(w.Tenant.ExpireSecret(""))
		if got := w.Must("POST", path+"/check", nil); got["works"] != true {
			t.Errorf("%v", got)
		}
		w.Tick()
		w.comes(jan, "Zonder geheim", "g1")
		w.Pass(1)
		if w.Mail("Zonder geheim")["state"] != "processed" {
			t.Errorf("mail is not read:\n%s", w.Picture())
		}
		w.do(w.Tenant.Distrust())
		if got := w.Must("POST", path+"/check", nil); got["works"] != false || got["state"] != "trust-missing" || got["whatToDo"] == nil {
			t.Errorf("%v", got)
		}
		if got := w.Must("GET", path, nil); got["state"] != "trust-missing" {
			t.Errorf("%v", got)
		}
		w.Must("PATCH", path, object{"name": "Anders"})                                     // a name needs no trust
		w.Answers(422, apptest.Admin, "PATCH", path, object{"credential": "client-secret"}) // back to a secret that is not there
	})
}

// A connector with a certificate of the vault has its end date, and continues with the
// certificate by which the vault replaces it.
func TestAConnectorWithACertificate(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		path, vault := w.officeAndVault()
		patch := object{"credential": "certificate", "certificate": "kantoorpost-graph"}
		says := func(want string) {
			t.Helper()
			if code := w.Ask(apptest.Admin, "PATCH", path, patch, nil); code != 422 || !strings.Contains(w.Answered[len(w.Answered)-1], want) {
				t.Errorf("%d %s, want %s", code, w.Answered[len(w.Answered)-1], want)
			}
		}
		says("key vault")
		until := time.Now().AddDate(1, 0, 0).UTC().Truncate(time.Second)
		key, der := certificate(t, until)
		_, err := vault.Set(t.Context(), "kantoorpost-graph", secret.New(key), until, nil)
		w.do(err)
		says("AADSTS700027")
		w.do(w.Tenant.AddCertificate(der))
		if c := w.Must("PATCH", path, patch); c["certificate"] != "kantoorpost-graph" || c["secretExpires"] != until.Format(time.RFC3339) ||
			c["secretSet"] != false {
			t.Errorf("%v, want the end %v", c, until)
		}
		w.do(w.Tenant.ExpireSecret(""))
		if got := w.Must("POST", path+"/check", nil); got["works"] != true {
			t.Errorf("%v", got)
		}
		next, nextDER := certificate(t, until.AddDate(2, 0, 0))
		_, err = vault.Set(t.Context(), "kantoorpost-graph", secret.New(next), until, nil)
		w.do(err)
		w.do(w.Tenant.AddCertificate(nextDER))
		time.Sleep(time.Until(until.AddDate(0, 1, 0))) // the first is no longer valid
		w.do(w.Tenant.ExpireSecret(""))
		if got := w.Must("POST", path+"/check", nil); got["works"] != true {
			t.Errorf("after it was renewed: %v", got)
		}
		for _, text := range w.Answered {
			if strings.Contains(text, "PRIVATE KEY") {
				t.Error("the API shows a key")
			}
		}
	})
}

// The vault renews a certificate before it ends, and the app registration does not know
// the new one: mail comes by the former one until it ends, and the check and the health say
// so. The new one is used as soon as Entra takes it.
func TestARenewedCertificateThatEntraDoesNotKnow(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		path, vault := w.officeAndVault()
		renew := func(until time.Time) (der []byte) {
			key, der := certificate(t, until)
			_, err := vault.Set(t.Context(), "kantoorpost-graph", secret.New(key), until, nil)
			w.do(err)
			time.Sleep(time.Second) // simulated; the vault tells versions by the second
			return der
		}
		first := time.Now().AddDate(0, 3, 0).UTC().Truncate(time.Second)
		w.do(w.Tenant.AddCertificate(renew(first)))
		w.Must("PATCH", path, object{"credential": "certificate", "certificate": "kantoorpost-graph"})
		w.do(w.Tenant.ExpireSecret(""))
		says := func(state string, ends time.Time) {
			t.Helper()
			got := w.Must("GET", path, nil)
			if got["state"] != state || got["secretExpires"] != ends.Format(time.RFC3339) || (got["whatToDo"] == nil) != (state == "works") {
				t.Errorf("%v, want %s until %v", got, state, ends)
			}
		}
		comes := func(subject, how string) {
			t.Helper()
			w.comes(jan, subject, how)
			w.Pass(2)
			if w.Mail(subject)["state"] != "processed" {
				t.Errorf("%s is not read:\n%s", subject, w.Picture())
			}
		}
		comes("Voor het vernieuwen", "g1")
		says("works", first)

		second := first.AddDate(1, 0, 0)
		der := renew(second)
		w.Start() // a new instance reads the newest certificate
		comes("Na het vernieuwen", "g2")
		says("certificate-former", first)
		if got := w.Must("POST", path+"/check", nil); got["works"] != true || got["state"] != "certificate-former" || got["whatToDo"] == nil {
			t.Errorf("the check says %v", got)
		}
		if got := fmt.Sprint(w.Must("GET", "/api/health", nil)); !strings.Contains(got, "certificate-former") ||
			strings.Contains(got, "status:degraded") {
			t.Errorf("the health says %s", got)
		}
		w.do(w.Tenant.AddCertificate(der))
		w.Pass(3) // within a quarter of an hour
		says("works", second)

		der = renew(second.AddDate(1, 0, 0))
		time.Sleep(time.Until(second.Add(time.Hour))) // simulated; the one that is used has ended
		w.Pass(3)
		says("certificate-unknown", second)
		w.do(w.Tenant.AddCertificate(der))
		w.Pass(8) // the next probe
		says("works", second.AddDate(1, 0, 0))
		comes("Weer goed", "g3")
	})
}

// officeAndVault makes an office, and returns the path of its connector and the key vault.
func (w *world) officeAndVault() (path string, vault *secret.Vault) {
	w.T.Helper()
	w.Office()
	vault, err := secret.OpenVault(
		secret.VaultOptions{URL: w.URL, Credential: apptest.Identity{Wire: w.ToMicrosoft}, Transport: w.ToMicrosoft, Simulated: true})
	w.do(err)
	return "/api/connectors/" + w.First("/api/connectors"), vault
}

// do fails the test with an error.
func (w *world) do(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// certificate makes a certificate: with its key as Key Vault keeps it in PEM, and in DER.
func certificate(t *testing.T, until time.Time) (withKey string, der []byte) {
	t.Helper()
	key := must.Get(rsa.GenerateKey(rand.Reader, 2048))(t)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now(), NotAfter: until}
	der = must.Get(x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key))(t)
	private := must.Get(x509.MarshalPKCS8PrivateKey(key))(t)
	var out bytes.Buffer
	for _, block := range []*pem.Block{{Type: "PRIVATE KEY", Bytes: private}, {Type: "CERTIFICATE", Bytes: der}} {
		if err := pem.Encode(&out, block); err != nil {
			t.Fatal(fmt.Errorf("encode: %w", err))
		}
	}
	return out.String(), der
}
