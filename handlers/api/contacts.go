package api

import (
	"cmp"
	"context"

	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
)

func (a *api) registerContacts() {
	type newContact struct {
		Name    string   `json:"name" example:"Piet Bakker"`
		Emails  []string `json:"emails" nullable:"false" doc:"one or more"`
		Clients []string `json:"clients,omitempty" nullable:"false" doc:"ids of clients"`

		Phone    string `json:"phone,omitempty"`
		Function string `json:"function,omitempty" doc:"such as Financial controller"`
		Language string `json:"language,omitempty" doc:"nl, en, de or fr: of mail to him or her; as he or she writes when absent"`
		Portal   bool   `json:"portal,omitempty" doc:"a program that sends mail for many clients: it has no clients of its own"`
	}
	type contactPatch struct {
		Name    field[string]   `json:"name,omitzero"`
		Emails  field[[]string] `json:"emails,omitzero"`
		Clients field[[]string] `json:"clients,omitzero"`

		Phone    field[string] `json:"phone,omitzero" doc:"null removes"`
		Function field[string] `json:"function,omitzero" doc:"null removes"`
		Language field[string] `json:"language,omitzero" doc:"nl, en, de or fr; null removes"`
		Portal   field[bool]   `json:"portal,omitzero" doc:"true: its clients are removed"`
	}
	resource[directory.Contact, newContact, contactPatch]{
		path: "/api/contacts", one: "contact", many: "contacts",
		reads: access.DirectoryRead, writes: access.DirectoryWrite,
		list: a.Directory.Contacts,
		get:  a.Directory.Contact,
		create: func(ctx context.Context, in newContact) (directory.Contact, error) {
			return a.Directory.CreateContact(ctx,
				directory.Contact{Name: in.Name, Emails: in.Emails, Clients: in.Clients, Phone: in.Phone, Function: in.Function,
					Language: in.Language, Portal: in.Portal})
		},
		update: func(ctx context.Context, id, revision string, in contactPatch) (directory.Contact, error) {
			return a.Directory.UpdateContact(ctx, id, revision, func(c *directory.Contact) error {
				in.Phone.or(&c.Phone)
				in.Function.or(&c.Function)
				in.Language.or(&c.Language)
				return cmp.Or(
					in.Name.into(&c.Name, "name"),
					in.Emails.into(&c.Emails, "emails"),
					in.Clients.into(&c.Clients, "clients"),
					in.Portal.into(&c.Portal, "portal"),
				)
			})
		},
		remove:   a.Directory.DeleteContact,
		identity: func(c directory.Contact) (string, string) { return c.ID, c.Revision },
	}.register(a)
}
