package answer

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

// Only an error that proves it says that nothing was sent: a message that was sent
// can be answered with nearly anything.
func TestNotSentNeedsProof(t *testing.T) {
	refused := func(status int, code string) error { return fmt.Errorf("send: %w", &Error{Status: status, Code: code}) }
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"no error":             {nil, false},
		"invalid recipient":    {refused(400, "ErrorInvalidRecipients"), true},
		"send as":              {refused(403, "errorSendAsDenied"), true},
		"too large":            {refused(413, "ErrorMessageSizeExceeded"), true},
		"mailbox full":         {refused(400, "ErrorQuotaExceeded"), true},
		"permission":           {refused(403, "ErrorAccessDenied"), true},
		"token":                {refused(401, "InvalidAuthenticationToken"), true},
		"throttled":            {refused(429, ""), true},
		"not asked":            {fmt.Errorf("send: %w: %w", ErrNotAsked, context.Canceled), true},
		"sent before":          {refused(404, "ErrorItemNotFound"), false},
		"sent before, 400":     {refused(400, "ErrorInvalidRequest"), false},
		"conflict":             {refused(409, "ErrorIrresolvableConflict"), false},
		"no code":              {refused(400, ""), false},
		"known code as 5xx":    {refused(503, "ErrorQuotaExceeded"), false},
		"busy":                 {refused(503, "ServiceUnavailable"), false},
		"connection broke":     {errors.New("EOF"), false},
		"time is over":         {context.DeadlineExceeded, false},
		"success that is none": {refused(200, "ErrorInvalidRecipients"), false},
	} {
		if NotSent(c.err) != c.want {
			t.Errorf("%s: NotSent(%v) = %t", name, c.err, !c.want)
		}
	}
}
