package solve

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/mailtext"
)

func (cmd *command) evidence(contact, client string) directory.Evidence {
	return learn.Proof(directory.Evidence{
		At: cmd.At, By: cmd.By, Manager: cmd.Manager, Mail: cmd.it.ID, Action: string(cmd.Action),
		Contact: contact, Client: client, Words: mailtext.Words(cmd.it.Subject), Named: cmd.it.Facts.Named,
	}, cmd.it)
}

// internal tells whether the sender's address cannot be a contact's: it is the
// office's own, or no address at all.
func (cmd *command) internal(ctx context.Context) (bool, error) {
	if _, err := directory.ReceivedAddress(cmd.it.From.Email); err != nil {
		return true, nil
	}
	return cmd.Own(ctx, cmd.it.From.Email)
}

func (cmd *command) link(ctx context.Context) error {
	if cmd.Contact == "" {
		return &Invalid{"contact", "the id of a contact"}
	}
	internal, err := cmd.internal(ctx)
	if err != nil {
		return err
	}
	if owner := cmd.it.Facts.Contact; cmd.it.Reason == item.UnknownSender && owner != "" &&
		(owner != cmd.Contact || cmd.Portal) && !cmd.Alone {
		return cmd.linkOther(ctx, owner)
	}
	if internal || cmd.Alone {
		// The address stays with its owner: only this mail is the contact's.
		if _, err := cmd.Directory.Contact(ctx, cmd.Contact); err != nil {
			return gone("contact", cmd.Contact, err)
		}
		cmd.override.Contact = cmd.Contact
		return cmd.learnForwarded(ctx, cmd.Contact)
	}
	_, err = cmd.addAddress(ctx, cmd.it.From.Email, func(tx *directory.Tx) (directory.Contact, error) {
		c, err := tx.Contact(cmd.Contact)
		return c, gone("contact", cmd.Contact, err)
	})
	return err
}

