package process

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/mailtext"
)

// rule is a rule that people taught, if it is on.
func (r *records) rule(ctx context.Context, kind directory.RuleKind, key string) (directory.Rule, bool, error) {
	if key == "" {
		return directory.Rule{}, false, nil
	}
	rule, err := lookup(r.known, r.known.rules, directory.RuleID(kind, key), func() (found[directory.Rule], error) {
		rule, there, err := r.h.Directory.RuleFor(ctx, kind, key)
		return found[directory.Rule]{rule, there}, err
	})
	return rule.value, rule.there && rule.value.State == directory.RuleOn, err
}

// notAnalysed means that a mail could not be taken apart: reading it panicked or
// took too long.
type notAnalysed struct{ cause error }

func (e *notAnalysed) Error() string { return e.cause.Error() }
func (e *notAnalysed) Unwrap() error { return e.cause }

// letter takes a mail apart. The error is a *notAnalysed when that fails; when a
// person has said that it need not be known, the letter is empty.
func (r *records) letter(ctx context.Context, it item.Item) (mailtext.Text, error) {
	content, err := r.h.Items.Body(ctx, it)
	if err != nil {
		return mailtext.Text{}, err
	}
	l, err := r.h.read(it.BodyType, content, it.Subject)
	if err != nil && !it.Override.Releases(item.NotAnalysed) {
		return mailtext.Text{}, &notAnalysed{err}
	}
	return l, nil
}

func (r *records) PassedOn(ctx context.Context, it item.Item) (sender, bool, error) {
	if _, internal, err := r.Member(ctx, it.From.Email); err != nil || !internal {
		return sender{}, false, err
	}
	rule, on, err := r.rule(ctx, directory.AcceptKind, directory.KindForwarded)
	if err != nil || !on {
		return sender{}, false, err
	}
	l, err := r.letter(ctx, it)
	if err != nil || l.Forwarded == nil {
		return sender{}, false, err
	}
	f := l.Forwarded
	email, err := directory.ReceivedAddress(f.From.Email)
	if err != nil {
		return sender{}, false, nil
	}
	from, known, err := r.Contact(ctx, email)
	from.Rule, from.PassedOn = rule.ID, true
	return from, known, err
}

func (r *records) Dismissed(ctx context.Context, it item.Item) (string, error) {
	rules := []struct {
		kind directory.RuleKind
		key  string
	}{{directory.DismissList, it.ListID}, {directory.DismissSender, it.From.Email}, {directory.DismissKind, ""}}
	if answers(it) {
		rules[2].key = directory.KindAutoReply
		// A contact who is away is still a contact: only this may hide his answer.
		if _, contact, err := r.Contact(ctx, it.From.Email); err != nil || contact {
			rules = rules[2:]
		}
	}
	for _, by := range rules {
		rule, on, err := r.rule(ctx, by.kind, by.key)
		if err != nil {
			return "", err
		}
		if on && learn.Decides(rule, it) {
			return rule.ID, nil
		}
	}
	return "", nil
}

func (r *records) Accepted(ctx context.Context, it item.Item) (string, error) {
	rule, on, err := r.rule(ctx, directory.AcceptSender, it.From.Email)
	if err != nil || !on || !learn.Decides(rule, it) {
		return "", err
	}
	return rule.ID, nil
}

func (r *records) Belongs(ctx context.Context, it item.Item) (client, rule string, err error) {
	client, by, ok, err := learn.DomainClient(ctx, r.h.Directory, it)
	if err != nil || !ok {
		return "", "", err
	}
	return client, by.ID, nil
}

func (r *records) Named(ctx context.Context, it item.Item) (ids []string, err error) {
	for _, n := range it.Numbers {
		found, err := learn.ClientsNumbered(ctx, r.h.Directory, n)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			if !slices.Contains(ids, c.ID) {
				ids = append(ids, c.ID)
			}
		}
	}
	return ids[:min(len(ids), 5)], nil
}

func (r *records) OtherName(ctx context.Context, it item.Item, from sender) (bool, error) {
	return learn.OtherName(ctx, r.h.Directory, it, from.ID, from.Name, from.Clients)
}

func (r *records) Meant(ctx context.Context, it item.Item, from sender) (client, rule string, err error) {
	text := func(ctx context.Context) (mailtext.Text, error) { return r.letter(ctx, it) }
	client, _, rule, ok, err := learn.WhichClient(ctx, r.h.Directory, from.ID, from.Clients, it, learn.Said{
		Text:    text,
		Earlier: func(ctx context.Context) ([]chat.Chat, error) { return r.h.Chats.OfContact(ctx, from.ID, from.Clients) },
	})
	if err != nil || !ok {
		return "", "", err
	}
	return client, rule, nil
}

// welcome makes the sender of a mail a contact of a client, as a rule says. A
// person of the same name whom the client has at the same domain gets one more
// address instead. What was looked up before is forgotten, since the directory
// has changed.
func (r *run) createContact(ctx context.Context, it item.Item, n newContact) error {
	email := it.From.Email
	l, err := r.who.letter(ctx, it)
	if err != nil {
		return err
	}
	card, err := mailtext.Within(mailtext.Limit, func() mailtext.Card { return mailtext.CardOf(it.From, l) })
	if err != nil && !it.Override.Releases(item.NotAnalysed) {
		return &notAnalysed{err}
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
	if r.version, err = r.Directory.Version(ctx); err != nil {
		return err
	}
	r.who.known = r.at(r.version)
	return nil
}

func sameName(a, b string) bool {
	return slices.Equal(directory.NameWords(a), directory.NameWords(b))
}
