package send

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailhtml"
	"kantoorpost/shared/outbox"
)

const (
	// maxText is the largest text of a draft, in bytes of JSON. Graph takes requests
	// of 4 MB.
	// https://learn.microsoft.com/graph/throttling#request-size
	maxText = 3_500_000
	// maxQuote is how much plain text is quoted when the whole quote is too large, in
	// bytes.
	maxQuote = 100_000
)

// write writes the reply into its draft: attachments, text, subject and recipients.
// It can be repeated.
func (s *sending) write(ctx context.Context, d mail.Draft) error {
	text, err := s.Outbox.Body(ctx, s.reply.ID)
	if err != nil {
		return err
	}
	own := mailhtml.Own{Mark: "kantoorpost-" + s.reply.ID, Text: text, Signature: s.reply.Signature}
	document, err := s.document(ctx, d, own)
	if err != nil {
		return err
	}
	if document, err = s.attach(ctx, d, document); err != nil {
		return err
	}
	to, cc, bcc := outbox.Addresses(s.reply.To), outbox.Addresses(s.reply.Cc), outbox.Addresses(s.reply.Bcc)
	patch := mail.DraftPatch{Subject: &s.reply.Subject, HTML: &document, To: &to, Cc: &cc, Bcc: &bcc, From: s.from()}
	err = s.graph.PatchDraft(ctx, s.reply.Mailbox, d.ID, patch)
	if err != nil && lasts(err) && s.usesAlias() {
		s.reply.AliasRefused = true // it is stored before the draft leaves
		patch.From = s.from()
		err = s.graph.PatchDraft(ctx, s.reply.Mailbox, d.ID, patch)
	}
	return ofGraph(err)
}

// quotes says whether the mail that is answered stands below the answer.
func (s *sending) quotes() bool {
	return !s.reply.NoQuote && s.reply.Mode != outbox.ModeNew && s.reply.Answers != ""
}

// document returns the whole text of the mail: the quote is the one that Exchange put into the
// draft, or else one of our own, as when Exchange writes another language.
func (s *sending) document(ctx context.Context, d mail.Draft, own mailhtml.Own) (string, error) {
	if !s.quotes() {
		return mailhtml.Document(own, ""), nil
	}
	language, same := s.language(ctx)
	ofExchange := exchangeQuote(d, own)
	if ofExchange != "" && same {
		return ofExchange, nil
	}
	q, found, err := s.quoted(ctx)
	if err != nil || !found || q.IsCut && ofExchange != "" {
		return cmp.Or(ofExchange, mailhtml.Document(own, "")), err
	}
	zone := s.settings(ctx).Location()
	if whole := mailhtml.Document(own, mailhtml.Quote(q, language, zone)); mailhtml.Encoded(whole) <= maxText {
		return whole, nil
	}
	return cmp.Or(ofExchange, mailhtml.Document(own, mailhtml.ShortQuote(q, language, zone, maxQuote))), nil
}

// exchangeQuote is a draft of Exchange with the own text above its quote; "" when it quotes
// nothing, or more than a request takes.
func exchangeQuote(d mail.Draft, own mailhtml.Own) string {
	base := d.Body
	if d.Truncated || base == "" {
		return ""
	}
	if d.BodyType == "text" {
		base = mailhtml.FromText(base)
	}
	if rest, found := mailhtml.Remove(base, own); found {
		base = rest
	}
	if !hasQuote(base) {
		return ""
	}
	whole := mailhtml.Insert(base, own)
	if mailhtml.Encoded(whole) > maxText {
		return ""
	}
	return whole
}

// hasQuote says whether a draft holds anything to quote.
func hasQuote(document string) bool {
	return mailhtml.Text(document) != "" || strings.Contains(strings.ToLower(document), "<img")
}

// quoted returns the message that the reply answers, as it is stored; false when it
// is not stored.
func (s *sending) quoted(ctx context.Context) (mailhtml.Quoted, bool, error) {
	it, found, err := s.answered(ctx)
	if err != nil {
		return mailhtml.Quoted{}, false, err
	}
	if found {
		body, err := s.Items.Body(ctx, it)
		return mailhtml.Quoted{
			From: it.From, To: it.To, Cc: it.Cc, Sent: it.Received, Subject: it.Subject, Body: body, IsHTML: it.BodyType == "html",
			IsCut: it.BodyTruncated,
		}, true, err
	}
	r, err := s.Outbox.Load(ctx, s.reply.Answers)
	if errors.Is(err, outbox.ErrNotFound) {
		return mailhtml.Quoted{}, false, nil
	}
	if err != nil {
		return mailhtml.Quoted{}, false, err
	}
	body, err := s.Outbox.Body(ctx, r.ID)
	return mailhtml.Quoted{
		From: mail.Address{Email: r.Address}, To: outbox.Addresses(r.To), Cc: outbox.Addresses(r.Cc), Sent: r.SentAt, Subject: r.Subject,
		Body: body + r.Signature, IsHTML: true,
	}, true, err
}

// answered returns the mail that the reply answers; false when it is no mail.
func (s *sending) answered(ctx context.Context) (item.Item, bool, error) {
	items, err := s.Items.Load(ctx, []string{s.reply.Answers})
	if err != nil || len(items) == 0 {
		return item.Item{}, false, err
	}
	return items[0], true, nil
}
