package solve

import (
	"context"
	"fmt"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/learn"
)

// Switch turns a rule on or off. A rule that is off decides nothing more; its
// earlier decisions stay. Revision "" accepts any version. Errors:
// directory.ErrNotFound, directory.ErrChanged, *Unswitchable.
func (s *Service) Switch(ctx context.Context, rule, revision, by string, on bool) (directory.Rule, error) {
	r, err := s.Directory.Rule(ctx, rule)
	if err != nil {
		return r, err
	}
	return s.changeRule(audit.As(ctx, by), r.Kind, r.Key, func(now directory.Rule) (directory.Rule, error) {
		switch {
		case now.Kind == "":
			return now, directory.ErrNotFound
		case revision != "" && revision != now.Revision:
			return now, fmt.Errorf("rule %s: %w", rule, directory.ErrChanged)
		// The address itself is stored with its contact: no switch changes that.
		case now.Kind == directory.AddressContact, now.State == directory.RuleUndoing, now.State == directory.RuleUndone:
			return now, &Unswitchable{now}
		}
		switch now.State, now.SwitchedBy = directory.RuleOff, ""; {
		case on && now.Kind == directory.SuggestedClient:
			now = learn.Settle(now)
		case on:
			now.State, now.SwitchedBy = directory.RuleOn, by
		}
		return now, nil
	})
}

// changeRule lets change make another rule of that of a kind about a key, and returns it as
// it is saved. Change gets the zero Rule when there is none, and returns the zero Rule to
// save nothing.
func (s *Service) changeRule(ctx context.Context, kind directory.RuleKind, key string,
	change func(directory.Rule) (directory.Rule, error)) (now directory.Rule, err error) {
	err = s.Directory.Change(ctx, func(tx *directory.Tx) error {
		was, _, err := tx.Rule(kind, key)
		if err == nil {
			now, err = change(was)
		}
		if err == nil && now.Kind != "" {
			now, err = tx.SaveRule(now)
		}
		return err
	})
	return now, err
}

// An Unswitchable error says that a rule can be undone but not switched.
type Unswitchable struct{ Rule directory.Rule }

func (e *Unswitchable) Error() string {
	if e.Rule.Kind == directory.AddressContact {
		return "an address stays its contact's until its rule is undone"
	}
	return "this rule was undone"
}
