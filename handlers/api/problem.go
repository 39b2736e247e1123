package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/blob"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/fault"
	"kantoorpost/shared/item"
	"kantoorpost/shared/poison"
	"kantoorpost/shared/secret"
	"kantoorpost/shared/solve"
	"kantoorpost/shared/words"
)

// A problem is an error as a client gets it.
// https://www.rfc-editor.org/rfc/rfc9457
type problem struct {
	huma.ErrorModel
	// Existing is the id of the object that already has a value that must be
	// unique: a caller who repeats a request finds here the object that the
	// first request made.
	Existing string `json:"existing,omitempty"`
	// Codes say for each field what is wrong with it; they are keys for a
	// text.
	Codes map[string]string `json:"codes,omitempty"`
	// WhatToDo says what a person can do when an external service refused.
	WhatToDo *words.Text `json:"whatToDo,omitempty"`
	// Message is what came into a chat meanwhile, of the type newer-message.
	Message *wire.MessageObject `json:"message,omitempty"`
	// Missing are the placeholders that are not filled in, of the type placeholder.
	Missing []string `json:"missing,omitempty"`
}

func newProblem(status int, detail string, fields ...*huma.ErrorDetail) *problem {
	return &problem{ErrorModel: huma.ErrorModel{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Errors: fields,
	}}
}

// invalid is the problem that a field of the request is not valid. Location
// is such as body.name or query.after.
func invalid(location, expected string) *problem {
	return newProblem(http.StatusUnprocessableEntity, location+": expected "+expected,
		&huma.ErrorDetail{Location: location, Message: "expected " + expected})
}

func writeProblem(w http.ResponseWriter, p *problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	// a client that has disconnected needs no answer
	_ = json.NewEncoder(w).Encode(p)
}

// failure turns the error of an operation into a problem for the client.
func (a *api) failure(ctx context.Context, err error) error {
	var ready huma.StatusError
	if errors.As(err, &ready) {
		return err
	}
	return a.problem(ctx, err)
}

func (a *api) problem(ctx context.Context, err error) *problem {
	for _, r := range refusals {
		if errors.Is(err, r.err) {
			p := newProblem(r.status, cmp.Or(r.detail, err.Error()))
			p.Type = cmp.Or(r.code, p.Type)
			return p
		}
	}
	for _, explain := range a.explain {
		if p := explain(err); p != nil {
			return p
		}
	}
	// The client gets only the kind of the error: the details are for readers
	// of the log.
	slog.ErrorContext(ctx, "request failed", "error", err)
	kind, _ := fault.Of(err)
	if kind == fault.KindLater || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return newProblem(http.StatusServiceUnavailable, "this took too long or is busy; try again in a moment")
	}
	return newProblem(http.StatusInternalServerError, "something went wrong here; try again, and look in the log when it stays")
}

func explainDirectory(err error) *problem {
	var (
		wrong    *directory.Invalid
		conflict *directory.Conflict
		inUse    *directory.InUse
		large    *directory.TooLarge
	)
	switch {
	case errors.As(err, &wrong):
		return invalid(location(wrong.Field), wrong.Expected)
	case errors.As(err, &conflict):
		p := newProblem(http.StatusConflict, conflict.Error(), &huma.ErrorDetail{
			Location: location(conflict.Field), Message: fmt.Sprintf("already belongs to %s %s", conflict.Kind, conflict.ID),
		})
		p.Existing = conflict.ID
		return p
	case errors.As(err, &inUse):
		return newProblem(http.StatusConflict, inUse.Error())
	case errors.As(err, &large):
		return newProblem(http.StatusUnprocessableEntity, large.Error())
	case errors.Is(err, chat.ErrMembers):
		return invalid("body.members", "1 to 80 ids of team members, each once, and at most about 90 who come or go at a time")
	}
	return nil
}

