package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
)

// A participant is a team member in a chat, with why he or she is there as far
// as links and the directory say so today.
type participant struct {
	ID     string     `json:"id"`
	Name   string     `json:"name" doc:"empty when the team member was deleted"`
	Email  string     `json:"email,omitempty"`
	Active bool       `json:"active"`
	Why    string     `json:"why" enum:"hand,contact,role,process-team,substitute,earlier" doc:"hand: somebody added this one; contact: it is his or her own address; role, process-team: the link of the address; substitute: stands in for another participant; earlier: by what was so when a mail came in"`
	What   string     `json:"what,omitempty" doc:"the address, the name of the role or team, of whom he or she stands in for, or of who added this one"`
	At     *time.Time `json:"at,omitempty" doc:"of hand: when"`
}

type participantsOutput = objectOutput[listOf[participant]]

func (a *api) registerParticipants() {
	const path = "/api/chats/{chat}/participants"
	op := func(id, method, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"chats"}}
	}
	handle(a, access.ChatsRead, op("list-participants", http.MethodGet, "List who takes part in a chat, and why"),
		func(ctx context.Context, in *ChatPath) (*participantsOutput, error) {
			c, err := a.chat(ctx, in.Chat, access.ChatsRead)
			if err != nil {
				return nil, err
			}
			return a.participants(ctx, c)
		})
	handle(a, access.ChatsWrite, op("set-participants", http.MethodPut, "Say who takes part in a chat, in place of who did; who is left out loses the chat"),
		func(ctx context.Context, in *struct {
			ChatPath
			Precondition
			Body struct {
				Members []string `json:"members" nullable:"false" minItems:"1" maxItems:"80" doc:"ids of team members; who is new must be active"`
			}
		}) (*participantsOutput, error) {
			etag, err := in.rowETag()
			if err != nil {
				return nil, err
			}
			staff, err := a.staff(ctx)
			if err != nil {
				return nil, err
			}
			check := func(c chat.Chat) error {
				if err := a.mayChat(ctx, c, access.ChatsWrite); err != nil {
					return err
				}
				for i, id := range in.Body.Members {
					if !staff[id].Active && !slices.Contains(c.Members, id) {
						return invalid(fmt.Sprintf("body.members[%d]", i), "id of an active team member")
					}
				}
				return nil
			}
			c, err := a.Chats.SetMembers(ctx, in.Chat, etag, check, in.Body.Members, time.Now())
			if err != nil {
				return nil, err
			}
			return a.participants(ctx, c)
		})
}

// staff are all team members by id. An office has dozens of them.
func (a *api) staff(ctx context.Context) (map[string]directory.TeamMember, error) {
	staff := map[string]directory.TeamMember{}
	for q := (directory.Query{Limit: 1000}); ; {
		page, err := a.Directory.TeamMembers(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, m := range page.Items {
			staff[m.ID] = m
		}
		if q.After = page.Next; q.After == "" {
			return staff, nil
		}
	}
}

func (a *api) participants(ctx context.Context, c chat.Chat) (*participantsOutput, error) {
	staff, err := a.staff(ctx)
	if err != nil {
		return nil, err
	}
	links, err := a.linksOf(ctx, c)
	if err != nil {
		return nil, err
	}
	out := &participantsOutput{ETag: rowTag(c.ETag())}
	for _, id := range c.Members {
		m := staff[id]
		p := participant{ID: id, Name: m.Name, Email: m.Email, Active: m.Active, Why: "earlier"}
		if by, ok := c.Added[id]; ok {
			p.Why, p.What, p.At = "hand", staff[by.By].Name, &by.At
		} else if i := slices.IndexFunc(links, func(l chatLink) bool { return l.brings(m) }); i >= 0 {
			p.Why, p.What = string(links[i].kind), links[i].name
		} else if i := slices.IndexFunc(c.Members, func(other string) bool { s := staff[other].Substitute; return s != nil && s.Member == id }); i >= 0 {
			p.Why, p.What = "substitute", staff[c.Members[i]].Name
		}
		out.Body.Items = append(out.Body.Items, p)
	}
	return out, nil
}

// A chatLink is what an address of a chat is linked with, and whom that brings.
type chatLink struct {
	kind connector.LinkKind
	name string   // of the role or team; of a contact link, the address
	ids  []string // of a role or team
}

func (l chatLink) brings(m directory.TeamMember) bool {
	if l.kind == connector.LinkContact {
		return m.Email != "" && strings.EqualFold(m.Email, l.name)
	}
	return slices.Contains(l.ids, m.ID)
}

// linksOf are the links of the addresses that got the mail of c. What is not
// there any more is left out.
func (a *api) linksOf(ctx context.Context, c chat.Chat) ([]chatLink, error) {
	var links []chatLink
	for _, address := range c.Addresses[:min(len(c.Addresses), 10)] {
		box, err := a.Connectors.Activation(ctx, address)
		if isGone(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		l := chatLink{kind: box.Link.Kind}
		switch l.kind {
		case connector.LinkContact:
			l.name = address
		case connector.LinkRole:
			var role directory.Role
			if role, err = a.Directory.Role(ctx, box.Link.ID); err == nil {
				l.name = role.Name
				var team []directory.Link
				team, err = a.Directory.ClientTeam(ctx, c.Client)
				for _, m := range team {
					if m.Role == box.Link.ID {
						l.ids = append(l.ids, m.Member)
					}
				}
			}
		case connector.LinkProcessTeam:
			var team directory.ProcessTeam
			team, err = a.Directory.Team(ctx, box.Link.ID)
			l.name, l.ids = team.Name, team.Members
		}
		if err != nil && !isGone(err) {
			return nil, err
		}
		links = append(links, l)
	}
	return links, nil
}
