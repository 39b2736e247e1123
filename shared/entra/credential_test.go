package entra

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/must"
	"kantoorpost/shared/secret"
	"kantoorpost/shared/wiretest"
)

const canary = "canary~8Q.geheim"

// authority is a double of the two endpoints of Entra that a token request uses.
type authority struct {
	answer func(n int, w http.ResponseWriter, r *http.Request) // the n-th token request
	tokens atomic.Int32
	form   atomic.Value // of the last token request
}

func (a *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	tenant := strings.Split(r.URL.Path, "/")[1]
	base := "https://login.microsoftonline.com/" + tenant
	w.Header().Set("Content-Type", "application/json")
	if r.Method == "GET" {
		fmt.Fprintf(w, `{"issuer":"%[1]s/v2.0","token_endpoint":"%[1]s/oauth2/v2.0/token",`+
			`"authorization_endpoint":"%[1]s/oauth2/v2.0/authorize"}`, base)
		return
	}
	_ = r.ParseForm()
	a.form.Store(r.Form)
	a.answer(int(a.tokens.Add(1)), w, r)
}

func jwt(payload string) string {
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(`{"alg":"none"}`)) + "." + enc([]byte(payload)) + "." + enc([]byte("signature"))
}

func grant(payload string) func(int, http.ResponseWriter, *http.Request) {
	return func(n int, w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":3599,"access_token":"%s"}`, jwt(strings.ReplaceAll(payload, "#", fmt.Sprint(n))))
	}
}

func refuseWith(status int, body string) func(int, http.ResponseWriter, *http.Request) {
	return func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func open(t *testing.T, a *authority) (azcore.TokenCredential, *wiretest.Wire) {
	t.Helper()
	wire := wiretest.Transport(a)
	c := must.Get(NewCredential(Public(), Endpoint{"public", guid}, "app", Proof{Secret: secret.New(canary)}, wire))(t)
	return c, wire
}

const scope = "https://graph.microsoft.com/.default"

func TestACheckReadsWhatWasGranted(t *testing.T) {
	a := &authority{answer: grant(`{"tid":"` + strings.ToUpper(guid) + `","roles":["Mail.ReadWrite","User.Read.All"]}`)}
	c, _ := open(t, a)
	g, err := Check(t.Context(), c, scope)
	if err != nil || g.Tenant != guid || strings.Join(g.Roles, " ") != "Mail.ReadWrite User.Read.All" {
		t.Fatalf("Check = %+v, %v", g, err)
	}
}

func TestATokenNeedNotBeReadable(t *testing.T) {
	for _, token := range []string{"opaque", "a.b.c", "a." + base64.RawURLEncoding.EncodeToString([]byte(`{"roles":"none","tid":7}`)) + ".c",
		""} {
		if g := read(token); g.Tenant != "" || g.Roles != nil {
			t.Errorf("read(%q) = %+v", token, g)
		}
	}
}

func TestTokensAreKeptUntilANewOneIsDemanded(t *testing.T) {
	a := &authority{answer: grant(`{"n":#}`)}
	c, _ := open(t, a)
	ask := func(claims string) string {
		token := must.Get(c.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{scope}, EnableCAE: true, Claims: claims}))(t)
		return token.Token
	}
	first, again := ask(""), ask("")
	if first != again || a.tokens.Load() != 1 {
		t.Fatalf("%d tokens were asked for two requests", a.tokens.Load())
	}
	renewed := ask(`{"access_token":{"nbf":{"essential":true,"value":"1"}}}`)
	if renewed == first || ask("") != renewed {
		t.Error("a token that was asked with claims does not replace the one that was kept")
	}
}

func TestATokenOfAnotherTenantIsRefused(t *testing.T) {
	c, _ := open(t, &authority{answer: grant(`{"tid":"00000000-0000-0000-0000-000000000001"}`)})
	_, err := Check(t.Context(), c, scope)
	if v, _ := fault.Of(err); !errors.Is(err, ErrWrongTenant) || v != fault.KindFinal {
		t.Errorf("Check = %v", err)
	}
}

