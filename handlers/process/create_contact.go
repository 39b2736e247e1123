package process

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mailtext"
)

// createContact makes the sender of a mail a contact of a client, by a rule. When the
// client has a contact with the same name at the same domain, that contact gets the
// address instead. The run then reads the new version of the directory.
func (r *run) createContact(ctx context.Context, it item.Item, n newContact) error {
	email := it.From.Email
	text, err := r.records.text(ctx, it)
	if err != nil {
		return err
	}
	card, err := mailtext.Within(mailtext.Limit, func() mailtext.Card { return mailtext.CardOf(it.From, text) })
	if err := unlessReleased(it, err); err != nil {
		return err
	}
	if card.Name == "" {
		card.Name = email
	}
	near, err := r.Directory.ContactsAtDomain(ctx, directory.Domain(email), 50)
	if err != nil {
		return err
	}
	err = r.Directory.Change(audit.As(ctx, "rule:"+n.Rule), func(tx *directory.Tx) error {
		if _, there, err := tx.ContactByAddress(email); err != nil || there {
			return err
		}
		made := directory.Contact{Name: card.Name, Phone: card.Phone, Function: card.Function, Clients: []string{n.Client}}
		for _, c := range near {
			if len(c.Clients) == 1 && c.Clients[0] == n.Client && sameName(c.Name, card.Name) {
				if made, err = tx.Contact(c.ID); err != nil {
					return err
				}
			}
		}
		made.Emails = append(slices.Clip(made.Emails), email)
		made.Learned = maps.Clone(made.Learned)
		if made.Learned == nil {
			made.Learned = map[string]string{}
		}
		made.Learned[email] = n.Rule
		_, err := tx.SaveContact(made)
		return err
	})
	if err != nil && !errors.Is(err, directory.ErrNotFound) { // ErrNotFound: deleted meanwhile; the next try sees it
		return fmt.Errorf("make %s a contact of client %s: %w", it.From.Email, n.Client, err)
	}
	return r.readAnew(ctx)
}

// addClient gives the contact who wrote a mail the client with which the model places it.
// Errors: directory.ErrNotFound when one of them is gone.
func (r *run) addClient(ctx context.Context, d decision) error {
	rule := d.Rules[len(d.Rules)-1]
	err := r.Directory.Change(audit.As(ctx, "rule:"+rule), func(tx *directory.Tx) error {
		c, err := tx.Contact(d.From.ID)
		if err != nil || slices.Contains(c.Clients, d.Client) {
			return err
		}
		c.Clients = append(slices.Clip(c.Clients), d.Client)
		_, err = tx.SaveContact(c)
		return err
	})
	if err != nil {
		return fmt.Errorf("make client %s one of contact %s: %w", d.Client, d.From.ID, err)
	}
	return r.readAnew(ctx)
}

// readAnew lets the run read the newest version of the directory from now on.
func (r *run) readAnew(ctx context.Context) error {
	version, err := r.Directory.Version(ctx)
	if err != nil {
		return err
	}
	changed := *r.records
	changed.cache = r.cacheAt(version)
	r.records = &changed
	return nil
}

func sameName(a, b string) bool {
	return slices.Equal(directory.NameWords(a), directory.NameWords(b))
}
