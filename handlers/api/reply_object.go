package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

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
		MessageID: r.InternetMessageID,
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
	if access.Can(actor(ctx), access.ChatsSend, access.Some) {
		o.CanRetry, o.CanDismiss = r.CanRetry(), r.CanDismiss()
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
		if m.Kind != chat.KindReply || m.Erased {
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

type repliesInput struct {
	PageInput
	State string `query:"state" enum:"held,scheduled,approval,sending,failed,bounced,unknown,draft" doc:"only in this state"`
	Mine  bool   `query:"mine" doc:"only what you wrote"`
}

func (a *api) registerReplyList() {
	handle(a, access.ChatsSend, huma.Operation{
		OperationID: "list-replies", Method: http.MethodGet, Path: "/api/replies", Tags: []string{"replies"},
		Summary: "List replies that have not left, or that need a person: scheduled, waiting for a second person, failed, bounced, " +
			"unknown, or drafts whose writer may not send them; newest first",
		Description: "Of the chats that you may read. A page may hold fewer items than the limit and still have a next.",
	}, a.listReplies)
}

func (a *api) listReplies(ctx context.Context, in *repliesInput) (*listOutput[wire.ReplyObject], error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	q := outbox.Query{State: outbox.State(in.State), Limit: in.Limit, After: in.After}
	if in.Mine {
		q.Author = actor(ctx).Member.ID
		if q.Author == "" {
			return listed[wire.ReplyObject](nil, ""), nil
		}
	}
	out := &listOutput[wire.ReplyObject]{Body: wire.ListOf[wire.ReplyObject]{Items: []wire.ReplyObject{}}}
	names, chats := map[string]string{}, map[string]chat.Chat{}
	for range maxPagesRead {
		replies, next, err := a.Outbox.List(ctx, q)
		if err != nil {
			return nil, err
		}
		for i, r := range replies {
			subject, shown, err := a.replyShown(ctx, r, chats)
			if err != nil {
				return nil, err
			}
			if !shown {
				continue
			}
			o, err := a.replyOf(ctx, r, names)
			if err != nil {
				return nil, err
			}
			o.ChatSubject = subject
			out.Body.Items = append(out.Body.Items, o)
			if len(out.Body.Items) == in.Limit && (next != "" || i < len(replies)-1) {
				out.Body.Next = r.ID
				return out, nil
			}
		}
		if q.After = next; next == "" {
			break
		}
	}
	out.Body.Next = q.After
	return out, nil
}

// replyShown says whether the caller may see a reply of a list, and the subject of its
// chat; chats keeps what was read.
func (a *api) replyShown(ctx context.Context, r outbox.Reply, chats map[string]chat.Chat) (subject string, shown bool, err error) {
	c, known := chats[r.Chat]
	if !known {
		c, err = a.Chats.Get(ctx, r.Chat)
		if err != nil && !errors.Is(err, chat.ErrNotFound) {
			return "", false, err
		}
		chats[r.Chat] = c
	}
	if isAuthor(ctx, r) || c.ID == "" {
		return c.Subject, isAuthor(ctx, r), nil
	}
	if access.Can(actor(ctx), access.ChatsRead, access.Other) {
		return c.Subject, true, nil
	}
	part, err := a.part(ctx, c)
	return c.Subject, part == access.Linked, err
}
