package secret

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/sorting"
)

// readTimeout is how long a vault may take to return a secret.
const readTimeout = 10 * time.Second

// VaultOptions say which vault is used, and with which identity.
type VaultOptions struct {
	URL        string // https://name.vault.azure.net
	Credential azcore.TokenCredential
	Transport  policy.Transporter // nil: the transport of the SDK
	Simulated  bool               // the vault of the simulated tenant, whose host is not one of Azure's
}

// A Vault is an Azure Key Vault. It uses a value that was read for ten minutes,
// and for a day while the vault does not answer: mail must go on when the vault
// cannot be reached.
type Vault struct {
	client *azsecrets.Client
	kept   cache
}

// OpenVault makes a Vault. It sends no request.
func OpenVault(o VaultOptions) (*Vault, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, fmt.Errorf("vault: %q is not of the form https://name.vault.azure.net", o.URL)
	}
	client, err := azsecrets.NewClient(o.URL, o.Credential, &azsecrets.ClientOptions{
		ClientOptions: azcore.ClientOptions{
			Transport: o.Transport,
			Retry: policy.RetryOptions{MaxRetries: 3, RetryDelay: 300 * time.Millisecond, MaxRetryDelay: 4 * time.Second,
				TryTimeout: readTimeout},
		},
		// The check that a challenge names the domain of the vault keeps tokens
		// away from a false vault. Only the simulator cannot pass it.
		DisableChallengeResourceVerification: o.Simulated,
	})
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	return &Vault{client: client}, nil
}

// Set adds a version. It first recovers a deleted secret, which occupies its name
// until it is purged.
func (v *Vault) Set(ctx context.Context, name string, value Value, expires time.Time, tags map[string]string) (version string, err error) {
	if err := valid(name, value); err != nil {
		return "", fault.Final(fmt.Errorf("vault: set %s: %w", name, err))
	}
	text := value.Reveal()
	p := azsecrets.SetSecretParameters{Value: &text, Tags: map[string]*string{}}
	if !expires.IsZero() {
		p.SecretAttributes = &azsecrets.SecretAttributes{Expires: &expires}
	}
	for k, t := range tags {
		p.Tags[k] = &t
	}
	for try := range 10 {
		if version, err = v.set(ctx, name, p); err == nil {
			v.kept.forget(name)
			return version, nil
		}
		if !v.recovering(ctx, name, err) || !wait(ctx, try) {
			break
		}
	}
	return "", fmt.Errorf("vault: set %s: %w", name, classify(ctx, err))
}

func (v *Vault) set(ctx context.Context, name string, p azsecrets.SetSecretParameters) (string, error) {
	res, err := v.client.SetSecret(ctx, name, p, nil)
	if err != nil {
		return "", err
	}
	if res.ID == nil || res.ID.Version() == "" {
		return "", errors.New("the answer names no version")
	}
	return res.ID.Version(), nil
}

// recovering says whether a deleted secret occupies the name and its recovery
// runs. It starts the recovery if it does not run yet.
// https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview
func (v *Vault) recovering(ctx context.Context, name string, err error) bool {
	switch code(err) {
	case "ObjectIsDeletedButRecoverable":
		_, err := v.client.RecoverDeletedSecret(ctx, name, nil)
		// Another process may have started it.
		return err == nil || status(err) == 404 || status(err) == 409
	case "ObjectIsBeingRecovered", "ObjectIsBeingDeleted":
		return true
	}
	return false
}

// wait pauses during a recovery, longer each time; a recovery takes some seconds.
func wait(ctx context.Context, try int) bool {
	d := min(time.Second<<try, 8*time.Second)/2 + rand.N(500*time.Millisecond)
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Get reads a version. It uses memory if the version was read in the last ten
// minutes.
func (v *Vault) Get(ctx context.Context, name, version string) (Value, error) {
	if !shape.MatchString(name) {
		return Value{}, fault.Final(fmt.Errorf("vault: get a secret: %w", ErrInvalid))
	}
	if value, ok := v.kept.fresh(name, version); ok {
		return value, nil
	}
	// Short, so that the caller has time left to use the stale value.
	timed, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	res, err := v.client.GetSecret(timed, name, version, nil)
	if err == nil && res.Value != nil {
		value := New(*res.Value)
		v.kept.keep(name, version, value)
		return value, nil
	}
	if err == nil {
		err = errors.New("the answer has no value")
	}
	err = classify(ctx, err)
	switch {
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrDisabled):
		// Somebody deleted it on purpose: the stored value must not outlive it.
		v.kept.drop(name, version)
	case errors.Is(err, ErrUnreachable):
		if value, ok := v.kept.stale(name, version); ok {
			return value, nil
		}
	}
	return Value{}, fmt.Errorf("vault: get %s: %w", name, err)
}

// Versions asks the vault.
func (v *Vault) Versions(ctx context.Context, name string) ([]string, error) {
	if !shape.MatchString(name) {
		return nil, fault.Final(fmt.Errorf("vault: versions of a secret: %w", ErrInvalid))
	}
	timed, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	var found []*azsecrets.SecretProperties
	for p := v.client.NewListSecretPropertiesVersionsPager(name, nil); p.More(); {
		page, err := p.NextPage(timed)
		if err != nil {
			return nil, fmt.Errorf("vault: versions of %s: %w", name, classify(ctx, err))
		}
		for _, s := range page.Value {
			if a := s.Attributes; s.ID != nil && a != nil && a.Created != nil && (a.Enabled == nil || *a.Enabled) {
				found = append(found, s)
			}
		}
	}
	sorting.By(found, func(a, b *azsecrets.SecretProperties) int { return b.Attributes.Created.Compare(*a.Attributes.Created) })
	versions := make([]string, len(found))
	for i, s := range found {
		versions[i] = s.ID.Version()
	}
	return versions, nil
}

// Forget makes the next Get of a name read the vault. It is for a secret that
// Entra refuses, since somebody may have replaced it.
func (v *Vault) Forget(name string) { v.kept.expire(name) }

// Delete removes a secret. The vault can still recover it for some months.
func (v *Vault) Delete(ctx context.Context, name string) error {
	if !shape.MatchString(name) {
		return fault.Final(fmt.Errorf("vault: delete a secret: %w", ErrInvalid))
	}
	_, err := v.client.DeleteSecret(ctx, name, nil)
	v.kept.forget(name)
	if err == nil || status(err) == 404 || code(err) == "ObjectIsBeingDeleted" {
		return nil
	}
	return fmt.Errorf("vault: delete %s: %w", name, classify(ctx, err))
}
