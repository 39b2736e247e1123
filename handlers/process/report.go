package process

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"kantoorpost/shared/bounce"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/outbox"
)

// reported decides a delivery report on a reply of this office: it says what became of
// the reply, and joins its chat, where it is unread for nobody. Whether its own sender
// is verified says nothing, since mail systems sign with any domain. A report on other
// mail waits for a person.
func reported(ctx context.Context, it item.Item, o office) (decision, bool, error) {
	if it.InitialReason != item.Bounce || it.Report == nil || it.Override.Releases(item.Bounce) {
		return decision{}, false, nil
	}
	outcomes, c, ok, err := o.Reported(ctx, it)
	if err != nil || !ok {
		return decision{}, false, err
	}
	return decision{Join: &c, Quiet: true, Client: c.Client, Outcomes: outcomes}, true, nil
}

// Reported looks for the reply by the internet message ids that the report names, the
// most reliable first. The report counts only if it also names a recipient of that
// reply: anybody who got a mail knows its id.
func (r *records) Reported(ctx context.Context, it item.Item) ([]outcome, chat.Chat, bool, error) {
	for _, id := range it.Report.MessageIDs {
		reply, ok, err := r.outbox.ByMessageID(ctx, id)
		if err != nil {
			return nil, chat.Chat{}, false, err
		}
		if !ok || reply.SendStarted.IsZero() && reply.SentAt.IsZero() {
			continue
		}
		outcomes := outcomesOf(*it.Report, it.To, reply)
		if len(outcomes) == 0 {
			continue
		}
		c, err := r.Get(ctx, reply.Chat)
		if errors.Is(err, chat.ErrNotFound) {
			continue
		}
		return outcomes, c, err == nil, err
	}
	return nil, chat.Chat{}, false, nil
}

// stateOf is the state of a recipient after a report of a kind.
var stateOf = map[bounce.Kind]outbox.RecipientState{
	bounce.Failed: outbox.RecipientBounced, bounce.Delayed: outbox.RecipientDelayed,
	bounce.Delivered: outbox.RecipientDelivered, bounce.Relayed: outbox.RecipientDelivered, bounce.Expanded: outbox.RecipientDelivered,
}

// outcomesOf returns what a report says about recipients of a reply. A report may name
// only the address to which a recipient's mail is forwarded. Then Graph's recipients of
// the report tell, which are those whom the mail did not reach, or the returned mail, if
// the reply had one recipient.
// https://github.com/microsoftgraph/msgraph-sdk-java/issues/807
func outcomesOf(report bounce.Report, to []mail.Address, reply outbox.Reply) (out []outcome) {
	recipients := reply.Recipients()
	add := func(email string, r bounce.Recipient) {
		if !slices.ContainsFunc(out, func(o outcome) bool { return o.Email == email }) {
			out = append(out, outcome{Reply: reply.ID, Email: email, State: stateOf[r.Kind], Status: r.Status, Unknown: r.Unknown})
		}
	}
	for _, r := range report.Recipients {
		for _, p := range recipients {
			if r.Is(p.Email) {
				add(p.Email, r)
			}
		}
	}
	i := slices.IndexFunc(report.Recipients, func(r bounce.Recipient) bool { return r.Kind == report.Kind })
	if len(out) > 0 || i < 0 {
		return out
	}
	worst := report.Recipients[i]
	worst.Unknown = false // that is another address
	for _, p := range recipients {
		named := slices.ContainsFunc(to, func(a mail.Address) bool { return strings.EqualFold(a.Email, p.Email) })
		returned := len(recipients) == 1 && slices.Contains(report.Addressed, strings.ToLower(p.Email))
		if named || returned {
			add(p.Email, worst)
		}
	}
	return out
}

// noteDelivery stores what a decision says about mail to recipients: the outcomes of a
// delivery report, and that mail to the sender arrives. Repeating it changes nothing.
func (r *run) noteDelivery(ctx context.Context, it item.Item, d decision) error {
	if d.From.Undeliverable && !d.Quiet {
		if err := r.setUndeliverable(ctx, it.From.Email, time.Time{}); err != nil {
			return err
		}
	}
	for _, o := range d.Outcomes {
		if _, err := r.Outbox.Report(ctx, o.Reply, o.Email, o.State, o.Status); err != nil {
			return fmt.Errorf("report on reply %s: %w", o.Reply, err)
		}
		if !o.Unknown {
			continue
		}
		if err := r.setUndeliverable(ctx, o.Email, it.Received); err != nil {
			return err
		}
	}
	return nil
}

// setUndeliverable notes at the contact with an address since when mail to it does not
// arrive; the zero time removes that. The first time stays.
func (r *run) setUndeliverable(ctx context.Context, email string, since time.Time) error {
	email, err := directory.ReceivedAddress(email)
	if err != nil {
		return nil // no address of the directory
	}
	c, known, err := r.Directory.ContactByAddress(ctx, email)
	if _, noted := c.Undeliverable[email]; err != nil || !known || noted != since.IsZero() {
		return err
	}
	_, err = r.Directory.Contacts().Update(ctx, c.ID, "", func(c *directory.Contact) error {
		c.Undeliverable = maps.Clone(c.Undeliverable)
		if since.IsZero() {
			delete(c.Undeliverable, email)
			return nil
		}
		if c.Undeliverable == nil {
			c.Undeliverable = map[string]time.Time{}
		}
		c.Undeliverable[email] = since.UTC()
		return nil
	})
	if errors.Is(err, directory.ErrNotFound) {
		return nil // deleted meanwhile
	}
	if err != nil {
		return fmt.Errorf("note whether mail to contact %s arrives: %w", c.ID, err)
	}
	return nil
}
