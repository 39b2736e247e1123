package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/solve"
)

func (a *api) registerSolve() {
	const one = "/api/mails/{mail}"
	op := apiTag("mails").op
	handleMail(a, access.MailsSolve, op("solve-mail", http.MethodPost, one+"/solve",
		"Solve what keeps a mail waiting, and have all mail decided that this answers"), a.solveMail)
	handleMail(a, access.MailsSolve, op("undo-mail", http.MethodPost, one+"/undo",
		"Take back what was last decided about a mail, with what it led to"), a.undoMail)
	handleMail(a, access.MailsSolve, op("retry-mail", http.MethodPost, one+"/retry", "Process a parked mail again, at once"),
		func(ctx context.Context, _ *MailPath, it item.Item) (*detailOutput, error) {
			if it.Waits() {
				_, err := a.Solver.Retry(ctx, actor(ctx).ID(), it.ID)
				if err == nil {
					it, err = a.Items.Get(ctx, it.ID)
				}
				if err != nil {
					return nil, err
				}
			}
			return a.detail(ctx, it)
		})
	handle(a, access.MailsSolve, op("retry-mails", http.MethodPost, "/api/mails/retry",
		"Process parked mails again: some, or all that wait for a reason",
		http.StatusAccepted), a.retryMails)
	handle(a, access.MailsSolve, op("undo-mails", http.MethodPost, "/api/mails/undo", "Take back that you dismissed several mails"),
		a.undoMails)
	handle(a, access.MailsSolve, op("dismiss-mails", http.MethodPost, "/api/mails/dismiss",
		"Say of several mails that nothing needs to be done about them"), a.dismissMails)
}

// actionOfSolution is the access action that a solution needs. Not everybody
// may decide that a doubtful sender is real.
func actionOfSolution(s item.Action, r item.Reason) access.Action {
	if s == item.Release && r == item.SenderNotVerified {
		return access.MailsRelease
	}
	return access.MailsSolve
}

// person is the caller as a solver of mail. Package solve checks the caller's
// rights on a mail while it changes the mail.
func (a *api) person(ctx context.Context) (solve.Person, error) {
	who := actor(ctx)
	visible, err := a.visibility(ctx)
	return solve.Person{
		ID: who.ID(), Manager: access.Can(who, access.RulesWrite, access.Some),
		May: func(it item.Item, s item.Action) error {
			// The right to solve at all is checked first: other callers are
			// not told that a mail exists.
			if err := mayDo(who, visible, it, access.MailsSolve); err != nil {
				return err
			}
			return mayDo(who, visible, it, actionOfSolution(s, it.Reason))
		},
	}, err
}

func (a *api) solveMail(ctx context.Context, in *struct {
	MailPath
	Body wire.SolveBody
}, it item.Item) (*bodyOutput[wire.Solved], error) {
	who, err := a.person(ctx)
	if err != nil {
		return nil, err
	}
	first := a.firstSuggestion(ctx, it)
	b := in.Body
	solution := item.Solution{
		Action: item.Action(b.Action), Contact: b.Contact, Client: b.Client, Scope: item.Scope(b.Scope), Alone: b.Remember != nil && !*b.Remember,
		Name: b.Name, Email: b.Email, Phone: b.Phone, Function: b.Function, Portal: b.Portal,
	}
	r, err := a.Solver.Solve(ctx, in.Mail, who, solution, first)
	if late := (*solve.NotWaiting)(nil); errors.As(err, &late) {
		return nil, newProblem(http.StatusConflict, "this mail waits no longer: "+a.whatHappened(ctx, late.Mail))
	}
	if err != nil {
		return nil, err
	}
	out := wire.Solved{Mail: mailOf(r.Mail), Released: r.Released, Pending: r.Pending, Rule: r.Rule}
	if rule, err := a.Directory.Rule(ctx, r.Rule); err == nil {
		out.RuleState = string(rule.State)
	}
	return bodyOf(out, nil)
}

func (a *api) undoMail(ctx context.Context, _ *MailPath, it item.Item) (*bodyOutput[wire.Undone], error) {
	who, err := a.person(ctx)
	if err != nil {
		return nil, err
	}
	r, err := a.Solver.Undo(ctx, it.ID, who)
	if err != nil {
		return nil, err
	}
	return bodyOf(wire.Undone{Mail: mailOf(r.Mail), Reopened: r.Released}, nil)
}

