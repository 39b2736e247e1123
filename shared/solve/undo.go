package solve

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/mailtext"
)

// Undo undoes the last solution of a mail with all its effects, or the decision of
// a learned rule. A person who is no manager undoes only his or her own solutions,
// and no rule that others made or switched. Errors: ErrNothing, *HasNotes, *Busy,
// *ManagerOnly, those of who.May, and those of the tables.
func (s *Service) Undo(ctx context.Context, id string, who Person) (Result, error) {
	it, err := s.Items.Get(ctx, id)
	if err != nil {
		return Result{}, err
	}
	if it.Claim != nil {
		return Result{}, &Busy{it}
	}
	if err := who.May(it, item.UndoAction); err != nil {
		return Result{}, err
	}
	ctx = audit.As(ctx, who.ID)
	rule := it.Override.Rule
	if it.Override.Action == "" && len(it.Rules) > 0 {
		rule = it.Rules[len(it.Rules)-1]
	}
	r, err := s.Directory.Rule(ctx, rule)
	known := err == nil
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return Result{}, err
	}
	if it.Override.Action == "" && (it.Waits() || it.Sent) {
		return Result{}, ErrNothing
	}
	if err := who.mayUndo(it, r, known); err != nil {
		return Result{}, err
	}
	whole, sender, err := s.undoesRule(ctx, it, r, known)
	if err != nil {
		return Result{}, err
	}
	if err := s.correctSuggested(ctx, it, who.ID, false); err != nil {
		return Result{}, err
	}
	if whole {
		result, err := s.undoRule(ctx, r, sender, id, who.ID)
		if notes := (*HasNotes)(nil); !errors.As(err, &notes) || it.Override.Action != "" {
			return result, err
		}
		// Somebody has written in the chat of another mail: this one comes back alone.
	}
	return s.undoAlone(ctx, it, r, known, who)
}

// undoAlone undoes the solution of one mail, or the decision on it.
func (s *Service) undoAlone(ctx context.Context, it item.Item, r directory.Rule, known bool, who Person) (Result, error) {
	if err := s.checkNoNotes(ctx, []string{it.ID}); err != nil {
		return Result{}, err
	}
	ids := []string{it.ID}
	if it.Override.Action != "" && known && madePortalBy(r, it.ID) {
		later, err := s.placedByPortal(ctx, it)
		if err != nil {
			return Result{}, err
		}
		ids = append(ids, later...)
	}
	if err := s.unlearn(ctx, it, r, known, who); err != nil {
		return Result{}, err
	}
	unchanged := func(now item.Item) bool {
		return now.ID != it.ID || now.Override.At.Equal(it.Override.At) && now.Override.By == it.Override.By
	}
	back := undoing{by: who.ID, noRules: it.Override.Action == "", condition: unchanged}
	if it.Override.Action == "" && it.State == item.Processed {
		back.ask = it.ID
	}
	ids, err := s.undoMails(ctx, ids, back)
	if err != nil {
		return Result{}, err
	}
	return s.decideAgain(ctx, it.ID, ids)
}

// unlearn takes back what the solution of a mail taught, or counts the mail against the rules
// that decided it. R is the rule that learned, if it is known.
func (s *Service) unlearn(ctx context.Context, it item.Item, r directory.Rule, known bool, who Person) error {
	if it.Override.Action != "" && known && r.Kind == directory.SenderClient {
		if err := s.forgetClient(ctx, r.Key, it, it.Override.Client); err != nil {
			return err
		}
	} else if it.Override.Added {
		if err := s.removeClient(ctx, it); err != nil {
			return err
		}
	}
	if err := s.setPlacedClient(ctx, it, false); err != nil {
		return err
	}
	if known && it.Override.Action != "" {
		return s.removeEvidence(ctx, r, it.ID, !who.Manager)
	}
	e := directory.Evidence{At: time.Now().UTC(), By: who.ID, Manager: who.Manager, Mail: it.ID, Words: mailtext.Words(it.Subject)}
	return s.fail(ctx, it, learn.Proof(e, it))
}

// mayUndo refuses what only a manager may undo.
func (p Person) mayUndo(it item.Item, r directory.Rule, known bool) error {
	others := func(e directory.Evidence) bool { return e.By != p.ID }
	switch {
	case p.Manager:
		return nil
	case it.Override.Action == "":
		return &ManagerOnly{"a rule decided it, not a person"}
	case it.Override.By != p.ID:
		return &ManagerOnly{"somebody else solved it"}
	case known && r.Kind == directory.AddressContact && r.State != directory.RuleUndone && slices.ContainsFunc(r.Evidence, others):
		return &ManagerOnly{"somebody else linked the address"}
	}
	return nil
}

