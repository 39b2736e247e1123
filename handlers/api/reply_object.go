package api

import (
	"context"
	"errors"
	"net/http"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/outbox"
)

// ReplyPath names a reply of a chat.
type ReplyPath struct {
	ChatPath
	Reply string `path:"reply" maxLength:"64"`
}

func (a *api) getReply(ctx context.Context, in *ReplyPath) (*acceptedReply, error) {
	r, err := a.reply(ctx, in.Chat, in.Reply, access.ChatsRead)
	if err != nil {
		return nil, err
	}
	return a.replyOutput(ctx, r)
}

// reply is a reply in a chat to which the caller may do this action, or which the
// caller wrote: also somebody who has left the chat reads and takes back that.
func (a *api) reply(ctx context.Context, chatID, id string, action access.Action) (outbox.Reply, error) {
	r, err := a.Outbox.Get(ctx, chatID, id)
	if err == nil && isAuthor(ctx, r) {
		return r, nil
	}
	if _, chatErr := a.chat(ctx, chatID, action); chatErr != nil {
		return outbox.Reply{}, chatErr
	}
	return r, err
}

// isAuthor says whether the caller wrote a reply, and may still send at all.
func isAuthor(ctx context.Context, r outbox.Reply) bool {
	who := actor(ctx)
	return who.Member.ID != "" && r.Author == who.Member.ID && access.Can(who, access.ChatsSend, access.Some)
}

func (a *api) replyOutput(ctx context.Context, r outbox.Reply) (*acceptedReply, error) {
	o, err := a.replyOf(ctx, r, map[string]string{})
	return &acceptedReply{ETag: rowTag(r.ETag()), Body: o}, err
}

// replyOf shows a reply; names keeps the names that were read.
func (a *api) replyOf(ctx context.Context, r outbox.Reply, names map[string]string) (wire.ReplyObject, error) {
	o := wire.ReplyObject{
		ID: r.ID, Chat: r.Chat, State: string(r.State), Mode: string(r.Mode), Answers: r.Answers,
		From: mail.Address{Email: leavesFrom(r.Address, r.Alias, r.AliasRefused)}, To: recipientsOf(r.To), Cc: recipientsOf(r.Cc),
		Bcc: recipientsOf(r.Bcc), Recipients: []wire.RecipientState{}, Subject: r.Subject, Preview: r.Preview,
		Attachments: filesOf(r.Attachments), Created: r.Created, SentAt: r.SentAt,
		Since: r.Since, Language: r.Language, Reason: r.Reason, Detail: r.Detail, Dismissed: r.Dismissed,
		ForOthers: r.ForOthers, Body: messageBodyPath(r.Chat, r.ID),
		MessageID: r.InternetMessageID, CanRetry: r.State == outbox.Failed || r.State == outbox.Unknown,
	}
	if !hasLeft(r.State) {
		o.LeavesAt = r.LeavesAt
	}
	if r.Scheduled {
		o.SendAt = r.LeavesAt
	}
	for _, to := range r.Recipients() {
		o.Recipients = append(o.Recipients, wire.RecipientState{Name: to.Name, Email: to.Email, State: string(to.State), Status: to.Status})
	}
	o.Explanation, o.WhatToDo = explainReply(r)
	o.By.ID = r.Author
	if err := a.nameMember(ctx, names, &o.By); err != nil {
		return o, err
	}
	if r.Approval != nil {
		o.Approval = &wire.ApprovalObject{
			Why: r.Approval.Why, At: orNil(r.Approval.At), Rejected: r.Approval.Rejected, Comment: r.Approval.Comment,
		}
		if r.Approval.By != "" {
			o.Approval.By = &wire.Named{ID: r.Approval.By}
			if err := a.nameMember(ctx, names, o.Approval.By); err != nil {
				return o, err
			}
		}
	}
	o.CanTakeBack = r.CanTakeBack() && mayTakeBack(ctx, r)
	o.CanApprove = r.State == outbox.Waiting && mayApprove(ctx, r) == nil
	return o, nil
}

// leavesFrom is the address from which recipients see that a reply comes.
func leavesFrom(address, alias string, refused bool) string {
	if alias == "" || refused {
		return address
	}
	return alias
}

func filesOf(list []outbox.Attachment) []wire.ReplyFile {
	out := []wire.ReplyFile{}
	for _, at := range list {
		out = append(out, wire.ReplyFile{ID: at.Upload, Name: at.Name, ContentType: at.ContentType, Size: at.Size, Inline: at.Inline})
	}
	return out
}

// mayTakeBack says whether the caller may take a reply back: its author, and managers; one
// for others, each team member who may send.
func mayTakeBack(ctx context.Context, r outbox.Reply) bool {
	if who := actor(ctx); r.ForOthers {
		return who.Member.ID != "" && access.Can(who, access.ChatsSend, access.Some)
	}
	return isAuthor(ctx, r) || access.Can(actor(ctx), access.ChatsSend, access.Other)
}

// mayApprove refuses a caller who may not be the second person for a reply.
func mayApprove(ctx context.Context, r outbox.Reply) error {
	switch who := actor(ctx); {
	case !access.Can(who, access.RepliesApprove, access.Some):
		return newProblem(http.StatusForbidden, "your rights do not include "+string(access.RepliesApprove))
	case r.Author == who.Member.ID:
		return newProblem(http.StatusForbidden, "this is your own reply: a second person has to look at it")
	}
	return nil
}

// addReplies adds to messages what only their replies know.
func (a *api) addReplies(ctx context.Context, messages []chat.Message, objects []wire.MessageObject) error {
	names := map[string]string{}
	for i, m := range messages {
		if m.Kind != chat.KindReply {
			continue
		}
		r, err := a.Outbox.Load(ctx, m.ID)
		if errors.Is(err, outbox.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		o, err := a.replyOf(ctx, r, names)
		if err != nil {
			return err
		}
		addReply(&objects[i], o)
	}
	return nil
}
