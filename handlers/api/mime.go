package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"kantoorpost/shared/access"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/outbox"
)

// registerMIME gives mails as files that any mail program opens: for a client's file.
func (a *api) registerMIME() {
	const typ = "message/rfc822"
	of := apiTag("mails").op("get-mail-mime", http.MethodGet, "/api/mails/{mail}/mime", "Get a mail as it was received, to be saved (.eml)")
	of.Errors, of.Responses = []int{http.StatusConflict}, content("The mail", typ)
	handle(a, access.MailsRead, of, func(ctx context.Context, in *MailPath) (*huma.StreamResponse, error) {
		it, err := a.mailToRead(ctx, in.Mail)
		if err != nil {
			return nil, err
		}
		return a.mime(ctx, it)
	})
	of = apiTag("replies").op("get-reply-mime", http.MethodGet, "/api/chats/{chat}/replies/{reply}/mime",
		"Get a reply as it left, to be saved (.eml)")
	of.Errors, of.Responses = []int{http.StatusConflict}, content("The mail", typ)
	handle(a, access.ChatsRead, of, func(ctx context.Context, in *ReplyPath) (*huma.StreamResponse, error) {
		r, err := a.reply(ctx, in.Chat, in.Reply, access.ChatsRead)
		if err != nil {
			return nil, err
		}
		if !hasLeft(r.State) {
			return nil, newProblem(http.StatusConflict, "the reply has not left")
		}
		return a.replyMIME(ctx, r)
	})
}

func (a *api) replyMIME(ctx context.Context, r outbox.Reply) (*huma.StreamResponse, error) {
	it := item.Item{ID: r.ID, Mailbox: r.Mailbox, Address: r.Address, Subject: r.Subject}
	graph, err := a.mailbox(ctx, it)
	if err != nil {
		return nil, err
	}
	sent, found, err := graph.FindSent(ctx, r.Mailbox, mail.SentKeys{InternetMessageID: r.InternetMessageID, ID: r.DraftID, Reply: r.ID})
	if err != nil {
		return nil, a.mailboxProblem(err)
	}
	if !found || sent.IsDraft {
		return nil, newProblem(http.StatusNotFound, "this mail is no longer in its mailbox")
	}
	it.MessageID = sent.ID
	return a.mime(ctx, it)
}

// mime passes on a mail while it is received.
func (a *api) mime(ctx context.Context, it item.Item) (*huma.StreamResponse, error) {
	graph, err := a.mailbox(ctx, it)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		r, w := humago.Unwrap(hc)
		body := &attachmentBody{w: withWriteDeadline(w), attachment: mail.Attachment{Name: it.Subject, Kind: mail.AttachedItem},
			contentType: "message/rfc822"}
		err := graph.MIME(r.Context(), it.Mailbox, it.MessageID, body)
		a.ended(r.Context(), &attachmentSource{mail: it}, body, err)
	}}, nil
}
