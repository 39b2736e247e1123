package connector_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/secret"
	"kantoorpost/shared/wiretest"
)

// certificate is a certificate with its key, as Key Vault keeps it in PEM.
func certificate(t *testing.T, until time.Time) secret.Value {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now(), NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, block := range []*pem.Block{{Type: "PRIVATE KEY", Bytes: private}, {Type: "CERTIFICATE", Bytes: der}} {
		if err := pem.Encode(&out, block); err != nil {
			t.Fatal(err)
		}
	}
	return secret.New(out.String())
}

// When the vault renews a certificate, its new end counts: also after the state of the
// connector changed, and until the connector has another certificate.
func TestARenewedCertificate(t *testing.T) {
	o := open(t)
	ctx := t.Context()
	first := time.Now().AddDate(0, 0, 20).UTC().Truncate(time.Second)
	keep := func(name string, v secret.Value) {
		if _, err := o.vault.Set(ctx, name, v, time.Time{}, nil); err != nil {
			t.Fatal(err)
		}
	}
	keep("graph", certificate(t, first))
	d := draft()
	d.Method, d.Certificate, d.ClientSecret = connector.MethodCertificate, "graph", secret.Value{}
	c, err := o.Create(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	ends := func(want time.Time) {
		t.Helper()
		if err := o.ReadCertificates(ctx); err != nil {
			t.Error(err)
		}
		if c, err := o.Connector(ctx, c.ID); err != nil || !c.SecretExpires.Equal(want) {
			t.Errorf("ends %v, want %v: %v", c.SecretExpires, want, err)
		}
	}
	ends(first)
	if n := writes(o); n != 1 { // that of Create
		t.Errorf("%d writes for a date that did not change", n-1)
	}
	second := first.AddDate(1, 0, 0)
	keep("graph", certificate(t, second))
	ends(second)
	ends(second)
	if n := writes(o); n != 2 {
		t.Errorf("%d writes for one new date", n-1)
	}
	if err := o.ConnectorWorks(ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	ends(second)
	if c, _ := o.Connector(ctx, c.ID); c.State != connector.StateWorks {
		t.Errorf("the state is %s", c.State)
	}
	o.restart()
	o.vault.fault = func(string) wiretest.Fault { return wiretest.Refuse }
	ends(second)
}

// writes is how often tables were written.
func writes(o *office) (n int) {
	for _, c := range o.wire.Calls() {
		if c.Method != "GET" {
			n++
		}
	}
	return n
}
