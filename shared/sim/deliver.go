package sim

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Deliver puts one copy of a mail into each addressed mailbox, as Exchange does on
// arrival. An address outside the tenant's domain gets its copy in an outside
// mailbox. If a recipient in the domain is no mailbox, the error is [ErrNoMailbox]
// and nobody gets anything.
//
// The tenant keeps raw; the caller must not change it afterwards.
func (t *Tenant) Deliver(ctx context.Context, env Envelope, raw []byte) error {
	if err := context.Cause(ctx); err != nil {
		return fmt.Errorf("deliver from <%s>: %w", env.From, err)
	}
	now := t.arrival()
	if at := env.At.UTC().Truncate(time.Second); !env.At.IsZero() && at.Before(now) {
		now = at
	}
	// Parsing 35 MB takes long, so it is done without the lock.
	m := t.received(raw, env, now)

	t.mu.Lock()
	defer t.mu.Unlock()
	t.sendDue()
	if unknown := slices.DeleteFunc(slices.Clone(env.To), t.reaches); len(unknown) > 0 {
		return fmt.Errorf("deliver to %s: %w", strings.Join(unknown, ", "), ErrNoMailbox)
	}
	records := t.filed(env, m, raw)
	records = append(records, t.arrivals(env, m, raw, len(records))...)
	records = append(records, t.outOfOffice(env, &m, now, len(records))...)
	if err := t.commit(records...); err != nil {
		return fmt.Errorf("deliver from <%s>: %w", env.From, err)
	}
	return nil
}

// received returns a mail as Exchange shows it after its arrival.
func (t *Tenant) received(raw []byte, env Envelope, now time.Time) Message {
	m := parseMail(withExchangeHeaders(raw, env, t.options.Domain, now), env, now)
	m.setDefaults(now)
	return m
}

// filed returns the record of the sender's copy of a mail that a mailbox sent. The
// caller holds mu.
func (t *Tenant) filed(env Envelope, m Message, raw []byte) []record {
	box := t.addresses[strings.ToLower(env.From)]
	if !env.Sent || box == nil {
		return nil
	}
	box.name(&m, t.sequence+1)
	m.IsRead, m.Headers, m.MIME = true, nil, raw
	m.ConversationID, m.ParentFolderID = box.conversation(&m), box.folders[sentItems].id
	return []record{{Put: &stored{Mailbox: box.id, Folder: sentItems, message: &m}}}
}

// reaches says whether a recipient is a mailbox, or outside the tenant. The caller
// holds mu.
func (t *Tenant) reaches(to string) bool {
	address := strings.ToLower(strings.TrimSpace(to))
	return t.addresses[address] != nil || !t.HasDomain(address)
}

// arrivals returns the records of one copy for each mailbox and outside address of
// the envelope. Mailboxes get m; outside addresses get raw, the mail without what
// Exchange adds on arrival. The caller holds mu, and commits the records after the
// number of records in before.
func (t *Tenant) arrivals(env Envelope, m Message, raw []byte, before int) (records []record) {
	had := map[string]bool{}
	for _, to := range env.To {
		address := strings.ToLower(strings.TrimSpace(to))
		box := t.addresses[address]
		if box == nil && t.HasDomain(address) {
			continue
		}
		if box != nil {
			address = box.options.Address
		}
		if had[address] {
			continue
		}
		had[address] = true
		copied := m
		number := t.sequence + uint64(before+len(records)) + 1
		if box == nil {
			copied.number, copied.MIME = number, raw
			records = append(records, record{Outside: &stored{Address: address, message: &copied}})
			continue
		}
		box.name(&copied, number)
		copied.ConversationID = box.conversation(&m)
		if t.behaviour.NewConversations {
			copied.ConversationID = conversationID(box.id, copied.ID)
		}
		copied.ParentFolderID = box.folders[inbox].id
		records = append(records, record{Put: &stored{Mailbox: box.id, Folder: inbox, message: &copied}})
	}
	return records
}

// name sets the ids of a new message in this mailbox.
func (b *mailbox) name(m *Message, number uint64) {
	m.number = number
	m.ID = immutableID(b.id, number)
	m.ChangeKey = changeKey(number)
	m.WebLink = "https://outlook.office365.com/owa/?ItemID=" + m.ID + "&exvsurl=1&viewmodel=ReadMessageItem"
}

// conversation returns this mailbox' id for the thread of a mail that was just
// parsed.
func (b *mailbox) conversation(m *Message) string {
	return conversationID(b.id, cmp.Or(m.ConversationID, m.InternetMessageID))
}

// setDefaults fills the properties that every message has, and limits its times.
func (m *Message) setDefaults(now time.Time) {
	m.Received = clamp(m.Received, now)
	m.Sent = clamp(m.Sent, m.Received)
	m.Created, m.Modified = now, now
	m.Importance = cmp.Or(m.Importance, "normal")
	m.Flag.FlagStatus = cmp.Or(m.Flag.FlagStatus, "notFlagged")
	m.Body.ContentType = cmp.Or(m.Body.ContentType, "text")
	for i := range m.Attachments {
		a := &m.Attachments[i]
		a.Type = cmp.Or(a.Type, FileAttachment)
		a.ID = attachmentID(i)
		a.Modified = now
		a.Size = cmp.Or(a.Size, len(a.Content))
	}
}
