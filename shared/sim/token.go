package sim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// claims is the content of an access token.
//
// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
type claims struct {
	Audience string   `json:"aud"`
	Issuer   string   `json:"iss"`
	IssuedAt int64    `json:"iat"`
	Before   int64    `json:"nbf"`
	Expires  int64    `json:"exp"`
	AppID    string   `json:"appid"`
	AppName  string   `json:"app_displayname"`
	Kind     string   `json:"idtyp"`
	ObjectID string   `json:"oid"`
	Roles    []string `json:"roles,omitempty"`
	Subject  string   `json:"sub"`
	Tenant   string   `json:"tid"`
	Version  string   `json:"ver"`
	Identity string   `json:"xms_mirid,omitempty"` // resource id of a managed identity
}

// How long a token is valid, in seconds; the same number as Entra's.
const tokenSeconds = 3599

// needs is a set of roles; one of them is enough.
type needs []string

// granted says whether a token has one of the roles, and the application still has
// it.
func (t *Tenant) granted(c *claims, roles needs) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.ContainsFunc(roles, func(r string) bool { return slices.Contains(c.Roles, r) && slices.Contains(t.app.Roles, r) })
}

// newToken returns a signed token. The caller holds mu.
func (t *Tenant) newToken(c claims) string {
	now := t.now()
	c.Issuer = "https://sts.windows.net/" + t.options.TenantID + "/"
	c.IssuedAt, c.Before, c.Expires = now.Unix(), now.Unix(), now.Add(tokenSeconds*time.Second).Unix()
	c.Kind, c.Tenant, c.Version = "app", t.options.TenantID, "1.0"
	c.ObjectID = guidOf("service principal", c.AppID)
	c.Subject = c.ObjectID
	head, _ := json.Marshal(map[string]string{"typ": "JWT", "alg": "HS256"})
	body, _ := json.Marshal(c)
	signed := base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(body)
	return signed + "." + base64.RawURLEncoding.EncodeToString(t.sign("token", signed))
}

// sign returns the tenant's signature of a text of some kind. The key never changes
// after New.
func (t *Tenant) sign(kind, text string) []byte {
	mac := hmac.New(sha256.New, t.key)
	mac.Write([]byte(kind + "\x00" + text))
	return mac.Sum(nil)
}

// tokenFault is what is wrong with a token, in Graph's own words.
type tokenFault string

func (f tokenFault) Error() string { return string(f) }

const (
	errTokenEmpty    tokenFault = "Access token is empty."
	errTokenShape    tokenFault = "IDX14100: JWT is not well formed."
	errTokenSigned   tokenFault = "Access token validation failure. Invalid signature."
	errTokenExpired  tokenFault = "Lifetime validation failed, the token is expired."
	errTokenAudience tokenFault = "Access token validation failure. Invalid audience."
)

// readToken checks the bearer token of a request.
func (t *Tenant) readToken(r *http.Request) (*claims, error) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || token == "" {
		return nil, errTokenEmpty
	}
	cut := strings.LastIndexByte(token, '.')
	if strings.Count(token, ".") != 2 {
		return nil, errTokenShape
	}
	mark, err := base64.RawURLEncoding.DecodeString(token[cut+1:])
	if err != nil || !hmac.Equal(mark, t.sign("token", token[:cut])) {
		return nil, errTokenSigned
	}
	body, err := base64.RawURLEncoding.DecodeString(token[strings.IndexByte(token, '.')+1 : cut])
	if err != nil {
		return nil, errTokenShape
	}
	var c claims
	if err := json.Unmarshal(body, &c); err != nil {
		return nil, errTokenShape
	}
	if t.now().Unix() >= c.Expires {
		return nil, errTokenExpired
	}
	return &c, nil
}

// authenticate checks the bearer of a call to Graph.
func (t *Tenant) authenticate(r *http.Request) (*claims, error) {
	c, err := t.readToken(r)
	if err == nil && c.Audience != t.graphRoot() && c.Audience != publicGraph && c.Audience != graphAppID {
		err = errTokenAudience
	}
	if err != nil {
		return nil, &refusal{
			status: http.StatusUnauthorized, code: "InvalidAuthenticationToken", message: err.Error(),
			header: http.Header{"Www-Authenticate": {
				fmt.Sprintf(`Bearer realm="", authorization_uri="%s/common/oauth2/authorize", client_id="%s"`, t.graphRoot(), graphAppID)}},
		}
	}
	return c, nil
}
