package web

import "strings"

// A navItem is one place in the navigation.
type navItem struct {
	Path, Text, Icon string
	Here             bool
	First            bool // of a group
}

// places are where people go, in order; each shows up when it has a page and
// the visitor may do its action. A blank path starts a new group.
var places = []struct{ path, text, icon, action string }{
	{"/web/mails", "nav.mails", "inbox", "mails.read"},
	{"/web/chats", "nav.chats", "chat", "chats.read"},
	{},
	{"/web/directory/clients", "nav.directory", "people", "directory.read"},
	{"/web/learning", "nav.learning", "chart", "rules.read"},
	{"/web/rules", "nav.rules", "bulb", "rules.read"},
	{},
	{"/web/settings", "nav.settings", "gear", "configuration.read"},
	{"/web/audit", "nav.audit", "list", "audit.read"},
	{"/web/health", "nav.health", "pulse", "health.read"},
}

// nav is the navigation of this visitor.
func (v *visit) nav() []navItem {
	var items []navItem
	first := false
	for _, p := range places {
		switch {
		case p.path == "":
			first = len(items) > 0
		case v.site.paths[p.path] && v.me.can(p.action):
			items = append(items, navItem{p.path, p.text, p.icon, isBelow(v.r.URL.Path, p.path), first})
			first = false
		}
	}
	return items
}

// isBelow tells whether a page belongs to a place. Lists of the directory are
// one place, and so is a connector with the settings.
func isBelow(path, place string) bool {
	if place == "/web/directory/clients" {
		place = "/web/directory"
	}
	if place == "/web/settings" && strings.HasPrefix(path, "/web/connectors") {
		return true
	}
	return path == place || strings.HasPrefix(path, place+"/")
}
