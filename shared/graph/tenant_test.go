package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/entra"
	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
	"kantoorpost/shared/secret"
	"kantoorpost/shared/sim"
	"kantoorpost/shared/wiretest"
)

const tenantURL = "https://localhost:7443"

// An office is a client of the simulated tenant.
type office struct {
	*Client
	tenant *sim.Tenant
	wire   *wiretest.Wire
	boxes  map[string]string // id by local part
}

func open(t *testing.T, names ...string) office {
	t.Helper()
	const tenantID, clientID, password = "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "3f2504e0-4f89-41d3-9a0c-0305e82c3302", "geheim~8Q"
	tenant := must.Get(sim.New(sim.Options{Domain: "kantoor.example", TenantID: tenantID, ClientID: clientID, ClientSecret: password,
		URL: tenantURL}))(t)
	o := office{tenant: tenant, wire: wiretest.Transport(tenant.Handler()), boxes: map[string]string{}}
	for _, name := range names {
		id := must.Get(tenant.AddMailbox(sim.MailboxOptions{Address: name + "@kantoor.example",
			Name: strings.ToUpper(name[:1]) + name[1:] + " de Vries", Aliases: []string{name + ".alias@kantoor.example"}}))(t)
		o.boxes[name] = id
	}
	clouds := entra.Public().With(entra.Cloud{Name: "simulated", Authority: tenantURL, Graph: tenantURL})
	credential := must.Get(entra.NewCredential(clouds, entra.Endpoint{Cloud: "simulated", Tenant: tenantID}, clientID,
		entra.Proof{Secret: secret.New(password)},
		o.wire))(t)
	o.Client = must.Get(New(Options{Root: tenantURL, Credential: credential, Transport: o.wire}))(t)
	return o
}

// receive delivers n mails to name.
func (o office) receive(t *testing.T, name string, n int) {
	t.Helper()
	for i := range n {
		raw := fmt.Sprintf("From: Jan <jan@klant.example>\r\nTo: %s@kantoor.example\r\nSubject: Vraag %d\r\nMessage-ID: "+
			"<%d.%s@klant.example>\r\nX-Test: ja\r\n\r\nDag\r\n", name, i, i, name)
		must.Do(t, o.tenant.Deliver(t.Context(), sim.Envelope{From: "jan@klant.example", To: []string{name + "@kantoor.example"}},
			[]byte(raw)))
	}
}

// round reads pages until one has the link of the next round.
func (o office) round(t *testing.T, id, link string) (all mail.Page, pages int) {
	t.Helper()
	for next := link; ; next = all.Next {
		p := must.Get(o.Delta(t.Context(), id, next, time.Time{}))(t)
		pages++
		all.Messages, all.Undecodable, all.Incomplete, all.Removed = append(all.Messages, p.Messages...),
			append(all.Undecodable, p.Undecodable...), append(all.Incomplete, p.Incomplete...), append(all.Removed, p.Removed...)
		all.Next, all.DeltaLink = p.Next, p.DeltaLink
		if all.Next == "" {
			return all, pages
		}
	}
}

// graphCalls counts the requests to Graph itself.
func (o office) graphCalls() int {
	n := 0
	for _, c := range o.wire.Calls() {
		if strings.HasPrefix(c.URL, tenantURL+"/v1.0/") {
			n++
		}
	}
	return n
}

func TestAnInboxIsReadInRounds(t *testing.T) {
	o := open(t, "info")
	id := o.boxes["info"]
	o.receive(t, "info", 45)
	first, pages := o.round(t, id, "")
	if len(first.Messages) != 45 || pages != 3 || o.graphCalls() != 3 || len(first.Undecodable)+len(first.Incomplete)+len(first.Removed) > 0 {
		t.Fatalf("%d messages in %d pages, %d calls", len(first.Messages), pages, o.graphCalls())
	}
	m := first.Messages[0]
	if m.ID == "" || m.From != (mail.Address{Name: "Jan", Email: "jan@klant.example"}) || !strings.HasPrefix(m.Subject, "Vraag ") ||
		m.InternetMessageID == "" || m.Received.IsZero() ||
		len(m.To) != 1 || !strings.Contains(m.Body.Content, "Dag") ||
		!slices.ContainsFunc(m.Headers, func(h mail.Header) bool { return h.Name == "X-Test" }) {
		t.Errorf("message %+v", m)
	}
	// A poll without new mail is one call, and a new mail comes once.
	o.wire.Reset()
	idle, _ := o.round(t, id, first.DeltaLink)
	if len(idle.Messages) != 0 || o.graphCalls() != 1 {
		t.Errorf("an idle round has %d messages in %d calls", len(idle.Messages), o.graphCalls())
	}
	o.receive(t, "info", 1)
	second, _ := o.round(t, id, idle.DeltaLink)
	if len(second.Messages) != 1 {
		t.Fatalf("%d messages for one new mail", len(second.Messages))
	}
	// The id is immutable on every page, so the message can be read by it.
	again, err := o.Message(t.Context(), id, second.Messages[0].ID)
	if err != nil || again.ID != second.Messages[0].ID || again.Subject != second.Messages[0].Subject {
		t.Errorf("Message = %+v, %v", again, err)
	}
	for _, m := range o.tenant.Messages("info@kantoor.example") {
		if !slices.ContainsFunc(append(first.Messages, second.Messages...),
			func(got mail.Message) bool { return got.InternetMessageID == m.InternetMessageID }) {
			t.Errorf("%s was not read", m.InternetMessageID)
		}
	}
}

