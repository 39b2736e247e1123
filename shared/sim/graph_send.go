package sim

import (
	"encoding/json"
	"net/http"
	"net/mail"
	"strings"
)

// sendDraft sends a draft: it moves from Drafts to Sent Items and keeps its immutable
// id. As in the real service, a message that was sent before is no draft, and is
// not found.
//
// https://learn.microsoft.com/graph/api/message-send
func (t *Tenant) sendDraft(c *graphCall) (answer, error) {
	m, err := t.snapshot(c)
	if err != nil {
		return answer{}, err
	}
	if !m.IsDraft {
		return answer{}, errNotFound()
	}
	return t.submit(c, m, true)
}

// sendMail sends a message that was never a draft.
//
// https://learn.microsoft.com/graph/api/user-sendmail
func (t *Tenant) sendMail(c *graphCall) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	sent, err := fields(body)
	if err != nil {
		return answer{}, err
	}
	if sent["message"] == nil {
		return answer{}, errBadRequest("The Message is missing.")
	}
	save := true
	if v := sent["saveToSentItems"]; v != nil && json.Unmarshal(v, &save) != nil {
		return answer{}, errBadRequest("Cannot read the value of property 'saveToSentItems'.")
	}
	m, err := t.written(c, sent["message"])
	if err != nil {
		return answer{}, err
	}
	return t.submit(c, m, save)
}

// submit accepts a message for delivery, and 202 promises no more. For recipients
// in the tenant that do not exist, a report comes into the Inbox.
//
// https://learn.microsoft.com/graph/outlook-things-to-know-about-send-mail
func (t *Tenant) submit(c *graphCall, draft *Message, save bool) (answer, error) {
	env := Envelope{From: c.box.options.Address}
	for _, l := range [][]Recipient{draft.To, draft.Cc, draft.Bcc} {
		for _, r := range l {
			if a := r.EmailAddress.Address; !validAddress(a) {
				return answer{}, refuse(http.StatusBadRequest, "ErrorInvalidRecipients", "At least one recipient is not valid.")
			}
			env.To = append(env.To, r.EmailAddress.Address)
		}
	}
	if len(env.To) == 0 {
		return answer{}, refuse(http.StatusBadRequest, "ErrorInvalidRecipients", "At least one recipient is not valid., A message can't be sent because it contains no recipients.")
	}
	if draft.From != nil && !c.box.owns(draft.From.EmailAddress.Address) {
		return answer{}, refuse(http.StatusForbidden, "ErrorSendAsDenied", "The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account.")
	}

	now := t.now()
	out := *draft
	out.IsDraft, out.IsRead, out.Sent, out.Received = false, true, now, now
	fresh := out.ID == ""
	if fresh {
		out.InternetMessageID = "<" + strings.ToUpper(strings.ReplaceAll(newGUID(), "-", "")) + "@" + t.options.Domain + ">"
	}
	raw := out.compose()
	arrived := parseMail(stamp(raw, env, t.options.Domain, now), env, now)
	arrived.setDefaults(now)
	// The copy in Sent Items has no internet message headers.
	out.MIME, out.Headers = raw, nil

	t.mu.Lock()
	defer t.mu.Unlock()
	var records []record
	switch {
	case !fresh:
		it := c.box.items[out.ID]
		if it == nil || it.message != draft {
			return answer{}, refuse(http.StatusConflict, "ErrorIrresolvableConflict", "The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.")
		}
	case save:
		c.box.name(&out, t.sequence+1)
		out.ConversationID = c.box.conversation(&arrived)
	}
	if save {
		out.ParentFolderID, out.ChangeKey, out.Modified = c.box.folders[sentItems].id, changeKey(t.sequence+1), now
		records = append(records, record{Put: &stored{Mailbox: c.box.id, Folder: sentItems, message: &out}})
	}
	copies, unknown := t.arrivals(env, arrived, len(records))
	records = append(records, copies...)
	if len(unknown) > 0 {
		raw := t.bounce(&out, unknown, now)
		back := Envelope{To: []string{c.box.options.Address}}
		report := parseMail(stamp(raw, back, t.options.Domain, now), back, now)
		report.setDefaults(now)
		copies, _ := t.arrivals(back, report, len(records))
		records = append(records, copies...)
	}
	return answer{status: http.StatusAccepted}, t.commit(records...)
}

func validAddress(a string) bool {
	p, err := mail.ParseAddress("<" + a + ">")
	return err == nil && p.Address == a && !strings.ContainsAny(a, "\r\n\x00 ")
}
