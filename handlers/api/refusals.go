package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/shared/blob"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/compose"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/poison"
	"kantoorpost/shared/solve"
)

// refusals are the errors of the domain that need no more than their kind to be explained.
// The code is the type of the problem, or the field that is not valid, such as body.html.
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
	{chat.ErrMembers, http.StatusUnprocessableEntity, "body.members",
		"1 to 80 ids of team members, each once, and at most about 90 who come or go at a time"},
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
	{outbox.ErrNotFound, http.StatusNotFound, "", "no such reply or draft, or none that you may see"},
	{outbox.ErrState, http.StatusConflict, "", "the reply is in another state: it left, or is leaving, or is a draft again"},
	{outbox.ErrChanged, http.StatusPreconditionFailed, "", changedDetail},
	{outbox.ErrBody, http.StatusUnprocessableEntity, "body.html", "at most 200,000 characters"},
	{compose.ErrChanged, http.StatusPreconditionFailed, "", changedDetail},
	{compose.ErrNotFound, http.StatusNotFound, "", "no such template"},
	{blob.ErrNotFound, http.StatusNotFound, "", "no such file, or none of yours; a file that nobody sends is kept for a day"},
	{blob.ErrTooLarge, http.StatusRequestEntityTooLarge, "", "a file has at most 150 MB"},
	{poison.ErrNotFound, http.StatusNotFound, "", "no such failed message: somebody else may have retried or dropped it"},
}

// explanations are the errors of the domain whose fields are part of the problem. Each
// returns nil for another error.
var explanations = []func(error) *problem{
	explained(func(e *directory.Invalid) *problem { return invalid(location(e.Field), e.Expected) }),
	explained(func(e *directory.Conflict) *problem {
		p := newProblem(http.StatusConflict, e.Error(), &huma.ErrorDetail{
			Location: location(e.Field), Message: fmt.Sprintf("already belongs to %s %s", e.Kind, e.ID),
		})
		p.Existing = e.ID
		return p
	}),
	explained(func(e *directory.InUse) *problem { return newProblem(http.StatusConflict, e.Error()) }),
	explained(func(e *directory.TooLarge) *problem { return newProblem(http.StatusUnprocessableEntity, e.Error()) }),
	explained(func(wrong connector.Invalid) *problem {
		p := newProblem(http.StatusUnprocessableEntity, "")
		p.Codes = map[string]string{}
		var texts []string
		for _, f := range wrong {
			p.Codes[f.Field] = f.Code
			p.Errors = append(p.Errors, &huma.ErrorDetail{Location: "body." + f.Field, Message: "expected " + f.Expected})
			texts = append(texts, "body."+f.Field+": expected "+f.Expected)
		}
		p.Detail = strings.Join(texts, "; ")
		return p
	}),
	explained(func(e *connector.ExistsError) *problem {
		p := newProblem(http.StatusConflict, e.Error())
		p.Existing = e.ID
		return p
	}),
	explained(func(e *solve.WrongAction) *problem {
		allowed := make([]string, len(e.Allowed))
		for i, action := range e.Allowed {
			allowed[i] = string(action)
		}
		return invalid("body.action", "for the reason "+string(e.Reason)+" one of "+strings.Join(allowed, ", "))
	}),
	explained(func(e *solve.Invalid) *problem { return invalid("body."+e.Field, e.Expected) }),
	explained(func(e *solve.Gone) *problem {
		return newProblem(http.StatusConflict, fmt.Sprintf("the %s that you chose was deleted meanwhile: choose another", e.Kind))
	}),
	explained(func(e *solve.HasNotes) *problem {
		return newProblem(http.StatusConflict, fmt.Sprintf("this can no longer be taken back: somebody has written in chat %s", e.Chats[0]))
	}),
	explained(func(*solve.Busy) *problem {
		return newProblem(http.StatusConflict, "this mail is being solved at this moment: look again in a minute or two")
	}),
	explained(func(e *solve.ManagerOnly) *problem { return newProblem(http.StatusForbidden, e.Error()) }),
	explained(func(e *solve.Unswitchable) *problem { return newProblem(http.StatusConflict, e.Error()) }),
	explained(func(e *outbox.NewerError) *problem {
		p := newProblem(http.StatusConflict,
			"something came into the chat since you began to write: look at it, and send with force if it changes nothing")
		m := messageOf("", e.Message)
		p.Type, p.Message = "newer-message", &m
		return p
	}),
	explained(func(e *chat.LaterError) *problem {
		p := newProblem(http.StatusConflict, map[string]string{
			chat.LaterMessages: "mail came in since, or somebody wrote: it cannot be undone any more",
			chat.LaterChange:   "the chat was changed again since, together with another: it cannot be undone any more",
			chat.LaterMoved:    "what was moved is no longer where it went: it cannot be undone any more",
		}[e.Code])
		p.Type = "undo-" + e.Code
		return p
	}),
}

func explained[E error](problemOf func(E) *problem) func(error) *problem {
	return func(err error) *problem {
		if e, ok := errors.AsType[E](err); ok {
			return problemOf(e)
		}
		return nil
	}
}
