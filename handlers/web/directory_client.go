package web

import "net/url"

// A clientView is what there is of a client beside its own data.
type clientView struct {
	Contacts []contact
	Chats    []chatObject // the last few that the visitor may see
}

// aroundClient adds who writes for a client, and what about.
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
