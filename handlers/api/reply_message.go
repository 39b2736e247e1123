package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/outbox"
)

// addReply adds what only the reply knows.
func addReply(o *wire.MessageObject, r wire.ReplyObject) {
	o.MessageReply = wire.MessageReply{
		Bcc: r.Bcc, Recipients: r.Recipients, Answers: r.Answers, Mode: r.Mode, LeavesAt: r.LeavesAt, Reason: r.Reason,
		Explanation: r.Explanation,
		WhatToDo:    r.WhatToDo, Approval: r.Approval, Dismissed: r.Dismissed, ForOthers: r.ForOthers,
		CanTakeBack: r.CanTakeBack, CanRetry: r.CanRetry, CanDismiss: r.CanDismiss, CanApprove: r.CanApprove,
	}
	o.Body, o.Attachments = r.Body, attachmentsOf(r.Chat, r.ID, r.Attachments)
	o.HasAttachments = len(o.Attachments) > 0
}

// attachmentsOf are the files of a reply, without the pictures that its text shows.
func attachmentsOf(chatID, reply string, files []wire.ReplyFile) []wire.AttachmentObject {
	out := []wire.AttachmentObject{}
	for i, f := range files {
		if !f.Inline {
			out = append(out, wire.AttachmentObject{
				N: i + 1, Name: f.Name, ContentType: f.ContentType, Size: f.Size, Kind: mail.AttachedFile,
				Content: fmt.Sprintf("/api/chats/%s/replies/%s/attachments/%d", chatID, reply, i+1),
			})
		}
	}
	return out
}

// ReplyAttachmentPath names an attachment of a reply.
type ReplyAttachmentPath struct {
	ReplyPath
	Attachment int `path:"attachment" doc:"its number in the reply"`
}

func (a *api) registerReplyAttachments() {
	handle(a, access.ChatsRead, huma.Operation{
		OperationID: "get-reply-attachment", Method: http.MethodGet, Path: "/api/chats/{chat}/replies/{reply}/attachments/{attachment}",
		Tags:    []string{"replies"},
		Summary: "Get the content of a file that goes along with a reply; it is kept for 90 days after the reply was to leave",
		Responses: map[string]*huma.Response{"200": {
			Description: "The content", Content: map[string]*huma.MediaType{"application/octet-stream": {}},
		}},
	}, func(ctx context.Context, in *ReplyAttachmentPath) (*huma.StreamResponse, error) {
		r, err := a.reply(ctx, in.Chat, in.Reply, access.ChatsRead)
		if err != nil {
			return nil, err
		}
		n := in.Attachment - 1
		if n < 0 || n >= len(r.Attachments) {
			return nil, newProblem(http.StatusNotFound, "the reply has no attachment with this number")
		}
		f, err := a.Uploads.Open(ctx, r.Attachments[n].Upload)
		if err != nil {
			return nil, err
		}
		return a.sendFile(f), nil
	})
}

// replyDocument is the text of a reply with its signature, safe to show.
func (a *api) replyDocument(ctx context.Context, r outbox.Reply) (document, func(), error) {
	return a.made(ctx, func() (document, error) {
		text, err := a.Outbox.Body(ctx, r.ID)
		return safeHTML(text+r.Signature, false, origin(ctx), nil), err
	})
}

// replyBody answers with the text of a reply as a separate document.
func (a *api) replyBody(ctx context.Context, r outbox.Reply, how Showing) (*huma.StreamResponse, error) {
	d, done, err := a.replyDocument(ctx, r)
	if err != nil {
		return nil, err
	}
	if d.empty {
		d.html = nothingToShow[""][how.Language]
	}
	how.Pictures = "" // a reply has only pictures that were uploaded
	return serveDocument(ctx, d, done, messageBodyPath(r.Chat, r.ID), how), nil
}

// replyPicture answers with a picture that a reply shows.
func (a *api) replyPicture(ctx context.Context, r outbox.Reply, name string) (*huma.StreamResponse, error) {
	for _, at := range slices.Concat(r.Attachments, r.Pictures) {
		if !at.Inline || pictureName(at.Upload) != name {
			continue
		}
		f, err := a.Uploads.Open(ctx, at.Upload)
		if err != nil {
			return nil, err
		}
		return a.sendFile(f), nil
	}
	return nil, newProblem(http.StatusNotFound, "the reply shows no picture with this name")
}
