package connector_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/secret"
	"kantoorpost/shared/wiretest"
)

// All wrong fields of a draft are named at once, and nothing is written.
func TestCreateNamesEveryWrongField(t *testing.T) {
	o := open(t)
	_, err := o.Create(t.Context(), connector.Draft{
		Kind: "imap", Name: " ", ClientID: "42", ClientSecret: secret.New("0f8fad5b-d9cb-469f-a165-70867728950e"),
		TokenEndpoint: "https://evil.example/" + tenant + "/oauth2/v2.0/token", SecretExpires: time.Now().Add(-time.Hour),
	})
	var invalid connector.Invalid
	if !errors.As(err, &invalid) {
		t.Fatalf("error %v, want an Invalid", err)
	}
	got := map[string]string{}
	for _, f := range invalid {
		got[f.Field] = f.Code
	}
	for field, code := range map[string]string{
		"kind": "kind", "name": "name", "clientId": "client-id", "clientSecret": "client-secret-id",
		"tokenEndpoint": "token-endpoint-unknown-host", "secretExpires": "secret-expires",
	} {
		if got[field] != code {
			t.Errorf("%s: code %q, want %q", field, got[field], code)
		}
	}
	if len(o.vault.calls) > 0 || len(o.wire.Calls()) > 0 || len(o.entra.received) > 0 {
		t.Errorf("something was asked: %v %v", o.vault.calls, o.wire.Calls())
	}
}

// A new connector has its secret's version, its date and no state yet.
func TestCreate(t *testing.T) {
	o := open(t)
	c := o.create(t)
	want := connector.Connector{ID: c.ID, Kind: connector.KindAzure, Name: "Kantoor De Vries", Cloud: "public", Tenant: tenant,
		ClientID: clientID,
		Method:   connector.MethodSecret, SecretSet: true, SecretVersion: "v1", State: connector.StateNew, ETag: c.ETag,
		SecretExpires: c.SecretExpires}
	if c != want || c.ETag == "" {
		t.Errorf("got %+v\nwant %+v", c, want)
	}
	if days := time.Until(c.SecretExpires).Hours() / 24; days < 729 || days > 730 {
		t.Errorf("the secret lives %.1f days, want 730", days)
	}
	o.restart()
	again, err := o.Connector(t.Context(), c.ID)
	if err != nil || again != c {
		t.Errorf("after a restart %+v, %v", again, err)
	}
}

// An app registration is connected once; asking again names the connector.
func TestAnAppRegistrationIsConnectedOnce(t *testing.T) {
	o := open(t)
	c := o.create(t)
	d := draft()
	d.ClientID = strings.ToUpper(d.ClientID)
	_, err := o.Create(t.Context(), d)
	var exists *connector.ExistsError
	if !errors.As(err, &exists) || exists.ID != c.ID {
		t.Errorf("error %v, want that %s exists", err, c.ID)
	}
	if len(o.vault.versions["connector-"+c.ID]) != 1 {
		t.Error("the second try touched the secret")
	}
}

// Each call of Create, to the tables and to the vault, may fail, take effect
// and lose its answer, or hang. Trying again then gives exactly one connector,
// with its secret.
func TestAnyCallOfCreateMayFail(t *testing.T) {
	for _, fault := range []wiretest.Fault{wiretest.Refuse, wiretest.Lose, wiretest.Hang} {
		for n := range 20 {
			done := false
			t.Run(fmt.Sprintf("fault %d at call %d", fault, n), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { done = !createWithFault(t, fault, n) })
			})
			if done {
				break
			}
		}
	}
}

func createWithFault(t *testing.T, fault wiretest.Fault, at int) (happened bool) {
	o := open(t)
	calls := 0
	o.wire.Fault(func(int, *http.Request) wiretest.Fault {
		calls++
		if calls == at+1 {
			happened = true
			return fault
		}
		return wiretest.Pass
	})
	o.vault.fault = func(string) wiretest.Fault {
		calls++
		if calls == at+1 && fault != wiretest.Hang {
			happened = true
			return fault
		}
		return wiretest.Pass
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := o.Create(ctx, draft())
	if err != nil {
		o.restart()
		c, err = o.Create(ctx, draft())
		var exists *connector.ExistsError
		if errors.As(err, &exists) {
			c, err = o.Connector(ctx, exists.ID)
		}
	}
	if err != nil {
		t.Fatalf("second try: %v", err)
	}
	o.wire.Fault(nil)
	o.vault.fault = nil
	all, err := o.Connectors(ctx)
	if err != nil || len(all) != 1 {
		t.Errorf("%d connectors, %v", len(all), err)
	}
	if v, err := o.vault.Get(ctx, "connector-"+c.ID, c.SecretVersion); err != nil || v.Reveal() != canary {
		t.Errorf("secret of the connector: %v", err)
	}
	return happened
}

// Two people who add the same app registration at once make one connector.
func TestCreateAtTheSameTime(t *testing.T) {
	o := open(t)
	errs := make(chan error, 8)
	for range cap(errs) {
		go func() {
			_, err := o.Create(t.Context(), draft())
			errs <- err
		}()
	}
	made := 0
	for range cap(errs) {
		err := <-errs
		var exists *connector.ExistsError
		if err == nil {
			made++
		} else if !errors.As(err, &exists) {
			t.Errorf("error %v", err)
		}
	}
	if made != 1 {
		t.Errorf("%d were made", made)
	}
}

// No row, error or log line contains the secret, after any failure.
func TestTheSecretIsOnlyInTheVault(t *testing.T) {
	defer slog.SetDefault(slog.Default())
	var log strings.Builder
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	o := open(t)
	c := o.create(t)
	var seen []string
	note := func(v any, err error) { seen = append(seen, fmt.Sprintf("%v %+v %#v %v", v, v, v, err)) }
	other := strings.Replace(endpoint, "1111", "9999", 1)
	canaryTwo := secret.New(canary + "-two")
	bad := secret.New(canary + " with a blank")
	note(o.Patch(t.Context(), c.ID, "", connector.Patch{TokenEndpoint: &other}))
	note(o.Patch(t.Context(), c.ID, "", connector.Patch{ClientSecret: &bad}))
	note(o.Patch(t.Context(), c.ID, "", connector.Patch{ClientSecret: &canaryTwo}))
	d := draft()
	d.TokenEndpoint = canary
	note(o.Create(t.Context(), d))
	note(o.Check(t.Context(), c.ID))
	o.entra.forget(canary)
	note(o.Check(t.Context(), c.ID))
	o.vault.fault = func(string) wiretest.Fault { return wiretest.Refuse }
	o.restart()
	note(o.Check(t.Context(), c.ID))
	note(o.Connectors(t.Context()))
	for table, rows := range o.tables.Snapshot(t) {
		for _, r := range rows {
			seen = append(seen, fmt.Sprintf("%s %+v", table, r))
		}
	}
	seen = append(seen, log.String())
	for _, s := range seen {
		if strings.Contains(s, canary) {
			t.Errorf("the secret is in %.500s", s)
		}
	}
}
