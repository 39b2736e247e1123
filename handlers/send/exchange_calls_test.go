package send_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
	"net/http"
	"slices"
	"strings"
	"time"
)

func (e *exchange) CreateReply(ctx context.Context, mailbox, id, mode, reply, timeZone string) (d mail.Draft, err error) {
	err = e.call(ctx, "CreateReply", func() error {
		if id != original {
			return missing()
		}
		m := &message{box: mailbox, reply: reply, inReplyTo: "<a1@elders.example>"}
		m.Subject, m.To = "RE: Aangifte", []mail.Address{{Email: "jan@bakker.example"}}
		m.Cc = []mail.Address{{Email: "vreemd@elders.example"}}
		m.Body = `<html><head></head><body dir="ltr">` + quoteHead + "<p>" + theirWords + `<img src="cid:logo@bakker"></p>` +
			strings.Repeat("x", e.long) + "</body></html>"
		if !e.noPictures {
			logo := mail.Attachment{ID: "copied-logo", Kind: mail.AttachedFile, Name: "logo.png", ContentID: "logo@bakker", Inline: true}
			m.attached = append(m.attached, attached{logo, "logo"})
		}
		if mode == mail.ModeForward {
			file := mail.Attachment{ID: "copied-file", Kind: mail.AttachedFile, Name: "loon.pdf", Size: 4}
			m.attached = append(m.attached, attached{file, "loon"})
		}
		if e.noProperty {
			m.reply = ""
		}
		d = e.add(m)
		if e.noText {
			d.Body = ""
		}
		return nil
	})
	return d, err
}

func (e *exchange) CreateDraft(ctx context.Context, mailbox string, n mail.NewDraft) (d mail.Draft, err error) {
	err = e.call(ctx, "CreateDraft", func() error {
		m := &message{box: mailbox, reply: n.Reply, inReplyTo: n.InReplyTo, references: n.References}
		m.Subject, m.Body, m.To, m.Cc, m.Bcc = n.Subject, n.HTML, n.To, n.Cc, n.Bcc
		d = e.add(m)
		return nil
	})
	return d, err
}

func (e *exchange) Draft(ctx context.Context, _, id string) (d mail.Draft, err error) {
	err = e.call(ctx, "Draft", func() error {
		m := e.find(id)
		if m == nil {
			return missing()
		}
		d = e.shown(m)
		return nil
	})
	return d, err
}

// draft changes a message that is a draft.
func (e *exchange) draft(ctx context.Context, call, id string, do func(*message) error) error {
	return e.call(ctx, call, func() error {
		m := e.find(id)
		if m == nil {
			return missing()
		}
		if !m.sent.IsZero() {
			return fault.Final(answer.ErrNotDraft)
		}
		return do(m)
	})
}

func (e *exchange) PatchDraft(ctx context.Context, _, id string, p mail.DraftPatch) error {
	return e.draft(ctx, "PatchDraft", id, func(m *message) error {
		if p.From != nil && e.alias == "not patched" && p.From.Email == alias {
			return refusal(http.StatusBadRequest, "ErrorInvalidPropertySet")
		}
		if p.From != nil {
			m.From = *p.From
		}
		m.Subject, m.Body, m.BodyType, m.To, m.Cc, m.Bcc = *p.Subject, *p.HTML, "html", *p.To, *p.Cc, *p.Bcc
		if e.noMark {
			m.Body = strings.ReplaceAll(m.Body, `id="kantoorpost-`, `id="x_`)
		}
		return nil
	})
}

func (e *exchange) DeleteDraft(ctx context.Context, _, id string) error {
	err := e.draft(ctx, "DeleteDraft", id, func(m *message) error {
		e.messages = slices.DeleteFunc(e.messages, func(x *message) bool { return x == m })
		return nil
	})
	if answer.IsMissing(err) {
		return nil
	}
	return err
}

func (e *exchange) Attach(ctx context.Context, _, id string, a mail.OutgoingAttachment, content io.ReaderAt) error {
	data, err := io.ReadAll(io.NewSectionReader(content, 0, a.Size))
	if err != nil {
		return fmt.Errorf("read the file: %w", err)
	}
	return e.draft(ctx, "Attach", id, func(m *message) error {
		e.serial++
		file := mail.Attachment{ID: fmt.Sprint("attachment-", e.serial), Kind: mail.AttachedFile, Name: a.Name,
			ContentID: a.ContentID, Inline: a.Inline, Size: a.Size + 300}
		m.attached = append(m.attached, attached{file, string(data)})
		return nil
	})
}

func (e *exchange) Detach(ctx context.Context, _, id, attachment string) error {
	return e.draft(ctx, "Detach", id, func(m *message) error {
		m.attached = slices.DeleteFunc(slices.Clone(m.attached), func(a attached) bool { return a.ID == attachment })
		return nil
	})
}

func (e *exchange) SendDraft(ctx context.Context, _, id string) error {
	return e.call(ctx, "SendDraft", func() error {
		m := e.find(id)
		if m == nil {
			return missing()
		}
		if !m.sent.IsZero() && e.sendAgain != "send" {
			if e.sendAgain == "bad-request" {
				return refusal(http.StatusBadRequest, "ErrorInvalidOperation")
			}
			return missing()
		}
		if m.From.Email == alias && e.alias == "denied" {
			return refusal(http.StatusForbidden, "ErrorSendAsDenied")
		}
		if m.From.Email == alias && e.alias != "kept" {
			m.From.Email = "info@kantoor.example"
		}
		e.left = append(e.left, departed{*m, time.Now()})
		m.sent = time.Now()
		if e.sentID == "different" {
			m.ID = "sent-" + m.ID
		}
		if e.newID {
			m.InternetMessageID = "<new" + m.InternetMessageID[1:]
		}
		return nil
	})
}

func (e *exchange) FindSent(ctx context.Context, mailbox string, k mail.SentKeys) (d mail.Draft, found bool, err error) {
	err = e.call(ctx, "FindSent", func() error {
		for i, is := range []func(*message) bool{
			func(m *message) bool { return k.InternetMessageID != "" && m.InternetMessageID == k.InternetMessageID },
			func(m *message) bool { return k.ID != "" && e.find(k.ID) == m },
			func(m *message) bool { return k.Reply != "" && m.reply == k.Reply },
		} {
			for _, m := range e.messages {
				if byID := i == 1; m.box != mailbox || !is(m) || !byID && time.Since(m.made) < e.searchesLag {
					continue
				}
				if d, found = e.shown(m), true; !d.IsDraft {
					d.Body = ""
					return nil
				}
			}
		}
		d.Body = ""
		return nil
	})
	return d, found, err
}

func (e *exchange) Attachments(ctx context.Context, _, id string) (all []mail.Attachment, err error) {
	err = e.call(ctx, "Attachments", func() error {
		if id == original {
			all = []mail.Attachment{
				{ID: "logo", Kind: mail.AttachedFile, Name: "logo.png", ContentID: "logo@bakker", Inline: true, Size: 4},
			}
			return nil
		}
		m := e.find(id)
		if m == nil {
			return missing()
		}
		for _, a := range m.attached {
			all = append(all, a.Attachment)
		}
		return nil
	})
	return all, err
}

func (e *exchange) Attachment(ctx context.Context, _, id, attachment string, w io.Writer) error {
	return e.call(ctx, "Attachment", func() error {
		if id != original || attachment != "logo" {
			return missing()
		}
		_, err := io.WriteString(w, "logo")
		return err
	})
}

var errNoConnector = errors.New("no such connector")
