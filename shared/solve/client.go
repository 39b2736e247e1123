package solve

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/mailtext"
)

// A choice says what else a person says who chooses a client for a mail.
type choice struct {
	add    bool // the contact now has one more client, unless it is a portal
	portal bool // the contact is a portal
}

// teachClient stores that a mail of a contact is about a client, and returns the rule
// that learned it. A contact whose mail names the clients that people choose becomes a
// portal, too. Client is "" when a person said only that the contact is one.
func teachClient(tx *directory.Tx, c directory.Contact, client string, it item.Item, e directory.Evidence,
	says choice) (rule string, err error) {
	e.Name = it.From.Name
	if client != "" {
		chosen, err := tx.Client(client)
		if err != nil {
			return "", gone("client", client, err)
		}
		if names(it, chosen.Name) && !slices.Contains(e.Named, client) {
			e.Named = append(slices.Clip(e.Named), client)
		}
	}
	was, _, err := tx.Rule(directory.SenderClient, c.ID)
	if err != nil {
		return "", err
	}
	has := slices.Contains(c.Clients, client)
	e.Added = says.add && !says.portal && !c.Portal && !has || addedBy(was, e.Mail, client)
	now := learn.Teach(was, directory.SenderClient, c.ID, e, false)
	var errName error
	name := func(id string) string {
		other, err := tx.Client(id)
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			errName = err
		}
		return other.Name
	}
	switch {
	case madePortalBy(was, e.Mail): // the step is repeated
		now.Evidence[len(now.Evidence)-1].Portal, now.Evidence[len(now.Evidence)-1].Had = true, hadBefore(was, e.Mail)
	case !c.Portal && (says.portal || learn.IsPortal(now, it.From.Email, name)):
		now.Evidence[len(now.Evidence)-1].Portal, now.Evidence[len(now.Evidence)-1].Had = true, c.Clients
		owner := c.ID
		if c, err = becomePortal(tx, c, it.From.Email); err == nil && c.ID != owner && client != "" {
			err = teachPortal(tx, c.ID, e)
		}
	case says.add && !c.Portal && !has:
		c.Clients = append(slices.Clip(c.Clients), client)
		_, err = tx.SaveContact(c)
	}
	if err = errors.Join(errName, err); err != nil {
		return "", err
	}
	if len(c.Clients) < 2 && !has && len(e.Named) == 0 && says.add && !c.Portal {
		return "", nil // the contact had no client before: there was nothing to choose
	}
	now, err = tx.SaveRule(now)
	return now.ID, err
}

// names says whether a mail names a client.
func names(it item.Item, client string) bool {
	return slices.ContainsFunc([]string{it.From.Name, it.Subject, it.Says, it.Signed},
		func(text string) bool { return learn.Names(text, client) })
}

// becomePortal makes a portal of the contact with an address, or of that address alone
// when the contact has others, and returns the portal. The portal is called like its
// domain then.
func becomePortal(tx *directory.Tx, c directory.Contact, email string) (directory.Contact, error) {
	if !c.Portal && len(c.Emails) > 1 {
		learned := map[string]string{email: c.Learned[email]}
		c.Emails = slices.DeleteFunc(slices.Clone(c.Emails), func(e string) bool { return e == email })
		if _, err := tx.SaveContact(c); err != nil {
			return c, err
		}
		if c = (directory.Contact{Name: directory.Domain(email), Emails: []string{email}}); learned[email] != "" {
			c.Learned = learned
		}
	}
	c.Portal, c.Clients = true, nil
	return tx.SaveContact(c)
}

// teachPortal stores that a mail of an address that has just become a portal of its own
// is about a client.
func teachPortal(tx *directory.Tx, portal string, e directory.Evidence) error {
	e.Contact = portal
	was, _, err := tx.Rule(directory.SenderClient, portal)
	if err == nil {
		_, err = tx.SaveRule(learn.Teach(was, directory.SenderClient, portal, e, false))
	}
	return err
}

// addedBy says whether a contact got a client with the decision on a mail.
func addedBy(r directory.Rule, mail, client string) bool {
	return slices.ContainsFunc(r.Evidence, func(e directory.Evidence) bool { return e.Mail == mail && e.Client == client && e.Added })
}

