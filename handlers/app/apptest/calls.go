package apptest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"kantoorpost/shared/must"
	"kantoorpost/shared/wiretest"
)

// Identity asks the simulated tenant for the tokens of a managed identity.
type Identity struct{ Wire *wiretest.Wire }

// GetToken implements azcore.TokenCredential.
func (i Identity) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	resource := strings.TrimSuffix(o.Scopes[0], "/.default")
	r, err := http.NewRequestWithContext(ctx, "GET", "https://sim.example/msi/token?api-version=2019-08-01&resource="+resource, nil)
	if err != nil {
		return azcore.AccessToken{}, err
	}
	r.Header.Set("X-IDENTITY-HEADER", "test")
	res, err := i.Wire.RoundTrip(r)
	if err != nil {
		return azcore.AccessToken{}, err
	}
	var answer struct {
		Token string `json:"access_token"`
	}
	err = json.NewDecoder(res.Body).Decode(&answer)
	return azcore.AccessToken{Token: answer.Token, ExpiresOn: time.Now().Add(time.Hour)}, err
}

// Principal is what the platform says of a signed-in person.
func Principal(email string) string {
	claim := func(typ, val string) map[string]string { return map[string]string{"typ": typ, "val": val} }
	p, _ := json.Marshal(map[string]any{"auth_typ": "aad", "name_typ": "name", "role_typ": "roles", "claims": []any{
		claim("tid", StaffTenant), claim("oid", fmt.Sprintf("00000000-0000-4000-8000-%012x", crc32.ChecksumIEEE([]byte(email)))),
		claim("preferred_username", email), claim("name", email),
	}})
	return base64.StdEncoding.EncodeToString(p)
}

// Ask calls the API as a team member, and puts the answer into one, unless nil.
func (w *World) Ask(email, method, path string, body, into any) int {
	w.T.Helper()
	var in bytes.Buffer
	if body != nil {
		must.Do(w.T, json.NewEncoder(&in).Encode(body))
	}
	code, text := w.Call(email, method, path, in.String())
	w.Answered = append(w.Answered, text)
	if into != nil && code < 300 {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			w.T.Fatalf("%s %s: %v: %s", method, path, err, text)
		}
	}
	return code
}

// Answers calls the API as a team member, and reports an answer with another status than want.
func (w *World) Answers(want int, email, method, path string, body any) {
	w.T.Helper()
	if code := w.Ask(email, method, path, body, nil); code != want {
		w.T.Errorf("%s %s by %q: %d %.300s, want %d", method, path, email, code, w.Answered[len(w.Answered)-1], want)
	}
}

// Call calls the API, also from several goroutines at once.
func (w *World) Call(email, method, path, body string) (code int, text string) {
	return w.CallWith(email, method, path, body, "Content-Type", "application/json")
}

// CallWith is call with one more header.
func (w *World) CallWith(email, method, path, body, header, value string) (code int, text string) {
	r := httptest.NewRequest(method, path, strings.NewReader(body)).WithContext(w.T.Context())
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(header, value)
	if email != "" {
		r.Header.Set("X-MS-CLIENT-PRINCIPAL", Principal(email))
	}
	rec := httptest.NewRecorder()
	w.Process.ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}

// Must calls the API as the administrator and returns the object that it answers.
func (w *World) Must(method, path string, body any) map[string]any {
	w.T.Helper()
	out := map[string]any{}
	if code := w.Ask(Admin, method, path, body, &out); code >= 300 {
		w.T.Fatalf("%s %s: %d: %s", method, path, code, w.Answered[len(w.Answered)-1])
	}
	return out
}

type object = map[string]any

// Invoke calls a function of the process that runs.
func (w *World) Invoke(function, binding, value string) bool {
	w.T.Helper()
	return Call(w.T, w.Process, function, binding, value)
}

// Quoted is the text of a queue message as the host sends it: JSON in a string
// in a string.
func Quoted(text string) string {
	once, _ := json.Marshal(text)
	twice, _ := json.Marshal(string(once))
	return string(twice)
}
