package connector

import (
	"net/http"
	"strings"

	"kantoorpost/shared/graph/answer"
)

// The states of a mailbox that could not be read, in Cursor.State; it is "" for
// one that can be read. They are stored.
const (
	MailboxThrottled   = "throttled"   // Graph asks to come back later
	MailboxForbidden   = "no-access"   // consent is gone, or the mailbox is out of the app's scope
	MailboxUnlicensed  = "no-licence"  // the user has no Exchange Online mailbox (any more)
	MailboxMissing     = "missing"     // Graph knows no such user
	MailboxNoSettings  = "no-settings" // its mail can be read, its settings cannot; in reports only
	MailboxUnreachable = "unreachable" // Graph gave no answer, or an invalid one
)

// MailboxState returns the state of a mailbox after an error of Graph about it,
// or StateTokenRefused for an error of the whole connector. The reason is
// Graph's own code, "" when Graph did not refuse.
// https://learn.microsoft.com/graph/errors
func MailboxState(err error) (state, reason string) {
	refused, ok := answer.Of(err)
	if !ok {
		return MailboxUnreachable, ""
	}
	switch refused.Status {
	case http.StatusUnauthorized:
		state = string(StateTokenRefused)
	case http.StatusForbidden:
		state = MailboxForbidden
	case http.StatusTooManyRequests:
		state = MailboxThrottled
	case http.StatusNotFound:
		// MailboxNotEnabledForRESTAPI, MailboxNotSupportedForRESTAPI
		if state = MailboxMissing; strings.HasSuffix(strings.ToLower(refused.Code), "forrestapi") {
			state = MailboxUnlicensed
		}
	default:
		state = MailboxUnreachable
	}
	return state, refused.Code
}
