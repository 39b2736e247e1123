package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/blob"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/outbox"
)

const (
	// maxUpload is the largest file that is attached, in bytes: what Graph takes.
	// https://learn.microsoft.com/graph/outlook-large-attachments
	maxUpload = 150 << 20
	// uploadAge is how long a file is kept that nobody sends.
	uploadAge = 24 * time.Hour
	// uploadsAtOnce is how many files are received at the same time: each needs
	// some megabytes of memory.
	uploadsAtOnce = 4
)

// UploadPath names an upload.
type UploadPath struct {
	Upload string `path:"upload" maxLength:"64"`
}

// An uploadInput is a file, or the attachment of a mail that is taken over.
type uploadInput struct {
	Name    string `query:"name" maxLength:"400" doc:"of the file that the body is; without it, the body is JSON that names an attachment"`
	request *http.Request
}

// Resolve keeps the request: the body is streamed, and not read into memory.
func (in *uploadInput) Resolve(hc huma.Context) []error {
	in.request, _ = humago.Unwrap(hc)
	return nil
}

func (a *api) registerUploads() {
	const one = "/api/uploads/{upload}"
	op := apiTag("replies").op
	create := op("create-upload", http.MethodPost, "/api/uploads", "Send a file for a reply, or take over an attachment of a mail",
		http.StatusCreated)
	create.Description = "With a name, the body is the content of the file, of any type and at most 150 MB. " +
		`Without one it is JSON: {"mail": id, "attachment": number}, of a mail that you may read.`
	create.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		anyType: {Schema: &huma.Schema{Type: "string", Format: "binary"}},
	}}
	handle(a, access.ChatsSend, create, a.createUpload)
	// It is described only: registered with it, every body would have to be JSON.
	create.RequestBody.Content["application/json"] = &huma.MediaType{Schema: &huma.Schema{
		Type: "object", Required: []string{"mail", "attachment"}, AdditionalProperties: false, Properties: map[string]*huma.Schema{
			"mail": {Type: "string", Description: "id of a mail"}, "attachment": {Type: "integer", Description: "its number in that mail"},
		},
	}}
	get := op("get-upload", http.MethodGet, one, "Get the content of a file that you sent")
	get.Responses = content("The content", "application/octet-stream")
	handle(a, access.ChatsSend, get, a.getUpload)
	handle(a, access.ChatsSend, op("delete-upload", http.MethodDelete, one, "Delete a file that you sent"),
		func(ctx context.Context, in *UploadPath) (*struct{}, error) {
			f, err := a.upload(ctx, in.Upload)
			if err != nil {
				return nil, err
			}
			if f.Owner == signatureOwner {
				return nil, newProblem(http.StatusConflict, "a signature may have this picture: take it out there")
			}
			if used, err := a.isUsed(ctx, in.Upload); err != nil {
				return nil, err
			} else if used {
				return nil, newProblem(http.StatusConflict, "a reply of yours that has not left has this file: take the reply back first")
			}
			return nil, a.Uploads.Delete(ctx, in.Upload)
		})
}

// anyType is the media type of an operation that takes all.
const anyType = "*/*"

// uploadID is the form of an upload's id.
var uploadID = regexp.MustCompile(`^[a-z0-9]{26}$`)

// upload is a file that the caller made, or a picture of a signature. The file of another
// is reported as missing.
func (a *api) upload(ctx context.Context, id string) (*blob.File, error) {
	if !uploadID.MatchString(id) {
		return nil, blob.ErrNotFound
	}
	f, err := a.Uploads.Open(ctx, id)
	if err == nil && f.Owner != actor(ctx).ID() && f.Owner != signatureOwner {
		return nil, blob.ErrNotFound
	}
	return f, err
}

// isUsed says whether a reply of the caller that may still leave has an upload.
func (a *api) isUsed(ctx context.Context, upload string) (bool, error) {
	for q := (outbox.Query{Author: actor(ctx).Member.ID, Limit: 200}); ; {
		replies, next, err := a.Outbox.List(ctx, q)
		if err != nil {
			return false, err
		}
		for _, r := range replies {
			if !hasLeft(r.State) && slices.ContainsFunc(r.Attachments, func(at outbox.Attachment) bool { return at.Upload == upload }) {
				return true, nil
			}
		}
		if q.After = next; next == "" {
			return false, nil
		}
	}
}