// undoesRule tells whether undoing a mail undoes a rule with all its effects, or those
// on one sender: the mail taught that an address is a contact's, or waited for that; or
// it is the first of a sender whom the rule made a contact. Later mail is one mistake.
func (s *Service) undoesRule(ctx context.Context, it item.Item, r directory.Rule, known bool) (whole bool, sender string, err error) {
	switch {
	case !known || r.State == directory.RuleUndone:
		return false, "", nil
	case r.Kind == directory.AddressContact:
		n := len(r.Evidence)
		return it.Override.Action != "" || n > 0 && !it.Stored.After(r.Evidence[n-1].At), "", nil
	case r.Kind == directory.DomainClient && it.Override.Action == "":
		ids, err := s.mailsOfRule(ctx, r.ID, it.From.Email)
		later := func(id string) bool { return id > it.ID } // the oldest has the highest id
		return err == nil && !slices.ContainsFunc(ids, later), it.From.Email, err
	}
	return false, "", nil
}

// Resume continues with rules that are being undone. The tick calls it, in case the
// process that began has died.
func (s *Service) Resume(ctx context.Context) error {
	rules, err := s.Directory.UndoingRules(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range rules {
		if time.Since(r.Changed) < 2*time.Minute {
			continue // the request that began may still run
		}
		if _, err := s.undoRule(audit.As(ctx, r.ChangedBy), r, r.Undoing, "", r.ChangedBy); err != nil {
			errs = append(errs, fmt.Errorf("undo rule %s: %w", r.ID, err))
		}
	}
	return errors.Join(errs...)
}

// checkNoNotes returns a *HasNotes error when people wrote in the chats of these mails.
func (s *Service) checkNoNotes(ctx context.Context, ids []string) error {
	items, err := s.Items.Load(ctx, ids)
	if err != nil {
		return err
	}
	var hasNotes HasNotes
	seen := map[string]bool{}
	for _, it := range items {
		if it.Chat == "" || seen[it.Chat] {
			continue
		}
		seen[it.Chat] = true
		c, err := s.Chats.Get(ctx, it.Chat)
		if err != nil && !errors.Is(err, chat.ErrNotFound) {
			return err
		}
		if err == nil {
			wrote, err := s.Chats.HasWritten(ctx, c)
			if err != nil {
				return err
			}
			if wrote {
				hasNotes.Chats = append(hasNotes.Chats, c.ID)
			}
		}
	}
	if len(hasNotes.Chats) > 0 {
		return &hasNotes
	}
	return nil
}

// removeClient removes the client from the contact who got it with this solution.
func (s *Service) removeClient(ctx context.Context, it item.Item) error {
	c, err := s.Chats.Get(ctx, it.Chat)
	if errors.Is(err, chat.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.changeContact(ctx, c.Contact, func(tx *directory.Tx, from directory.Contact) error {
		from.Clients = slices.DeleteFunc(slices.Clone(from.Clients), func(id string) bool { return id == it.Override.Client })
		_, err := tx.SaveContact(from)
		return err
	})
}

// setPlacedClient removes from a contact the client with which the model placed a mail, if
// the contact got the client with it, or gives it back.
func (s *Service) setPlacedClient(ctx context.Context, it item.Item, has bool) error {
	if it.Placed == nil || it.Placed.AddedTo == "" {
		return nil
	}
	return s.changeContact(ctx, it.Placed.AddedTo, func(tx *directory.Tx, from directory.Contact) error {
		from.Clients = slices.DeleteFunc(slices.Clone(from.Clients), func(id string) bool { return id == it.Placed.Client })
		if has {
			from.Clients = append(from.Clients, it.Placed.Client)
		}
		_, err := tx.SaveContact(from)
		return err
	})
}

// changeContact lets change save a contact as it is now. One that is gone is no error.
func (s *Service) changeContact(ctx context.Context, id string, change func(*directory.Tx, directory.Contact) error) error {
	return s.Directory.Change(ctx, func(tx *directory.Tx) error {
		c, err := tx.Contact(id)
		if errors.Is(err, directory.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return change(tx, c)
	})
}
