package connector_test

import (
	"errors"
	"fmt"
	"testing"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/graph/answer"
)

// Graph's error about a mailbox means the same for a fetch and for a check.
func TestMailboxState(t *testing.T) {
	for _, c := range []struct {
		err           error
		state, reason string
	}{
		{&answer.Error{Status: 429, Code: "ApplicationThrottled"}, connector.MailboxThrottled, "ApplicationThrottled"},
		{&answer.Error{Status: 403, Code: "ErrorAccessDenied"}, connector.MailboxForbidden, "ErrorAccessDenied"},
		{&answer.Error{Status: 404, Code: "MailboxNotEnabledForRESTAPI"}, connector.MailboxUnlicensed, "MailboxNotEnabledForRESTAPI"},
		{&answer.Error{Status: 404, Code: "mailboxNotSupportedForRestApi"}, connector.MailboxUnlicensed, "mailboxNotSupportedForRestApi"},
		{&answer.Error{Status: 404, Code: "ErrorInvalidUser"}, connector.MailboxMissing, "ErrorInvalidUser"},
		{&answer.Error{Status: 404}, connector.MailboxMissing, ""},
		{&answer.Error{Status: 401, Code: "InvalidAuthenticationToken"}, "token-refused", "InvalidAuthenticationToken"},
		{&answer.Error{Status: 503, Code: "MailboxNotEnabledForRESTAPI"}, connector.MailboxUnreachable, "MailboxNotEnabledForRESTAPI"},
		{errors.New("no answer in time"), connector.MailboxUnreachable, ""},
	} {
		if state, reason := connector.MailboxState(fmt.Errorf("mailbox: %w", c.err)); state != c.state || reason != c.reason {
			t.Errorf("%v: %s, %s; want %s, %s", c.err, state, reason, c.state, c.reason)
		}
	}
}
