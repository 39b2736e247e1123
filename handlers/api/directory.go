package api

import (
	"context"
	"net/http"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
)

type (
	newClient struct {
		Number string               `json:"number,omitempty" example:"10234" doc:"required, but for a prospect, which gets P-1, P-2 and so on"`
		Type   directory.ClientType `json:"type" enum:"organisation,person,internal,supplier,prospect" doc:"a manager adds prospects only"`
		Name   string               `json:"name" example:"Bakkerij De Korenaar B.V."`
		KvK    string               `json:"kvk,omitempty" example:"12345678"`
		VAT    string               `json:"vat,omitempty" example:"NL123456789B01"`
		IBANs  []string             `json:"ibans,omitempty" nullable:"false" doc:"bank accounts, at most 10" example:"[\"NL91ABNA0417164300\"]"`
	}
	clientPatch struct {
		Number field[string]               `json:"number,omitzero"`
		Type   field[directory.ClientType] `json:"type,omitzero"`
		Name   field[string]               `json:"name,omitzero"`
		KvK    field[string]               `json:"kvk,omitzero" null:"removes" doc:"null removes it"`
		VAT    field[string]               `json:"vat,omitzero" null:"removes" doc:"null removes it"`
		IBANs  field[[]string]             `json:"ibans,omitzero" null:"removes" doc:"null removes all"`
	}
	newContact struct {
		Name    string   `json:"name" example:"Piet Bakker"`
		Emails  []string `json:"emails" nullable:"false" doc:"one or more"`
		Clients []string `json:"clients,omitempty" nullable:"false" doc:"ids of clients"`

		Phone    string `json:"phone,omitempty"`
		Function string `json:"function,omitempty" doc:"such as Financial controller"`
		Language string `json:"language,omitempty" doc:"nl, en, de or fr: of mail to him or her; as he or she writes when absent"`
		Portal   bool   `json:"portal,omitempty" doc:"a program that sends mail for many clients: it has no clients of its own"`
	}
	contactPatch struct {
		Name    field[string]   `json:"name,omitzero"`
		Emails  field[[]string] `json:"emails,omitzero"`
		Clients field[[]string] `json:"clients,omitzero"`

		Phone    field[string] `json:"phone,omitzero" null:"removes" doc:"null removes"`
		Function field[string] `json:"function,omitzero" null:"removes" doc:"null removes"`
		Language field[string] `json:"language,omitzero" null:"removes" doc:"nl, en, de or fr; null removes"`
		Portal   field[bool]   `json:"portal,omitzero" doc:"true: its clients are removed"`
	}
	newTeamMember struct {
		Name   string           `json:"name" example:"Sanne de Wit"`
		Email  string           `json:"email" example:"sanne@kantoor.nl"`
		Rights directory.Rights `json:"rights" enum:"reader,editor,manager,administrator"`
		Active *bool            `json:"active,omitempty" doc:"true when absent"`
	}
	teamMemberPatch struct {
		Name   field[string]           `json:"name,omitzero"`
		Email  field[string]           `json:"email,omitzero" doc:"a new address takes the account away that the member signed in with"`
		Rights field[directory.Rights] `json:"rights,omitzero"`
		Active field[bool]             `json:"active,omitzero"`

		Substitute field[wire.SubstituteBody] `json:"substitute,omitzero" null:"removes" doc:"who stands in, and when; null removes"`
	}
	newRole struct {
		Name string `json:"name" example:"Relatiebeheerder"`
	}
	rolePatch struct {
		Name field[string] `json:"name,omitzero"`
	}
	newProcessTeam struct {
		Name    string   `json:"name" example:"Salarisadministratie"`
		Members []string `json:"members,omitempty" nullable:"false" doc:"ids of team members"`
	}
	processTeamPatch struct {
		Name    field[string]   `json:"name,omitzero"`
		Members field[[]string] `json:"members,omitzero"`
	}
)

