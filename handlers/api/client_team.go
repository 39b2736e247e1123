package api

import (
	"context"
	"net/http"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
)

// OfClient names the client.
type OfClient struct {
	Client string `path:"client" maxLength:"64"`
}

func (a *api) registerClientTeam() {
	const path = "/api/clients/{client}/team-members"
	answer := func(links []directory.Link, revision string) *objectOutput[wire.ListOf[directory.Link]] {
		return &objectOutput[wire.ListOf[directory.Link]]{ETag: tag(revision), Body: listed(links, "").Body}
	}
	handle(a, access.DirectoryRead, apiTag("directory").op("get-client-team", http.MethodGet, path,
		"Who works for a client, in order, in which role"),
		func(ctx context.Context, in *OfClient) (*objectOutput[wire.ListOf[directory.Link]], error) {
			if _, err := a.Directory.Client(ctx, in.Client); err != nil {
				return nil, err
			}
			links, revision, err := a.Directory.ClientTeamRevision(ctx, in.Client)
			return answer(links, revision), err
		})
	handle(a, access.DirectoryWrite, apiTag("directory").op("set-client-team", http.MethodPut, path,
		"Say who works for a client, in order, in place of who did"), func(ctx context.Context, in *struct {
		OfClient
		Precondition
		Body []directory.Link `nullable:"false"`
	}) (*objectOutput[wire.ListOf[directory.Link]], error) {
		revision, err := a.Directory.SetClientTeam(ctx, in.Client, in.revision(), in.Body)
		return answer(in.Body, revision), err
	})
	handle(a, access.DirectoryRead, apiTag("directory").op("list-client-contacts", http.MethodGet, "/api/clients/{client}/contacts",
		"Who writes on behalf of a client: at most 200 contacts"),
		func(ctx context.Context, in *OfClient) (*listOutput[directory.Contact], error) {
			if _, err := a.Directory.Client(ctx, in.Client); err != nil {
				return nil, err
			}
			contacts, err := a.Directory.ContactsOfClient(ctx, in.Client, 200)
			return listed(contacts, ""), err
		})
}
