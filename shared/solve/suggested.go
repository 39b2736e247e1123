package solve

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
)

// compare says in first, a sure suggestion, whether a solution is for the client that was
// suggested, though it is another one: who wrote a mail is another question. A solution that
// leaves the client open does not count.
func (s *Service) compare(ctx context.Context, first *item.First, suggested *learn.Suggestion, solution item.Solution) error {
	if first == nil || !first.Sure || first.Done || solution.Contact == "" && solution.Client == "" {
		return nil
	}
	chosen := []string{solution.Client}
	if solution.Client == "" {
		c, err := s.Directory.Contact(ctx, solution.Contact)
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			return err
		}
		chosen = c.Clients
	}
	first.Sure, first.SameClient = len(chosen) == 1, len(chosen) == 1 && chosen[0] == suggested.Client.ID
	return nil
}

// learnSuggested notes in the record of sure suggestions whether the person chose the
// client that was suggested.
func (cmd *command) learnSuggested(ctx context.Context) error {
	e := directory.Evidence{At: cmd.At, By: cmd.By, Mail: cmd.it.ID, Action: string(cmd.Action), Client: cmd.Client}
	return cmd.teachSuggested(ctx, e, cmd.First.Right())
}

// correctSuggested notes that a sure suggestion which somebody followed was wrong after
// all: the solution of the mail is taken back, or the mail is moved. Right says that the
// move is undone.
func (s *Service) correctSuggested(ctx context.Context, it item.Item, by string, right bool) error {
	first := it.Override.First
	if first == nil || !first.Sure || !first.Right() {
		return nil
	}
	e := directory.Evidence{At: time.Now().UTC(), By: by, Mail: it.ID, Action: string(it.Override.Action), Client: it.Override.Client}
	return s.teachSuggested(ctx, e, right)
}

// teachSuggested puts one mail in the record of sure suggestions. A mail is in it once, so
// this may be repeated.
func (s *Service) teachSuggested(ctx context.Context, e directory.Evidence, right bool) error {
	_, err := s.changeRule(ctx, directory.SuggestedClient, directory.KindSuggested, func(was directory.Rule) (directory.Rule, error) {
		return learn.TeachSuggested(was, e, right), nil
	})
	if err != nil {
		return fmt.Errorf("note whether the sure suggestion for mail %s was right: %w", e.Mail, err)
	}
	return nil
}
