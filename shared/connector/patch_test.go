package connector_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/must"
	"kantoorpost/shared/secret"
)

func field(err error) (name, code string) {
	var invalid connector.Invalid
	if errors.As(err, &invalid) && len(invalid) == 1 {
		return invalid[0].Field, invalid[0].Code
	}
	return "", ""
}

// A stored secret is never sent elsewhere than it was given for: another tenant
// or client id asks for the secret again.
func TestAnotherDestinationAsksForTheSecretAgain(t *testing.T) {
	o := open(t)
	c := o.create(t)
	tenantTwo := strings.Replace(endpoint, "11111111", "99999999", 1)
	cloudTwo := strings.Replace(endpoint, "microsoftonline.com", "microsoftonline.us", 1)
	clientTwo := strings.Replace(clientID, "aaaaaaaa", "99999999", 1)
	for name, p := range map[string]connector.Patch{
		"tenant": {TokenEndpoint: &tenantTwo}, "cloud": {TokenEndpoint: &cloudTwo}, "client id": {ClientID: &clientTwo},
	} {
		_, err := o.Patch(t.Context(), c.ID, "", p)
		if f, code := field(err); f != "clientSecret" || code != "client-secret-again" {
			t.Errorf("%s: error %v, want the secret asked again", name, err)
		}
	}
	if now, _ := o.Connector(t.Context(), c.ID); now != c {
		t.Errorf("changed to %+v", now)
	}
	same := " " + endpoint + "/ "
	if _, err := o.Patch(t.Context(), c.ID, "", connector.Patch{TokenEndpoint: &same}); err != nil {
		t.Errorf("the same endpoint, written differently: %v", err)
	}
}

// A connector that is changed by hand in the table finds no secret.
func TestAChangedRowFindsNoSecret(t *testing.T) {
	o := open(t)
	c := o.create(t)
	row := must.Get(o.options.Configuration.Get(t.Context(), "connector|"+c.ID))(t)
	row.Props["tenant"] = "99999999-2222-3333-4444-555555555555"
	must.Do(t, o.options.Configuration.Write(t.Context(), tableReplace(row)))
	o.restart()
	if _, err := o.Client(t.Context(), c.ID); err == nil {
		t.Error("a client was made")
	}
	if len(o.entra.received) != 0 {
		t.Errorf("Entra was asked: %v", o.entra.received)
	}
}

// With its secret a connector can change its app registration; the old secret
// is deleted, and the old app registration can be connected again.
func TestPointElsewhere(t *testing.T) {
	o := open(t)
	c := o.create(t)
	tenantTwo := strings.Replace(endpoint, "11111111", "99999999", 1)
	value := secret.New("another-secret")
	o.entra.set("another-secret", true)
	now, err := o.Patch(t.Context(), c.ID, c.ETag, connector.Patch{TokenEndpoint: &tenantTwo, ClientSecret: &value})
	if err != nil {
		t.Fatal(err)
	}
	if now.ID != c.ID || !strings.HasPrefix(now.Tenant, "99999999") {
		t.Errorf("became %+v", now)
	}
	if _, kept := o.vault.versions["connector-"+c.ID]; kept {
		t.Error("the former secret is still kept")
	}
	again := o.create(t)
	if again.ID == c.ID {
		t.Error("the new connector has the id of the old one")
	}
	_, err = o.Patch(t.Context(), again.ID, "", connector.Patch{TokenEndpoint: &tenantTwo, ClientSecret: &value})
	var exists *connector.ExistsError
	if !errors.As(err, &exists) || exists.ID != c.ID {
		t.Errorf("error %v, want that %s exists", err, c.ID)
	}
}

// A new secret that Entra refuses changes nothing: the former one stays in use.
func TestANewSecretIsProvenFirst(t *testing.T) {
	o := open(t)
	c := o.create(t)
	wrong := secret.New("wrong-secret")
	_, err := o.Patch(t.Context(), c.ID, "", connector.Patch{ClientSecret: &wrong})
	if f, code := field(err); f != "clientSecret" || code != "client-secret-secret-wrong" {
		t.Fatalf("error %v", err)
	}
	if now, _ := o.Connector(t.Context(), c.ID); now != c || len(o.vault.versions["connector-"+c.ID]) != 1 {
		t.Errorf("changed to %+v", now)
	}
	right := secret.New("right-secret")
	o.entra.set("right-secret", true)
	now, err := o.Patch(t.Context(), c.ID, "", connector.Patch{ClientSecret: &right})
	if err != nil || now.SecretVersion != "v2" {
		t.Errorf("got %+v, %v", now, err)
	}
	if len(o.vault.versions["connector-"+c.ID]) != 2 {
		t.Error("the old version is gone")
	}
}

