package web

import (
	"net/url"

	"kantoorpost/handlers/api/wire"
)

// A clientView has the data about a client beside the client's own fields.
type clientView struct {
	Contacts []contact
	Chats    []chatObject // the most recent ones that the user may see
}

func (v *request) aroundClient(o *openEntry) {
	var contacts wire.ListOf[contact]
	v.read("/api/clients/"+url.PathEscape(o.ID)+"/contacts", &contacts)
	var chats wire.ListOf[chatObject]
	if v.me.can("chats.read") {
		v.read("/api/chats"+queryOf("client", o.ID, "limit", "5"), &chats)
	}
	o.Around = &clientView{contacts.Items, chats.Items}
}
