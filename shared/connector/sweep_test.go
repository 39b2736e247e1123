package connector_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/must"
	"kantoorpost/shared/secret"
	"kantoorpost/shared/wiretest"
)

// sweep runs act on an office made by prepare, once for each call to the tables
// and each way to fail, and checks the office. act returns an error only when
// trying again did not help.
func sweep(t *testing.T, prepare func(*testing.T, *office), act func(context.Context, *office) error, check func(*testing.T, *office)) {
	for _, fault := range []wiretest.Fault{wiretest.Refuse, wiretest.Lose, wiretest.Hang} {
		for n, more := 0, true; more && n < 40; n++ {
			t.Run(fmt.Sprintf("fault %d at call %d", fault, n), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					o := open(t)
					prepare(t, o)
					calls := 0
					o.wire.Fault(func(int, *http.Request) wiretest.Fault {
						if calls++; calls == n+1 {
							return fault
						}
						return wiretest.Pass
					})
					ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
					defer cancel()
					if err := act(ctx, o); err != nil {
						t.Error(err)
					}
					more = calls > n
					o.wire.Fault(nil)
					check(t, o)
				})
			})
		}
	}
}

// Any call of an activation may fail: afterwards the activation exists, and is
// found by its address.
func TestAnyCallOfActivateMayFail(t *testing.T) {
	sweep(t, func(t *testing.T, o *office) {
		o.activate(t, o.create(t), 1)
		must.Do(t, o.Deactivate(t.Context(), boxID(1), ""))
		o.graph.add(2)
	}, func(ctx context.Context, o *office) error {
		all, err := o.Connectors(ctx)
		if err != nil {
			return err
		}
		for n := range 2 {
			q := connector.Request{Address: fmt.Sprintf("box%d@kantoor.example", n+1), Link: connector.Link{Kind: connector.LinkContact}}
			if _, err := o.Activate(ctx, all[0].ID, q); err != nil && !strings.Contains(err.Error(), "exists already") {
				return err
			}
		}
		return nil
	}, func(t *testing.T, o *office) {
		for n := range 2 {
			a, err := o.Activation(t.Context(), fmt.Sprintf("box%d@kantoor.example", n+1))
			if err != nil || !a.Active || a.ID != boxID(n+1) {
				t.Errorf("%+v, %v", a, err)
			}
		}
	})
}

// Any call of an edit may fail; an edit that took effect is not reported as
// another person's.
func TestAnyCallOfAnEditMayFail(t *testing.T) {
	from := time.Now().AddDate(0, 0, -7)
	sweep(t, func(t *testing.T, o *office) {
		a := o.activate(t, o.create(t), 1)
		must.Get(o.SaveCursor(t.Context(), a.ID, connector.Cursor{DeltaLink: "far"}))(t)
	}, func(ctx context.Context, o *office) error {
		a, err := o.Activation(ctx, boxID(1))
		if err != nil {
			return err
		}
		earlier := from
		if earlier.After(a.From) {
			earlier = a.From.Add(-time.Hour)
		}
		_, err = o.PatchActivation(ctx, a.ID, a.ETag, connector.ActivationPatch{From: &earlier})
		return err
	}, func(t *testing.T, o *office) {
		boxes, err := o.Load(t.Context(), []string{boxID(1)})
		if err != nil || len(boxes) != 1 || boxes[0].Cursor.DeltaLink != "" {
			t.Errorf("%+v, %v", boxes, err)
		}
	})
}

// Any call of a change of the app registration may fail: afterwards the
// connector has its own secret, and its row of the app registration.
func TestAnyCallOfPointingElsewhereMayFail(t *testing.T) {
	other := strings.Replace(endpoint, "11111111", "99999999", 1)
	sweep(t, func(t *testing.T, o *office) {
		o.create(t)
		o.entra.set("another-secret", true)
	}, func(ctx context.Context, o *office) error {
		all, err := o.Connectors(ctx)
		if err != nil {
			return err
		}
		value := secret.New("another-secret")
		_, err = o.Patch(ctx, all[0].ID, all[0].ETag, connector.Patch{TokenEndpoint: &other, ClientSecret: &value})
		return err
	}, func(t *testing.T, o *office) {
		all, err := o.Connectors(t.Context())
		if err != nil || len(all) != 1 || !strings.HasPrefix(all[0].Tenant, "99999999") {
			t.Fatalf("%+v, %v", all, err)
		}
		if _, err := o.Client(t.Context(), all[0].ID); err != nil {
			t.Error(err)
		}
		if rows := o.rows(t); len(rows) != 3 { // itself, its state, its app registration
			t.Errorf("%d rows", len(rows))
		}
		o.create(t) // the former app registration is free
	})
}

// Any call of a deletion may fail; trying again finishes it.
func TestAnyCallOfDeleteMayFail(t *testing.T) {
	sweep(t, func(t *testing.T, o *office) {
		o.create(t)
		o.entra.set("another-secret", true)
	}, func(ctx context.Context, o *office) error {
		all, err := o.Connectors(ctx)
		for _, c := range all {
			if err := o.Delete(ctx, c.ID, ""); err != nil {
				return err
			}
		}
		return err
	}, func(t *testing.T, o *office) {
		if rows := o.rows(t); len(rows) != 0 || len(o.vault.versions) != 0 {
			t.Errorf("left behind: %v %v", rows, o.vault.versions)
		}
		deleted := 0
		for _, r := range o.tables.Snapshot(t)["configuration"] {
			if r.Props["action"] == "connector.delete" {
				deleted++
			}
		}
		if deleted != 1 {
			t.Errorf("the audit tells %d times of one deletion", deleted)
		}
	})
}
