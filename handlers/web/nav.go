package web

import (
	"bytes"
	"strings"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
)

type (
	// A navGroup is a group of items in the navigation.
	navGroup struct {
		Text  string
		Items []navItem
	}
	// A navItem is one place in the navigation.
	navItem struct {
		Path, Text, Icon string
		Count            string // names the number beside it, "" for none
		N                string // that number, where the page knows it
		Here             bool
	}
)

type place struct {
	path, text, icon string
	action           access.Action
	count            string
}

// places are the items of the navigation, in order and grouped as the product
// is. An item is shown when it has a page and the user may do its action.
var places = []struct {
	text   string
	places []place
}{
	{"nav.processing", []place{
		{"/web/mails", "nav.mails", "inbox", "mails.read", "parked"},
		{"/web/chats", "nav.chats", "chat", "chats.read", "unread"},
		{"/web/replies", "nav.replies", "sent", "chats.send", "outgoing"},
		{"/web/notices", "notices.title", "bell", "me.write", "notices"},
	}},
	{"nav.office", []place{
		{"/web/directory/clients", "nav.directory", "people", "directory.read", ""},
		{"/web/learning", "nav.learning", "chart", "rules.read", ""},
		{"/web/rules", "nav.rules", "bulb", "rules.read", ""},
	}},
	{"nav.administration", []place{
		{"/web/settings", "nav.settings", "gear", "configuration.read", ""},
		{"/web/audit", "nav.audit", "list", "audit.read", ""},
		{"/web/health", "nav.health", "pulse", "health.read", "attention"},
	}},
}

// nav is the navigation of this user.
func (v *request) nav() []navGroup {
	var groups []navGroup
	for _, of := range places {
		g := navGroup{Text: of.text}
		for _, p := range of.places {
			if v.site.paths[p.path] && v.me.can(p.action) {
				g.Items = append(g.Items, navItem{p.path, p.text, p.icon, p.count, v.known[p.count], isBelow(v.r.URL.Path, p.path)})
			}
		}
		if len(g.Items) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// isBelow tells whether a page belongs to a place. All lists of the directory
// are one place, and so are the connectors and the settings.
func isBelow(path, place string) bool {
	if place == "/web/directory/clients" {
		place = "/web/directory"
	}
	if place == "/web/settings" && strings.HasPrefix(path, "/web/connectors") {
		return true
	}
	return path == place || strings.HasPrefix(path, place+"/")
}

// A countsView has the numbers in the navigation.
type countsView struct {
	Parked, Unread string // "" for none
	Outgoing       string
	Notices        []notice // newest first
	Attention      int
	Report         *healthReport // for users who may see it
}

func (s *site) registerCounts() { s.mux.Handle("GET /web/counts", s.handle(s.counts)) }

// counts answers how much waits for the user: pages without a list ask once a minute.
func (s *site) counts(v *request) error {
	view, err := v.countsView()
	if err != nil {
		return err
	}
	return v.part("mails", "counts", view)
}

// countsBeside adds the numbers to a list: it and they are asked for together.
func (v *request) countsBeside(b *bytes.Buffer) error {
	view, err := v.countsView()
	if err != nil {
		return err
	}
	return v.renderer.pages["mails"].ExecuteTemplate(b, "counts", view)
}

func (v *request) countsView() (view countsView, err error) {
	if v.me.can("mails.read") {
		if view.Parked, err = v.parked(); err != nil {
			return view, err
		}
	}
	if v.me.can("chats.read") {
		var n wire.ChatCounts
		if err := v.api.get("/api/chats/counts", &n); err != nil {
			return view, err
		}
		if n.Unread > 0 {
			view.Unread = counted(n.Unread, n.More)
		}
	}
	if v.me.can("chats.send") {
		if view.Outgoing, err = v.countOutgoing(); err != nil {
			return view, err
		}
	}
	if v.me.can("me.write") {
		if view.Notices, _, err = page[notice](v, "/api/me/notices"); err != nil {
			return view, err
		}
	}
	if v.me.can("health.read") {
		if view.Report, err = v.site.report(v, reportAge); err != nil {
			return view, err
		}
		if view.Report != nil {
			for _, a := range view.Report.attention() {
				view.Attention += a.N
			}
		}
	}
	return view, nil
}

// parked is how many mails wait, "" for none: the list of mails has read it already.
func (v *request) parked() (string, error) {
	if n, ok := v.known["parked"]; ok {
		return n, nil
	}
	var n wire.MailCounts
	if err := v.api.get("/api/mails/counts", &n); err != nil || n.Parked == 0 {
		return "", err
	}
	return number(n), nil
}
