package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/fault"
	"kantoorpost/shared/secret"
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
		switch {
		case !errors.Is(err, r.err):
		case strings.HasPrefix(r.code, "body."):
			return invalid(r.code, r.detail)
		default:
			p := newProblem(r.status, cmp.Or(r.detail, err.Error()))
			p.Type = cmp.Or(r.code, p.Type)
			return p
		}
	}
	for _, explain := range explanations {
		if p := explain(err); p != nil {
			return p
		}
	}
	if code, reason, ok := a.Connectors.Outside(err); ok {
		return outside(code, reason)
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
