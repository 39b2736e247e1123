package send

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"kantoorpost/shared/blob"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailhtml"
	"kantoorpost/shared/outbox"
)

// maxPictures bounds the pictures that are copied from the original into the quote,
// in bytes: they are in memory meanwhile.
const maxPictures = 10 << 20

// attach gives the draft the attachments of the reply and the pictures that its text
// shows, and no others: nobody gets a file that its author did not see. It returns the
// text with a placeholder for each picture that is gone.
//
// Each upload is attached with its own id as content id, so that a repeated attempt
// knows what is there; names and sizes of files can be equal.
func (s *sending) attach(ctx context.Context, d mail.Draft, document string) (string, error) {
	shows, own := mailhtml.Shows(document), slices.Concat(s.reply.Attachments, s.reply.Pictures)
	quotes := s.reply.Mode != outbox.ModeNew
	if len(shows)+len(own) == 0 && !d.HasAttachments && !(s.reply.NoQuote && quotes) {
		return document, nil
	}
	have, err := s.graph.Attachments(ctx, s.reply.Mailbox, d.ID)
	if err != nil {
		return "", ofGraph(err)
	}
	var there []string // content ids
	for _, a := range have {
		ours := slices.ContainsFunc(own, func(o outbox.Attachment) bool { return o.Upload == a.ContentID })
		shown := a.ContentID != "" && contains(shows, a.ContentID)
		if (ours || shown) && !contains(there, a.ContentID) {
			there = append(there, a.ContentID)
			continue
		}
		if err := s.graph.Detach(ctx, s.reply.Mailbox, d.ID, a.ID); err != nil {
			return "", ofGraph(err)
		}
	}
	for _, a := range own {
		if contains(there, a.Upload) {
			continue
		}
		if err := s.upload(ctx, d, a); err != nil {
			return "", err
		}
		there = append(there, a.Upload)
	}
	missing := slices.DeleteFunc(slices.Clone(shows), func(id string) bool { return contains(there, id) })
	if len(missing) == 0 {
		return document, nil
	}
	copied, err := s.copyPictures(ctx, d, missing)
	if err != nil {
		return "", err
	}
	there = append(there, copied...)
	language, _ := s.language(ctx)
	return mailhtml.Placeholders(document, language, func(id string) bool { return contains(there, id) }), nil
}

func contains(ids []string, id string) bool {
	return slices.ContainsFunc(ids, func(x string) bool { return strings.EqualFold(x, id) })
}

// upload attaches a file that was sent along.
func (s *sending) upload(ctx context.Context, d mail.Draft, a outbox.Attachment) error {
	f, err := s.Uploads.Open(ctx, a.Upload)
	if errors.Is(err, blob.ErrNotFound) {
		return ofGraph(fmt.Errorf("attachment %s: %w", a.Name, err))
	}
	if err != nil {
		return err
	}
	o := mail.OutgoingAttachment{Name: a.Name, ContentType: a.ContentType, ContentID: a.Upload, Inline: a.Inline, Size: f.Size()}
	return ofGraph(s.graph.Attach(ctx, s.reply.Mailbox, d.ID, o, f))
}

// copyPictures attaches pictures of the original that the quote shows, and returns
// which it did: Exchange does not always copy them, and a new draft has none. What
// cannot be read is left out.
func (s *sending) copyPictures(ctx context.Context, d mail.Draft, wanted []string) (copied []string, err error) {
	it, found, err := s.answered(ctx)
	if err != nil || !found {
		return nil, err
	}
	box, _, err := s.Handler.box(ctx, it.Mailbox)
	if err != nil {
		return nil, err
	}
	from, err := s.Dial(ctx, box.Connector)
	if err != nil {
		return nil, leaveOut(ctx, err)
	}
	all, err := from.Attachments(ctx, it.Mailbox, it.MessageID)
	if err != nil {
		return nil, leaveOut(ctx, err)
	}
	room := int64(maxPictures)
	for _, a := range all {
		if a.Kind != mail.AttachedFile || !contains(wanted, a.ContentID) || contains(copied, a.ContentID) || a.Size > room {
			continue
		}
		var content bytes.Buffer
		if err := from.Attachment(ctx, it.Mailbox, it.MessageID, a.ID, &content); err != nil {
			if err = leaveOut(ctx, err); err != nil {
				return nil, err
			}
			continue
		}
		size := int64(content.Len())
		room -= size
		o := mail.OutgoingAttachment{Name: a.Name, ContentType: a.ContentType, ContentID: a.ContentID, Inline: true, Size: size}
		if err := s.graph.Attach(ctx, s.reply.Mailbox, d.ID, o, bytes.NewReader(content.Bytes())); err != nil {
			return nil, ofGraph(err)
		}
		copied = append(copied, a.ContentID)
	}
	return copied, nil
}

// leaveOut returns no error when a picture of the original can never be read, so that
// it must not keep the reply from leaving.
func leaveOut(ctx context.Context, err error) error {
	if lasts(err) || answer.IsMissing(err) {
		slog.InfoContext(ctx, "pictures of the original are left out", "error", err)
		return nil
	}
	return ofGraph(err)
}
