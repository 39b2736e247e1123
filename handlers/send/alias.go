package send

import (
	"context"
	"log/slog"

	"kantoorpost/shared/mail"
)

// usesAlias says whether the mail is to leave from an alias of its mailbox.
func (s *sending) usesAlias() bool { return s.reply.Alias != "" && !s.reply.AliasRefused }

// from is who the draft says that it is from, nil for whom Exchange puts there.
func (s *sending) from() *mail.Address {
	switch {
	case s.reply.Alias == "":
		return nil
	case s.reply.AliasRefused:
		return &mail.Address{Email: s.reply.Address}
	}
	return &mail.Address{Email: s.reply.Alias}
}

// lookAtSender looks whether the mail that just left has kept its alias: Exchange puts the
// address of the mailbox in its place where the organisation does not allow that, and does
// not say so. While the mail is on its way nothing is known, which keeps nothing back.
// https://learn.microsoft.com/exchange/recipients-in-exchange-online/manage-user-mailboxes/send-from-alias
func (s *sending) lookAtSender(ctx context.Context) error {
	if !s.usesAlias() {
		return nil
	}
	d, err := s.graph.Draft(ctx, s.reply.Mailbox, s.reply.DraftID)
	if err != nil || d.IsDraft {
		slog.InfoContext(ctx, "from which address a reply left is not known", "error", err)
		return nil
	}
	return s.Outbox.NoteCopy(ctx, s.reply, d)
}
