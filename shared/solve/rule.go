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
	err = s.Directory.Change(audit.As(ctx, by), func(tx *directory.Tx) error {
		now, known, err := tx.Rule(r.Kind, r.Key)
		if err == nil && !known {
			err = directory.ErrNotFound
		}
		if err != nil {
			return err
		}
		if revision != "" && revision != now.Revision {
			return fmt.Errorf("rule %s: %w", rule, directory.ErrChanged)
		}
		// The address itself is stored with its contact: no switch changes that.
		if now.Kind == directory.AddressContact || now.State == directory.RuleUndoing || now.State == directory.RuleUndone {
			return &Unswitchable{now}
		}
		switch now.State, now.SwitchedBy = directory.RuleOff, ""; {
		case on && now.Kind == directory.SuggestedClient:
			now = learn.Settle(now)
		case on:
			now.State, now.SwitchedBy = directory.RuleOn, by
		}
		r, err = tx.SaveRule(now)
		return err
	})
	return r, err
}

// An Unswitchable error says that a rule can be undone but not switched.
type Unswitchable struct{ Rule directory.Rule }

func (e *Unswitchable) Error() string {
	if e.Rule.Kind == directory.AddressContact {
		return "an address stays its contact's until its rule is undone"
	}
	return "this rule was undone"
}
