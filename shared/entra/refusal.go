package entra

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"kantoorpost/shared/fault"
)

// ErrWrongTenant means that Entra issued a token of another tenant than requested.
var ErrWrongTenant = errors.New("the token is of another tenant")

// secretIDPasted is no error code of OAuth. It is our own, for a secret that was
// never sent.
const secretIDPasted = "secret-id-pasted"

// A Refusal says why Entra refused a token. It holds nothing of the request.
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
type Refusal struct {
	Status     int    // 0 when nothing was sent
	OAuthError string // "invalid_client", …; "" when the answer had none
	Code       int    // the number after AADSTS; 0 when there was none
	TraceID    string // the id that Microsoft's support asks for
}

func (r *Refusal) Error() string {
	text := fmt.Sprintf("refused: %d %s", r.Status, r.OAuthError)
	if r.Code != 0 {
		text += fmt.Sprintf(" AADSTS%d", r.Code)
	}
	if r.TraceID != "" {
		text += " (trace " + r.TraceID + ")"
	}
	return text
}

// Meaning says what a person must correct: "secret-wrong", "secret-expired",
// "secret-id-pasted", "app-not-in-tenant", "tenant-unknown", "certificate-unknown", which
// part of the trust in an identity is wrong ("trust-missing", "trust-issuer",
// "trust-subject", "trust-audience", "trust-tenant"), or "other".
// Microsoft may change the numbers, so the error of OAuth decides when the number
// is unknown.
func (r *Refusal) Meaning() string {
	switch r.Code {
	case 7000215, 7000216, 7000218:
		return "secret-wrong"
	case 7000222:
		return "secret-expired"
	case 700016:
		return "app-not-in-tenant"
	case 90002, 900023:
		return "tenant-unknown"
	case 700027: // the key of an assertion is not registered
		return "certificate-unknown"
	case 70021, 70025: // no federated credential, or none that fits
		return "trust-missing"
	case 700211:
		return "trust-issuer"
	case 700212:
		return "trust-audience"
	case 700213:
		return "trust-subject"
	case 700236: // an identity of another tenant
		return "trust-tenant"
	}
	switch r.OAuthError {
	case secretIDPasted:
		return secretIDPasted
	case "invalid_client":
		return "secret-wrong"
	}
	return "other"
}

// RefusalOf finds the refusal in an error, from a credential of this package or
// from azidentity itself.
func RefusalOf(err error) (*Refusal, bool) {
	var r *Refusal
	if errors.As(err, &r) {
		return r, true
	}
	var failed *azidentity.AuthenticationFailedError
	if errors.As(err, &failed) && failed.RawResponse != nil {
		return readRefusal(failed.RawResponse), true
	}
	return nil, false
}

// explain replaces the SDK's error, which shows the whole answer, by one that may
// be stored and logged, with its kind of package fault.
func explain(err error) error {
	r, ok := RefusalOf(err)
	if !ok {
		return errors.New(firstLine(err.Error()))
	}
	switch {
	case r.Status == http.StatusTooManyRequests || r.Status >= 500:
		return fault.Later(wait(err), r)
	case r.Status >= 400:
		return fault.Final(r)
	}
	return r
}

// readRefusal reads the answer of the token endpoint. Every field may be missing.
func readRefusal(res *http.Response) *Refusal {
	r := &Refusal{Status: res.StatusCode}
	body, err := runtime.Payload(res)
	if err != nil {
		return r
	}
	var wire struct {
		Error   json.RawMessage `json:"error"`
		Codes   json.RawMessage `json:"error_codes"`
		Text    json.RawMessage `json:"error_description"`
		TraceID json.RawMessage `json:"trace_id"`
	}
	_ = json.Unmarshal(body, &wire)
	var codes []int
	_ = json.Unmarshal(wire.Codes, &codes)
	r.OAuthError, r.TraceID = word(wire.Error), word(wire.TraceID)
	if len(codes) > 0 {
		r.Code = codes[0]
	} else {
		var text string
		_ = json.Unmarshal(wire.Text, &text)
		r.Code = number(text)
	}
	return r
}

// number returns the code in "AADSTS7000215: Invalid client secret …".
func number(text string) int {
	_, rest, _ := strings.Cut(text, "AADSTS")
	end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(rest)
	}
	n, _ := strconv.Atoi(rest[:end])
	return n
}

// word reads a JSON string of letters, digits, dashes and underscores, and
// returns "" for anything else.
func word(raw json.RawMessage) string {
	var text string
	_ = json.Unmarshal(raw, &text)
	if len(text) > 64 || strings.ContainsFunc(text, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_')
	}) {
		return ""
	}
	return text
}

// wait returns how long the token endpoint asks to wait, at most an hour.
func wait(err error) time.Duration {
	var failed *azidentity.AuthenticationFailedError
	if !errors.As(err, &failed) || failed.RawResponse == nil {
		return 0
	}
	text := failed.RawResponse.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(min(max(seconds, 0), 3600)) * time.Second
	}
	if date, err := http.ParseTime(text); err == nil {
		return min(max(time.Until(date), 0), time.Hour)
	}
	return 0
}

// firstLine returns the part of the SDK's text that says what happened. The SDK
// shows an answer that it cannot read, which contains the token: in quotes, or on
// lines of its own.
func firstLine(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	text, _, _ = strings.Cut(text, ". To troubleshoot")
	var kept strings.Builder
	for i, part := range strings.Split(text, `"`) {
		if i%2 == 0 {
			kept.WriteString(part)
		}
	}
	return kept.String()[:min(kept.Len(), 300)]
}
