package sim

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/must"
	"kantoorpost/shared/wiretest"
)

func (w *world) inbox(name string) result {
	return w.graph("GET", "/users/"+name+"@"+domain+"/mailFolders/inbox", nil)
}

func TestMailboxesMisbehaveAsTheirNameSays(t *testing.T) {
	w := newWorld(t, "throttled", "forbidden", "unlicensed")
	for range 3 {
		w.want(w.inbox("throttled"), 200)
		res := w.inbox("throttled")
		w.refused(res, http.StatusTooManyRequests, "ApplicationThrottled")
		if res.header.Get("Retry-After") != "30" {
			t.Errorf("Retry-After %q", res.header.Get("Retry-After"))
		}
	}
	w.refused(w.inbox("forbidden"), 403, "ErrorAccessDenied")
	w.refused(w.inbox("unlicensed"), 404, "MailboxNotEnabledForRESTAPI")
	if users := values(w.graph("GET", "/users", nil)); len(users) != 3 {
		t.Errorf("%d users are listed", len(users))
	}
}

func TestEverySecondLinkOfResyncIsForgotten(t *testing.T) {
	w := newWorld(t, "resync")
	path := "/users/resync@" + domain + "/mailFolders/inbox/messages/delta"
	for range 3 {
		_, link := w.round(path)
		_, link = w.round(link)
		w.refused(w.graph("GET", link, nil), http.StatusGone, "SyncStateNotFound")
	}
}

func TestSlowTakesFiveSecondsOrAsLongAsItMay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tenant := must.Get(New(Options{Domain: domain, URL: root}))(t)
		must.Get(tenant.AddMailbox(MailboxOptions{Address: "slow@" + domain}))(t)
		tenant.mu.Lock()
		token := tenant.newToken(claims{Audience: root, Roles: allRoles})
		tenant.mu.Unlock()
		wire := wiretest.Transport(tenant.Handler())
		call := func(ctx context.Context) (time.Duration, error) {
			r, _ := http.NewRequestWithContext(ctx, "GET", root+"/v1.0/users/slow@"+domain+"/mailFolders/inbox", nil)
			r.Header.Set("Authorization", "Bearer "+token)
			start := time.Now()
			res, err := wire.RoundTrip(r)
			if err == nil && res.StatusCode == http.StatusOK {
				return time.Since(start), nil
			}
			return time.Since(start), errors.Join(err, errors.New("no answer"))
		}
		if took, err := call(t.Context()); took != slowDelay || err != nil {
			t.Errorf("took %v: %v", took, err)
		}
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if took, err := call(short); took != time.Second || err == nil {
			t.Errorf("with a second took %v: %v", took, err)
		}
	})
}

func TestOnlyThisMachineControlsTheTenant(t *testing.T) {
	w := newWorld(t, "info")
	_, link := w.round(delta)
	order := func(path, body, kind string) int {
		r, _ := http.NewRequest("POST", root+"/simulator/"+path, stringReader(body))
		r.Header.Set("Content-Type", kind)
		return w.send(r).status
	}
	for path, body := range map[string]string{
		"secrets/add": `{"secret":"new"}`, "secrets/expire": `{}`, "roles/grant": `{"role":"x"}`, "roles/revoke": `{"role":"Mail.Send"}`,
		"delta/forget": `{"mailbox":"` + info + `"}`,
	} {
		if got := order(path, body, "application/json"); got != 200 {
			t.Errorf("%s: %d", path, got)
		}
		if got := order(path, body, "text/plain"); got != http.StatusUnsupportedMediaType {
			t.Errorf("%s from a page: %d", path, got)
		}
	}
	if got := order("delta/forget", `{"mailbox":"x@y"}`, "application/json"); got != http.StatusUnprocessableEntity {
		t.Errorf("unknown mailbox: %d", got)
	}
	w.refused(w.graph("GET", link, nil), http.StatusGone, "SyncStateNotFound")
	if bad := w.tenant.secretRefusal("s3cret"); bad == nil || bad.code != 7000222 {
		t.Errorf("the secret: %+v", bad)
	}

	r, _ := http.NewRequest("POST", root+"/simulator/secrets/expire", stringReader(`{}`))
	r.Header.Set("Content-Type", "application/json")
	r.RemoteAddr = "192.0.2.1:1234"
	answer := httptest.NewRecorder()
	w.tenant.Handler().ServeHTTP(answer, r)
	if answer.Code != http.StatusForbidden {
		t.Errorf("another machine: %d", answer.Code)
	}
}