// linkOther says that another contact than the owner of its address wrote this mail. The
// address stays the owner's; when its mail turns out to name the clients of those others,
// it is a portal's.
func (cmd *command) linkOther(ctx context.Context, owner string) error {
	cmd.override.Contact = cmd.Contact
	return cmd.Directory.Change(ctx, func(tx *directory.Tx) error {
		other, err := tx.Contact(cmd.Contact)
		if err != nil {
			return gone("contact", cmd.Contact, err)
		}
		c, err := tx.Contact(owner)
		if errors.Is(err, directory.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		client := ""
		if other.ID != owner {
			client = one(other.Clients)
		}
		if cmd.Portal {
			client = cmp.Or(cmd.Client, client)
			cmd.override.Contact, cmd.override.Client = "", client // the client of this mail
		}
		if client != "" || cmd.Portal {
			cmd.override.Rule, err = teachClient(tx, c, client, cmd.it, cmd.evidence(owner, client), choice{portal: cmd.Portal})
		}
		return err
	})
}

// learnForwarded learns from mail that a colleague forwarded whether the contact
// named in the forwarded header wrote it. Contact is "" when no contact did.
func (cmd *command) learnForwarded(ctx context.Context, contact string) error {
	if cmd.it.Reason != item.InternalSender || cmd.it.Verdict != item.VerdictPass || cmd.Alone {
		return nil
	}
	content, err := cmd.Items.Body(ctx, cmd.it)
	if err != nil {
		return err
	}
	l, err := mailtext.ReadSafely(cmd.it.BodyType, content, cmd.it.Subject)
	f := l.Forwarded
	if err != nil || f == nil || f.From.Email == "" {
		return nil
	}
	writer, known, err := cmd.Directory.ContactByAddress(ctx, f.From.Email)
	if err != nil || !known {
		return err // an unknown writer confirms and refutes nothing
	}
	e := cmd.evidence(contact, "")
	e.Action = string(item.LinkContact)
	if writer.ID != contact {
		e.Action = "otherwise"
	}
	rule := cmd.override.Rule
	err = cmd.learn(ctx, directory.AcceptKind, directory.KindForwarded, e, false)
	if rule != "" {
		cmd.override.Rule = rule // an undo is about the rule of the address
	}
	return err
}

// addAddress gives a contact an address, with the rule that a person said so, and returns the
// id of the contact. The address of another contact is a *directory.Conflict.
func (cmd *command) addAddress(ctx context.Context, email string,
	who func(*directory.Tx) (directory.Contact, error)) (id string, err error) {
	rule := directory.RuleID(directory.AddressContact, email)
	err = cmd.Directory.Change(ctx, func(tx *directory.Tx) error {
		c, err := who(tx)
		if err != nil {
			return err
		}
		owner, taken, err := tx.ContactByAddress(email)
		switch {
		case err != nil:
			return err
		case taken && c.ID == "":
			c = owner // an equal request has just made the contact
		case taken && owner.ID != c.ID:
			return &directory.Conflict{Field: "emails", Value: email, Kind: "contact", ID: owner.ID}
		}
		if !taken {
			c.Emails = append(slices.Clip(c.Emails), email)
			c.Learned = maps.Clone(c.Learned)
			if c.Learned == nil {
				c.Learned = map[string]string{}
			}
			c.Learned[email] = rule
		}
		if cmd.Portal {
			c, err = becomePortal(tx, c, email)
		} else {
			c, err = tx.SaveContact(c)
		}
		if err != nil {
			return err
		}
		id = c.ID
		if taken && !cmd.acceptsName(c) {
			return nil
		}
		return cmd.learnAddress(ctx, tx, c, email)
	})
	if err != nil {
		return "", err
	}
	cmd.override.Rule = rule
	cmd.affected = append(cmd.affected, item.SentBy(email))
	return id, nil
}

// acceptsName tells whether the solution says that a contact also writes under the
// other name of this mail.
func (cmd *command) acceptsName(c directory.Contact) bool {
	return cmd.it.Reason == item.UnknownSender && cmd.it.Facts.Contact == c.ID
}

// learnAddress stores the rule of an address, and what it says about its domain.
func (cmd *command) learnAddress(ctx context.Context, tx *directory.Tx, c directory.Contact, email string) error {
	e := cmd.evidence(c.ID, one(c.Clients))
	if email == cmd.it.From.Email {
		e.Name = cmd.it.From.Name
	}
	e.Verified = e.Verified && email == cmd.it.From.Email // nothing verifies the writer of forwarded mail
	was, _, err := tx.Rule(directory.AddressContact, email)
	if err != nil {
		return err
	}
	if _, err := tx.SaveRule(learn.Teach(was, directory.AddressContact, email, e, false)); err != nil {
		return err
	}
	domain := directory.Domain(email)
	if len(c.Clients) == 0 || directory.PublicDomain(domain) || !e.Verified {
		return nil
	}
	if was, _, err = tx.Rule(directory.DomainClient, domain); err != nil {
		return err
	}
	now := learn.Teach(was, directory.DomainClient, domain, e, false)
	if now.State == directory.RuleOn {
		cmd.affected = append(cmd.affected, item.SentFrom(domain))
	}
	_, err = tx.SaveRule(now)
	return err
}

func (cmd *command) choose(ctx context.Context) error {
	if cmd.Client == "" {
		return &Invalid{"client", "the id of a client"}
	}
	contact := cmd.it.Facts.Contact
	if contact == "" {
		return &WrongAction{cmd.Action, cmd.it.Reason, item.Solutions(cmd.it.Reason)}
	}
	err := cmd.Directory.Change(ctx, func(tx *directory.Tx) error {
		if _, err := tx.Client(cmd.Client); err != nil {
			return gone("client", cmd.Client, err)
		}
		c, err := tx.Contact(contact)
		if err != nil {
			return gone("contact", contact, err)
		}
		for _, email := range c.Emails {
			cmd.affected = append(cmd.affected, item.SentBy(email))
		}
		if cmd.Alone {
			return nil
		}
		cmd.override.Added = cmd.Added && !c.Portal && !cmd.Portal
		cmd.override.Rule, err = teachClient(tx, c, cmd.Client, cmd.it, cmd.evidence(contact, cmd.Client),
			choice{add: true, portal: cmd.Portal})
		return err
	})
	cmd.override.Client = cmd.Client
	return err
}

// learn updates a rule that does not concern contacts.
func (cmd *command) learn(ctx context.Context, kind directory.RuleKind, key string, e directory.Evidence, forever bool) error {
	now, err := cmd.changeRule(ctx, kind, key, func(was directory.Rule) (directory.Rule, error) {
		return learn.Teach(was, kind, key, e, forever), nil
	})
	if err != nil {
		return err
	}
	if cmd.override.Rule = now.ID; now.State == directory.RuleOn {
		switch kind {
		case directory.DismissList:
			cmd.affected = append(cmd.affected, item.OnList(key))
		case directory.DismissSender, directory.AcceptSender:
			cmd.affected = append(cmd.affected, item.SentBy(key))
		}
	}
	return nil
}

func gone(kind, id string, err error) error {
	if errors.Is(err, directory.ErrNotFound) {
		return &Gone{kind, id}
	}
	return err
}
