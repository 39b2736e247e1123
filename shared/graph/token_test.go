package graph

import (
	"encoding/base64"
	"errors"
	"net/http"
	"testing"

	"kantoorpost/shared/fault"
)

// A token that is refused is replaced once.
func TestARefusedTokenIsReplacedOnce(t *testing.T) {
	c, wire, b := graphOf(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer token-0" {
			says(401, jsonType, `{"error":{"code":"InvalidAuthenticationToken"}}`, "WWW-Authenticate",
				`Bearer realm="", authorization_uri="https://x/authorize"`)(w, r)
			return
		}
		says(200, jsonType, `{"id":"inbox"}`)(w, r)
	})
	if err := c.CheckInbox(t.Context(), box); err != nil || len(wire.Calls()) != 2 || len(b.claims) != 1 {
		t.Errorf("%d requests with %q: %v", len(wire.Calls()), b.claims, err)
	}
	c, wire, _ = graphOf(t, says(401, jsonType, ""))
	err := c.CheckInbox(t.Context(), box)
	if v, _ := fault.Of(err); v != fault.KindFinal || len(wire.Calls()) != 2 {
		t.Errorf("%d requests: %v", len(wire.Calls()), err)
	}
}

// If Graph requires a token with claims, it gets one.
// https://learn.microsoft.com/entra/identity-platform/claims-challenge
func TestAClaimsChallengeIsAnswered(t *testing.T) {
	claims := `{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}`
	c, wire, b := graphOf(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer token-0" {
			says(401, jsonType, "", "WWW-Authenticate", `Bearer realm="", error="insufficient_claims", claims="`+
				base64.StdEncoding.EncodeToString([]byte(claims))+`"`)(w, r)
			return
		}
		says(200, jsonType, `{"id":"inbox"}`)(w, r)
	})
	if err := c.CheckInbox(t.Context(), box); err != nil || len(wire.Calls()) != 2 || len(b.claims) != 1 || b.claims[0] != claims {
		t.Errorf("%d requests with %q: %v", len(wire.Calls()), b.claims, err)
	}
}

func TestATokenThatIsRefusedKeepsItsKind(t *testing.T) {
	c, wire, b := graphOf(t, says(200, jsonType, `{}`))
	reason := errors.New("expired secret")
	b.err = fault.Final(reason)
	err := c.CheckInbox(t.Context(), box)
	if v, _ := fault.Of(err); v != fault.KindFinal || !errors.Is(err, reason) || len(wire.Calls()) != 0 {
		t.Errorf("%v after %d requests", err, len(wire.Calls()))
	}
}
