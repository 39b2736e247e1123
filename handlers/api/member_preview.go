package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/shared/access"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
)

// A joinersObject is who would join the chat of a mail that came now.
type joinersObject struct {
	Target    string              `json:"target,omitempty" doc:"name of the role or the process team"`
	Members   []previewMember     `json:"members" nullable:"false" doc:"of a role without a client: everybody who has it at some client; the first at the sender's client joins"`
	PerClient bool                `json:"perClient" doc:"who of the members joins depends on the client"`
	Warnings  []connector.Warning `json:"warnings,omitempty" doc:"why nobody would join"`
}

type previewMember struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Email       string `json:"email"`
	StandsInFor string `json:"standsInFor,omitempty" doc:"name of who is away"`
}

func (a *api) registerJoiners() {
	handle(a, access.ConfigurationRead, huma.Operation{
		OperationID: "list-joiners", Method: http.MethodGet, Path: "/api/addresses/{address}/joiners", Tags: []string{"configuration"},
		Summary: "Say who would join the chat of a mail to an address that came now",
	}, a.listJoiners)
}

func (a *api) listJoiners(ctx context.Context, in *struct {
	AddressPath
	Client string `query:"client" maxLength:"64" doc:"of the sender; a role brings another member at each client"`
	Kind   string `query:"kind" enum:"contact,role,process-team" doc:"as if the address were linked so; it need not be activated then"`
	Link   string `query:"link" maxLength:"64" doc:"of the role or the process team, with kind"`
}) (*struct{ Body joinersObject }, error) {
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
	out, err := (&memberPreview{directory: a.Directory, now: time.Now()}).joiners(ctx, link, address, in.Client)
	return &struct{ Body joinersObject }{out}, err
}

// A crowd is the team members as they are now, read once for several links.
type memberPreview struct {
	directory *directory.Store
	now       time.Time

	byID    map[string]directory.TeamMember
	order   []string            // active members, by name
	holders map[string][]string // role → active members who have it at some client
}

// joiners says who would join by a link, as the processing of a mail decides
// it; see decide in handlers/process.
func (c *memberPreview) joiners(ctx context.Context, link connector.Link, address, client string) (joinersObject, error) {
	out := joinersObject{Members: []previewMember{}}
	if err := c.read(ctx); err != nil {
		return out, err
	}
	var ids []string
	var err error
	nobody := "no-member-for-address"
	switch link.Kind {
	case connector.LinkContact:
		m, ok, err := c.directory.MemberByAddress(ctx, address)
		if err != nil {
			return out, err
		}
		if ok {
			ids = []string{m.ID}
		}
	case connector.LinkRole:
		nobody = "no-member-with-role"
		var role directory.Role
		if role, err = c.directory.Role(ctx, link.ID); err == nil {
			out.Target, out.PerClient = role.Name, client == ""
			ids, err = c.withRole(ctx, link.ID, client)
		}
	case connector.LinkProcessTeam:
		nobody = "empty-team"
		var team directory.ProcessTeam
		if team, err = c.directory.Team(ctx, link.ID); err == nil {
			out.Target, ids = team.Name, team.Members
		}
	}
	if errors.Is(err, directory.ErrNotFound) {
		nobody, err = "link-removed", nil
	}
	if err != nil {
		return out, err
	}
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !c.byID[id].Active })
	if link.Kind == connector.LinkRole && client != "" {
		ids = ids[:min(len(ids), 1)]
	}
	if len(ids) == 0 {
		text, _ := connector.Advice(nobody)
		out.Warnings = []connector.Warning{{Code: nobody, Text: text}}
	}
	out.Members = c.withStandIns(ids)
	return out, nil
}

func (c *memberPreview) read(ctx context.Context) error {
	if c.byID != nil {
		return nil
	}
	c.byID = map[string]directory.TeamMember{}
	for q := (directory.Query{Limit: 1000}); ; {
		page, err := c.directory.TeamMembers(ctx, q)
		if err != nil {
			return err
		}
		for _, m := range page.Items {
			c.byID[m.ID] = m
			if m.Active {
				c.order = append(c.order, m.ID)
			}
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}

// withRole is who has a role at a client, in order, or at any client when that
// is empty.
func (c *memberPreview) withRole(ctx context.Context, role, client string) ([]string, error) {
	if client == "" {
		if err := c.readRoles(ctx); err != nil {
			return nil, err
		}
		return c.holders[role], nil
	}
	links, err := c.directory.ClientTeam(ctx, client)
	var ids []string
	for _, l := range links {
		if l.Role == role {
			ids = append(ids, l.Member)
		}
	}
	return ids, err
}

// rolesAtOnce is how many members are asked for their roles at the same time.
const rolesAtOnce = 8

func (c *memberPreview) readRoles(ctx context.Context) error {
	if c.holders != nil {
		return nil
	}
	roles, errs := make([][]string, len(c.order)), make([]error, len(c.order))
	turn := make(chan struct{}, rolesAtOnce)
	var all sync.WaitGroup
	for i, id := range c.order {
		turn <- struct{}{}
		all.Go(func() {
			defer func() { <-turn }()
			roles[i], errs[i] = c.directory.RolesOf(ctx, id)
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	c.holders = map[string][]string{}
	for i, id := range c.order {
		for _, r := range roles[i] {
			c.holders[r] = append(c.holders[r], id)
		}
	}
	return nil
}

// withStandIns adds who stands in for those who are away, and for them.
func (c *memberPreview) withStandIns(ids []string) []previewMember {
	joiners := []previewMember{}
	for _, id := range ids {
		m := c.byID[id]
		joiners = append(joiners, previewMember{ID: m.ID, Name: m.Name, Email: m.Email})
	}
	for i := 0; i < len(joiners); i++ {
		id, away := c.byID[joiners[i].ID].Away(c.now)
		m := c.byID[id]
		if away && m.Active && !slices.ContainsFunc(joiners, func(j previewMember) bool { return j.ID == id }) {
			joiners = append(joiners, previewMember{ID: m.ID, Name: m.Name, Email: m.Email, StandsInFor: joiners[i].Name})
		}
	}
	return joiners
}
