package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
)

// MailAttachmentPath names an attachment of a mail.
type MailAttachmentPath struct {
	MailPath
	Attachment int `path:"attachment" doc:"its number in the mail"`
}

func (a *api) registerAttachments() {
	const path = "/api/mails/{mail}/attachments"
	list := apiTag("mails").op("list-attachments", http.MethodGet, path,
		"List what came with a mail, as its mailbox has it now; without the pictures that its text shows")
	list.Errors = []int{http.StatusConflict}
	handle(a, access.MailsRead, list, func(ctx context.Context, in *MailPath) (*listOutput[wire.AttachmentObject], error) {
		source, err := a.attachmentSource(ctx, in.Mail)
		if err != nil {
			return nil, err
		}
		shown, err := a.shown(ctx, source)
		if err != nil {
			return nil, err
		}
		out := &listOutput[wire.AttachmentObject]{Body: wire.ListOf[wire.AttachmentObject]{Items: []wire.AttachmentObject{}}}
		files := []chat.Attachment{}
		for i, at := range source.attachments {
			if name := pictureName(at.ContentID); canShow(at) && shown[name] {
				delete(shown, name) // a second attachment with this id is not shown
				continue
			}
			out.Body.Items = append(out.Body.Items, attachmentOf(source.mail.ID, i+1, at))
			files = append(files, chat.AttachmentOf(i+1, at))
		}
		if source.mail.Chat == "" {
			return out, nil
		}
		return out, a.Chats.SetAttachments(ctx, source.mail.Chat, source.mail.ID, files)
	})
	get := apiTag("mails").op("get-attachment", http.MethodGet, path+"/{attachment}", "Get the content of an attachment, to be saved")
	get.Errors, get.Responses = []int{http.StatusConflict}, content("The content", "application/octet-stream")
	handle(a, access.MailsRead, get, func(ctx context.Context, in *MailAttachmentPath) (*huma.StreamResponse, error) {
		source, at, err := a.attachment(ctx, in.Mail, in.Attachment)
		if err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(hc huma.Context) {
			_, w := humago.Unwrap(hc)
			a.stream(hc, source, &attachmentBody{w: withWriteDeadline(w), attachment: at})
		}}, nil
	})
}

// attachmentOf is the nth attachment of a mail.
func attachmentOf(mailID string, n int, at mail.Attachment) wire.AttachmentObject {
	o := wire.AttachmentObject{N: n, Name: fileName(at), ContentType: at.ContentType, Size: at.Size, Kind: at.Kind}
	if at.Kind != mail.AttachedLink {
		o.Content = fmt.Sprintf("/api/mails/%s/attachments/%d", mailID, n)
	}
	if part := viewOf(at); part != "" {
		o.View = o.Content + "/" + part
	}
	if o.Dangerous = isDangerous(at); o.Dangerous {
		o.Warning = &dangerWarning
	}
	return o
}

// attachment is an attachment of a mail that the caller may read, by its number.
func (a *api) attachment(ctx context.Context, mailID string, number int) (*attachmentSource, mail.Attachment, error) {
	source, err := a.attachmentSource(ctx, mailID)
	if err != nil {
		return nil, mail.Attachment{}, err
	}
	n := number - 1
	if n < 0 || n >= len(source.attachments) {
		return nil, mail.Attachment{}, newProblem(http.StatusNotFound, "the mail has no attachment with this number")
	}
	at := source.attachments[n]
	if at.Kind == mail.AttachedLink {
		return nil, at, newProblem(http.StatusConflict, "this file is kept elsewhere: open the mail in Outlook to follow its link")
	}
	return source, at, nil
}

// An attachmentSource is a mail with its attachments, and the client that can
// read them.
type attachmentSource struct {
	mail        item.Item
	graph       connector.Graph
	attachments []mail.Attachment
}

// attachmentSource asks the mailbox of a mail for its attachments. The caller
// gives only the id of the mail: everything else comes from storage and from
// Graph.
func (a *api) attachmentSource(ctx context.Context, id string) (*attachmentSource, error) {
	it, err := a.mailToRead(ctx, id)
	if err != nil {
		return nil, err
	}
	return a.attachmentSourceOf(ctx, it, fresh)
}

// A freshness says whether a list of attachments may be a little old.
type freshness bool

const (
	fresh  freshness = true
	recent freshness = false
)