// registerDirectory registers the kinds of objects of the directory.
func (a *api) registerDirectory() {
	resource[directory.Client, newClient, clientPatch]{kind: a.Directory.Clients(),
		adds: access.ProspectsWrite, allow: mayAddClient}.register(a)
	resource[directory.Contact, newContact, contactPatch]{kind: a.Directory.Contacts()}.register(a)
	resource[directory.TeamMember, newTeamMember, teamMemberPatch]{kind: a.Directory.TeamMembers(),
		reads: access.MembersRead, writes: access.MembersWrite,
		initial: directory.TeamMember{Active: true}, check: a.keepFirst}.register(a)
	resource[directory.Role, newRole, rolePatch]{kind: a.Directory.Roles(), mayDelete: a.unlinked}.register(a)
	resource[directory.ProcessTeam, newProcessTeam, processTeamPatch]{kind: a.Directory.Teams(), mayDelete: a.unlinked}.register(a)
	handle(a, access.MembersWrite, apiTag("directory").op("delete-account", http.MethodDelete, "/api/team-members/{id}/account",
		"Take away the account that a team member signed in with; the next to sign in with the e-mail address as sign-in name "+
			"gets the place"), func(ctx context.Context, in *struct {
		ByID
		Precondition
	}) (*struct{}, error) {
		return nil, a.Directory.Unbind(ctx, in.ID, in.revision())
	})
}

// mayAddClient refuses a client that only an administrator may add.
func mayAddClient(ctx context.Context, in *newClient) error {
	switch {
	case access.Can(actor(ctx), access.DirectoryWrite, access.Some):
		return nil
	case in.Type != directory.Prospect:
		return newProblem(http.StatusForbidden,
			"your rights include adding clients of type prospect only; an administrator adds the others")
	case in.Number != "":
		return invalid("body.number", "no number: the product gives a prospect its number")
	}
	return nil
}

// keepFirst refuses a change that leaves the office without administrator.
// The first administrator stops being one when a team member gets the same
// address.
func (a *api) keepFirst(ctx context.Context, m directory.TeamMember) error {
	who := actor(ctx)
	if address, err := directory.ReceivedAddress(m.Email); err != nil || !who.IsFirst() || address != who.Member.Email {
		return nil
	}
	if m.Active && m.Rights == directory.Administrator {
		return nil
	}
	administered, err := a.Directory.Administered(ctx)
	if err == nil && !administered {
		err = directory.ErrLastAdministrator
	}
	return err
}

// unlinked refuses to delete a role or process team that an active address is linked to:
// mail to it would wait. A paused address may keep its link: its connector may be gone.
func (a *api) unlinked(ctx context.Context, id string) error {
	boxes, err := a.Connectors.Activated(ctx)
	var linked []string
	for _, b := range boxes {
		if b.Active && b.Link.ID == id {
			linked = append(linked, b.Address)
		}
	}
	if err == nil && len(linked) > 0 {
		err = &directory.InUse{What: "role or process team " + id, Kind: "address", IDs: linked[:min(len(linked), 5)]}
	}
	return err
}

// OfClient names the client.
type OfClient struct {
	Client string `path:"client" maxLength:"64"`
}

func (a *api) registerClientTeam() {
	const path = "/api/clients/{client}/team-members"
	team := func(links []directory.Link, revision string) *objectOutput[wire.ListOf[directory.Link]] {
		return &objectOutput[wire.ListOf[directory.Link]]{ETag: tag(revision), Body: listed(links, "").Body}
	}
	handle(a, access.DirectoryRead, apiTag("directory").op("get-client-team", http.MethodGet, path,
		"Who works for a client, in order, in which role"),
		func(ctx context.Context, in *OfClient) (*objectOutput[wire.ListOf[directory.Link]], error) {
			if _, err := a.Directory.Client(ctx, in.Client); err != nil {
				return nil, err
			}
			links, revision, err := a.Directory.ClientTeamRevision(ctx, in.Client)
			return team(links, revision), err
		})
	handle(a, access.DirectoryWrite, apiTag("directory").op("set-client-team", http.MethodPut, path,
		"Say who works for a client, in order, in place of who did"), func(ctx context.Context, in *struct {
		OfClient
		Precondition
		Body []directory.Link `nullable:"false"`
	}) (*objectOutput[wire.ListOf[directory.Link]], error) {
		revision, err := a.Directory.SetClientTeam(ctx, in.Client, in.revision(), in.Body)
		return team(in.Body, revision), err
	})
	handle(a, access.DirectoryRead, apiTag("directory").op("list-client-contacts", http.MethodGet, "/api/clients/{client}/contacts",
		"Who writes on behalf of a client"), func(ctx context.Context, in *struct {
		OfClient
		Paging
	}) (*listOutput[directory.Contact], error) {
		q, err := in.query()
		if err != nil {
			return nil, err
		}
		if _, err = a.Directory.Client(ctx, in.Client); err != nil {
			return nil, err
		}
		page, err := a.Directory.ListContactsOfClient(ctx, in.Client, q)
		return listed(page.Items, page.Next), err
	})
}
