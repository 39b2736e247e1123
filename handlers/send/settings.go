package send

import (
	"cmp"
	"context"

	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailhtml"
)

// defaultZone is that of a mailbox whose settings cannot be read.
const defaultZone = "W. Europe Standard Time"

func (s *sending) settings(ctx context.Context) mail.MailboxSettings {
	return s.Addresses.MailboxSettings(ctx, s.box)
}

// language returns the language of the fixed texts, and whether Exchange writes it too.
func (s *sending) language(ctx context.Context) (l mailhtml.Language, same bool) {
	ofMailbox := mailhtml.LanguageOf(s.settings(ctx).Language)
	l = cmp.Or(mailhtml.Language(s.reply.Language), ofMailbox)
	return l, l == ofMailbox
}
