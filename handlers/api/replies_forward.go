package api

import (
	"context"
	"slices"
	"strconv"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/outbox"
)

// A numberedFile is an attachment of a mail with its number.
type numberedFile struct {
	mail.Attachment
	n int
}

// filesOf are the files that came with a mail, without the pictures that its text
// shows, which go along with the text. Files that are kept elsewhere cannot go along:
// the text has their links.
func (k *correspondence) filesOf(ctx context.Context, o original) (source *attachmentSource, files []numberedFile, err error) {
	if !o.mail.HasAttachments {
		return nil, nil, nil
	}
	if source, err = k.api.attachmentSourceOf(ctx, o.mail, recent); err != nil {
		return nil, nil, err
	}
	shown, err := k.api.shown(ctx, source)
	if err != nil {
		return nil, nil, err
	}
	for i, at := range source.attachments {
		if at.Kind != mail.AttachedLink && !(canShow(at) && shown[pictureName(at.ContentID)]) {
			files = append(files, numberedFile{at, i + 1})
		}
	}
	return source, files, nil
}

// passedOn is checked for a forward that takes files of its message along: those that
// the request names by number, or all. They are copied when nothing is left to ask.
func (k *correspondence) passedOn(ctx context.Context, n *outbox.New, in wire.ReplyContent, o original) error {
	until := n.Reply.LeavesAt.Add(keptAfter)
	goes := func(number int) bool { return in.Along == nil || slices.Contains(in.Along, number) }
	for i, at := range o.reply.Attachments { // of a reply of the office
		if !at.Inline && goes(i+1) {
			if err := k.api.Uploads.Keep(ctx, at.Upload, until); err != nil {
				return err
			}
			n.Reply.Attachments = append(n.Reply.Attachments, at)
		}
	}
	source, files, err := k.filesOf(ctx, o)
	if err != nil {
		return err
	}
	count := len(o.reply.Attachments)
	if source != nil {
		count = len(source.attachments)
	}
	for i, number := range in.Along {
		if number < 1 || number > count {
			return invalid("body.along["+strconv.Itoa(i)+"]", "the number of an attachment of the message that is forwarded")
		}
	}
	files = slices.DeleteFunc(files, func(f numberedFile) bool { return !goes(f.n) })
	own := len(n.Reply.Attachments)
	for _, f := range files {
		n.Reply.Attachments = append(n.Reply.Attachments, outbox.Attachment{Name: fileName(f.Attachment), Size: f.Size})
	}
	if err := k.checked(ctx, n, in); err != nil {
		return err
	}
	for i, f := range files {
		made, err := k.api.copied(ctx, source, f.Attachment)
		if err != nil {
			return err
		}
		u := made.Body
		if err := k.api.Uploads.Keep(ctx, u.ID, until); err != nil {
			return err
		}
		n.Reply.Attachments[own+i] = outbox.Attachment{Upload: u.ID, Name: u.Name, ContentType: u.ContentType, Size: u.Size}
	}
	return nil
}
