package send

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"kantoorpost/shared/blob"
	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/outbox"
)

// An graphError is an error of Graph or of the way to it, and not of our tables,
// queues and blobs.
type graphError struct{ err error }

func (e *graphError) Error() string { return e.err.Error() }
func (e *graphError) Unwrap() error { return e.err }

func ofGraph(err error) error {
	if err == nil {
		return nil
	}
	return &graphError{err}
}

// lasts says whether Graph refused a request for a reason that stays: a person must
// act. A token that is refused comes back when an administrator has seen to the
// connector. A draft that is gone is made again, and one that somebody changes at the
// same time is changed later.
func lasts(err error) bool {
	if errors.Is(err, blob.ErrNotFound) {
		return true // while it was sent along
	}
	e, ok := answer.Of(err)
	if kind, _ := fault.Of(err); !ok || kind != fault.KindFinal {
		return false
	}
	switch e.Status {
	case http.StatusUnauthorized, http.StatusPreconditionFailed:
		return false
	case http.StatusNotFound:
		return reasons[strings.ToLower(e.Code)] == outbox.ReasonSender // the mailbox is gone
	}
	return true
}

// waitOf is the time until the next attempt: as Graph asks, or longer the longer the
// attempts last.
func waitOf(err error, since time.Duration) time.Duration {
	if kind, after := fault.Of(err); kind == fault.KindLater && after > 0 {
		return after
	}
	return pauseAfter(since)
}

// reasons are the codes of Graph by which people can do something.
// https://learn.microsoft.com/exchange/client-developer/web-service-reference/responsecode
var reasons = map[string]string{
	"errorinvalidrecipients":           outbox.ReasonRecipient,
	"errormissingrecipients":           outbox.ReasonRecipient,
	"errortoomanyrecipients":           outbox.ReasonRecipient,
	"errorattachmentsizelimitexceeded": outbox.ReasonTooLarge,
	"errormessagesizeexceeded":         outbox.ReasonTooLarge,
	"erroraccountsuspend":              outbox.ReasonSender,
	"errormessagesubmissionblocked":    outbox.ReasonSender,
	"errorsendasdenied":                outbox.ReasonSender,
	"mailboxnotenabledforrestapi":      outbox.ReasonSender,
	"mailboxnotsupportedforrestapi":    outbox.ReasonSender,
	"errorinvaliduser":                 outbox.ReasonSender,
	"request_resourcenotfound":         outbox.ReasonSender,
	"resourcenotfound":                 outbox.ReasonSender,
	"errorexceededmessagelimit":        outbox.ReasonQuota,
	"errorquotaexceeded":               outbox.ReasonQuota,
	"errorsubmissionquotaexceeded":     outbox.ReasonQuota,
}

// reasonOf is the reason why a reply failed, for an error that lasts.
func reasonOf(err error) string {
	if errors.Is(err, blob.ErrNotFound) {
		return outbox.ReasonUpload
	}
	e, ok := answer.Of(err)
	if !ok {
		return outbox.ReasonRefused
	}
	if reason := reasons[strings.ToLower(e.Code)]; reason != "" {
		return reason
	}
	switch e.Status {
	case http.StatusForbidden:
		return outbox.ReasonSender
	case http.StatusRequestEntityTooLarge:
		return outbox.ReasonTooLarge
	case http.StatusInsufficientStorage:
		return outbox.ReasonQuota
	}
	return outbox.ReasonRefused
}

// maxDetail bounds what is kept of Graph's words, in bytes.
const maxDetail = 500

// detailOf is what Graph said, for people who may see the reply.
func detailOf(err error) string {
	text := err.Error()
	if e, ok := answer.Of(err); ok {
		text = strings.TrimSpace(e.Code + " " + e.Message)
	}
	if len(text) > maxDetail {
		text = strings.ToValidUTF8(text[:maxDetail], "") + "…"
	}
	return text
}