func TestAForgottenRoundIsStartedAgain(t *testing.T) {
	o := open(t, "info")
	o.receive(t, "info", 1)
	page, _ := o.round(t, o.boxes["info"], "")
	must.Do(t, o.tenant.ForgetDeltaLinks(""))
	if _, err := o.Delta(t.Context(), o.boxes["info"], page.DeltaLink, time.Time{}); !answer.IsGone(err) {
		t.Errorf("Delta = %v", err)
	}
	if page, _ := o.round(t, o.boxes["info"], ""); len(page.Messages) != 1 {
		t.Errorf("%d messages", len(page.Messages))
	}
	if _, err := o.Delta(t.Context(), o.boxes["info"],
		tenantURL+"/v1.0/users/"+o.boxes["info"]+"/mailFolders/inbox/messages/delta?$deltatoken=verzonnen", time.Time{}); !answer.IsGone(err) {
		t.Errorf("a link of our own making: %v", err)
	}
}

func TestErrorsOfMailboxesHaveAKind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := open(t, "throttled", "forbidden", "unlicensed", "slow", "info")
		for name, want := range map[string]struct {
			kind  fault.Kind
			after time.Duration
			code  string
		}{
			"throttled":  {fault.KindLater, 30 * time.Second, "ApplicationThrottled"},
			"forbidden":  {fault.KindFinal, 0, "ErrorAccessDenied"},
			"unlicensed": {fault.KindFinal, 0, "MailboxNotEnabledForRESTAPI"},
		} {
			var err error
			for range 2 { // the first request after throttling is answered
				err = errors.Join(err, o.CheckInbox(t.Context(), o.boxes[name]))
			}
			var refused *Error
			kind, after := fault.Of(err)
			if !errors.As(err, &refused) || refused.Code != want.code || refused.RequestID == "" || kind != want.kind || after != want.after {
				t.Errorf("%s: kind %v after %s of %v", name, kind, after, err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := o.CheckInbox(ctx, o.boxes["slow"]); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("slow: %v", err)
		}
		if err := errors.Join(o.CheckInbox(t.Context(), o.boxes["info"]), o.CheckSettings(t.Context(), o.boxes["info"])); err != nil {
			t.Errorf("the others go on: %v", err)
		}
	})
}

func TestAnExpiredSecretIsNamed(t *testing.T) {
	o := open(t, "info")
	must.Do(t, o.tenant.ExpireSecret(""))
	err := o.CheckInbox(t.Context(), o.boxes["info"])
	r, ok := entra.RefusalOf(err)
	if v, _ := fault.Of(err); !ok || r.Meaning() != "secret-expired" || v != fault.KindFinal {
		t.Errorf("%v", err)
	}
}

// Each of our requests is in Graph's own description.
func TestRequestsFollowGraphsSchema(t *testing.T) {
	check := schema(t)
	o := open(t, "info", "jan")
	o.receive(t, "info", 25)
	asked := 0
	o.wire.Fault(func(_ int, r *http.Request) wiretest.Fault {
		if strings.HasPrefix(r.URL.Path, "/v1.0/") {
			asked++
			check(t, r)
		}
		return wiretest.Pass
	})
	ctx, id := t.Context(), o.boxes["info"]
	page, pages := o.round(t, id, "")
	o.round(t, id, page.DeltaLink)
	_, err := o.Delta(ctx, id, "", time.Now().Add(-time.Hour))
	_, err2 := o.Message(ctx, id, page.Messages[0].ID)
	_, _, err3 := o.Mailboxes(ctx, "jan", "")
	_, _, err4 := o.Mailboxes(ctx, "", "")
	_, err5 := o.Mailbox(ctx, "jan.alias@kantoor.example")
	if err := errors.Join(err, err2, err3, err4, err5, o.CheckInbox(ctx, id), o.CheckSettings(ctx, id)); err != nil {
		t.Error(err)
	}
	if asked < pages+8 {
		t.Errorf("%d requests were compared", asked)
	}
}
