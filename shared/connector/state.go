package connector

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"kantoorpost/shared/entra"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/secret"
	"kantoorpost/shared/table"
)

// ProbeEvery is how often a connector that Entra refuses is tried again.
const ProbeEvery = 30 * time.Minute

// ConnectorWorks records that Entra gave this connector a token, and for which
// certificate. It writes only when that changes.
func (s *Store) ConnectorWorks(ctx context.Context, id string) error {
	row := stateRow{State: StateWorks}
	s.mu.Lock()
	k := s.clients[id]
	s.mu.Unlock()
	if k != nil {
		k.credential.mu.Lock()
		row.Former, row.Ends = k.credential.former, k.credential.ends
		k.credential.mu.Unlock()
	}
	return s.record(ctx, id, row)
}

// ConnectorFailed records err when it is about the whole connector, and says
// whether it is: then its other mailboxes need not be tried. It writes when the
// state changes and once for each probe. An err that only Graph can give, such
// as no access to one mailbox, proves that the connector works.
func (s *Store) ConnectorFailed(ctx context.Context, id string, err error) (bool, error) {
	state, reason := s.stateOf(err)
	if state != "" {
		return true, s.record(ctx, id, stateRow{State: state, Reason: reason})
	}
	if _, refused := answer.Of(err); refused {
		return false, s.ConnectorWorks(ctx, id)
	}
	return false, nil
}

// stateOf returns the state of a connector after err, "" when err says nothing
// about the connector. The reason holds a code and a trace id, never the text
// of an answer.
func (s *Store) stateOf(err error) (State, string) {
	if r, ok := entra.RefusalOf(err); ok {
		state := StateRefused
		switch r.Meaning() {
		case "secret-wrong", "secret-id-pasted":
			state = StateSecretWrong
		case "secret-expired":
			state = StateSecretExpired
		case "app-not-in-tenant":
			state = StateNotInTenant
		case "tenant-unknown":
			state = StateTenantUnknown
		case "trust-missing", "trust-issuer", "trust-subject", "trust-audience", "trust-tenant", "certificate-unknown":
			state = State(r.Meaning())
		}
		if r.Status >= 500 || r.Status == http.StatusTooManyRequests {
			return "", "" // Entra is busy; that says nothing about the connector
		}
		return state, refusalReason(r)
	}
	switch {
	case errors.Is(err, entra.ErrNoIdentity):
		return StateIdentity, ""
	case errors.Is(err, errNoCertificate), errors.Is(err, entra.ErrNoCertificate):
		return StateCertificateMissing, ""
	}
	if errors.Is(err, entra.ErrWrongTenant) {
		return StateOtherTenant, ""
	}
	var vault *SecretStoreError
	if errors.As(err, &vault) {
		// The vault's text comes from outside, so it is only logged.
		if errors.Is(err, secret.ErrNotFound) || errors.Is(err, secret.ErrDisabled) {
			return StateSecretMissing, ""
		}
		return StateVault, ""
	}
	if refused, ok := answer.Of(err); ok && refused.Status == http.StatusUnauthorized {
		return StateTokenRefused, refused.Code
	}
	return "", ""
}

func refusalReason(r *entra.Refusal) string {
	switch {
	case r.Code != 0 && r.TraceID != "":
		return fmt.Sprintf("AADSTS%d, trace id %s", r.Code, r.TraceID)
	case r.Code != 0:
		return fmt.Sprintf("AADSTS%d", r.Code)
	case r.OAuthError != "":
		return r.OAuthError
	}
	return fmt.Sprintf("status %d", r.Status)
}

func (s *Store) record(ctx context.Context, id string, row stateRow) error {
	conf, err := s.configuration(ctx)
	if err != nil {
		return err
	}
	c, ok := conf.connectors[id]
	if !ok {
		return nil // deleted meanwhile
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	if row.Ends.IsZero() && c.Method == MethodCertificate {
		row.Ends = c.SecretExpires
	}
	after := c.with(row)
	row.Since, row.Tried = now, now
	if c.State == after.State {
		if c.SecretExpires.Equal(after.SecretExpires) && (!row.State.Stopped() || now.Sub(c.tried) < ProbeEvery-time.Minute) {
			return nil
		}
		row.Since = c.StateSince
	}
	return s.putState(ctx, id, row)
}

func (s *Store) putState(ctx context.Context, id string, row stateRow) error {
	defer s.forget()
	if err := s.o.Configuration.Write(ctx, table.Put(table.Pack(stateKey(id), row))); err != nil {
		return fmt.Errorf("state of connector %s: %w", id, err)
	}
	return nil
}

// due says whether the connector may be asked now, and whether only for a
// probe.
func (c Connector) due(now time.Time) (ok, probe bool) {
	if !c.State.Stopped() {
		return true, false
	}
	return now.Sub(c.tried) >= ProbeEvery, true
}
