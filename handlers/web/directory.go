package web

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/directory"
)

// A directoryKind is one list of the directory.
type directoryKind struct {
	Name, API string
	// InUse is the text for an object that cannot be deleted because others
	// need it.
	InUse string
}

// directoryKinds are the lists, in the order of their tabs.
var directoryKinds = []directoryKind{
	{"clients", "/api/clients", "directory.in-use-client"},
	{"contacts", "/api/contacts", "directory.in-use"},
	{"team-members", "/api/team-members", "directory.in-use-member"},
	{"roles", "/api/roles", "directory.in-use-role"},
	{"process-teams", "/api/process-teams", "directory.in-use-team"},
}

// An entry is one object of the directory, of any kind: only the fields of its
// kind are set.
type entry struct {
	ID       string            `json:"id"`
	Name     string            `json:"name"`
	Number   string            `json:"number"`
	Type     string            `json:"type"`
	KvK      string            `json:"kvk"`
	VAT      string            `json:"vat"`
	IBANs    []string          `json:"ibans"`
	Emails   []string          `json:"emails"`
	Clients  []string          `json:"clients"`
	Phone    string            `json:"phone"`
	Function string            `json:"function"`
	Portal   bool              `json:"portal"`
	Language string            `json:"language"` // of mail to a contact; "" as he or she writes
	Learned  map[string]string `json:"learned"`

	Undeliverable map[string]time.Time `json:"undeliverable"`

	Email      string                `json:"email"`
	Rights     string                `json:"rights"`
	Active     bool                  `json:"active"`
	Substitute *directory.Substitute `json:"substitute"`
	Members    []string              `json:"members"`
}

// line is the text that the list shows below the name.
func (e entry) line() string {
	switch {
	case e.Number != "":
		return e.Number
	case e.Email != "":
		return e.Email
	}
	return strings.Join(e.Emails, ", ")
}

// A directoryView is one list of the directory, and the open entry.
type directoryView struct {
	Kind          directoryKind
	Kinds         []directoryKind
	Search, After string
	Entries       []entry
	Next          string
	Open          *openEntry
	CanWrite      bool
}

func (d *directoryView) path(of string) string {
	p := "/web/directory/" + d.Kind.Name
	if of != "" {
		p += "/" + of
	}
	return p + d.query()
}

func (d *directoryView) query() string { return queryOf("search", d.Search, "after", d.After) }

func (d *directoryView) isOpen(id string) bool { return d.Open != nil && d.Open.ID == id }

func (s *site) registerDirectory() {
	s.mux.Handle("GET /web/directory", http.RedirectHandler("/web/directory/clients", http.StatusFound))
	for _, k := range directoryKinds {
		path := "/web/directory/" + k.Name
		s.page(path, func(v *request) error { return v.listEntries(k) })
		s.page(path+"/new", func(v *request) error { return v.newEntry(k) })
		s.page(path+"/{id}", func(v *request) error { return v.openEntry(k) })
		s.post(path, func(v *request) error { return v.saveEntry(k, "") })
		s.post(path+"/{id}", func(v *request) error { return v.saveEntry(k, v.r.PathValue("id")) })
		s.post(path+"/{id}/delete", func(v *request) error { return v.deleteEntry(k) })
	}
	s.post("/web/directory/contacts/{id}/erase", func(v *request) error { return v.eraseContact(directoryKinds[1]) })
	s.post("/web/directory/clients/{id}/team", func(v *request) error { return v.saveTeam(directoryKinds[0]) })
}

func (v *request) directoryView(k directoryKind) (*directoryView, error) {
	q := v.r.URL.Query()
	view := &directoryView{Kind: k, Kinds: directoryKinds, Search: q.Get("search"), After: q.Get("after"),
		CanWrite: v.me.can("directory.write")}
	if isPart(v.r) && v.r.Header.Get("HX-Target") == "entry" {
		return view, nil // the list stays as it is
	}
	entries, next, err := page[entry](v, k.API+queryOf("limit", "50", "search", view.Search, "after", view.After))
	if view.Entries = entries; next != "" {
		view.Next = "/web/directory/" + k.Name + queryOf("search", view.Search, "after", next)
	}
	return view, err
}

func (v *request) listEntries(k directoryKind) error {
	view, err := v.directoryView(k)
	if err != nil {
		return err
	}
	v.pushed(view.path(""))
	return v.page("directory", view)
}

func (v *request) showEntry(status int, k directoryKind, open *openEntry) error {
	view, err := v.directoryView(k)
	if err != nil {
		return err
	}
	view.Open, open.Kind, open.List, open.CanWrite = open, k, view, view.CanWrite
	open.CanErase = k.Name == "contacts" && !open.New && v.me.can("contacts.erase")
	if err := v.fill(open); err != nil {
		return err
	}
	v.pushed(view.path(cmp.Or(open.ID, "new")))
	return v.pageAs(status, "directory", view)
}

func (v *request) newEntry(k directoryKind) error {
	if err := v.need("directory.write"); err != nil {
		return err
	}
	return v.showEntry(http.StatusOK, k,
		&openEntry{New: true, entry: entry{Name: v.r.URL.Query().Get("name"), Type: "organisation", Rights: "editor", Active: true}})
}

func (v *request) openEntry(k directoryKind) error {
	open := &openEntry{}
	var err error
	if open.Tag, err = v.api.getTag(k.API+"/"+url.PathEscape(v.r.PathValue("id")), &open.entry); err != nil {
		return err
	}
	open.was(open.Substitute)
	open.EmailLines = strings.Join(open.Emails, "\n")
	open.Find = strings.TrimSpace(v.r.URL.Query().Get("find"))
	return v.showEntry(http.StatusOK, k, open)
}

// A clientView has the data about a client beside the client's own fields.
type clientView struct {
	Contacts []contact
	Chats    []wire.ChatObject // the most recent ones that the user may see
}

func (v *request) aroundClient(o *openEntry) {
	o.Around = &clientView{Contacts: all[contact](v, "/api/clients/"+url.PathEscape(o.ID)+"/contacts")}
	if v.me.can("chats.read") {
		o.Around.Chats = some[wire.ChatObject](v, "/api/chats"+queryOf("client", o.ID, "limit", "5"))
	}
}
