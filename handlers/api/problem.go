package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/fault"
	"kantoorpost/shared/secret"
	"kantoorpost/shared/words"
)

// A problem is an error as a client gets it.
// https://www.rfc-editor.org/rfc/rfc9457
type problem struct {
	huma.ErrorModel
	// Existing is the id of the object that has a value already that must be
	// unique: who repeats a request finds here what the first one made.
	Existing string `json:"existing,omitempty"`
	// Codes say by field what is wrong with it, to find a text by.
	Codes map[string]string `json:"codes,omitempty"`
	// WhatToDo is what a person can do about a refusal of the outside.
	WhatToDo *words.Text `json:"whatToDo,omitempty"`
}

func newProblem(status int, detail string, fields ...*huma.ErrorDetail) *problem {
	return &problem{ErrorModel: huma.ErrorModel{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Errors: fields,
	}}
}

// invalid is the problem that a field of the request is not as expected.
// Location is such as body.name or query.after.
func invalid(location, expected string) *problem {
	return newProblem(http.StatusUnprocessableEntity, location+": expected "+expected,
		&huma.ErrorDetail{Location: location, Message: "expected " + expected})
}

func writeProblem(w http.ResponseWriter, p *problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	// The client that no longer listens is nobody's concern.
	_ = json.NewEncoder(w).Encode(p)
}

// failure makes of an operation's error what the client gets.
func (a *api) failure(ctx context.Context, err error) error {
	var ready huma.StatusError
	if errors.As(err, &ready) {
		return err
	}
	return a.problem(ctx, err)
}

func (a *api) problem(ctx context.Context, err error) *problem {
	for _, explain := range a.explain {
		if p := explain(err); p != nil {
			return p
		}
	}
	// Only its kind goes out: the rest is for those who read the log.
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
	case errors.Is(err, directory.ErrLastAdministrator):
		return newProblem(http.StatusConflict, err.Error())
	case errors.Is(err, directory.ErrNotFound):
		return newProblem(http.StatusNotFound, err.Error())
	case errors.Is(err, directory.ErrChanged):
		return changed()
	}
	return nil
}

// changed is the problem that If-Match names another revision than there is.
func changed() *problem {
	return newProblem(http.StatusPreconditionFailed, "somebody changed this meanwhile; read it again and repeat your change")
}

func location(field string) string {
	switch {
	case field == "after":
		return "query.after"
	case strings.HasPrefix(field, "["):
		return "body" + field
	}
	return "body." + field
}

// tidy makes the problems that huma finds in a request like ours. They would
// repeat what was sent, and that may be a secret; instead the text names the
// fields.
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
			e.Location = "body" // a property that nobody expected, by its name
		}
		clean.Errors = append(clean.Errors, &huma.ErrorDetail{Location: e.Location, Message: e.Message})
		texts = append(texts, strings.TrimPrefix(e.Location+": "+e.Message, ": "))
	}
	if len(texts) > 0 {
		clean.Detail = strings.Join(texts[:min(len(texts), 5)], "; ")
	}
	return clean, nil
}
