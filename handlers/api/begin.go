package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/compose"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/membership"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/sorting"
)

func (a *api) registerBegin() {
	op := apiTag("replies").op
	begin := op("create-chat", http.MethodPost, "/api/chats",
		"Begin a chat with a contact of a client: its first message leaves as mail when its hold is over", http.StatusAccepted)
	begin.MaxBodyBytes = maxReplyBody
	handle(a, access.ChatsSend, begin, a.begin)
	handle(a, access.ChatsSend, op("list-my-addresses", http.MethodGet, "/api/me/addresses",
		"List the addresses from which you may begin a chat, with the signature that your mail gets"),
		func(ctx context.Context, _ *struct{}) (*listOutput[wire.SenderObject], error) {
			k, err := a.correspondence(ctx, chat.Chat{})
			if err != nil {
				return nil, err
			}
			senders, err := k.senders(ctx)
			if err != nil {
				return nil, err
			}
			sorting.By(senders, func(x, y access.Sender) int { return rankLinked(y) - rankLinked(x) })
			var all []wire.SenderObject
			for _, s := range senders {
				o, err := a.sender(ctx, s)
				if err != nil {
					return nil, err
				}
				all = append(all, o)
			}
			return listed(all, ""), nil
		})
}

func rankLinked(s access.Sender) int {
	if s.Linked {
		return 1
	}
	return 0
}

func (a *api) begin(ctx context.Context, in *struct {
	IdempotencyKey
	Body wire.BeginBody
}) (*objectOutput[wire.BegunChat], error) {
	mail := in.Body
	mail.Confirmed = nil
	first := outbox.New{Reply: outbox.Reply{Author: actor(ctx).Member.ID}, Key: in.Key, Said: hashOf(mail)}
	if r, found, err := a.Outbox.ByKey(ctx, first); err != nil {
		return nil, err
	} else if found {
		c, err := a.Chats.Get(ctx, r.Chat)
		if err != nil {
			return nil, err
		}
		return a.begun(ctx, c, r)
	}
	c, err := a.newChat(ctx, &in.Body)
	if err != nil {
		return nil, err
	}
	k, err := a.correspondence(ctx, c)
	if err != nil {
		return nil, err
	}
	if in.Body.Subject == nil {
		in.Body.Subject = new(string)
	}
	n, err := k.written(ctx, in.Body.ReplyContent, original{}, outbox.ModeNew)
	if err != nil {
		return nil, err
	}
	n.Key, n.Said = first.Key, first.Said
	if err := k.checked(ctx, &n, in.Body.ReplyContent); err != nil {
		return nil, err
	}
	if err := a.addMembers(ctx, &c, n.Reply); err != nil {
		return nil, err
	}
	c.Subject = n.Reply.Subject
	c, r, err := a.Outbox.Start(ctx, n, c)
	if err != nil {
		return nil, err
	}
	a.sendLater(ctx, r, "written")
	return a.begun(ctx, c, r)
}

func (a *api) begun(ctx context.Context, c chat.Chat, r outbox.Reply) (*objectOutput[wire.BegunChat], error) {
	o, err := a.replyOf(ctx, r, map[string]string{})
	if err != nil {
		return nil, err
	}
	out := &objectOutput[wire.BegunChat]{
		ETag:     rowTag(c.ETag()),
		Location: "/api/chats/" + c.ID,
		Body:     wire.BegunChat{ChatObject: chatOf(c), Reply: o},
	}
	out.Body.ClientName, err = a.readName(ctx, "client", c.Client)
	return out, err
}

// newChat is the chat that a request begins, as far as its client and contact say.
// Without a recipient, the contact gets the mail.
func (a *api) newChat(ctx context.Context, b *wire.BeginBody) (chat.Chat, error) {
	client, err := a.Directory.Client(ctx, b.Client)
	if errors.Is(err, directory.ErrNotFound) {
		return chat.Chat{}, invalid("body.client", "id of a client")
	}
	if err != nil {
		return chat.Chat{}, err
	}
	contact, found, err := a.contactOf(ctx, b)
	if err != nil {
		return chat.Chat{}, err
	}
	c := chat.Chat{Client: client.ID}
	if !found {
		return c, nil
	}
	if !slices.Contains(contact.Clients, client.ID) {
		return chat.Chat{}, invalid("body.contact", "a contact of the client")
	}
	c.Contact, c.ContactName = contact.ID, contact.Name
	if len(b.To) == 0 {
		b.To = []wire.RecipientObject{{Name: contact.Name, Email: contact.Emails[0]}}
	}
	return c, nil
}

// contactOf is the contact with whom the office begins.
func (a *api) contactOf(ctx context.Context, b *wire.BeginBody) (directory.Contact, bool, error) {
	if b.Contact != "" {
		contact, err := a.Directory.Contact(ctx, b.Contact)
		if errors.Is(err, directory.ErrNotFound) {
			err = invalid("body.contact", "id of a contact")
		}
		return contact, err == nil, err
	}
	for _, to := range b.To {
		contact, found, err := a.Directory.ContactByAddress(ctx, compose.Normal(to.Email))
		if err != nil {
			return contact, false, err
		}
		if found && slices.Contains(contact.Clients, b.Client) {
			return contact, true, nil
		}
	}
	return directory.Contact{}, false, nil
}

// addMembers adds who takes part in a chat that the office begins: its author, and
// those whom the address brings into a chat with the client.
func (a *api) addMembers(ctx context.Context, c *chat.Chat, r outbox.Reply) error {
	box, err := a.Connectors.Activation(ctx, r.Mailbox)
	if err != nil {
		return err
	}
	ids, _, err := membership.Joiners(ctx, &membership.Office{Directory: a.Directory}, box.Link, box.Address, c.Client, time.Now())
	if err != nil {
		return err
	}
	c.Addresses, c.Members = []string{box.Address}, []string{r.Author}
	for _, id := range ids {
		if !slices.Contains(c.Members, id) && len(c.Members) < chat.MaxMembers {
			c.Members = append(c.Members, id)
		}
	}
	return nil
}
