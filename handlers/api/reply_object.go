package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/words"
)

type (
	// A replyObject is a reply as the API shows it.
	replyObject struct {
		ID          string            `json:"id" doc:"also that of its message in the chat"`
		Chat        string            `json:"chat"`
		ChatSubject string            `json:"chatSubject,omitempty" doc:"in lists"`
		State       outbox.State      `json:"state" enum:"held,scheduled,approval,sending,sent,failed,bounced,unknown,draft" doc:"held: leaves in some seconds; scheduled: at a time; approval: waits for a second person; failed: it did not leave; bounced: it did not reach somebody; unknown: whether it left is not known; draft: taken back, or for a colleague to take over (forOthers)"`
		LeavesAt    *time.Time        `json:"leavesAt,omitempty" doc:"the earliest moment at which it leaves"`
		SendAt      *time.Time        `json:"sendAt,omitempty" doc:"the moment that its writer chose"`
		SentAt      *time.Time        `json:"sentAt,omitempty"`
		Mode        outbox.Mode       `json:"mode" enum:"reply,reply-all,forward,new"`
		Answers     string            `json:"answers,omitempty" doc:"id of the message that it answers or forwards"`
		From        mail.Address      `json:"from"`
		To          []recipientObject `json:"to" nullable:"false"`
		Cc          []recipientObject `json:"cc" nullable:"false"`
		Bcc         []recipientObject `json:"bcc" nullable:"false"`
		Recipients  []recipientState  `json:"recipients" nullable:"false" doc:"what became of it for each"`
		Subject     string            `json:"subject"`
		Preview     string            `json:"preview"`
		Attachments []replyFile       `json:"attachments" nullable:"false"`
		By          named             `json:"by" doc:"who wrote it"`
		Created     time.Time         `json:"created"`
		Since       int64             `json:"since"`
		Reason      string            `json:"reason,omitempty" doc:"why it failed or is a draft again: newer-message, no-right, address-gone, rejected, recipient, too-large, sender, quota, attachment, unreachable, refused"`
		Detail      string            `json:"detail,omitempty" doc:"what Exchange said"`
		Explanation *words.Text       `json:"explanation,omitempty" doc:"what happened, in words"`
		WhatToDo    *words.Text       `json:"whatToDo,omitempty"`
		Approval    *approvalObject   `json:"approval,omitempty"`
		ForOthers   bool              `json:"forOthers,omitempty" doc:"its writer may not send it: who takes it back gets it as a draft"`
		Dismissed   bool              `json:"dismissed,omitempty" doc:"somebody has seen that it failed"`
		Language    string            `json:"language,omitempty" doc:"of what is added to its text"`
		Body        string            `json:"body" doc:"path of what it says, as an HTML document"`
		CanTakeBack bool              `json:"canTakeBack" doc:"by you, now"`
		CanRetry    bool              `json:"canRetry"`
		CanApprove  bool              `json:"canApprove"`
		MessageID   string            `json:"internetMessageId,omitempty" doc:"of the mail"`
	}
	recipientState struct {
		Name   string                `json:"name,omitempty"`
		Email  string                `json:"email"`
		State  outbox.RecipientState `json:"state" doc:"empty while it has not left; sent, delayed, delivered, bounced"`
		Status string                `json:"status,omitempty" doc:"the enhanced status code of the last report, such as 5.1.1"`
	}
	replyFile struct {
		ID          string `json:"id" doc:"of the upload"`
		Name        string `json:"name"`
		ContentType string `json:"contentType,omitempty"`
		Size        int64  `json:"size"`
		Inline      bool   `json:"inline" doc:"the text shows it"`
	}
	approvalObject struct {
		Why      []string   `json:"why" nullable:"false" doc:"member, client, word: what the office wants a second person for"`
		By       *named     `json:"by,omitempty" doc:"who decided"`
		At       *time.Time `json:"at,omitempty"`
		Rejected bool       `json:"rejected"`
		Comment  string     `json:"comment,omitempty"`
	}
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
func (a *api) replyOf(ctx context.Context, r outbox.Reply, names map[string]string) (replyObject, error) {
	o := replyObject{
		ID: r.ID, Chat: r.Chat, State: r.State, Mode: r.Mode, Answers: r.Answers,
		From: mail.Address{Email: leavesFrom(r.Address, r.Alias, r.AliasRefused)}, To: recipientsOf(r.To), Cc: recipientsOf(r.Cc),
		Bcc: recipientsOf(r.Bcc), Recipients: []recipientState{}, Subject: r.Subject, Preview: r.Preview, Attachments: filesOf(r.Attachments),
		Created: r.Created,
		Since:   r.Since, Language: r.Language, Reason: r.Reason, Detail: r.Detail, Dismissed: r.Dismissed,
		ForOthers: r.ForOthers, Body: messageBodyPath(r.Chat, r.ID),
		SentAt:    orNil(r.SentAt),
		MessageID: r.InternetMessageID, CanRetry: r.State == outbox.Failed || r.State == outbox.Unknown,
	}
	if !hasLeft(r.State) {
		o.LeavesAt = orNil(r.LeavesAt)
	}
	if r.Scheduled {
		o.SendAt = orNil(r.LeavesAt)
	}
	for _, to := range r.Recipients() {
		o.Recipients = append(o.Recipients, recipientState{to.Name, to.Email, to.State, to.Status})
	}
	o.Explanation, o.WhatToDo = explainReply(r)
	var err error
	if o.By, err = a.namedMember(ctx, names, r.Author); err != nil {
		return o, err
	}
	if r.Approval != nil {
		o.Approval = &approvalObject{Why: r.Approval.Why, At: orNil(r.Approval.At), Rejected: r.Approval.Rejected, Comment: r.Approval.Comment}
		if r.Approval.By != "" {
			by, err := a.namedMember(ctx, names, r.Approval.By)
			if err != nil {
				return o, err
			}
			o.Approval.By = &by
		}
	}
	o.CanTakeBack = r.CanTakeBack() && mayTakeBack(ctx, r)
	o.CanApprove = r.State == outbox.Waiting && mayApprove(ctx, r) == nil
	return o, nil
}

func (a *api) namedMember(ctx context.Context, names map[string]string, id string) (named, error) {
	name, err := a.memberName(ctx, names, id)
	return named{id, name}, err
}

// leavesFrom is the address from which recipients see that a reply comes.
func leavesFrom(address, alias string, refused bool) string {
	if alias == "" || refused {
		return address
	}
	return alias
}

func filesOf(list []outbox.Attachment) []replyFile {
	out := []replyFile{}
	for _, at := range list {
		out = append(out, replyFile{at.Upload, at.Name, at.ContentType, at.Size, at.Inline})
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
func (a *api) addReplies(ctx context.Context, messages []chat.Message, objects []messageObject) error {
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
