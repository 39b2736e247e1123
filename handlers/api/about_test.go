package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestMeSaysWhoIAmAndWhatIMayDo(t *testing.T) {
	o := newOffice(t)
	for who, want := range map[string]string{
		"reader": "person reader@kantoor.nl reader [me.read directory.read members.read mails.read chats.read me.write]",
		"first": "person eerste@kantoor.nl administrator [me.read health.read queues.write directory.read directory.write " +
			"prospects.write contacts.erase members.read members.write configuration.read configuration.write mails.read mails.solve " +
			"mails.release chats.read chats.write chats.send " +
			"templates.read templates.write replies.approve rules.read rules.write audit.read me.write]",
		"Directory.ReadWrite": "application <nil> <nil> [me.read directory.read directory.write prospects.write members.read]",
	} {
		got := o.ok(t, who, "GET /api/me", "").body
		if text := fmt.Sprint(got["kind"], " ", got["email"], " ", got["rights"], " ", got["actions"]); text != want {
			t.Errorf("%s: %s; want %s", who, text, want)
		}
	}
}

func TestReadyTellsDetailsToManagers(t *testing.T) {
	o := newOffice(t)
	down := errors.New("table: connection refused")
	var err error
	o.Checks = []Check{
		{Name: "queue", Needed: true, Probe: func(context.Context) error { return nil }},
		{Name: "table", Needed: true, Probe: func(context.Context) error { return err }},
	}
	if got := o.ok(t, "manager", "GET /api/health/ready", ""); got.body["status"] != "ok" || len(got.body["checks"].([]any)) != 4 {
		t.Errorf("%s", got.text)
	}
	err = down
	for who, sees := range map[string]bool{"reader": false, "editor": false, "Mails.Read": false, "manager": true, "administrator": true} {
		got := o.call(t, who, "GET /api/health/ready", "")
		if got.status != http.StatusServiceUnavailable || got.body["status"] != "failing" ||
			strings.Contains(got.text, "cannot be reached") != sees || strings.Contains(got.text, down.Error()) {
			t.Errorf("%s: %d %s", who, got.status, got.text)
		}
	}
}
