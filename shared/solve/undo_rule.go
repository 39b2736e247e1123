package solve

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
)

// UndoRule undoes a rule with all its effects. Errors: directory.ErrNotFound,
// *HasNotes, and those of the tables.
func (s *Service) UndoRule(ctx context.Context, rule, by string) (Result, error) {
	r, err := s.Directory.Rule(ctx, rule)
	if err != nil || r.State == directory.RuleUndone {
		return Result{Rule: rule}, err
	}
	return s.undoRule(audit.As(ctx, by), r, "", "", by)
}

// undoRule undoes a rule, or its effects on one sender; "" for all senders. Mail is
// the one that the result holds; "" for none.
func (s *Service) undoRule(ctx context.Context, r directory.Rule, sender, mail, by string) (Result, error) {
	ids, err := s.mailsOfRule(ctx, r.ID, sender)
	if err != nil {
		return Result{}, err
	}
	if mail != "" && !slices.Contains(ids, mail) {
		ids = append(ids, mail)
	}
	if r.State != directory.RuleUndoing {
		if err := s.checkNoNotes(ctx, ids); err != nil {
			return Result{}, err
		}
		// From here on the tick finishes an undo that breaks off.
		r.Undoing = sender
		if err := s.setState(ctx, r, directory.RuleUndoing); err != nil {
			return Result{}, err
		}
	}
	if err := s.removeLearned(ctx, r, sender); err != nil {
		return Result{}, err
	}
	late, err := s.mailsOfRule(ctx, r.ID, sender) // with mail that came meanwhile
	if err != nil {
		return Result{}, err
	}
	ids = unique(append(ids, late...))
	back, err := s.undoMails(ctx, ids, undoing{by: by, condition: anyMail})
	if err != nil {
		return Result{}, err
	}
	done := directory.RuleUndone
	if sender != "" {
		done = directory.RuleLearning
	}
	if err := s.setState(ctx, r, done); err != nil {
		return Result{}, err
	}
	return s.decideAgain(ctx, mail, back)
}

// mailsOfRule returns the ids of the mails that a rule decided, of one sender or,
// for "", of all.
func (s *Service) mailsOfRule(ctx context.Context, rule, sender string) ([]string, error) {
	ids, err := s.Items.ByRule(ctx, rule)
	if err != nil || sender == "" {
		return ids, err
	}
	items, err := s.Items.Load(ctx, ids)
	ids = nil
	for _, it := range items {
		if it.From.Email == sender {
			ids = append(ids, it.ID)
		}
	}
	return ids, err
}

// removeLearned removes what a rule put into the directory. A contact without any
// other address was made by the rule, and is deleted. A portal is what it was before.
func (s *Service) removeLearned(ctx context.Context, r directory.Rule, sender string) error {
	for _, e := range r.Evidence {
		if !e.Portal {
			continue
		}
		it, err := s.Items.Get(ctx, e.Mail)
		if err == nil {
			err = s.forgetClient(ctx, r.Key, it, e.Client)
		}
		if err != nil && !errors.Is(err, item.ErrNotFound) {
			return err
		}
	}
	contacts, err := s.Directory.ContactsByRule(ctx, r.ID, 1000)
	if err != nil {
		return err
	}
	for _, c := range contacts {
		err := s.changeContact(ctx, c.ID, func(tx *directory.Tx, c directory.Contact) error {
			learned := func(email string) bool { return c.Learned[email] == r.ID && (sender == "" || email == sender) }
			c.Emails = slices.DeleteFunc(slices.Clone(c.Emails), learned)
			c.Learned = maps.Clone(c.Learned)
			maps.DeleteFunc(c.Learned, func(email, _ string) bool { return learned(email) })
			if len(c.Emails) == 0 {
				return tx.DeleteContact(c.ID)
			}
			_, err := tx.SaveContact(c)
			return err
		})
		if err != nil {
			return err
		}
	}
	if r.Kind == directory.AddressContact {
		return s.removeDomainEvidence(ctx, r)
	}
	return nil
}

// removeDomainEvidence removes what a wrong rule of an address said about the domain.
func (s *Service) removeDomainEvidence(ctx context.Context, r directory.Rule) error {
	for _, e := range r.Evidence {
		domain, known, err := s.Directory.RuleFor(ctx, directory.DomainClient, directory.Domain(r.Key))
		if err == nil && known {
			err = s.removeEvidence(ctx, domain, e.Mail, false)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// removeEvidence removes what a rule learned from one mail. With stays, a rule that
// is on stays on as long as other evidence or a person supports it.
func (s *Service) removeEvidence(ctx context.Context, r directory.Rule, mail string, stays bool) error {
	_, err := s.changeRule(ctx, r.Kind, r.Key, func(now directory.Rule) (directory.Rule, error) {
		if !slices.ContainsFunc(now.Evidence, func(e directory.Evidence) bool { return e.Mail == mail }) {
			return directory.Rule{}, nil
		}
		less := learn.Forget(now, mail)
		if stays && now.State == directory.RuleOn && (len(less.Evidence) > 0 || now.SwitchedBy != "") {
			less.State = directory.RuleOn
		}
		return less, nil
	})
	return err
}

func (s *Service) setState(ctx context.Context, r directory.Rule, state directory.RuleState) error {
	_, err := s.changeRule(ctx, r.Kind, r.Key, func(now directory.Rule) (directory.Rule, error) {
		if now.Kind == "" || now.State == state {
			return directory.Rule{}, nil
		}
		if state == directory.RuleUndoing && r.Revision != now.Revision {
			return now, fmt.Errorf("rule %s: %w", r.ID, directory.ErrChanged) // others may have confirmed it meanwhile
		}
		now.State, now.Undoing = state, ""
		if state == directory.RuleUndoing {
			now.Undoing = r.Undoing
		}
		if state == directory.RuleLearning || state == directory.RuleUndone {
			now.Evidence, now.Count = nil, 0
		}
		return now, nil
	})
	return err
}
