package answer

import (
	"errors"
	"net/http"
	"strings"
)

// ErrNotAsked means that a request did not leave this process: there was no token
// for it, or no free slot.
var ErrNotAsked = errors.New("graph: not asked")

// notSent are the codes with which Exchange refuses to send a message. A code that
// can also come for a message that is being sent, such as ErrorItemNotFound, must
// not be here.
// https://learn.microsoft.com/exchange/client-developer/web-service-reference/responsecode
var notSent = map[string]bool{
	"erroraccessdenied":             true,
	"erroraccountsuspend":           true,
	"errorexceededmessagelimit":     true,
	"errorinvalidrecipients":        true,
	"errormessagesizeexceeded":      true,
	"errormessagesubmissionblocked": true,
	"errormissingrecipients":        true,
	"errorquotaexceeded":            true,
	"errorsendasdenied":             true,
	"errorsubmissionquotaexceeded":  true,
	"errortoomanyrecipients":        true,
	"authorization_requestdenied":   true,
	"mailboxnotenabledforrestapi":   true,
	"mailboxnotsupportedforrestapi": true,
}

// NotSent says whether the error of a send means that Graph certainly did not take
// the message: it refused the message, refused our token, wanted no more requests
// now, or was not asked. For every other error the message may have been sent.
func NotSent(err error) bool {
	if errors.Is(err, ErrNotAsked) {
		return true
	}
	e, ok := Of(err)
	if !ok || e.Status < 400 || e.Status > 499 {
		return false
	}
	return e.Status == http.StatusUnauthorized || e.Status == http.StatusTooManyRequests || notSent[strings.ToLower(e.Code)]
}
