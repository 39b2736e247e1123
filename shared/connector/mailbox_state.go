package connector

import (
	"net/http"
	"strings"

	"kantoorpost/shared/graph/answer"
)

// The states of a mailbox that could not be read, in Cursor.State; "" is one
// that can. They are stored.
const (
	MailboxThrottled   = "throttled"   // Graph asks to come back later
	MailboxForbidden   = "no-access"   // consent is gone, or the mailbox is out of the app's scope
	MailboxUnlicensed  = "no-licence"  // the user has no Exchange Online mailbox (any more)
	MailboxMissing     = "missing"     // Graph knows no such user
	MailboxNoSettings  = "no-settings" // its mail can be read, its settings cannot; in reports only
	MailboxUnreachable = "unreachable" // Graph did not answer, or not sensibly
)

// MailboxState is what an error of a question to Graph about a mailbox means,
// one of the states of a mailbox, or StateTokenRefused for what is wrong with the
// whole connector. reason is Graph's own code, "" when Graph did not refuse.
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
