package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/membership"
)

type participantsOutput = objectOutput[wire.ListOf[wire.Participant]]

func (a *api) registerParticipants() {
	const path = "/api/chats/{chat}/participants"
	op := apiTag("chats").op
	handleChat(a, access.ChatsRead, op("list-participants", http.MethodGet, path, "List who takes part in a chat, and why"),
		func(ctx context.Context, _ *ChatPath, c chat.Chat) (*participantsOutput, error) {
			return a.participants(ctx, c)
		})
	handle(a, access.ChatsWrite, op("set-participants", http.MethodPut, path,
		"Say who takes part in a chat, in place of who did; who is left out loses the chat"),
		func(ctx context.Context, in *struct {
			ChatPath
			RowPrecondition
			Body struct {
				Members []string `json:"members" nullable:"false" minItems:"1" maxItems:"80" doc:"ids of team members; who is new must be active"`
			}
		}) (*participantsOutput, error) {
			etag := in.rowETag()
			staff, err := (&membership.Office{Directory: a.Directory}).Staff(ctx)
			if err != nil {
				return nil, err
			}
			check := func(c chat.Chat) error {
				if err := a.mayChat(ctx, c, access.ChatsWrite); err != nil {
					return err
				}
				for i, id := range in.Body.Members {
					if !staff.Member(id).Active && !slices.Contains(c.Members, id) {
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

func (a *api) participants(ctx context.Context, c chat.Chat) (*participantsOutput, error) {
	office := &membership.Office{Directory: a.Directory}
	staff, err := office.Staff(ctx)
	if err != nil {
		return nil, err
	}
	links, err := a.linksOf(ctx, c, office)
	if err != nil {
		return nil, err
	}
	out := &participantsOutput{ETag: rowTag(c.ETag())}
	for _, id := range c.Members {
		m := staff.Member(id)
		p := wire.Participant{ID: id, Name: m.Name, Email: m.Email, Active: m.Active, Why: "earlier"}
		if by, ok := c.Added[id]; ok {
			p.Why, p.What, p.At = "hand", staff.Member(by.By).Name, &by.At
		} else if i := slices.IndexFunc(links, func(l chatLink) bool { return slices.Contains(l.ids, id) }); i >= 0 {
			p.Why, p.What = string(links[i].kind), links[i].name
		} else if i := slices.IndexFunc(c.Members,
			func(other string) bool { s := staff.Member(other).Substitute; return s != nil && s.Member == id }); i >= 0 {
			p.Why, p.What = "substitute", staff.Member(c.Members[i]).Name
		}
		out.Body.Items = append(out.Body.Items, p)
	}
	return out, nil
}

// A chatLink is the link of an address of a chat, and the team members whom
// it selects.
type chatLink struct {
	kind connector.LinkKind
	name string // of the role or team; the address for a contact link
	ids  []string
}

// linksOf are the links of the addresses that received the mail of c. Deleted
// roles and teams are left out.
func (a *api) linksOf(ctx context.Context, c chat.Chat, office *membership.Office) ([]chatLink, error) {
	var links []chatLink
	for _, address := range c.Addresses[:min(len(c.Addresses), 10)] {
		box, err := a.Connectors.Activation(ctx, address)
		var f membership.Facts
		if err == nil {
			f, err = membership.Load(ctx, office, box.Link, c.Client)
		}
		if isGone(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		l := chatLink{box.Link.Kind, f.Name, f.Linked(box.Link, address)}
		if l.kind == connector.LinkContact {
			l.name = address
		}
		links = append(links, l)
	}
	return links, nil
}