// Correct learns that people brought a mail to another client: it counts against the
// rules that placed the mail, and for that client. Learned twice, it counts once.
// Nothing is learned from mail whose sender Exchange doubts.
func (s *Service) Correct(ctx context.Context, c chat.Correction) error {
	it, err := s.Items.Get(ctx, c.Mail)
	if errors.Is(err, item.ErrNotFound) || err == nil && it.Verdict == item.VerdictFail {
		return nil
	}
	if err != nil {
		return err
	}
	ctx = audit.As(ctx, c.By)
	if err := s.correctSuggested(ctx, it, c.By, c.Undone); err != nil {
		return err
	}
	if err := s.setPlacedClient(ctx, it, c.Undone || it.Placed != nil && it.Placed.Client == c.Client); err != nil {
		return err
	}
	contact, known, err := s.writer(ctx, it)
	if err != nil {
		return err
	}
	if c.Undone {
		if !known {
			return nil
		}
		return s.forgetClient(ctx, contact, it, c.Client)
	}
	e := learn.Proof(directory.Evidence{
		At: c.At, By: c.By, Mail: it.ID, Action: string(item.MoveAction), Contact: contact, Client: c.Client, Words: mailtext.Words(it.Subject),
	}, it)
	if err := s.fail(ctx, it, e); err != nil || !known {
		return err
	}
	err = s.Directory.Change(ctx, func(tx *directory.Tx) error {
		from, err := tx.Contact(contact)
		if err == nil {
			_, err = teachClient(tx, from, c.Client, it, e, choice{add: true})
		}
		return err
	})
	if gone := (*Gone)(nil); errors.As(err, &gone) || errors.Is(err, directory.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("learn that mail %s is about client %s: %w", it.ID, c.Client, err)
	}
	return nil
}

// writer returns the contact who wrote a mail.
func (s *Service) writer(ctx context.Context, it item.Item) (id string, known bool, err error) {
	if it.Override.Contact != "" {
		return it.Override.Contact, true, nil
	}
	c, known, err := s.Directory.ContactByAddress(ctx, it.From.Email)
	return c.ID, known, err
}

// fail stores with the rules that decided a mail that they were wrong.
func (s *Service) fail(ctx context.Context, it item.Item, e directory.Evidence) error {
	for _, id := range it.Rules {
		r, err := s.Directory.Rule(ctx, id)
		if errors.Is(err, directory.ErrNotFound) {
			continue
		}
		if err == nil {
			_, err = s.changeRule(ctx, r.Kind, r.Key, func(now directory.Rule) (directory.Rule, error) {
				if now.Kind == "" {
					return now, nil
				}
				return learn.TeachFailure(now, e), nil
			})
		}
		if err != nil {
			return fmt.Errorf("note that rule %s was wrong about mail %s: %w", id, it.ID, err)
		}
	}
	return nil
}

// forgetClient takes back that a mail of a contact is about a client, and what the
// contact got with it: the client, or that it is a portal.
func (s *Service) forgetClient(ctx context.Context, contact string, it item.Item, client string) error {
	return s.Directory.Change(ctx, func(tx *directory.Tx) error {
		r, known, err := tx.Rule(directory.SenderClient, contact)
		if err != nil || !known {
			return err
		}
		added, portal, had := addedBy(r, it.ID, client), madePortalBy(r, it.ID), hadBefore(r, it.ID)
		less := learn.Forget(r, it.ID)
		if _, err := tx.SaveRule(less); err != nil || !added && !portal {
			return err
		}
		c, err := tx.Contact(contact)
		if errors.Is(err, directory.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		switch {
		case portal && c.Portal:
			if c.Portal, c.Clients = false, had; len(had) == 0 {
				c.Clients = chosenIn(less)
			}
		case portal:
			if c, err = reunite(tx, c, it.From.Email); err != nil {
				return err
			}
		}
		c.Clients = slices.DeleteFunc(slices.Clone(c.Clients), func(id string) bool { return added && id == client })
		_, err = tx.SaveContact(c)
		return err
	})
}

// reunite gives a contact the address back that became a portal of its own.
func reunite(tx *directory.Tx, c directory.Contact, email string) (directory.Contact, error) {
	p, known, err := tx.ContactByAddress(email)
	if err != nil || !known || !p.Portal || len(p.Emails) != 1 {
		return c, err
	}
	c.Emails = append(slices.Clip(c.Emails), p.Emails...)
	return c, tx.DeleteContact(p.ID)
}

// placedByPortal returns the ids of the mails that were placed by themselves since a
// solution made a portal of their sender, because they name a client.
func (s *Service) placedByPortal(ctx context.Context, it item.Item) (ids []string, err error) {
	p, known, err := s.Directory.ContactByAddress(ctx, it.From.Email)
	if err != nil || !known || !p.Portal {
		return nil, err
	}
	all, err := s.Items.ByRule(ctx, directory.RuleID(directory.SenderClient, p.ID))
	if err != nil {
		return nil, err
	}
	items, err := s.Items.Load(ctx, all)
	for _, o := range items {
		if o.Override.Action == "" && o.Decided.After(it.Override.At) {
			ids = append(ids, o.ID)
		}
	}
	return ids, err
}

func madePortalBy(r directory.Rule, mail string) bool {
	return slices.ContainsFunc(r.Evidence, func(e directory.Evidence) bool { return e.Mail == mail && e.Portal })
}

// hadBefore returns the clients that a contact had before it became a portal with the
// decision on a mail.
func hadBefore(r directory.Rule, mail string) []string {
	for _, e := range r.Evidence {
		if e.Mail == mail {
			return e.Had
		}
	}
	return nil
}

// chosenIn returns the clients that a contact had according to the evidence of a rule.
func chosenIn(r directory.Rule) (ids []string) {
	for _, e := range r.Evidence {
		if e.Client != "" && !slices.Contains(ids, e.Client) {
			ids = append(ids, e.Client)
		}
	}
	return ids
}
