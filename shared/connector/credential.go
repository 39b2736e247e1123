package connector

import (
	"context"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"kantoorpost/shared/entra"
	"kantoorpost/shared/secret"
)

const (
	// refusalAge is how long a credential refuses by itself after Entra did: many
	// mailboxes ask at the same time.
	refusalAge = time.Minute
	// lookEvery is how often a process looks whether the vault has renewed a certificate,
	// and whether Entra takes the new one.
	lookEvery = 10 * time.Minute
	// maxFormer is how many former versions of a certificate are tried.
	maxFormer = 4
)

// A credential asks tokens with the connector's version of the secret. When Entra refuses
// it, the credential continues with a newer one of the vault. A certificate that the vault
// renewed is refused until somebody adds it to the app registration: the former one is
// used as long as it is valid.
type credential struct {
	store     *Store
	connector Connector

	mu    sync.Mutex // guards the fields below; not held while asking
	token azcore.TokenCredential
	inUse
	look    time.Time // when the newest certificate is looked at again
	refusal error
	until   time.Time
}

// inUse is the secret or the certificate that a credential uses.
type inUse struct {
	value  secret.Value
	ends   time.Time // of a certificate; otherwise zero
	former bool      // the vault has a newer one, which Entra refuses
}

// GetToken returns a token.
func (c *credential) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	c.mu.Lock()
	token, used, refusal, until := c.token, c.value, c.refusal, c.until
	look := c.connector.Method == MethodCertificate && !time.Now().Before(c.look)
	c.mu.Unlock()
	if refusal != nil && time.Now().Before(until) {
		return azcore.AccessToken{}, refusal
	}
	if look {
		if t, ok := c.renewed(ctx, o); ok {
			return t, nil
		}
	}
	t, err := token.GetToken(ctx, o)
	if err == nil || !secretRefused(err) {
		return t, err
	}
	// Another call may change what is used at the same time: used is what was refused here.
	for _, other := range c.others(ctx, used) {
		if t, err = c.try(ctx, o, other); err == nil || !secretRefused(err) {
			return t, err
		}
	}
	c.mu.Lock()
	if c.value.Equal(used) {
		c.refusal, c.until = err, time.Now().Add(refusalAge)
	}
	c.mu.Unlock()
	return t, err
}

// renewed returns a token for the newest certificate, when it is another one than is used
// and Entra takes it.
func (c *credential) renewed(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, bool) {
	v, err := c.store.o.Secrets.Get(ctx, c.connector.Certificate, "")
	c.mu.Lock()
	c.look = time.Now().Add(lookEvery)
	same := err == nil && v.Equal(c.value)
	if same {
		c.former = false
	}
	c.mu.Unlock()
	if err != nil || same {
		return azcore.AccessToken{}, false
	}
	ends, err := c.connector.ends(v)
	if err != nil {
		return azcore.AccessToken{}, false
	}
	t, err := c.try(ctx, o, inUse{value: v, ends: ends})
	if err != nil && secretRefused(err) {
		c.mu.Lock()
		c.former = true
		c.mu.Unlock()
	}
	return t, err == nil
}

// try asks for a token with another secret, and uses that one from now on when it gets
// a token.
func (c *credential) try(ctx context.Context, o policy.TokenRequestOptions, other inUse) (azcore.AccessToken, error) {
	s, k := c.store, c.connector
	token, err := entra.NewCredential(s.o.Clouds, k.Endpoint(), k.ClientID, s.proof(k, other.value), s.o.Transport)
	if err != nil {
		return azcore.AccessToken{}, err
	}
	t, err := token.GetToken(ctx, o)
	if err == nil {
		c.mu.Lock()
		c.token, c.inUse, c.look = token, other, time.Now().Add(lookEvery)
		c.mu.Unlock()
	}
	return t, err
}

// others returns what the vault has beside the secret that Entra refused: the newest, and
// the former certificates that are still valid.
func (c *credential) others(ctx context.Context, refused secret.Value) (found []inUse) {
	name, versions := c.connector.secretName(), []string{""}
	switch c.connector.Method {
	case MethodIdentity:
		return nil
	case MethodCertificate:
		name = c.connector.Certificate
		if all, err := c.store.o.Secrets.Versions(ctx, name); err == nil && len(all) > 1 {
			versions = append(versions, all[1:min(len(all), 1+maxFormer)]...)
		}
	}
	// A store that remembers secrets must read the vault again.
	if s, ok := c.store.o.Secrets.(interface{ Forget(name string) }); ok {
		s.Forget(name)
	}
	for _, version := range versions {
		v, err := c.store.o.Secrets.Get(ctx, name, version)
		if err != nil || v.Equal(refused) {
			continue
		}
		ends, err := c.connector.ends(v)
		if err != nil || version != "" && !ends.After(time.Now()) {
			continue
		}
		found = append(found, inUse{v, ends, version != ""})
	}
	return found
}

// ends is when the certificate of c ends; zero for a secret.
func (c Connector) ends(v secret.Value) (time.Time, error) {
	if c.Method != MethodCertificate {
		return time.Time{}, nil
	}
	at, err := entra.Expires(v)
	return at.UTC().Truncate(time.Second), err
}

func secretRefused(err error) bool {
	refusal, ok := entra.RefusalOf(err)
	if !ok {
		return false
	}
	switch refusal.Meaning() {
	case "secret-wrong", "secret-expired", "secret-id-pasted", "certificate-unknown":
		return true
	}
	return false
}
