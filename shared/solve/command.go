package solve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/table"
)

// Solve carries out what a person decided about a mail. Errors: *NotWaiting, *Busy,
// *WrongAction, *Invalid, *Gone, those of who.May, those of the directory about the
// data of a contact (*directory.Invalid, *directory.Conflict), and those of the
// tables. After an error of the tables the tick may still carry out the solution;
// after the others nothing has changed.
//
// First is what was suggested first, nil for nothing; it is counted with the solution.
// A repeated solution is no error: its second call finds it done.
func (s *Service) Solve(ctx context.Context, id string, who Person, solution item.Solution, first *learn.Suggestion) (Result, error) {
	for range table.Tries(ctx) {
		it, err := s.Items.Get(ctx, id)
		if err != nil {
			return Result{}, err
		}
		if c := it.Claim; c != nil {
			switch {
			case c.By == who.ID && c.Solution == solution:
				return s.carryOut(ctx, it) // the same request twice, or its answer was lost
			case inProgress(c):
				return Result{}, &Busy{it}
			}
			if err := s.Finish(ctx, it); err != nil {
				return Result{}, err
			}
			continue
		}
		if !it.Waits() {
			if o := it.Override; o.By == who.ID && o.Action == solution.Action {
				return Result{Mail: it, Rule: o.Rule}, nil
			}
			return Result{}, &NotWaiting{it}
		}
		if it.State == item.Parked && !slices.Contains(item.Solutions(it.Reason), solution.Action) {
			return Result{}, &WrongAction{solution.Action, it.Reason, item.Solutions(it.Reason)}
		}
		if err := who.May(it, solution.Action); err != nil {
			return Result{}, err
		}
		claimed, err := s.claim(ctx, it, who, solution, first)
		if table.CanRepeat(ctx, err) {
			continue // somebody changed the mail, or the answer of the table was lost
		}
		if err != nil {
			return Result{}, err
		}
		return s.carryOut(ctx, claimed)
	}
	return Result{}, table.Overtaken(table.ErrChanged, "claim mail %s for a solution", id)
}

// firstOf says whether a solution follows the first suggestion; nil when there was none.
func firstOf(s *learn.Suggestion, solution item.Solution) *item.First {
	if s == nil {
		return nil
	}
	return &item.First{Chance: s.Score, Done: s.Is(solution), Sure: s.Sure() && !solution.Portal}
}

// claim stores on a mail the solution that is going to be carried out, if nobody
// changed the mail since it was read.
func (s *Service) claim(ctx context.Context, it item.Item, who Person, solution item.Solution, first *learn.Suggestion) (item.Item, error) {
	c := &item.Claim{Solution: solution, By: who.ID, Manager: who.Manager, At: time.Now().UTC(), First: firstOf(first, solution)}
	if err := s.compare(ctx, c.First, first, solution); err != nil {
		return it, err
	}
	if solution.Action == item.ChooseClient && it.Facts.Contact != "" {
		from, err := s.Directory.Contact(ctx, it.Facts.Contact)
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			return it, err
		}
		c.Added = err == nil && !slices.Contains(from.Clients, solution.Client)
	}
	it.Claim = c
	if err := s.Items.Commit(ctx, it.Transition(it.State, "")...); err != nil {
		return it, fmt.Errorf("claim mail %s: %w", it.ID, err)
	}
	return s.Items.Get(ctx, it.ID)
}

// unclaim removes the Claim of a mail whose solution was refused: it waits as before.
func (s *Service) unclaim(ctx context.Context, it item.Item) error {
	it.Claim = nil
	err := s.Items.Commit(ctx, it.Transition(it.State, "")...)
	if err != nil && !table.IsConflict(err) {
		return fmt.Errorf("remove claim of mail %s: %w", it.ID, err)
	}
	return nil
}

// claimTimeout is how long nobody else finishes a solution.
const claimTimeout = 2 * time.Minute

func inProgress(c *item.Claim) bool { return time.Since(c.At) < claimTimeout }

// Finish carries out the solution of a claimed mail, once the Claim is older than
// claimTimeout. A solution that is refused is given up. Errors are those of the
// tables.
func (s *Service) Finish(ctx context.Context, it item.Item) error {
	if it.Claim == nil || inProgress(it.Claim) {
		return nil
	}
	_, err := s.carryOut(ctx, it)
	if refused(err) {
		slog.WarnContext(ctx, "a solution that broke off is given up", "mail", it.ID, "error", err)
		return nil
	}
	return err
}

// refused tells whether err refuses a solution: repeating it would not help.
func refused(err error) bool {
	var (
		invalid  *Invalid
		gone     *Gone
		wrong    *WrongAction
		waiting  *NotWaiting
		entry    *directory.Invalid
		conflict *directory.Conflict
		tooLarge *directory.TooLarge
	)
	return errors.As(err, &invalid) || errors.As(err, &gone) || errors.As(err, &wrong) || errors.As(err, &waiting) ||
		errors.As(err, &entry) || errors.As(err, &conflict) || errors.As(err, &tooLarge)
}

