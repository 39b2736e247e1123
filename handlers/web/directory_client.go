package web

import (
	"net/url"
)

// A clientView has the data about a client beside the client's own fields.
type clientView struct {
	Contacts []contact
	Chats    []chatObject // the most recent ones that the user may see
}

func (v *request) aroundClient(o *openEntry) {
	o.Around = &clientView{Contacts: some[contact](v, "/api/clients/"+url.PathEscape(o.ID)+"/contacts")}
	if v.me.can("chats.read") {
		o.Around.Chats = some[chatObject](v, "/api/chats"+queryOf("client", o.ID, "limit", "5"))
	}
}