// attachmentSourceOf is attachmentSource for a mail that the caller may read.
func (a *api) attachmentSourceOf(ctx context.Context, it item.Item, how freshness) (*attachmentSource, error) {
	graph, err := a.mailbox(ctx, it)
	if err != nil {
		return nil, err
	}
	source := &attachmentSource{mail: it, graph: graph}
	if source.attachments, err = a.list(ctx, source, how); err != nil {
		return nil, a.mailboxProblem(err)
	}
	return source, nil
}

// mailbox returns access to the mailbox that received a mail.
func (a *api) mailbox(ctx context.Context, it item.Item) (graph connector.Graph, err error) {
	box, err := a.Connectors.Activation(ctx, it.Mailbox)
	if err == nil && box.Active {
		graph, err = a.Connectors.Client(ctx, box.Connector)
	}
	if isGone(err) || err == nil && !box.Active { // only activated mailboxes are read
		return nil, newProblem(http.StatusConflict, it.Address+" is not activated any more: what came with this mail is in Outlook")
	}
	return graph, err
}

// list lists the attachments of a mail; concurrent callers share one request.
func (a *api) list(ctx context.Context, source *attachmentSource, how freshness) ([]mail.Attachment, error) {
	key := source.mail.Mailbox + " " + source.mail.MessageID
	if known, ok := a.attachmentLists.get(key, time.Now()); ok && how == recent {
		return known, nil
	}
	select {
	case asked := <-a.listCalls.DoChan(key, func() (any, error) {
		// The first caller may leave before the others.
		list, err := source.graph.Attachments(context.WithoutCancel(ctx), source.mail.Mailbox, source.mail.MessageID)
		if err == nil {
			a.attachmentLists.put(key, list, time.Now())
		}
		return list, err
	}):
		list, _ := asked.Val.([]mail.Attachment)
		return list, asked.Err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// mailToRead returns a mail that the caller may read: because of its mailbox,
// or because it is in a chat that the caller may read.
func (a *api) mailToRead(ctx context.Context, id string) (item.Item, error) {
	it, err := a.mail(ctx, id, access.MailsRead)
	if !errors.Is(err, item.ErrNotFound) {
		return it, err
	}
	if it, err = a.Items.Get(ctx, id); err != nil {
		return it, err
	}
	if it.Chat == "" {
		return item.Item{}, item.ErrNotFound
	}
	if _, err := a.chat(ctx, it.Chat, access.ChatsRead); err != nil {
		return item.Item{}, item.ErrNotFound
	}
	return it, nil
}

// mailboxProblem explains why a mailbox did not give the attachments of a mail.
func (a *api) mailboxProblem(err error) error {
	code, reason, ok := a.Connectors.Outside(&connector.OutsideError{Err: err})
	switch {
	case !ok || errors.Is(err, context.Canceled):
		return err
	case code == connector.MailboxMissing:
		return newProblem(http.StatusNotFound, "this mail, or what came with it, is no longer in its mailbox")
	case strings.HasPrefix(code, "missing:"): // a missing permission to read users, which is not needed here
		code = connector.MailboxForbidden
	}
	return outside(code, reason)
}

// attachmentPolicy restricts a browser that shows a file anyway.
const attachmentPolicy = "sandbox; default-src 'none'; frame-ancestors 'none'"

// stream passes on the content of an attachment while it is received.
func (a *api) stream(hc huma.Context, source *attachmentSource, body *attachmentBody) {
	r, _ := humago.Unwrap(hc)
	err := source.graph.Attachment(r.Context(), source.mail.Mailbox, source.mail.MessageID, body.attachment.ID, body)
	a.ended(r.Context(), source, body, err)
}

// An attachmentBody is a response that starts with the first byte of a file.
type attachmentBody struct {
	w          http.ResponseWriter
	attachment mail.Attachment
	inline     bool // shown in a body or beside it, not saved
	// contentType and policy are other than shownType and attachmentPolicy, "" for these.
	contentType, policy string
	begun               bool
}

func (b *attachmentBody) begin() {
	if b.begun {
		return
	}
	b.begun = true
	h, how := b.w.Header(), "attachment"
	if b.inline {
		how = "inline"
	}
	h.Set("Content-Type", cmp.Or(b.contentType, shownType(b.attachment.ContentType)))
	h.Set("Content-Disposition", disposition(how, fileName(b.attachment)))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", cmp.Or(b.policy, attachmentPolicy))
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	b.w.WriteHeader(http.StatusOK)
}

func (b *attachmentBody) Write(p []byte) (int, error) {
	b.begin()
	return b.w.Write(p)
}