func (a *api) createUpload(ctx context.Context, in *uploadInput) (*objectOutput[wire.UploadObject], error) {
	select {
	case a.receiving <- struct{}{}:
		defer func() { <-a.receiving }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if in.Name == "" {
		return a.takeOver(ctx, in.request)
	}
	if strings.ContainsFunc(in.Name, unicode.IsControl) {
		return nil, invalid("query.name", "the name of a file, without control characters")
	}
	if in.request.ContentLength > maxUpload {
		return nil, blob.ErrTooLarge
	}
	return a.store(ctx, in.Name, in.request.Header.Get("Content-Type"), in.request.Body)
}

// takeOver copies an attachment of a mail that the caller may read.
func (a *api) takeOver(ctx context.Context, r *http.Request) (*objectOutput[wire.UploadObject], error) {
	var from wire.TakeOver
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media != "application/json" {
		return nil, invalid("query.name", "the name of the file that the body is; or a body of JSON that names an attachment")
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, 1<<12))
	if err == nil {
		err = json.Unmarshal(text, &from)
	}
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		return nil, invalid("body."+kind.Field, "a value that fits "+kind.Type.String())
	case err != nil:
		return nil, invalid("body", `JSON with "mail" and "attachment"`)
	case from.Mail == "":
		return nil, invalid("body.mail", "the id of a mail")
	case from.Attachment < 1:
		return nil, invalid("body.attachment", "the number of an attachment of the mail, 1 or more")
	}
	source, at, err := a.attachment(ctx, from.Mail, from.Attachment)
	if err != nil {
		return nil, err
	}
	return a.copied(ctx, source, at)
}

// copied copies an attachment of a mail to a new upload of the caller.
func (a *api) copied(ctx context.Context, source *attachmentSource, at mail.Attachment) (*objectOutput[wire.UploadObject], error) {
	content, w := io.Pipe()
	defer content.Close() // ends the request to Graph
	go func() {
		err := source.graph.Attachment(ctx, source.mail.Mailbox, source.mail.MessageID, at.ID, w)
		if err != nil {
			err = a.mailboxProblem(err)
		}
		w.CloseWithError(err)
	}()
	return a.store(ctx, fileName(at), at.ContentType, content)
}

// store keeps content as a new upload of the caller.
func (a *api) store(ctx context.Context, name, contentType string, content io.Reader) (*objectOutput[wire.UploadObject], error) {
	about := blob.Info{
		Owner: actor(ctx).ID(), Name: fileName(mail.Attachment{Name: name}), Until: time.Now().Add(uploadAge),
		// Many mail programs show a picture only by its type.
		ContentType: cmp.Or(cleanType(contentType), cleanType(mime.TypeByExtension(strings.ToLower(path.Ext(name))))),
	}
	id := ids.Random()
	about, err := a.Uploads.Put(ctx, id, about, content, maxUpload)
	if err != nil {
		return nil, fmt.Errorf("receive the file %s: %w", id, err)
	}
	return &objectOutput[wire.UploadObject]{Location: "/api/uploads/" + id, Body: uploadOf(id, about)}, nil
}

func uploadOf(id string, i blob.Info) wire.UploadObject {
	return wire.UploadObject{ID: id, Name: i.Name, ContentType: i.ContentType, Size: i.Size, Until: i.Until.UTC().Truncate(time.Second)}
}

// cleanType is a media type without parameters; "" for what is none, and for the
// types that programs name when they do not know.
func cleanType(contentType string) string {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil || media == "application/octet-stream" || media == "application/x-www-form-urlencoded" || len(media) > 127 ||
		!strings.Contains(media, "/") {
		return ""
	}
	return media
}

func (a *api) getUpload(ctx context.Context, in *UploadPath) (*huma.StreamResponse, error) {
	f, err := a.upload(ctx, in.Upload)
	if err != nil {
		return nil, err
	}
	return a.sendFile(f), nil
}

func (a *api) sendFile(f *blob.File) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		r, w := humago.Unwrap(hc)
		body := &attachmentBody{w: withWriteDeadline(w), attachment: mail.Attachment{Name: f.Name, ContentType: f.ContentType}}
		_, err := f.WriteTo(body)
		switch {
		case err == nil:
			body.begin() // the file may be empty
		case !body.begun:
			writeProblem(body.w, a.problem(r.Context(), err))
		default:
			panic(http.ErrAbortHandler) // half a file must not look like a whole one
		}
	}}
}
