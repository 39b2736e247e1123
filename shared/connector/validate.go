package connector

import (
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kantoorpost/shared/entra"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/secret"
)

// SecretLife is the assumed life of a secret without an end date: 730 days,
// which the guide tells people to choose.
const SecretLife = 730 * 24 * time.Hour

// Key Vault accepts 25,600 characters; secrets of Entra have 40.
const (
	maxName   = 100
	maxSecret = 1000
)

// A fields collects the wrong fields of a connector, by their names in the API.
type fields struct {
	invalid Invalid
	clouds  entra.Clouds
	now     time.Time
}

func (f *fields) kind(kind string) {
	if kind != "" && kind != KindAzure {
		f.invalid.add("kind", "kind", `"`+KindAzure+`"`)
	}
}

func (f *fields) name(name string) string {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > maxName || !utf8.ValidString(name) || strings.ContainsFunc(name, unprintable) {
		f.invalid.add("name", "name", "1 to 100 characters on one line")
	} else if secret.LooksLikeOne(name) { // names are visible to everybody
		f.invalid.add("name", "name-secret", "a name; this looks like a client secret, which goes into the field clientSecret alone")
	}
	return name
}

// clientID checks the application (client) id as the portal shows it.
func (f *fields) clientID(id string) string {
	id = strings.ToLower(strings.TrimSpace(id))
	if !ids.IsGUID(id) {
		f.invalid.add("clientId", "client-id", "the application (client) id, a GUID such as 00001111-aaaa-2222-bbbb-3333cccc4444")
	}
	return id
}

func (f *fields) endpoint(text string) entra.Endpoint {
	e, err := f.clouds.Parse(text)
	if err != nil {
		code := "token-endpoint"
		var refused *entra.EndpointError
		if errors.As(err, &refused) {
			code = "token-endpoint-" + refused.Code
		}
		f.invalid.add("tokenEndpoint", code,
			"the OAuth 2.0 token endpoint (v2) of one tenant: https://login.microsoftonline.com/{tenant id}/oauth2/v2.0/token")
	}
	return e
}

// secret checks the value of a client secret. The portal shows the secret's id,
// a GUID, beside its value; people often paste that, and it never works.
func (f *fields) secret(v secret.Value) secret.Value {
	text := strings.TrimSpace(v.Reveal())
	switch {
	case text == "":
		f.invalid.add("clientSecret", "client-secret-empty", "the value of a client secret")
	case entra.LooksLikeSecretID(text):
		f.invalid.add("clientSecret", "client-secret-id",
			"the secret's value, not its id: copy the column Value, which is shown once, right after it is made")
	case len(text) > maxSecret || !utf8.ValidString(text) ||
		strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unprintable(r) }):
		f.invalid.add("clientSecret", "client-secret", "the value of a client secret: at most 1000 characters without blanks")
	}
	return secret.New(text)
}

// expires checks the last moment of a secret; zero means SecretLife from now.
func (f *fields) expires(at time.Time) time.Time {
	switch {
	case at.IsZero():
		at = f.now.Add(SecretLife)
	case !at.After(f.now):
		f.invalid.add("secretExpires", "secret-expires", "a date in the future")
	case at.Year() > 2199:
		f.invalid.add("secretExpires", "secret-expires", "a date before 2200")
	}
	return at.UTC().Truncate(time.Second)
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) && r != '\u00a0' }
