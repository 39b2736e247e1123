package web

import "net/url"

// A clientView has the data about a client beside the client's own fields.
type clientView struct {
	Contacts []contact
	Chats    []chatObject // the most recent ones that the user may see
}

func (v *request) aroundClient(o *openEntry) error {
	var contacts list[contact]
	if err := v.api.get("/api/clients/"+url.PathEscape(o.ID)+"/contacts", &contacts); err != nil {
		return err
	}
	o.Around = &clientView{Contacts: contacts.Items}
	if !v.me.can("chats.read") {
		return nil
	}
	var chats list[chatObject]
	err := v.api.get("/api/chats"+queryOf("client", o.ID, "limit", "5"), &chats)
	o.Around.Chats = chats.Items
	return err
}