// carryOut carries out the solution of a claimed mail. Any part of it may have been
// done already.
func (s *Service) carryOut(ctx context.Context, it item.Item) (Result, error) {
	if it.Claim == nil {
		return Result{Mail: it, Rule: it.Override.Rule}, nil // an equal request of the same person was faster
	}
	ctx = audit.As(ctx, it.Claim.By)
	cmd := &command{Service: s, it: it, Claim: *it.Claim}
	// Nothing is learned from mail whose sender Exchange doubts.
	cmd.Alone = cmd.Alone || it.Verdict == item.VerdictFail
	cmd.override = it.Override
	cmd.override.Action, cmd.override.By, cmd.override.At, cmd.override.Rule = cmd.Action, cmd.By, cmd.At, ""
	cmd.override.First = cmd.First
	var err error
	switch cmd.Action {
	case item.LinkContact:
		err = cmd.link(ctx)
	case item.CreateContact:
		err = cmd.create(ctx)
	case item.ChooseClient:
		err = cmd.choose(ctx)
	case item.Release:
		err = cmd.release(ctx)
	case item.Dismiss:
		err = cmd.dismiss(ctx)
	default:
		err = &Invalid{"action", "one of link-contact, create-contact, choose-client, release, dismiss"}
	}
	if refused(err) {
		if err := s.unclaim(ctx, it); err != nil {
			return Result{}, err
		}
	}
	if err == nil && cmd.First != nil && cmd.First.Sure {
		err = cmd.learnSuggested(ctx)
	}
	if err != nil {
		return Result{}, err
	}
	return cmd.finish(ctx)
}

// A command is one solution that is being carried out.
type command struct {
	*Service
	item.Claim
	it        item.Item
	override  item.Override   // what is going to be stored on the mail
	affected  []item.IndexKey // of the other mail that the solution may decide
	dismissed bool            // the mail needs no decision
}

// finish stores the solution on the mail, and has all affected mail decided.
func (cmd *command) finish(ctx context.Context) (Result, error) {
	it, err := cmd.write(ctx)
	if err != nil {
		return Result{}, err
	}
	ids := []string{it.ID}
	for _, key := range cmd.affected {
		more, err := cmd.Items.Waiting(ctx, key)
		if err != nil {
			return Result{}, err
		}
		ids = append(ids, more...)
	}
	ids = unique(ids)
	r := Result{Rule: cmd.override.Rule}
	if r.Released, r.Pending, err = cmd.decideAll(ctx, "solved", "", ids); err != nil {
		return Result{}, err
	}
	r.Mail, err = cmd.Items.Get(ctx, it.ID)
	return r, err
}

// write brings the mail from claimed to open work, or to dismissed.
func (cmd *command) write(ctx context.Context) (item.Item, error) {
	it := cmd.it
	for range table.Tries(ctx) {
		was := it.State
		it.Override, it.State, it.Reason, it.Facts, it.Claim = cmd.override, item.New, "", item.Facts{}, nil
		it.Decided = cmd.At
		if cmd.dismissed {
			it.State = item.Dismissed
		}
		it.Note(item.Attempt{At: cmd.At, By: cmd.By, Action: cmd.Action, State: it.State, Rule: cmd.override.Rule})
		ops := append(it.Transition(was, ""), item.CountOp(cmd.At, item.Hand, 1), audit.Op(audit.Entry{
			By: cmd.By, Action: "mail." + string(cmd.Action), Object: "mail " + it.ID, Mail: it.ID, Detail: cmd.detail(),
		}))
		err := cmd.Items.Commit(ctx, append(ops, cmd.First.Counts(cmd.At)...)...)
		if err == nil {
			return it, nil
		}
		if !table.CanRepeat(ctx, err) {
			return it, fmt.Errorf("solve mail %s: %w", it.ID, err)
		}
		now, err := cmd.Items.Get(ctx, it.ID)
		if err != nil {
			return it, err
		}
		if now.Claim == nil || now.Claim.By != cmd.By || !now.Claim.At.Equal(cmd.At) {
			if now.Override.At.Equal(cmd.At) && now.Override.By == cmd.By {
				return now, nil // the answer of the table was lost, or an equal request was faster
			}
			return now, &NotWaiting{now}
		}
		it = now
	}
	return it, table.Overtaken(table.ErrChanged, "solve mail %s", it.ID)
}

func (cmd *command) detail() map[string]string {
	d := map[string]string{"reason": string(cmd.it.Reason)}
	for name, v := range map[string]string{"contact": cmd.Contact, "client": cmd.Client, "scope": string(cmd.Scope),
		"rule": cmd.override.Rule} {
		if v != "" {
			d[name] = v
		}
	}
	return d
}

func unique(ids []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(ids, func(id string) bool {
		had := seen[id]
		seen[id] = true
		return had
	})
}
