package api

import (
	"context"
	"errors"
	"net/http"

	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
)

// scope is of which mailboxes the one who asks sees mail. It reads the
// activations only for who does not see all mail anyway.
func (a *api) scope(ctx context.Context) (access.Scope, error) {
	who := actor(ctx)
	if access.Can(who, access.MailsRead, access.Other) {
		return access.Scope{All: true}, nil
	}
	boxes, err := a.Connectors.Boxes(ctx)
	if err != nil {
		return access.Scope{}, err
	}
	var links []access.Activation
	for _, b := range boxes {
		links = append(links, access.Activation{ID: b.Activation.ID, Address: b.Address, Kind: string(b.Link.Kind), Link: b.Link.ID})
	}
	return access.ScopeOf(ctx, who, links, a.Directory)
}

// part says what a chat is to the one who asks: his or her own, or another's.
func part(ctx context.Context, c chat.Chat) access.Object {
	for _, m := range c.Members {
		if m == actor(ctx).Member.ID {
			return access.Linked
		}
	}
	return access.Other
}

// explainMails says what the errors of mails and chats mean in HTTP.
func explainMails(err error) *problem {
	switch {
	case errors.Is(err, item.ErrNotFound):
		return newProblem(http.StatusNotFound, "no such mail, or none that you may see")
	case errors.Is(err, chat.ErrNotFound):
		return newProblem(http.StatusNotFound, "no such chat or message, or none that you may see")
	}
	return nil
}
