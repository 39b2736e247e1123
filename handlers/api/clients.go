package api

import (
	"cmp"
	"context"
	"net/http"

	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
)

func (a *api) registerClients() {
	type newClient struct {
		Number string               `json:"number,omitempty" example:"10234" doc:"required, but for a prospect, which gets P-1, P-2 and so on"`
		Type   directory.ClientType `json:"type" enum:"organisation,person,internal,supplier,prospect" doc:"a manager adds prospects only"`
		Name   string               `json:"name" example:"Bakkerij De Korenaar B.V."`
		KvK    string               `json:"kvk,omitempty" example:"12345678"`
		VAT    string               `json:"vat,omitempty" example:"NL123456789B01"`
		IBANs  []string             `json:"ibans,omitempty" nullable:"false" doc:"bank accounts, at most 10" example:"[\"NL91ABNA0417164300\"]"`
	}
	type clientPatch struct {
		Number field[string]               `json:"number,omitzero"`
		Type   field[directory.ClientType] `json:"type,omitzero"`
		Name   field[string]               `json:"name,omitzero"`
		KvK    field[string]               `json:"kvk,omitzero" doc:"null removes it"`
		VAT    field[string]               `json:"vat,omitzero" doc:"null removes it"`
		IBANs  field[[]string]             `json:"ibans,omitzero" doc:"null removes all"`
	}
	resource[directory.Client, newClient, clientPatch]{
		path: "/api/clients", one: "client", many: "clients",
		reads: access.DirectoryRead, adds: access.ProspectsWrite, writes: access.DirectoryWrite,
		list: a.Directory.Clients,
		get:  a.Directory.Client,
		create: func(ctx context.Context, in newClient) (directory.Client, error) {
			if !access.Can(actor(ctx), access.DirectoryWrite, access.Some) {
				if in.Type != directory.Prospect {
					return directory.Client{},
						newProblem(http.StatusForbidden, "your rights include adding clients of type prospect only; an administrator adds the others")
				}
				if in.Number != "" {
					return directory.Client{}, invalid("body.number", "no number: the product gives a prospect its number")
				}
			}
			return a.Directory.CreateClient(ctx, directory.Client{
				Number: in.Number, Type: in.Type, Name: in.Name, KvK: in.KvK, VAT: in.VAT, IBANs: in.IBANs,
			})
		},
		update: func(ctx context.Context, id, revision string, in clientPatch) (directory.Client, error) {
			return a.Directory.UpdateClient(ctx, id, revision, func(c *directory.Client) error {
				in.KvK.or(&c.KvK)
				in.VAT.or(&c.VAT)
				in.IBANs.or(&c.IBANs)
				return cmp.Or(
					in.Number.into(&c.Number, "number"),
					in.Type.into(&c.Type, "type"),
					in.Name.into(&c.Name, "name"),
				)
			})
		},
		remove:   a.Directory.DeleteClient,
		identity: func(c directory.Client) (string, string) { return c.ID, c.Revision },
	}.register(a)
}
