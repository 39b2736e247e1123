package api

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/membership"
)

func (a *api) registerJoiners() {
	handle(a, access.ConfigurationRead, apiTag("configuration").op("list-joiners", http.MethodGet, "/api/addresses/{address}/joiners",
		"Say who would join the chat of a mail to an address that came now"), a.listJoiners)
}

func (a *api) listJoiners(ctx context.Context, in *struct {
	AddressPath
	Client string `query:"client" maxLength:"64" doc:"of the sender; a role brings another member at each client"`
	Kind   string `query:"kind" enum:"contact,role,process-team" doc:"as if the address were linked so; it need not be activated then"`
	Link   string `query:"link" maxLength:"64" doc:"of the role or the process team, with kind"`
}) (*bodyOutput[wire.JoinersObject], error) {
	link, address := connector.Link{Kind: connector.LinkKind(in.Kind), ID: in.Link}, in.Address
	if in.Kind == "" {
		v, err := a.Connectors.Activation(ctx, in.Address)
		if err != nil {
			return nil, err
		}
		link, address = v.Link, v.Address
	}
	if in.Client != "" {
		if _, err := a.Directory.Client(ctx, in.Client); err != nil {
			return nil, err
		}
	}
	return bodyOf(a.newPreview(ctx).joiners(ctx, link, address, in.Client))
}

// A memberPreview says who would join by the links of several addresses at
// one time. It decides as the processing of a mail does.
type memberPreview struct {
	office func() (*membership.Office, error)
	now    time.Time
}

func (a *api) newPreview(ctx context.Context) *memberPreview {
	return &memberPreview{sync.OnceValues(func() (*membership.Office, error) { return a.office(ctx) }), time.Now()}
}

// An officeCache keeps the staff and their roles, as long as the directory does not change.
type officeCache struct {
	mu      sync.Mutex
	office  *membership.Office
	version int64 // of the directory, read before the office
}

// office returns the office, which has read its staff and their roles. It costs one read, and
// one for each team member after a change of the directory.
func (a *api) office(ctx context.Context) (*membership.Office, error) {
	version, _, err := a.Directory.Versions(ctx)
	if err != nil {
		return nil, err
	}
	a.kept.mu.Lock()
	office := a.kept.office
	if a.kept.version != version {
		office = nil
	}
	a.kept.mu.Unlock()
	if office != nil {
		return office, nil
	}
	office = &membership.Office{Directory: a.Directory}
	if _, err := office.Roles(ctx, ""); err != nil { // without the lock: two reads return the same
		return nil, err
	}
	a.kept.mu.Lock()
	defer a.kept.mu.Unlock()
	a.kept.office, a.kept.version = office, version
	return office, nil
}

// joiners lists who would join by a link, at a client or for "" at any
// client.
func (p *memberPreview) joiners(ctx context.Context, link connector.Link, address, client string) (wire.JoinersObject, error) {
	out := wire.JoinersObject{Members: []wire.PreviewMember{}}
	office, err := p.office()
	if err != nil {
		return out, err
	}
	f, err := membership.Load(ctx, office, link, client)
	if errors.Is(err, directory.ErrNotFound) {
		out.Warnings = warningsOf(item.LinkRemoved)
		return out, nil
	}
	if err != nil {
		return out, err
	}
	out.Target, out.PerClient = f.Name, link.Kind == connector.LinkRole && client == ""
	joiners, nobody := f.Joiners(link, address, p.now)
	if out.PerClient {
		joiners, nobody = f.Candidates(link, address, p.now)
	}
	out.Warnings = warningsOf(nobody)
	for _, j := range joiners {
		m := f.Staff.Member(j.ID)
		out.Members = append(out.Members, wire.PreviewMember{ID: m.ID, Name: m.Name, Email: m.Email, StandsInFor: f.Staff.Member(j.For).Name})
	}
	return out, nil
}

// warningsOf say why nobody would join; nil when somebody would.
func warningsOf(reason item.Reason) []wire.LinkWarning {
	if reason == "" {
		return nil
	}
	text, _ := connector.Advice(string(reason))
	return []wire.LinkWarning{{Code: string(reason), Text: text}}
}