// whatHappened says who last did what to a mail, and when.
func (a *api) whatHappened(ctx context.Context, it item.Item) string {
	text := "it is " + string(it.State)
	for _, h := range slices.Backward(it.History) {
		if h.By == "" {
			continue
		}
		who, _ := a.Directory.MemberName(ctx, h.By) // a name less is no reason to fail
		return fmt.Sprintf("%s since %s did %s at %s", text, cmp.Or(who, "somebody"), h.Action, h.At.Format("2006-01-02 15:04 MST"))
	}
	return text
}

func (a *api) retryMails(ctx context.Context, in *struct{ Body wire.RetryBody }) (*bodyOutput[wire.Retried], error) {
	var ids []string
	var err error
	switch b := in.Body; {
	case (len(b.Mails) == 0) == (b.Reason == ""):
		return nil, invalid("body", `either "mails" or "reason"`)
	case b.Reason != "":
		ids, err = a.parkedFor(ctx, item.Reason(b.Reason))
	default:
		ids, err = a.solvable(ctx, b.Mails, item.Item.Waits)
	}
	if err != nil || len(ids) == 0 {
		return bodyOf(wire.Retried{}, err)
	}
	r, err := a.Solver.Retry(ctx, actor(ctx).ID(), ids...)
	return bodyOf(wire.Retried{Asked: len(ids), Released: r.Released}, err)
}

// maxRead is the most mails, dismissed together, of which the first suggestion is read:
// that takes up to 20 ms for each.
const maxRead = 20

func (a *api) dismissMails(ctx context.Context, in *struct{ Body wire.ManyBody }) (*bodyOutput[wire.Dismissed], error) {
	ids, err := a.solvable(ctx, in.Body.Mails, item.Item.Waits)
	if err != nil {
		return nil, err
	}
	who, err := a.person(ctx)
	if err != nil {
		return nil, err
	}
	read := 0
	first := func(ctx context.Context, it item.Item) *learn.Suggestion {
		if read++; read > maxRead {
			return nil
		}
		return a.firstSuggestion(ctx, it)
	}
	n, err := a.Solver.Dismiss(ctx, who, first, ids...)
	return bodyOf(wire.Dismissed{Dismissed: n}, err)
}

func (a *api) undoMails(ctx context.Context, in *struct{ Body wire.ManyBody }) (*bodyOutput[wire.Reopened], error) {
	ids, err := a.solvable(ctx, in.Body.Mails, func(it item.Item) bool { return it.State == item.Dismissed })
	if err != nil {
		return nil, err
	}
	who, err := a.person(ctx)
	if err != nil {
		return nil, err
	}
	n, err := a.Solver.UndoDismissals(ctx, who, ids...)
	return bodyOf(wire.Reopened{Reopened: n}, err)
}

// solvable are the given mails that fit and that the caller may solve, each
// once and in the given order. A mail that the caller may not see is skipped,
// as a missing one is.
func (a *api) solvable(ctx context.Context, ids []string, fits func(item.Item) bool) ([]string, error) {
	visible, err := a.visibility(ctx)
	if err != nil {
		return nil, err
	}
	ids = unique(ids)
	may := map[string]bool{}
	for part := range slices.Chunk(ids, 200) {
		items, err := a.Items.Load(ctx, part)
		if err != nil {
			return nil, err
		}
		for _, it := range items {
			may[it.ID] = fits(it) && access.Can(actor(ctx), access.MailsSolve, visible.Object(it.Mailbox))
		}
	}
	return slices.DeleteFunc(ids, func(id string) bool { return !may[id] }), nil
}

func unique(ids []string) []string {
	seen := make(map[string]bool, len(ids))
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		again := seen[id]
		seen[id] = true
		return again
	})
}

// parkedFor are the mails that wait for a reason and that the caller may
// solve, at most item.MaxWaiting.
func (a *api) parkedFor(ctx context.Context, reason item.Reason) ([]string, error) {
	if !slices.Contains(item.Reasons(), reason) {
		return nil, invalid("body.reason", "one of the reasons")
	}
	boxes, err := a.mailboxes(ctx, "")
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, box := range boxes {
		for q := (item.Query{Mailbox: box, State: item.Parked, Limit: 1000}); len(ids) < item.MaxWaiting; {
			items, next, err := a.Items.List(ctx, q)
			if err != nil {
				return nil, err
			}
			for _, it := range items {
				if it.Reason == reason {
					ids = append(ids, it.ID)
				}
			}
			if q.After = next; next == "" {
				break
			}
		}
	}
	return ids[:min(len(ids), item.MaxWaiting)], nil
}
