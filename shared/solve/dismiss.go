package solve

import (
	"context"
	"slices"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
)

func (cmd *command) release(ctx context.Context) error {
	reason := cmd.it.Reason
	if reason == "" {
		return &NotWaiting{cmd.it}
	}
	cmd.override.Release = append(slices.Clip(cmd.override.Release), reason)
	if cmd.Scope != item.OfSender {
		return cmd.learnKept(ctx)
	}
	if reason != item.Automated || !learn.Teaches(cmd.it, directory.AcceptSender) {
		// The same doubt holds for the next mail of this sender.
		return &Invalid{"scope", `"once" for this reason`}
	}
	return cmd.learn(ctx, directory.AcceptSender, cmd.it.From.Email, cmd.evidence("", ""), true)
}

// dismissal returns the kind and the key of the rule that a dismissal of the mail, or
// that somebody needs it, is evidence for or against; "" when there can be none.
func (cmd *command) dismissal() (kind directory.RuleKind, key string) {
	kind, key = directory.DismissSender, cmd.it.From.Email
	if cmd.it.Class == item.AutoReply && cmd.Scope != item.OfList && cmd.Scope != item.OfSender {
		// Automatic replies need nobody, whoever sends them.
		kind, key = directory.DismissKind, directory.KindAutoReply
	} else if cmd.Scope == item.OfList || cmd.Scope != item.OfSender && cmd.it.ListID != "" {
		kind, key = directory.DismissList, cmd.it.ListID
	}
	if kind == directory.DismissSender {
		if _, err := directory.ReceivedAddress(key); err != nil {
			key = ""
		}
	}
	return kind, key
}

// learnKept learns that somebody needs automated mail like this: it is not dismissed by
// itself.
func (cmd *command) learnKept(ctx context.Context) error {
	kind, key := cmd.dismissal()
	if cmd.Alone || key == "" || cmd.it.Reason != item.Automated || !learn.Teaches(cmd.it, kind) {
		return nil
	}
	return cmd.learnDismissal(ctx, kind, key, false)
}

// learnDismissal learns what the solution says about dismissing mail, of a contact if its
// sender is one.
func (cmd *command) learnDismissal(ctx context.Context, kind directory.RuleKind, key string, forever bool) error {
	from, _, err := cmd.Directory.ContactByAddress(ctx, cmd.it.From.Email)
	if err != nil {
		return err
	}
	return cmd.learn(ctx, kind, key, cmd.evidence(from.ID, ""), forever)
}

func (cmd *command) dismiss(ctx context.Context) (err error) {
	kind, key := cmd.dismissal()
	always := cmd.Scope == item.OfList || cmd.Scope == item.OfSender
	contact := false // with clients, or a portal
	if key != "" && kind != directory.DismissKind && cmd.it.From.Email != "" {
		from, known, err := cmd.Directory.ContactByAddress(ctx, cmd.it.From.Email)
		if err != nil {
			return err
		}
		contact = known && !from.NoClient()
	}
	noClient := cmd.it.Reason == item.UnknownSender || cmd.it.Reason == item.SenderNoClient
	switch {
	case always && !learn.Teaches(cmd.it, kind):
		return &Invalid{"scope", `"once": nothing proves who sent this mail, so that nothing is learned from it`}
	case always && contact:
		return &Invalid{"scope", `"once": mail of a contact with clients is never dismissed by itself`}
	case always && cmd.it.Reason != item.Automated && cmd.it.Reason != item.Bounce && !noClient:
		return &Invalid{"scope", `"once" for this reason`}
	case always && key == "":
		return &Invalid{"scope", `"once", or "sender": the mail came through no list`}
	case !cmd.Alone && !contact && learn.Teaches(cmd.it, kind) &&
		(always || key != "" && (cmd.it.Reason == item.Automated || noClient && learn.Routine(cmd.it))):
		// Dismissals that are repeated often enough make a rule as well.
		err = cmd.learnDismissal(ctx, kind, key, always)
	}
	cmd.dismissed = true
	if err == nil && cmd.it.Reason == item.InternalSender {
		err = cmd.learnForwarded(ctx, "")
	}
	return err
}
