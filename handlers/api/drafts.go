package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/outbox"
)

// draftAge is how long the files of a draft are kept after it was last saved.
const draftAge = 90 * 24 * time.Hour

func (a *api) registerDrafts() {
	const path = "/api/chats/{chat}/draft"
	op := apiTag("replies").op
	handleChat(a, access.ChatsSend, op("get-draft", http.MethodGet, path, "Get what you have written in a chat and not sent"),
		func(ctx context.Context, in *ChatPath, _ chat.Chat) (*objectOutput[wire.DraftObject], error) {
			d, err := a.Outbox.LoadDraft(ctx, in.Chat, actor(ctx).Member.ID)
			if err != nil {
				return nil, err
			}
			return a.draftOutput(ctx, d)
		})
	put := op("put-draft", http.MethodPut, path, "Save what you have written in a chat and not sent; only you read it")
	put.MaxBodyBytes = maxReplyBody
	handleChat(a, access.ChatsSend, put, a.putDraft)
	handleChat(a, access.ChatsSend, op("delete-draft", http.MethodDelete, path, "Throw away what you have written in a chat"),
		func(ctx context.Context, in *ChatPath, _ chat.Chat) (*struct{}, error) {
			return nil, a.Outbox.DeleteDraft(ctx, in.Chat, actor(ctx).Member.ID)
		})
}

// putDraft saves a draft. The last writer wins, unless If-Match says which version the
// change is based on.
func (a *api) putDraft(ctx context.Context, in *struct {
	ChatPath
	RowPrecondition
	Body wire.DraftBody
}, _ chat.Chat) (*objectOutput[wire.DraftObject], error) {
	member, err := callersID(ctx)
	if err != nil {
		return nil, err
	}
	b := in.Body
	if !validText(b.HTML) || !validText(b.Text) || !validText(b.Subject) || b.HTML != "" && b.Text != "" {
		return nil, invalid("body", `either "html" or "text", in UTF-8`)
	}
	d := outbox.Draft{
		Chat: in.Chat, Member: member, Answers: b.Answers, Mode: outbox.Mode(b.Mode), Address: b.Address, To: typed(b.To), Cc: typed(b.Cc),
		Bcc: typed(b.Bcc), Language: b.Language,
		Subject: b.Subject, HTML: safeReply(b.HTML), Text: b.Text, Since: b.Since, Along: b.Along,
	}
	if d.Attachments, err = a.attached(ctx, b.Attachments, d.HTML, time.Now().Add(draftAge)); err != nil {
		return nil, err
	}
	// What became a draft again stays known as that until it is sent.
	was, err := a.Outbox.LoadDraft(ctx, in.Chat, member)
	if err != nil && !errors.Is(err, outbox.ErrNotFound) {
		return nil, err
	}
	d.Reply, d.Reason = was.Reply, was.Reason
	if d, err = a.Outbox.SaveDraft(ctx, d, in.rowETag()); err != nil {
		return nil, err
	}
	return a.draftOutput(ctx, d)
}

// typed are recipients as they were typed, which may be half an address.
func typed(in []wire.RecipientObject) []outbox.Recipient {
	return mapped(in, func(r wire.RecipientObject) outbox.Recipient { return outbox.Recipient{Name: r.Name, Email: r.Email} })
}

func (a *api) draftOutput(ctx context.Context, d outbox.Draft) (*objectOutput[wire.DraftObject], error) {
	o := wire.DraftObject{
		Answers: d.Answers, Mode: string(d.Mode), Address: d.Address, To: recipientsOf(d.To), Cc: recipientsOf(d.Cc), Bcc: recipientsOf(d.Bcc),
		Language: d.Language, Subject: d.Subject,
		HTML: d.HTML, Text: d.Text, Since: d.Since, Reply: d.Reply, Reason: d.Reason, Updated: d.Updated, Attachments: filesOf(d.Attachments),
		Along: d.Along,
	}
	var err error
	o.Writing, err = a.writingIn(ctx, d.Chat)
	return &objectOutput[wire.DraftObject]{ETag: rowTag(d.ETag()), Body: o}, err
}