// refusals are the errors of the domain that need no more than their kind to be explained.
// Without a detail, the error itself is the detail.
var refusals = []struct {
	err          error
	status       int
	code, detail string
}{
	{directory.ErrNotFound, http.StatusNotFound, "", ""},
	{directory.ErrLastAdministrator, http.StatusConflict, "", ""},
	{directory.ErrImporting, http.StatusServiceUnavailable, "", directory.ErrImporting.Error() + "; try again in a moment"},
	{directory.ErrChanged, http.StatusPreconditionFailed, "", changedDetail},
	{connector.ErrChanged, http.StatusPreconditionFailed, "", changedDetail},
	{chat.ErrChanged, http.StatusPreconditionFailed, "", changedDetail},
	{connector.ErrInUse, http.StatusConflict, "", "addresses of this connector are still activated: deactivate them first"},
	{connector.ErrNotFound, http.StatusNotFound, "", "no such connector or activated address"},
	{item.ErrNotFound, http.StatusNotFound, "", "no such mail, or none that you may see"},
	{item.ErrNotWaiting, http.StatusConflict, "", "the mail does not wait any more"},
	{solve.ErrNothing, http.StatusConflict, "", "nothing was decided about this mail that could be taken back"},
	{chat.ErrNotFound, http.StatusNotFound, "", "no such chat or message, or none that you may see"},
	{chat.ErrAuthor, http.StatusForbidden, "", "only its author changes a note"},
	{chat.ErrKeyReused, http.StatusUnprocessableEntity, "idempotency-key",
		"Idempotency-Key: an earlier request with this key said something else; give each request a key of its own"},
	{chat.ErrLeaving, http.StatusConflict, "reply-leaving", "a reply in this chat has not left yet: take it back, or wait until it has"},
	{chat.ErrNotMail, http.StatusConflict, "not-a-mail", "only a mail that came in can be moved alone; a note or a reply goes with its chat"},
	{chat.ErrOnly, http.StatusConflict, "only-message", "there is nothing else in this chat: nothing to split"},
	{chat.ErrSame, http.StatusConflict, "same-chat", "this is the same chat"},
	{chat.ErrMerged, http.StatusConflict, "merged", "this chat was merged into another: read it again"},
	{chat.ErrNobody, http.StatusConflict, "nobody", "no team member would take part: the addresses bring nobody for this client"},
	{chat.ErrNothing, http.StatusConflict, "nothing-to-undo", "nothing was moved, merged or given to another client in this chat"},
	{blob.ErrNotFound, http.StatusNotFound, "", "no such file, or none of yours; a file that nobody sends is kept for a day"},
	{blob.ErrTooLarge, http.StatusRequestEntityTooLarge, "", "a file has at most 150 MB"},
	{poison.ErrNotFound, http.StatusNotFound, "", "no such failed message: somebody else may have retried or dropped it"},
}

// changed is the problem that If-Match names another revision than the
// current one.
func changed() *problem { return newProblem(http.StatusPreconditionFailed, changedDetail) }

const changedDetail = "somebody changed this meanwhile; read it again and repeat your change"

func location(field string) string {
	switch {
	case field == "after":
		return "query.after"
	case strings.HasPrefix(field, "["):
		return "body" + field
	}
	return "body." + field
}

// tidy gives the problems that huma finds in a request our form. Huma repeats
// the input, which may contain a secret; our text names the fields instead.
func tidy(_ huma.Context, _ string, v any) (any, error) {
	p, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	clean := newProblem(p.Status, p.Detail)
	var texts []string
	for _, e := range p.Errors {
		if e == nil {
			continue
		}
		if name, ok := strings.CutPrefix(e.Location, "body."); ok && secret.LooksLikeOne(name) {
			e.Location = "body" // an unknown property, by its name
		}
		if place, message, ok := strings.Cut(e.Message, ": "); ok && strings.HasPrefix(place, "body.") { // of readJSON
			e.Location, e.Message = place, message
		}
		clean.Errors = append(clean.Errors, &huma.ErrorDetail{Location: e.Location, Message: e.Message})
		texts = append(texts, strings.TrimPrefix(e.Location+": "+e.Message, ": "))
	}
	if len(texts) > 0 {
		clean.Detail = strings.Join(texts[:min(len(texts), 5)], "; ")
	}
	return clean, nil
}
