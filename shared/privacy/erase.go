package privacy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

// Erase removes a contact from the directory and begins to erase what is stored about him or
// her. Continue does the rest. Errors: those of directory.Store.EraseContact.
func (s *Service) Erase(ctx context.Context, contact, revision string) error {
	_, err := s.Directory.EraseContact(ctx, contact, revision)
	return err
}

// Continue goes on with the erasures until a time, from where they stopped. Done says that
// none is left.
func (s *Service) Continue(ctx context.Context, until time.Time) (done bool, err error) {
	all, err := s.Directory.Erasures(ctx)
	done = true
	for _, e := range all {
		finished, errOne := s.eraseOne(ctx, e, until)
		if errOne != nil {
			errOne = fmt.Errorf("erase contact %s: %w", e.Contact, errOne)
		}
		done, err = done && finished, errors.Join(err, errOne)
	}
	return done && err == nil, err
}

// eraseOne erases in rounds, page by page. It is finished when a round finds nothing, since
// rows may have been moved to where the round had been.
func (s *Service) eraseOne(ctx context.Context, e directory.Erasure, until time.Time) (finished bool, err error) {
	passes, busy := s.passes(), false
	for time.Now().Before(until) {
		if e.Pass >= len(passes) {
			if !e.Found {
				return true, s.Directory.FinishErasure(ctx, e)
			}
			if e.Pass, e.Found = 0, false; busy {
				break // what is under way takes a while
			}
		}
		findings, next, err := passes[e.Pass].page(ctx, e, e.After)
		if err == nil {
			err = s.noteRules(ctx, &e, findings)
		}
		for _, f := range findings {
			if err != nil {
				break
			}
			err = f.erase(ctx)
			if errors.Is(err, item.ErrBusy) || errors.Is(err, chat.ErrLeaving) {
				busy, err = true, nil
			}
		}
		if err != nil {
			return false, fmt.Errorf("%s: %w", passes[e.Pass].name, err)
		}
		e.Found = e.Found || len(findings) > 0
		if e.After = next; next == "" {
			e.Pass++
		}
		if err := s.Directory.SaveErasure(ctx, e); err != nil {
			return false, err
		}
	}
	return false, s.Directory.SaveErasure(ctx, e)
}

// noteRules stores which rules are about to be erased: nothing else tells later which
// entries of the audit are about them.
func (s *Service) noteRules(ctx context.Context, e *directory.Erasure, findings []finding) error {
	known := len(e.Rules)
	for _, f := range findings {
		if f.rule != "" && !slices.Contains(e.Rules, f.rule) {
			e.Rules = append(e.Rules, f.rule)
		}
	}
	if len(e.Rules) == known {
		return nil
	}
	return s.Directory.SaveErasure(ctx, *e)
}
