package fetch

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/outbox"
)

// How far back the first round over the Sent Items goes: in a mailbox whose inbox was
// read before, and in one that is read for the first time. Each mail costs a call.
const (
	sentBack      = 24 * time.Hour
	sentFirstBack = 31 * 24 * time.Hour
)

// sentSettles is how long a mail may be listed among the Sent Items before it can be read.
// https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/11068
const sentSettles = 10 * time.Minute

// errUnsettled is the error of a sent mail that is listed and cannot be read yet.
var errUnsettled = errors.New("a sent mail is listed and not found")

// readSent reads the Sent Items of a mailbox: what team members answered in Outlook. A
// failure is stored with their cursor and does not count as one of the mailbox.
// inboxRead is when its inbox was last read before, zero for never. The error is one of
// the tables or queues.
func (h *Handler) readSent(ctx context.Context, graph connector.Graph, b *connector.Mailbox, inboxRead time.Time, claim string) error {
	now := h.Connectors.Now().UTC()
	if b.Sent.NotBefore.After(now) || b.Sent.Taken(claim, now) {
		return nil
	}
	f := folder{
		cursor: &b.Sent, since: b.From, delta: graph.SentDelta, save: h.Connectors.SaveSentCursor,
		store: func(ctx context.Context, page mail.Page) (int, error) { return h.storeSent(ctx, graph, b, page) },
		next: func(claim string) job.Fetch {
			j := continuation(b, claim)
			j.Sent = j.Mailboxes
			return j
		},
	}
	start := now.Add(-sentBack)
	if inboxRead.IsZero() {
		start = now.Add(-sentFirstBack)
	}
	if last := b.Sent.LastRound.Add(-time.Hour); last.After(start) || !b.Sent.LastRound.IsZero() {
		start = last // a link that expired: what was kept since then is known
	}
	if start.After(f.since) {
		f.since = start
	}
	_, err := h.round(ctx, f, b.Activation.ID, claim)
	var storage *storageError
	switch {
	case errors.As(err, &storage):
		return storage.err
	case errors.Is(err, connector.ErrChanged):
		slog.InfoContext(ctx, "sent items left to another job, which was faster")
	case err != nil:
		slog.WarnContext(ctx, "sent items not read", "error", err)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		return f.postpone(ctx, b.Activation.ID, err, h.Connectors.Now())
	}
	return nil
}

// storeSent stores those mails of a page that may belong to a conversation: our replies
// are there already, and what else people send is not ours to keep. The round does not go past
// a mail that cannot be read yet.
func (h *Handler) storeSent(ctx context.Context, graph connector.Graph, b *connector.Mailbox, page mail.Page) (int, error) {
	var arrivals []item.Arrival
	var unsettled error
	for _, id := range page.Incomplete { // of a mail that was moved here
		m, err := graph.Message(ctx, b.Activation.ID, id)
		switch {
		case answer.IsMissing(err), errors.Is(err, answer.ErrUndecodable):
			continue
		case err != nil:
			return 0, err
		}
		page.Messages = append(page.Messages, m)
	}
	for _, m := range page.Messages {
		if !m.Sent.IsZero() {
			m.Received = m.Sent
		}
		if !wanted(b.Activation, m) {
			continue
		}
		a, keep, err := h.sent(ctx, graph, b, m)
		if errors.Is(err, errUnsettled) {
			unsettled = fault.Later(time.Minute, err)
		} else if err != nil {
			return 0, err
		}
		if keep {
			arrivals = append(arrivals, a)
		}
	}
	ids, err := h.Items.Ingest(ctx, arrivals)
	if err == nil {
		err = h.enqueue(ctx, b, ids)
	}
	if err != nil {
		return len(ids), asStorageError(err)
	}
	return len(ids), unsettled
}

// sent makes the item of a sent mail. Keep tells whether it answers a mail that is
// stored, or is in the conversation of a chat.
func (h *Handler) sent(ctx context.Context, graph connector.Graph, b *connector.Mailbox,
	m mail.Message) (a item.Arrival, keep bool, err error) {
	r, ours, err := h.Outbox.ByMessageID(ctx, bracketed(m.InternetMessageID))
	if err != nil || ours {
		return a, false, h.ownCopy(ctx, b.Activation.ID, r, m, err)
	}
	known, err := h.Items.Known(ctx, b.Activation.ID, m.ID)
	if err != nil || known {
		return a, false, asStorageError(err)
	}
	// Sent mail has no header fields in Graph.
	p, err := graph.Properties(ctx, b.Activation.ID, m.ID)
	switch {
	case answer.IsMissing(err) && h.Connectors.Now().Sub(m.Sent) < sentSettles:
		return a, false, errUnsettled
	case answer.IsMissing(err):
		return a, false, nil // deleted meanwhile; or it was seen while it left, and comes again
	case err != nil:
		return a, false, err
	case p.Reply != "": // its Message-ID was changed on the way
		r, err := h.Outbox.Load(ctx, p.Reply)
		return a, false, h.ownCopy(ctx, b.Activation.ID, r, m, err)
	}
	m.Headers = []mail.Header{{Name: "In-Reply-To", Value: p.InReplyTo}, {Name: "References", Value: strings.Join(p.References, " ")}}
	m.Type = ""
	a = arrival(b.Activation, m)
	a.Item.Sent, a.Item.Verdict = true, item.VerdictPass
	a.Item.InitialReason, a.Item.Class, a.Item.ListID, a.Item.ReplyTo = "", "", "", ""
	if by := normal(m.Sender).Email; by != a.Item.From.Email {
		a.Item.SentBy = by
	}
	keep, err = h.inConversation(ctx, a.Item)
	return a, keep, asStorageError(err)
}

// ownCopy notes what the copy of a reply of this office says about it. Err is that of finding
// the reply, which may be one of another office. An answer may have come before its changed
// Message-ID was known, and waits: the next tick decides that again.
func (h *Handler) ownCopy(ctx context.Context, mailbox string, r outbox.Reply, m mail.Message, err error) error {
	if errors.Is(err, outbox.ErrNotFound) {
		return nil
	}
	if err != nil {
		return asStorageError(err)
	}
	id := bracketed(m.InternetMessageID)
	if id != r.InternetMessageID {
		waiting, _, err := h.Items.List(ctx, item.Query{Mailbox: mailbox, State: item.Parked, Limit: 200})
		var answers []string
		for _, it := range waiting {
			if slices.Contains(it.Answers(), id) {
				answers = append(answers, it.ID)
			}
		}
		if err == nil && len(answers) > 0 {
			err = h.Items.InvalidateDecisions(ctx, answers)
		}
		if err != nil {
			return asStorageError(err)
		}
	}
	return asStorageError(h.Outbox.NoteCopy(ctx, r, mail.Draft{InternetMessageID: id, From: m.From, Sent: m.Sent}))
}

// inConversation tells whether a sent mail answers one that is stored, placed or not
// yet, or is in the conversation of a chat.
func (h *Handler) inConversation(ctx context.Context, it item.Item) (bool, error) {
	_, _, ok, err := h.Chats.Answered(ctx, it)
	if err == nil && !ok {
		_, ok, err = h.Chats.InConversation(ctx, it.Mailbox, it.ConversationID)
	}
	for _, id := range it.Answers() {
		if err != nil || ok {
			break
		}
		var earlier []item.Item
		earlier, err = h.Items.ByMessageID(ctx, id)
		ok = len(earlier) > 0
	}
	return ok, err
}
