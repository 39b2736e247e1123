package sim

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
)

func TestTheCertificateIsMadeOnceAndTrusted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tls")
	cert, pemPath, err := Certificate(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := Certificate(dir)
	if err != nil || !bytes.Equal(cert.Certificate[0], again.Certificate[0]) {
		t.Errorf("another certificate the second time: %v", err)
	}
	if mode := modeOf(t, filepath.Join(dir, "localhost.key")); mode != 0o600 {
		t.Errorf("the key has mode %o", mode)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(read(t, pemPath)) {
		t.Fatal("no certificate in the file")
	}
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	srv.StartTLS()
	defer srv.Close()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	res, err := client.Get(srv.URL)
	if err != nil {
		t.Fatalf("it is not trusted: %v", err)
	}
	res.Body.Close()
}

func TestABrokenCertificateIsMadeAgain(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := Certificate(dir); err != nil {
		t.Fatal(err)
	}
	overwrite(t, filepath.Join(dir, "localhost.pem"), []byte("x"))
	if _, _, err := Certificate(dir); err != nil {
		t.Error(err)
	}
}
