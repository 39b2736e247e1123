package connector_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/must"
	"kantoorpost/shared/secret"
	"kantoorpost/shared/wiretest"
)

// writes counts the requests to the tables that change something.
func (o *office) writes() (n int) {
	for _, c := range o.wire.Calls() {
		if c.Method != http.MethodGet {
			n++
		}
	}
	return n
}

// use asks Graph for something, as fetch does, and reports the result.
func (o *office) use(ctx context.Context, t *testing.T, c connector.Connector) error {
	t.Helper()
	g, err := o.Client(ctx, c.ID)
	if err == nil {
		_, err = g.Delta(ctx, boxID(1), "", time.Time{})
	}
	if err == nil {
		return o.ConnectorWorks(ctx, c.ID)
	}
	if _, recorded := o.ConnectorFailed(ctx, c.ID, err); recorded != nil {
		t.Error(recorded)
	}
	return err
}

// The process keeps one client, and a connector that continues to work costs no
// writes.
func TestTheClientIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := open(t)
		c := o.create(t)
		for range 5 {
			must.Do(t, o.use(t.Context(), t, c))
			time.Sleep(time.Minute)
		}
		if o.graph.dials != 1 || len(o.entra.received) != 1 {
			t.Errorf("%d clients, %d tokens", o.graph.dials, len(o.entra.received))
		}
		o.wire.Reset()
		if err := o.use(t.Context(), t, c); err != nil || o.writes() != 0 {
			t.Errorf("%d writes, %v", o.writes(), err)
		}
	})
}

// An expired secret stops the connector's mailboxes except one probe in half an
// hour; after a new secret all continue where they were.
func TestAnExpiredSecretStopsTheConnector(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := open(t)
		c := o.create(t)
		o.enable(t)
		for n := range 3 {
			o.activate(t, c, n+1)
		}
		due := func() []string {
			_, due, err := o.Due(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return ids(due)
		}
		all := []string{boxID(1), boxID(2), boxID(3)}
		if !slices.Equal(due(), all) {
			t.Fatalf("due %v", due())
		}
		o.restart() // no token is left
		o.entra.set(canary, false)
		if err := o.use(t.Context(), t, c); err == nil {
			t.Fatal("an expired secret works")
		}
		now, err := o.Connector(t.Context(), c.ID)
		if err != nil || now.State != connector.StateSecretExpired || now.StateReason != "AADSTS7000222, trace id trace-1" {
			t.Fatalf("%+v, %v", now, err)
		}
		probes := 0
		for range 24 { // two hours of ticks
			time.Sleep(5 * time.Minute)
			switch d := due(); {
			case len(d) == 0:
			case slices.Equal(d, all[:1]):
				probes++
				_ = o.use(t.Context(), t, c)
			default:
				t.Fatalf("due %v", d)
			}
		}
		if probes != 4 {
			t.Errorf("%d probes in two hours, want 4", probes)
		}
		if again, _ := o.Connector(t.Context(), c.ID); !again.StateSince.Equal(now.StateSince) {
			t.Errorf("since %v, want %v", again.StateSince, now.StateSince)
		}
		renewed := secret.New("renewed")
		o.entra.set("renewed", true)
		must.Get(o.Patch(t.Context(), c.ID, "", connector.Patch{ClientSecret: &renewed}))(t)
		if !slices.Equal(due(), all) {
			t.Errorf("due %v after the new secret", due())
		}
		if err := o.use(t.Context(), t, c); err != nil {
			t.Error(err)
		}
	})
}

// A secret that was rotated in the vault itself is noticed when the old one is
// refused.
func TestASecretRotatedInTheVault(t *testing.T) {
	o := open(t)
	c := o.create(t)
	must.Get(o.vault.Set(t.Context(), "connector-"+c.ID, secret.New("by hand"), time.Time{}, nil))(t)
	o.entra.set(canary, false)
	o.entra.set("by hand", true)
	for range 2 {
		must.Do(t, o.use(t.Context(), t, c))
	}
	if len(o.entra.received) != 2 { // the old one once, the new one once
		t.Errorf("%d token requests", len(o.entra.received))
	}
}

// Two calls ask for a token with the old secret at the same time. The slower one continues
// with what the other found.
func TestASecretRotatedWhileTwoAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := open(t)
		wire := wiretest.Transport(o.entra)
		wire.Fault(func(n int, _ *http.Request) wiretest.Fault {
			if n == 0 {
				time.Sleep(10 * time.Second) // simulated
			}
			return wiretest.Pass
		})
		o.options.Transport = wire
		o.restart()
		c := o.create(t)
		must.Get(o.vault.Set(t.Context(), "connector-"+c.ID, secret.New("by hand"), time.Time{}, nil))(t)
		o.entra.set(canary, false)
		o.entra.set("by hand", true)
		g := must.Get(o.Client(t.Context(), c.ID))(t)
		var both errgroup.Group
		for range 2 {
			both.Go(func() error {
				_, err := g.Delta(t.Context(), boxID(1), "", time.Time{})
				return err
			})
		}
		if err := both.Wait(); err != nil {
			t.Error(err)
		}
	})
}

// Errors of the vault and of Graph about a connector have different states. An
// error of one mailbox is no error of the connector, and proves that it works.
func TestConnectorFailed(t *testing.T) {
	o := open(t)
	c := o.create(t)
	must.Do(t, o.use(t.Context(), t, c))
	state := func() connector.State {
		o.restart()
		c := must.Get(o.Connector(t.Context(), c.ID))(t)
		return c.State
	}
	_, err := o.ConnectorFailed(t.Context(), c.ID, &graphError{401, "InvalidAuthenticationToken"})
	if err != nil || state() != connector.StateTokenRefused {
		t.Errorf("%s, %v", state(), err)
	}
	o.graph.fail[boxID(1)] = &graphError{403, "ErrorAccessDenied"}
	if err := o.use(t.Context(), t, c); err == nil || state() != connector.StateWorks {
		t.Errorf("%s, %v", state(), err)
	}
	o.restart()
	o.vault.fault = func(string) wiretest.Fault { return wiretest.Refuse }
	if err := o.use(t.Context(), t, c); err == nil || state() != connector.StateVault {
		t.Errorf("%s, %v", state(), err)
	}
	o.vault.fault = nil
	o.vault.versions = map[string][]secret.Value{}
	o.restart()
	if err := o.use(t.Context(), t, c); err == nil || state() != connector.StateSecretMissing {
		t.Errorf("%s, %v", state(), err)
	}
	if yes, err := o.ConnectorFailed(t.Context(), c.ID, errors.New("network")); yes || err != nil {
		t.Errorf("%v %v", yes, err)
	}
	if yes, err := o.ConnectorFailed(t.Context(), "none", &graphError{401, ""}); !yes || err != nil {
		t.Errorf("a connector that is gone: %v %v", yes, err)
	}
}
