package process

import (
	"context"

	"kantoorpost/shared/item"
)

// beforeSender decides mail that waits or is dismissed whoever its sender is. Otherwise
// the decision is not made, and has only the rule that accepts the mail.
func beforeSender(ctx context.Context, it item.Item, o office) (decision, error) {
	var d decision
	named := it.InitialReason == item.NoSender && it.Override.Contact != "" // a person said who wrote it
	if it.InitialReason != "" && !it.Override.Releases(it.InitialReason) && !named {
		var err error
		if d, err = decideInitialReason(ctx, it, o); err != nil || d.made() {
			return d, err
		}
	}
	switch {
	case it.From.Email == "" && it.Override.Contact == "":
		return park(item.NoSender, item.Facts{})
	case it.Verdict == item.VerdictFail && !it.Override.Releases(item.SenderNotVerified):
		return park(item.SenderNotVerified, item.Facts{})
	case it.NotAnalysed && !it.Override.Releases(item.NotAnalysed):
		return park(item.NotAnalysed, item.Facts{})
	}
	return d, nil
}

// decideInitialReason decides mail with an initial reason: a program wrote it, or it is
// too large or undecodable. An automatic answer of a contact joins the chat that it
// answers, and starts none. No rule dismisses other mail of a contact with clients, and no
// rule decides mail whose sender Exchange doubts. Mail of a portal is like any other.
//
// https://www.rfc-editor.org/rfc/rfc3834#section-5
func decideInitialReason(ctx context.Context, it item.Item, o office) (decision, error) {
	if it.NotAnalysed {
		return park(it.InitialReason, item.Facts{})
	}
	if it.Class != "" && it.Verdict != item.VerdictFail {
		if d, ok, err := joinQuietly(ctx, it, o); err != nil || ok {
			return d, err
		}
	}
	if !it.Override.NoRules && it.Verdict != item.VerdictFail && (it.InitialReason == item.Automated || it.InitialReason == item.Bounce) {
		from, contact, err := o.Contact(ctx, it.From.Email)
		if err != nil {
			return decision{}, err
		}
		if from.Portal && it.InitialReason == item.Automated && it.Class == "" {
			return decision{}, nil // what a portal sends is written by a program, for a client
		}
		rule := ""
		if !contact || automaticAnswer(it) || from.noClient() {
			rule, err = o.DismissedBy(ctx, it, from.ID)
		}
		if err != nil || rule != "" {
			return decision{Dismiss: true, Rules: []string{rule}}, err
		}
		if it.InitialReason == item.Automated {
			if rule, err = o.AcceptedBy(ctx, it); err != nil || rule != "" {
				return decision{Rules: []string{rule}}, err
			}
		}
	}
	return park(it.InitialReason, item.Facts{})
}

// joinQuietly puts mail that a program wrote for somebody who is known to the chat that
// it answers into that chat, where it is unread for nobody.
func joinQuietly(ctx context.Context, it item.Item, o office) (decision, bool, error) {
	c, named, ok, err := o.Answered(ctx, it)
	if err != nil || !ok {
		return decision{}, false, err
	}
	from, _, other, err := author(ctx, it, o)
	if err != nil || other {
		return decision{}, false, err
	}
	s, joins, err := participates(ctx, c, it, o, from)
	if err != nil || !joins || !named && c.Contact != from.ID {
		return decision{}, false, err
	}
	return decision{Join: &c, Quiet: true, From: from, Client: c.Client, participation: s}, true, nil
}

// automaticAnswer tells whether a program wrote the mail as an answer. No other mail of
// a contact may be dismissed without a person.
func automaticAnswer(it item.Item) bool { return it.Class == item.AutoReply || acknowledges(it) }

// acknowledges tells whether the mail only says that another one arrived or that an
// invitation was answered.
func acknowledges(it item.Item) bool {
	return it.Class == item.ReadReceipt || it.Class == item.InvitationResponse
}

// acknowledgement decides such mail. It joins the chat that it answers and never starts
// one. Without a chat it is dismissed, unless its sender is doubted or a person undid
// that.
func acknowledgement(ctx context.Context, it item.Item, o office) (decision, error) {
	if it.Verdict == item.VerdictFail && !it.Override.Releases(item.SenderNotVerified) {
		return park(item.SenderNotVerified, item.Facts{})
	}
	if d, ok, err := joinQuietly(ctx, it, o); err != nil || ok {
		return d, err
	}
	return decision{Reason: item.Acknowledgement, Dismiss: !it.Override.NoRules}, nil
}
