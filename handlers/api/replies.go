package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/job"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/queue"
)

const (
	// maxDelay is how far ahead a reply can be scheduled.
	maxDelay = 366 * 24 * time.Hour
	// keptAfter is how long the files of a reply are kept after it was to leave: for
	// another attempt, and for who reads what left.
	keptAfter = 90 * 24 * time.Hour
	// maxReplyBody is the largest request with a reply, in bytes: outbox.MaxBody
	// characters of JSON, and recipients.
	maxReplyBody = 2 << 20
)

// IdempotencyKey makes one object of a request that is repeated. Another request with the
// same key is refused.
// https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header
type IdempotencyKey struct {
	Key string `header:"Idempotency-Key" maxLength:"200" doc:"the same key and body: one effect; another body: 422"`
}

// hashOf is a hash of the body of a request, as it was read.
func hashOf(body any) string {
	b, _ := json.Marshal(body) // it was read from JSON
	return ids.Hash(string(b))
}

// acceptedReply answers a request that wrote a reply.
type acceptedReply = objectOutput[wire.ReplyObject]

func (a *api) registerReplies() {
	const path = "/api/chats/{chat}/replies"
	op := apiTag("replies").op
	create := op("create-reply", http.MethodPost, path, "Write a reply, which leaves as mail when its hold is over", http.StatusAccepted)
	create.Description = "409 of type newer-message: something came into the chat that you have not seen; force sends all the same. " +
		"409 of type confirm: send it again with its codes as confirmed."
	create.MaxBodyBytes = maxReplyBody
	handle(a, access.ChatsSend, create, a.createReply)
	handle(a, access.ChatsRead, op("get-reply", http.MethodGet, path+"/{reply}", "Get a reply, with what became of it for each recipient",
		http.StatusOK), a.getReply)
	a.registerNewReply()
	a.registerReplyChanges()
	a.registerReplyList()
	a.registerReplyAttachments()
	a.registerDrafts()
}

func (a *api) createReply(ctx context.Context, in *struct {
	ChatPath
	IdempotencyKey
	Body wire.ReplyBody
}) (*acceptedReply, error) {
	mail := in.Body
	mail.Since, mail.Force, mail.Confirmed = nil, false, nil // what its author has seen changes no mail
	first := outbox.New{Reply: outbox.Reply{Chat: in.Chat, Author: actor(ctx).Member.ID}, Key: in.Key, Said: hashOf(mail)}
	if r, found, err := a.Outbox.ByKey(ctx, first); err != nil {
		return nil, err
	} else if found {
		return a.accepted(ctx, r)
	}
	c, err := a.chat(ctx, in.Chat, access.ChatsSend)
	if err != nil {
		return nil, err
	}
	k, err := a.correspondence(ctx, c)
	if err != nil {
		return nil, err
	}
	mode := outbox.Mode(cmp.Or(in.Body.Mode, string(outbox.ModeReply)))
	if in.Body.Answers == "" && mode != outbox.ModeNew {
		return nil, invalid("body.answers", "id of the message that is answered or forwarded")
	}
	o, err := k.original(ctx, in.Body.Answers, mode)
	if errors.Is(err, chat.ErrNotFound) {
		return nil, invalid("body.answers", "id of a message of this chat")
	}
	if err != nil {
		return nil, err
	}
	n, err := k.written(ctx, in.Body.ReplyContent, o, mode)
	if err != nil {
		return nil, err
	}
	n.Key, n.Said, n.Reply.Force, n.Reply.Since = first.Key, first.Said, in.Body.Force, o.message.Sequence
	if in.Body.Since != nil {
		n.Reply.Since = *in.Body.Since
	}
	if mode == outbox.ModeForward && (in.Body.Attachments == nil || in.Body.Along != nil) {
		err = k.passedOn(ctx, &n, in.Body.ReplyContent, o)
	} else {
		err = k.checked(ctx, &n, in.Body.ReplyContent)
	}
	if err != nil {
		return nil, err
	}
	r, err := a.Outbox.Create(ctx, n)
	if err != nil {
		return nil, err
	}
	a.sendLater(ctx, r, "written")
	return a.accepted(ctx, r)
}

// sendLater puts the job that sends a reply. When that fails, the tick does it later:
// the reply is stored.
func (a *api) sendLater(ctx context.Context, r outbox.Reply, why string) {
	delay := time.Until(r.LeavesAt)
	if !r.State.IsWaiting() || delay > queue.MaxDelay {
		return
	}
	j := job.Send{Address: r.Address, Why: why, Replies: []string{r.ID}}
	if err := a.Jobs.PutAfter(context.WithoutCancel(ctx), j, delay); err != nil {
		slog.WarnContext(ctx, "a reply waits for the tick: its job was not put", "reply", r.ID, "error", err)
	}
}

func (a *api) accepted(ctx context.Context, r outbox.Reply) (*acceptedReply, error) {
	out, err := a.replyOutput(ctx, r)
	if out != nil {
		out.Location = "/api/chats/" + r.Chat + "/replies/" + r.ID
	}
	return out, err
}

// missingPlaceholders is the problem that a template is not filled in.
func missingPlaceholders(names []string) error {
	p := invalid("body.html", "no placeholder that is not filled in: {"+strings.Join(names, "}, {")+"}")
	p.Type, p.Missing = "placeholder", names
	return p
}
