package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"kantoorpost/shared/access"
	"kantoorpost/shared/audit"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/membership"
)

type actorKey struct{}

// actor returns the caller; for a public operation it is empty.
func actor(ctx context.Context) access.Actor {
	actor, _ := ctx.Value(actorKey{}).(access.Actor)
	return actor
}

type originKey struct{}

// origin is the scheme and host by which the caller reaches the API.
func origin(ctx context.Context) string {
	origin, _ := ctx.Value(originKey{}).(string)
	return origin
}

// guard lets only callers through who may do the action.
func (a *api) guard(action access.Action) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(hc)
		if action == access.Public {
			next(hc)
			return
		}
		who, err := a.Gate.Identify(r.Context(), r.Header)
		if err != nil {
			p := a.unidentified(r.Context(), err)
			logRefusal(r.Context(), "", hc.Operation(), p.Status)
			writeProblem(w, p)
			return
		}
		if !access.Can(who, action, access.Some) {
			logRefusal(r.Context(), who.ID(), hc.Operation(), http.StatusForbidden)
			writeProblem(w, newProblem(http.StatusForbidden, "your rights do not include "+string(action)))
			return
		}
		if types := mediaTypes(hc.Operation()); hasBody(r) && !isOneOf(types, r.Header.Get("Content-Type")) {
			writeProblem(w, newProblem(http.StatusUnsupportedMediaType, "expected Content-Type: "+strings.Join(types, " or ")))
			return
		}
		ctx := context.WithValue(context.WithValue(hc.Context(), actorKey{}, who), originKey{}, invoke.Origin(r))
		// Every change is audited with its actor.
		next(huma.WithContext(huma.WithValue(hc, actorKey{}, who), audit.As(ctx, who.ID())))
	}
}

// logRefusal logs that a caller was refused an operation.
func logRefusal(ctx context.Context, who string, op *huma.Operation, status int) {
	access.LogRefusal(ctx, who, op.Method, op.Path, status)
}

func (a *api) unidentified(ctx context.Context, err error) *problem {
	switch {
	case errors.Is(err, access.ErrClosed):
		slog.ErrorContext(ctx, "nobody can sign in", "error", err)
		return newProblem(http.StatusServiceUnavailable,
			"authentication of the platform is off, so nobody can be let in; an administrator turns it on in the function app")
	case errors.Is(err, access.ErrNobody):
		slog.DebugContext(ctx, "request without a valid principal", "error", err)
		return newProblem(http.StatusUnauthorized, "sign in with an account of the office")
	case errors.Is(err, access.ErrStranger):
		slog.DebugContext(ctx, "stranger refused", "error", err)
		return newProblem(http.StatusForbidden,
			"you are signed in, but are no active team member of this office; an administrator can add you with the name that you sign in with "+
				"as e-mail address")
	}
	return a.problem(ctx, err)
}

// visibility returns the mailboxes whose mail the actor may see. It reads the
// activations only for an actor who may not see all mail.
func (a *api) visibility(ctx context.Context) (access.Visibility, error) {
	who := actor(ctx)
	if access.Can(who, access.MailsRead, access.Other) {
		return access.Visibility{All: true}, nil
	}
	return access.Remember(ctx, "visibility "+who.ID(), func() (access.Visibility, error) {
		activations, err := a.activations(ctx)
		if err != nil {
			return access.Visibility{}, err
		}
		return access.VisibilityOf(ctx, who, activations, linksOnce{a.Directory}, time.Now())
	})
}

// activations are the activations of all mailboxes, inactive ones too.
func (a *api) activations(ctx context.Context) ([]connector.Activation, error) {
	boxes, err := a.Connectors.Activated(ctx)
	var all []connector.Activation
	for _, b := range boxes {
		all = append(all, b.Activation)
	}
	return all, err
}

// linksOnce asks the directory once in a request for whom a member stands in.
type linksOnce struct{ *directory.Store }

// SubstitutedBy is that of the directory.
func (l linksOnce) SubstitutedBy(ctx context.Context, member string, at time.Time) ([]directory.TeamMember, error) {
	return access.Remember(ctx, "substituted by "+member,
		func() ([]directory.TeamMember, error) { return l.Store.SubstitutedBy(ctx, member, at) })
}

// selves are the ids of the caller and of the team members for whom he or she
// stands in now: their chats count as the caller's. It is empty for an
// application.
func (a *api) selves(ctx context.Context) ([]string, error) {
	me := actor(ctx).Member
	if me.ID == "" {
		return nil, nil
	}
	return access.Remember(ctx, "selves "+me.ID, func() (ids []string, err error) {
		all, err := membership.Represented(ctx, linksOnce{a.Directory}, me, time.Now())
		for _, m := range all {
			ids = append(ids, m.ID)
		}
		return ids, err
	})
}

// part says whether a chat is the caller's own or another's.
func (a *api) part(ctx context.Context, c chat.Chat) (access.Object, error) {
	if me := actor(ctx).Member.ID; me != "" && slices.Contains(c.Members, me) {
		return access.Linked, nil
	}
	selves, err := a.selves(ctx)
	if err == nil && slices.ContainsFunc(c.Members, func(m string) bool { return slices.Contains(selves, m) }) {
		return access.Linked, nil
	}
	return access.Other, err
}
