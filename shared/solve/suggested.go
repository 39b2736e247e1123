package solve

import (
	"context"
	"fmt"
	"time"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
)

// learnSuggested notes in the record of sure suggestions whether the person did what was
// suggested.
func (cmd *command) learnSuggested(ctx context.Context) error {
	e := directory.Evidence{At: cmd.At, By: cmd.By, Mail: cmd.it.ID, Action: string(cmd.Action), Client: cmd.Client}
	return cmd.teachSuggested(ctx, e, cmd.First.Done)
}

// correctSuggested notes that a sure suggestion which somebody followed was wrong after
// all: the solution of the mail is taken back, or the mail is moved. Right says that the
// move is undone.
func (s *Service) correctSuggested(ctx context.Context, it item.Item, by string, right bool) error {
	first := it.Override.First
	if first == nil || !first.Sure || !first.Done {
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
