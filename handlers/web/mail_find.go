package web

import (
	"cmp"
	"net/url"
	"strings"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/sorting"
)

// mailHere is the mail of a form: its path in the API, and its page.
func (v *request) mailHere() (api, page string) {
	id := url.PathEscape(v.r.PathValue("mail"))
	return "/api/mails/" + id, "/web/mails/" + id + filterOf(v.r.URL.Query()).query()
}

// maxFound is how many contacts or clients a search shows; a longer search text
// finds fewer. The best of maxRanked contacts are shown.
const (
	maxFound  = 8
	maxRanked = 40
)

// findContacts shows the contacts that a search finds, each with a button that
// links the mail with it.
func (s *site) findContacts(v *request) error {
	return v.showFound("contact-choices", func(open *openMail) (err error) {
		open.Shown = "link"
		open.Found, err = v.contacts(open.Search)
		return err
	})
}

// findClients shows the clients that a search finds: as choices in the form for
// a new contact, or with a button each.
func (s *site) findClients(v *request) error {
	part, shown := "client-choices", "client"
	if v.r.URL.Query().Get("for") == "new" {
		part, shown = "new-client-choices", "new"
	}
	return v.showFound(part, func(open *openMail) (err error) {
		open.Shown = shown
		open.Clients, err = v.customers(open.Search)
		return err
	})
}

// showFound answers with the choices alone, or without script with the whole
// page of the mail.
func (v *request) showFound(part string, find func(*openMail) error) error {
	search := strings.TrimSpace(v.r.URL.Query().Get("find"))
	if !isPart(v.r) {
		return v.showMail(200, func(open *openMail) error {
			open.Search = search
			return find(open)
		})
	}
	open := &openMail{Filter: filterOf(v.r.URL.Query()), Search: search, CanSolve: true, CanAdd: v.me.can("directory.write"),
		CanProspect: v.me.can("prospects.write")}
	open.ID = v.r.PathValue("mail")
	if err := find(open); err != nil {
		return err
	}
	v.w.Header().Set("HX-Push-Url", "false")
	return v.part("mails", part, open)
}

func (v *request) contacts(search string) ([]contact, error) {
	if search == "" {
		return nil, nil
	}
	found, err := first[contact](v, "/api/contacts", search, maxRanked)
	if err != nil {
		return nil, err
	}
	sorting.By(found, func(a, b contact) int { return cmp.Compare(nameRank(a.Name, search), nameRank(b.Name, search)) })
	found = found[:min(len(found), maxFound)]
	for i := range found {
		at, err := v.clientNames(found[i].Clients)
		if err != nil {
			return nil, err
		}
		found[i].At = at
	}
	return found, nil
}

func (v *request) customers(search string) ([]directory.Client, error) {
	if search == "" {
		return nil, nil
	}
	return first[directory.Client](v, "/api/clients", search, maxFound)
}

// nameRank says how well a name fits a search: 0 when it begins with it, 1 when one of
// its words does, 2 when the search found something else, such as an address.
func nameRank(name, search string) int {
	name, search = strings.ToLower(strings.Join(strings.Fields(name), " ")), strings.ToLower(strings.Join(strings.Fields(search), " "))
	switch {
	case strings.HasPrefix(name, search):
		return 0
	case strings.Contains(" "+name, " "+search):
		return 1
	}
	return 2
}

func (v *request) customer(id string) (c directory.Client, err error) {
	err = v.api.get("/api/clients/"+url.PathEscape(id), &c)
	return c, err
}

// clientNames are the names of the first two clients.
func (v *request) clientNames(ids []string) (string, error) {
	var names []string
	for _, id := range ids[:min(len(ids), 2)] {
		c, err := v.customer(id)
		if err != nil {
			return "", err
		}
		names = append(names, c.Name)
	}
	if len(ids) > 2 {
		names = append(names, "…")
	}
	return strings.Join(names, ", "), nil
}
