package sim

import (
	"cmp"
	"net/http"
	"net/mail"
	"strings"
	"time"
)

// sendDraft sends a draft: it moves from Drafts to Sent Items. The answer for a
// message that was sent before, and the id of the copy, are a [Behaviour].
//
// https://learn.microsoft.com/graph/api/message-send
func (t *Tenant) sendDraft(c *graphCall) (answer, error) {
	m, before, err := t.toSend(c)
	if err != nil {
		return answer{}, err
	}
	if !before {
		return t.submit(c, m, true)
	}
	switch t.Behaviour().SendAgain {
	case "bad-request":
		return answer{}, refuse(http.StatusBadRequest, "ErrorInvalidRequest", "The item cannot be sent: it is not a draft.")
	case "send":
		return t.submit(c, m, false)
	}
	return answer{}, errNotFound()
}

// sendMail is of a person at Outlook: the product sends drafts.
//
// https://learn.microsoft.com/graph/api/user-sendmail
func (t *Tenant) sendMail(c *graphCall) (answer, error) {
	sent, err := c.sent()
	if err != nil {
		return answer{}, err
	}
	message, err := fields(sent["message"])
	if err != nil {
		return answer{}, err
	}
	m, err := t.newDraft(c, message)
	if err != nil {
		return answer{}, err
	}
	save := string(sent["saveToSentItems"]) != "false"
	a, err := t.submit(c, m, save)
	if err == nil && save {
		return a, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return a, cmp.Or(err, t.commit(record{Remove: &removal{Mailbox: c.box.id, ID: m.ID}})) // nothing is left in Drafts
}

// toSend finds the message of the path, and says whether it was sent before.
func (t *Tenant) toSend(c *graphCall) (m *Message, before bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	id, _ := immutableOf(c.r.PathValue("message"))
	if renamed := t.renamed[id]; renamed != "" {
		id = renamed
	}
	if it := c.box.items[id]; it != nil && it.folder != deletedItems {
		if _, waits := t.pending[id]; waits || !it.message.IsDraft {
			return it.message, true, nil
		}
	}
	it, err := c.message()
	if err != nil {
		return nil, false, err
	}
	return it.message, !it.message.IsDraft, t.conflicts(it.message)
}

// A departure is a mail on its way out of a mailbox.
type departure struct {
	box       *mailbox
	out       Message // the copy for Sent Items
	env       Envelope
	raw       []byte // as the recipients get it
	arrived   Message
	save      bool
	behaviour Behaviour
}

// depart checks and encodes a message. It needs no lock: encoding a large mail takes
// long.
func (t *Tenant) depart(box *mailbox, draft *Message, save bool, b Behaviour, now time.Time) (*departure, error) {
	d := &departure{box: box, out: *draft, save: save, behaviour: b, env: Envelope{From: box.options.Address}}
	for _, l := range [][]Recipient{draft.To, draft.Cc, draft.Bcc} {
		for _, r := range l {
			if a := r.EmailAddress.Address; !validAddress(a) {
				return nil, refuse(http.StatusBadRequest, "ErrorInvalidRecipients", "At least one recipient is not valid.")
			}
			d.env.To = append(d.env.To, r.EmailAddress.Address)
		}
	}
	if len(d.env.To) == 0 {
		return nil, refuse(http.StatusBadRequest, "ErrorInvalidRecipients",
			"At least one recipient is not valid., A message can't be sent because it contains no recipients.")
	}
	if draft.From != nil && !box.owns(draft.From.EmailAddress.Address) {
		return nil, refuse(http.StatusForbidden, "ErrorSendAsDenied",
			"The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending "+
				"account.")
	}
	d.out.From = box.sender(draft.From, b.SendFromAlias)
	d.out.Sender = d.out.From
	d.out.IsDraft, d.out.IsRead, d.out.Sent, d.out.Received = false, true, now, now
	if save && b.NewMessageID {
		d.out.InternetMessageID = "<" + strings.ToUpper(strings.ReplaceAll(newGUID(), "-", "")) + "@" + t.options.Domain + ">"
	}
	d.raw = d.out.compose()
	if len(d.raw) > b.maxSendSize() {
		return nil, errTooLarge()
	}
	d.arrived = t.received(d.raw, d.env, now)
	// The copy in Sent Items keeps its own headers and none of the transport.
	d.out.MIME = d.raw
	return d, nil
}

func errTooLarge() error {
	return refuse(http.StatusRequestEntityTooLarge, "ErrorMessageSizeExceeded", "The message exceeds the maximum supported size.")
}

// sender is who a mail comes from: Exchange writes the name of the directory, and
// replaces an alias by the primary address unless the organisation allows it.
//
// https://learn.microsoft.com/exchange/recipients-in-exchange-online/manage-user-mailboxes/send-from-alias
func (b *mailbox) sender(from *Recipient, aliases bool) *Recipient {
	s := EmailAddress{Name: b.options.Name, Address: b.options.Address}
	if aliases && from != nil {
		s.Address = from.EmailAddress.Address
	}
	return &Recipient{s}
}

// submit accepts a message for delivery, and 202 promises no more.
//
// https://learn.microsoft.com/graph/outlook-things-to-know-about-send-mail
func (t *Tenant) submit(c *graphCall, m *Message, save bool) (answer, error) {
	b, now := t.Behaviour(), t.arrival()
	d, err := t.depart(c.box, m, save, b, now)
	if err != nil {
		return answer{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if it := c.box.items[m.ID]; it == nil || it.message != m {
		return answer{}, refuse(http.StatusConflict, "ErrorIrresolvableConflict", changeKeyDiffers)
	}
	accepted := answer{status: http.StatusAccepted}
	if b.SendDelay <= 0 || !save {
		return accepted, t.leave(d)
	}
	// Exchange keeps the mail as a draft until the transport takes it.
	due := now.Add(time.Duration(b.SendDelay) * time.Second)
	return accepted, t.commit(record{Submit: &submission{Mailbox: c.box.id, ID: m.ID, Due: due}})
}

// sendDue sends the accepted mail whose time has come. The caller holds mu.
func (t *Tenant) sendDue() {
	now := t.now()
	for id, s := range t.pending {
		if now.Before(s.Due) {
			continue
		}
		delete(t.pending, id)
		box := t.byID[s.Mailbox]
		if box == nil || box.items[id] == nil {
			continue
		}
		d, err := t.depart(box, box.items[id].message, true, t.behaviour, t.arrival())
		if err == nil {
			err = t.leave(d)
		}
		if err != nil {
			t.log.Warn("a mail that was accepted did not leave", "mailbox", box.options.Address, "message", id, "error", err)
		}
	}
}

// leave delivers a mail and files its copy. For recipients who cannot be reached, a
// report comes into the Inbox. The caller holds mu.
func (t *Tenant) leave(d *departure) error {
	now := d.out.Sent
	records, oldID := t.sentCopy(d)
	delivered, failed := t.route(d.env.To)
	d.env.To = delivered
	records = append(records, t.arrivals(d.env, d.arrived, d.raw, len(records))...)
	records = append(records, t.reports(d, failed, now, len(records))...)
	records = append(records, t.returned(d, now, len(records))...)
	records = append(records, t.outOfOffice(d.env, &d.arrived, now, len(records))...)
	if err := t.commit(records...); err != nil {
		return err
	}
	if d.save && oldID != d.out.ID {
		t.renamed[oldID] = d.out.ID
	}
	if d.save && d.behaviour.SentID == "late" {
		t.late[d.out.ID] = t.now().Add(lateTime)
	}
	return nil
}

// sentCopy returns the records that file the copy in Sent Items, and the id of its
// draft. The caller holds mu.
func (t *Tenant) sentCopy(d *departure) (records []record, oldID string) {
	if !d.save {
		return nil, ""
	}
	oldID = d.out.ID
	if d.behaviour.SentID == "different" {
		records = append(records, record{Remove: &removal{Mailbox: d.box.id, ID: oldID}})
		d.box.name(&d.out, t.sequence+2)
	}
	d.out.ParentFolderID, d.out.Modified = d.box.folders[sentItems].id, d.out.Sent
	d.out.ChangeKey = changeKey(t.sequence + uint64(len(records)) + 1)
	return append(records, record{Put: &stored{Mailbox: d.box.id, Folder: sentItems, message: &d.out}}), oldID
}

func validAddress(a string) bool {
	p, err := mail.ParseAddress("<" + a + ">")
	return err == nil && p.Address == a && !strings.ContainsAny(a, "\r\n\x00 ")
}
