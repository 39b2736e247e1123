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
)

// patience is how long a vault may take to give a secret.
const patience = 10 * time.Second

// VaultOptions says which vault, and as whom.
type VaultOptions struct {
	URL        string // https://name.vault.azure.net
	Credential azcore.TokenCredential
	Transport  policy.Transporter // nil: the SDK's own
	Simulated  bool               // the vault of the simulated tenant, whose host is not one of Azure's
}

// A Vault is an Azure Key Vault. What was read is kept for ten minutes, and for
// a day while the vault does not answer: mail must go on when the vault cannot
// be reached.
type Vault struct {
	client *azsecrets.Client
	kept   cache
}

// OpenVault makes a Vault; it asks nothing yet.
func OpenVault(o VaultOptions) (*Vault, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, fmt.Errorf("vault: %q is not of the form https://name.vault.azure.net", o.URL)
	}
	client, err := azsecrets.NewClient(o.URL, o.Credential, &azsecrets.ClientOptions{
		ClientOptions: azcore.ClientOptions{
			Transport: o.Transport,
			Retry:     policy.RetryOptions{MaxRetries: 3, RetryDelay: 300 * time.Millisecond, MaxRetryDelay: 4 * time.Second, TryTimeout: patience},
		},
		// The check that a challenge names the domain of the vault keeps tokens
		// from a vault that is none; only the simulator fails it.
		DisableChallengeResourceVerification: o.Simulated,
	})
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	return &Vault{client: client}, nil
}

// Set adds a version. A secret that was deleted before is recovered first,
// since its name is taken until it is purged.
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
	return "", fmt.Errorf("vault: set %s: %w", name, judge(ctx, err))
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

// recovering tells whether the name is taken by a deleted secret that is on its
// way back, and starts that when nobody did.
// https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview
func (v *Vault) recovering(ctx context.Context, name string, err error) bool {
	switch code(err) {
	case "ObjectIsDeletedButRecoverable":
		_, err := v.client.RecoverDeletedSecret(ctx, name, nil)
		// Somebody else may have been first.
		return err == nil || status(err) == 404 || status(err) == 409
	case "ObjectIsBeingRecovered", "ObjectIsBeingDeleted":
		return true
	}
	return false
}

// wait lets a recovery go on, longer each time; it takes some seconds.
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

// Get reads a version, from memory when it was read in the last ten minutes.
func (v *Vault) Get(ctx context.Context, name, version string) (Value, error) {
	if !shape.MatchString(name) {
		return Value{}, fault.Final(fmt.Errorf("vault: get a secret: %w", ErrInvalid))
	}
	if value, ok := v.kept.fresh(name, version); ok {
		return value, nil
	}
	// Short enough that the caller has time left for the value that stands in.
	timed, cancel := context.WithTimeout(ctx, patience)
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
	err = judge(ctx, err)
	switch {
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrDisabled):
		// Somebody meant that: what is kept must not outlive it.
		v.kept.drop(name, version)
	case errors.Is(err, ErrUnreachable):
		if value, ok := v.kept.stale(name, version); ok {
			return value, nil
		}
	}
	return Value{}, fmt.Errorf("vault: get %s: %w", name, err)
}

// Forget lets the next Get of a name ask the vault, for a secret that Entra
// refuses and that may have been replaced meanwhile.
func (v *Vault) Forget(name string) { v.kept.expire(name) }

// Delete removes a secret; the vault keeps it recoverable for some months.
func (v *Vault) Delete(ctx context.Context, name string) error {
	if !shape.MatchString(name) {
		return fault.Final(fmt.Errorf("vault: delete a secret: %w", ErrInvalid))
	}
	_, err := v.client.DeleteSecret(ctx, name, nil)
	v.kept.forget(name)
	if err == nil || status(err) == 404 || code(err) == "ObjectIsBeingDeleted" {
		return nil
	}
	return fmt.Errorf("vault: delete %s: %w", name, judge(ctx, err))
}
