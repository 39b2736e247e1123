package answer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// An Error is a refusal of Graph.
type Error struct {
	Status     int
	Code       string        // Graph's code, "" when the answer had none
	Message    string        // Graph's text; Error leaves it out since it may name a person
	RequestID  string        // the id that Microsoft's support asks for
	RetryAfter time.Duration // at most an hour; 0 when it was absent or unreadable
}

// Of returns Graph's refusal in an error; false when there is none.
func Of(err error) (e *Error, ok bool) {
	ok = errors.As(err, &e)
	return e, ok
}

// ErrUndecodable means that Graph answered with something that is not a message.
var ErrUndecodable = errors.New("graph: not a message")

// ErrForeignLink means that a link does not lead to our Graph, or not to the
// inbox of the mailbox that is read. It is a security event: links come only from
// storage and from answers, and to follow such a link would give a token away or
// read a mailbox that nobody activated.
var ErrForeignLink = errors.New("graph: security event: link leads elsewhere")

// ErrRefusedLink means that Graph refused the link of a delta round.
var ErrRefusedLink = errors.New("delta link refused")

// ErrNotDraft means that a message is no draft, or no longer.
var ErrNotDraft = errors.New("graph: not a draft")

// IsMissing says whether Graph does not have the object.
func IsMissing(err error) bool {
	e, ok := Of(err)
	return ok && e.Status == http.StatusNotFound
}

// IsConflict says whether a write came between two others: the same write can
// follow after a new read.
func IsConflict(err error) bool {
	e, ok := Of(err)
	return ok && (e.Status == http.StatusPreconditionFailed || strings.EqualFold(e.Code, "ErrorIrresolvableConflict"))
}

// IsGone says whether the link of a delta round cannot be used, because Graph has
// forgotten it or because it leads elsewhere. Only a new round can follow.
// https://learn.microsoft.com/graph/delta-query-overview#synchronization-reset
func IsGone(err error) bool {
	if errors.Is(err, ErrRefusedLink) || errors.Is(err, ErrForeignLink) {
		return true
	}
	e, ok := Of(err)
	if !ok {
		return false
	}
	switch strings.ToLower(e.Code) {
	case "syncstatenotfound", "syncstateinvalid", "resyncrequired":
		return true
	}
	return e.Status == http.StatusGone
}

func (e *Error) Error() string {
	text := fmt.Sprintf("graph: %d", e.Status)
	if e.Code != "" {
		text += " " + e.Code
	}
	if e.RequestID != "" {
		text += " (request " + e.RequestID + ")"
	}
	return text
}

// maxRetryAfter is the longest wait that an answer can ask for.
const maxRetryAfter = time.Hour

// maxRefusal is how much of a refusal's body is read.
const maxRefusal = 64 << 10

// Failure reads a refusal. It returns an Error for any body.
func Failure(res *http.Response) *Error {
	e := &Error{
		Status:     res.StatusCode,
		RequestID:  word(res.Header.Get("request-id")),
		RetryAfter: retryAfter(res.Header.Get("Retry-After")),
	}
	body, _ := io.ReadAll(io.LimitReader(res.Body, maxRefusal))
	e.Code, e.Message = refusal(body)
	return e
}

// refusal finds code and text in a body. It decodes each level on its own, since
// each may be missing, null, or a plain text.
// https://learn.microsoft.com/graph/errors
func refusal(body []byte) (code, text string) {
	var outer struct {
		Error   json.RawMessage `json:"error"`
		Message string          `json:"message"`
	}
	_ = json.Unmarshal(body, &outer)
	var inner struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	if json.Unmarshal(outer.Error, &inner) != nil {
		_ = json.Unmarshal(outer.Error, &inner.Code)
	}
	if inner.Message == "" {
		inner.Message = outer.Message
	}
	return word(inner.Code), inner.Message[:min(len(inner.Message), 1000)]
}

// word keeps the characters of a code or id that are safe to log.
func word(text string) string {
	text = strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f && !strings.ContainsRune("\"'<>&\\", r) {
			return r
		}
		return -1
	}, text)
	return text[:min(len(text), 100)]
}

// retryAfter reads seconds or an HTTP date.
// https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
func retryAfter(text string) time.Duration {
	text = strings.TrimSpace(text)
	var d time.Duration
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		if !(seconds > 0) { // also NaN
			return 0
		}
		d = time.Duration(min(seconds, maxRetryAfter.Seconds()) * float64(time.Second))
	} else if date, err := http.ParseTime(text); err == nil {
		d = time.Until(date)
	}
	return min(max(d, 0), maxRetryAfter)
}
