package entra

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
	"time"
)

// client returns the HTTP client of token requests. It uses no proxy from the
// environment and follows no redirect, which could send the secret elsewhere. For
// a cloud of Microsoft the name must resolve to a public address.
func client(c Cloud) *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	if slices.ContainsFunc(Public(), func(p Cloud) bool { return p.Authority == c.Authority }) {
		dialer.Control = publicOnly
	}
	return &http.Client{
		Transport: &http.Transport{
			DialContext:         dialer.DialContext,
			ForceAttemptHTTP2:   true,
			MaxIdleConns:        4,
			IdleConnTimeout:     90 * time.Second,
			TLSHandshakeTimeout: 10 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       tokenTimeout,
	}
}

// publicOnly refuses a connection to an address that is not public.
func publicOnly(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("entra: %q is no address", address)
	}
	if ip := to.Addr().Unmap(); !ip.IsGlobalUnicast() || ip.IsPrivate() || shared.Contains(ip) {
		return fmt.Errorf("entra: the sign-in host leads to %s, which is not public", ip)
	}
	return nil
}

// shared is the address space of carrier-grade NAT.
// https://www.rfc-editor.org/rfc/rfc6598
var shared = netip.MustParsePrefix("100.64.0.0/10")