// A new app registration is tried first. When Entra refuses it, the error names
// the field, and the connector works as before.
func TestAnotherDestinationIsProvenFirst(t *testing.T) {
	tenantTwo := "99999999-2222-3333-4444-555555555555"
	endpointTwo, clientTwo := strings.Replace(endpoint, tenant, tenantTwo, 1), strings.Replace(clientID, "aaaaaaaa", "99999999", 1)
	for _, c := range []struct {
		name        string
		entra       func(*entraDouble)
		field, code string
	}{
		{"wrong secret", func(*entraDouble) {}, "clientSecret", "client-secret-secret-wrong"},
		{"expired secret", func(e *entraDouble) { e.set("new", false) }, "clientSecret", "client-secret-secret-expired"},
		{"unknown app", func(e *entraDouble) { e.refused[clientTwo] = 700016 }, "clientId", "client-id-app-not-in-tenant"},
		{"unknown tenant", func(e *entraDouble) { e.refused[tenantTwo] = 90002 }, "tokenEndpoint", "token-endpoint-tenant-unknown"},
		{"other tenant", func(e *entraDouble) { e.set("new", true); e.tid = "another" }, "tokenEndpoint", "token-endpoint-other-tenant"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := open(t)
			was := o.create(t)
			c.entra(o.entra)
			value := secret.New("new")
			_, err := o.Patch(t.Context(), was.ID, "", connector.Patch{TokenEndpoint: &endpointTwo, ClientID: &clientTwo, ClientSecret: &value})
			if f, code := field(err); f != c.field || code != c.code {
				t.Errorf("error %v, field %s, code %s", err, f, code)
			}
			o.entra.tid = ""
			if now, _ := o.Connector(t.Context(), was.ID); now != was || len(o.vault.versions) != 1 {
				t.Errorf("changed to %+v with secrets %v", now, o.vault.versions)
			}
			if r, err := o.Check(t.Context(), was.ID); err != nil || r.State != connector.StateWorks {
				t.Errorf("the former one is %s, %v", r.State, err)
			}
		})
	}
}

// A secret in the field of the name is refused: names are visible to everybody.
func TestASecretIsNoName(t *testing.T) {
	o := open(t)
	d := draft()
	d.Name = canary
	if _, err := o.Create(t.Context(), d); err == nil || strings.Contains(err.Error(), canary) {
		t.Errorf("made: %v", err)
	} else if f, code := field(err); f != "name" || code != "name-secret" {
		t.Error(err)
	}
	name := canary
	if _, err := o.Patch(t.Context(), o.create(t).ID, "", connector.Patch{Name: &name}); err == nil || strings.Contains(err.Error(), canary) {
		t.Errorf("renamed: %v", err)
	}
}

// When two people edit a connector, the second one gets ErrChanged.
func TestTwoPeopleEditAConnector(t *testing.T) {
	o := open(t)
	c := o.create(t)
	one, two := "One", "Two"
	must.Get(o.Patch(t.Context(), c.ID, c.ETag, connector.Patch{Name: &one}))(t)
	if _, err := o.Patch(t.Context(), c.ID, c.ETag, connector.Patch{Name: &two}); !errors.Is(err, connector.ErrChanged) {
		t.Errorf("error %v, want ErrChanged", err)
	}
}

// A new state of a connector does not collide with a person's edit.
func TestAStateIsNoEdit(t *testing.T) {
	o := open(t)
	c := o.create(t)
	must.Do(t, o.ConnectorWorks(t.Context(), c.ID))
	name := "New name"
	now, err := o.Patch(t.Context(), c.ID, c.ETag, connector.Patch{Name: &name})
	if err != nil || now.State != connector.StateWorks {
		t.Errorf("got %+v, %v", now, err)
	}
}

// The date of a secret is also stored with the secret, as a new version.
func TestChangeTheDateOfASecret(t *testing.T) {
	o := open(t)
	c := o.create(t)
	at := time.Now().Add(90 * 24 * time.Hour).UTC().Truncate(time.Second)
	now, err := o.Patch(t.Context(), c.ID, "", connector.Patch{SecretExpires: &at})
	if err != nil || !now.SecretExpires.Equal(at) || now.SecretVersion != "v2" {
		t.Errorf("got %+v, %v", now, err)
	}
	if v, _ := o.vault.Get(t.Context(), "connector-"+c.ID, "v2"); v.Reveal() != canary {
		t.Error("the secret itself changed")
	}
}

// A connector is deleted, with its secret, when none of its addresses is
// activated.
func TestDelete(t *testing.T) {
	o := open(t)
	c := o.create(t)
	a := o.activate(t, c, 1)
	if err := o.Delete(t.Context(), c.ID, ""); !errors.Is(err, connector.ErrInUse) {
		t.Fatalf("error %v, want ErrInUse", err)
	}
	must.Do(t, o.Deactivate(t.Context(), a.Address, ""))
	if err := o.Delete(t.Context(), c.ID, `W/"other"`); !errors.Is(err, connector.ErrChanged) {
		t.Errorf("error %v, want ErrChanged", err)
	}
	must.Do(t, o.Delete(t.Context(), c.ID, c.ETag))
	if _, err := o.Connector(t.Context(), c.ID); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("error %v, want ErrNotFound", err)
	}
	if len(o.vault.versions) != 0 {
		t.Error("the secret is still kept")
	}
	if rows := o.rows(t); len(rows) != 0 {
		t.Errorf("left behind: %v", rows)
	}
	o.create(t)
}
