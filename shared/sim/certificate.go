package sim

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Certificate returns a self-signed certificate for localhost, 127.0.0.1 and ::1,
// and the file that SSL_CERT_FILE names to trust it. It makes the certificate once
// in dir, with a key that only the owner can read, and uses it while it is valid.
func Certificate(dir string) (cert tls.Certificate, pemPath string, err error) {
	pemPath = filepath.Join(dir, "localhost.pem")
	keyPath := filepath.Join(dir, "localhost.key")
	now := time.Now()
	cert, err = tls.LoadX509KeyPair(pemPath, keyPath)
	// One more day, so that it does not expire while somebody works.
	if err == nil && now.After(cert.Leaf.NotBefore) && now.Before(cert.Leaf.NotAfter.AddDate(0, 0, -1)) {
		return cert, pemPath, nil
	}
	certPEM, keyPEM, err := newCertificate(now)
	if err != nil {
		return cert, "", fmt.Errorf("make a certificate: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return cert, "", fmt.Errorf("folder of the certificate: %w", err)
	}
	// A crash in between leaves a pair that does not match: it is made again.
	for path, content := range map[string][]byte{keyPath: keyPEM, pemPath: certPEM} {
		if err := replaceFile(path, content); err != nil {
			return cert, "", fmt.Errorf("keep the certificate: %w", err)
		}
	}
	cert, err = tls.X509KeyPair(certPEM, keyPEM)
	return cert, pemPath, err
}

func newCertificate(now time.Time) (certPEM, keyPEM []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: "localhost", Organization: []string{"Kantoorpost simulated tenant"}},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.AddDate(1, 0, 0),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true, // it is no authority: to trust it is to trust localhost only
		DNSNames:              []string{"localhost"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), nil
}

// replaceFile replaces a file in one step; only its owner can read it.
func replaceFile(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // after the rename there is nothing to remove
	if _, err := f.Write(content); err != nil {
		f.Close() //nolint:errcheck // the write failed already
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
