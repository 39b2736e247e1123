package entra

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/must"
	"kantoorpost/shared/secret"
	"kantoorpost/shared/wiretest"
)

func TestAConnectionThatFailsMayBeTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, wire := open(t, &authority{answer: grant(`{}`)})
		wire.Fault(func(int, *http.Request) wiretest.Fault { return wiretest.Refuse })
		_, err := Check(t.Context(), c, scope)
		if v, _ := fault.Of(err); err == nil || v != fault.KindRetry {
			t.Fatalf("Check = %v", err)
		}
		wire.Fault(nil)
		if _, err := Check(t.Context(), c, scope); err != nil {
			t.Errorf("after the connection came back: %v", err)
		}
	})
}

// A token request that hangs blocks no caller beyond its own deadline.
func TestEachWaitsAsLongAsHeHasTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, wire := open(t, &authority{answer: grant(`{}`)})
		wire.Fault(func(int, *http.Request) wiretest.Fault { return wiretest.Hang })
		start := time.Now()
		ask := func(d time.Duration) (time.Duration, error) {
			ctx, cancel := context.WithTimeout(t.Context(), d)
			defer cancel()
			_, err := c.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{scope}, EnableCAE: true})
			return time.Since(start), err
		}
		first := make(chan error)
		go func() { _, err := ask(time.Hour); first <- err }()
		synctest.Wait()
		if took, err := ask(500 * time.Millisecond); took > time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the second waited %s: %v", took, err)
		}
		if err := <-first; err == nil || time.Since(start) > tokenTimeout+time.Second {
			t.Errorf("the first waited %s: %v", time.Since(start), err)
		}
	})
}

// The id of a secret is noticed before anything is sent.
func TestASecretIDIsNotSent(t *testing.T) {
	wire := wiretest.Transport(http.NotFoundHandler())
	_, err := NewCredential(Public(), Endpoint{"public", guid}, "app", Proof{Secret: secret.New(strings.ToUpper(guid))}, wire)
	r, ok := RefusalOf(err)
	if v, _ := fault.Of(err); !ok || r.Meaning() != "secret-id-pasted" || v != fault.KindFinal || len(wire.Calls()) > 0 {
		t.Errorf("NewCredential = %v", err)
	}
}

func TestAnEndpointThatParseDidNotMakeIsRefused(t *testing.T) {
	for _, e := range []Endpoint{{}, {"public", ""}, {"public", "common"}, {"public", "a/../b"}, {"elsewhere", guid}} {
		if _, err := NewCredential(Public(), e, "app", Proof{Secret: secret.New(canary)}, nil); err == nil {
			t.Errorf("a credential for %v", e)
		}
	}
}

// A sign-in host of Microsoft that resolves to a private address gets nothing.
// Only the simulator may have a private address.
func TestSecretsGoToPublicAddressesOnly(t *testing.T) {
	for _, address := range []string{"127.0.0.1:443", "10.1.2.3:443", "192.168.1.1:443", "172.16.0.1:443", "169.254.169.254:80",
		"100.64.1.1:443",
		"0.0.0.0:443", "224.0.0.1:443", "[::1]:443", "[fe80::1]:443", "[fd00::1]:443", "[::ffff:10.0.0.1]:443", "host:443"} {
		if publicOnly("tcp", address, nil) == nil {
			t.Errorf("%s was allowed", address)
		}
	}
	for _, address := range []string{"20.190.160.1:443", "[2603:1006:2000::1]:443"} {
		if err := publicOnly("tcp", address, nil); err != nil {
			t.Error(err)
		}
	}
	reached := false
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer server.Close()
	guarded, _ := Public().Find("public")
	guarded.Name = "renamed"
	if res, err := client(guarded).Get(server.URL); err == nil || !strings.Contains(err.Error(), "not public") || reached {
		t.Errorf("a loopback address was reached for the public cloud: %v %v", res, err)
	}
}

func TestTokenRequestsFollowNoRedirect(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	defer elsewhere.Close()
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	res := must.Get(client(simulated).Post(server.URL, "application/x-www-form-urlencoded", strings.NewReader("client_secret="+canary)))(t)
	res.Body.Close()
}