// A refusal of Entra has a name, is final, and is short; a temporary failure is
// not final.
func TestRefusalsAreUnderstood(t *testing.T) {
	body := func(oauth string, code int) string {
		return fmt.Sprintf(`{"error":%q,"error_description":"AADSTS%[2]d: a text with %[3]s.\r\nTrace ID: t","error_codes":[%[2]d],`+
			`"trace_id":"trace-1"}`, oauth, code, canary)
	}
	for name, c := range map[string]struct {
		status  int
		body    string
		meaning string
		code    int
		kind    fault.Kind
	}{
		"wrong":       {401, body("invalid_client", 7000215), "secret-wrong", 7000215, fault.KindFinal},
		"expired":     {401, body("invalid_client", 7000222), "secret-expired", 7000222, fault.KindFinal},
		"unknown app": {400, body("unauthorized_client", 700016), "app-not-in-tenant", 700016, fault.KindFinal},
		"tenant":      {400, body("invalid_request", 90002), "tenant-unknown", 90002, fault.KindFinal},
		"bad tenant":  {400, body("invalid_request", 900023), "tenant-unknown", 900023, fault.KindFinal},
		"new number":  {401, body("invalid_client", 7999999), "secret-wrong", 7999999, fault.KindFinal},
		"disabled":    {400, body("unauthorized_client", 7000112), "other", 7000112, fault.KindFinal},
		"no codes": {401, `{"error":"invalid_client","error_description":"AADSTS7000222: The provided"}`, "secret-expired", 7000222,
			fault.KindFinal},
		"odd types": {401, `{"error":{"code":1},"error_codes":"7000215","trace_id":[],"error_description":7}`, "other", 0, fault.KindFinal},
		"html":      {403, "<html>" + canary, "other", 0, fault.KindFinal},
		"empty":     {400, "", "other", 0, fault.KindFinal},
		"broken":    {500, "<html>" + canary, "other", 0, fault.KindLater},
		"busy":      {429, `{"error":"temporarily_unavailable"}`, "other", 0, fault.KindLater},
	} {
		t.Run(name, func(t *testing.T) {
			a := &authority{answer: func(n int, w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Retry-After", "60") // longer than the SDK would wait
				refuseWith(c.status, c.body)(n, w, r)
			}}
			cred, _ := open(t, a)
			_, err := Check(t.Context(), cred, scope)
			r, ok := RefusalOf(err)
			if !ok {
				t.Fatalf("no refusal in %v", err)
			}
			v, after := fault.Of(err)
			if r.Status != c.status || r.Meaning() != c.meaning || r.Code != c.code || v != c.kind {
				t.Errorf("refusal %+v means %s, kind %v", r, r.Meaning(), v)
			}
			if v == fault.KindLater && after != time.Minute {
				t.Errorf("come back after %s", after)
			}
			if strings.Contains(fmt.Sprintf("%v %+v", err, r), canary) || len(err.Error()) > 250 {
				t.Errorf("the error repeats what was answered: %v", err)
			}
		})
	}
}

// No error of a token request shows a secret or a token.
func TestNoErrorShowsASecret(t *testing.T) {
	for name, answer := range map[string]func(int, http.ResponseWriter, *http.Request){
		"cut off":      refuseWith(200, `{"token_type":"Bearer","expires_in":3599,"access_token":"`+canary),
		"no token":     refuseWith(200, `{"token_type":"Bearer","expires_in":3599,"refresh_token":"`+canary+`"}`),
		"odd lifetime": refuseWith(200, `{"token_type":"Bearer","expires_in":"`+canary+`","access_token":"`+canary+`"}`),
		"html":         refuseWith(200, `<html>`+canary),
		"empty":        refuseWith(200, ``),
		"echoed secret": func(_ int, w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(400)
			fmt.Fprint(w, r.Form.Encode())
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := open(t, &authority{answer: answer})
			_, err := Check(t.Context(), c, scope)
			if err == nil || strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), canary) {
				t.Errorf("Check: %v", err)
			}
		})
	}
}
