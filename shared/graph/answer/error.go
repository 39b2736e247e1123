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
	Message    string        // Graph's text; may name a person, so Error leaves it out
	RequestID  string        // what Microsoft asks for
	RetryAfter time.Duration // at most an hour; 0 when it was not said, or not understood
}

// Of finds in an error how Graph refused; false when it did not.
func Of(err error) (e *Error, ok bool) {
	ok = errors.As(err, &e)
	return e, ok
}

// ErrUndecodable means that Graph answered with something that is not a message.
var ErrUndecodable = errors.New("graph: not a message")

// ErrForeignLink means that a link does not lead where it must: to our Graph,
// and to the inbox of the mailbox that is read. It is a security event: links
// come from storage and from answers only, and whoever follows such a link gives
// a token away or reads a mailbox that nobody activated.
var ErrForeignLink = errors.New("graph: security event: link leads elsewhere")

// ErrRefusedLink means that Graph calls a link of a delta round a bad request.
var ErrRefusedLink = errors.New("delta link refused")

// IsMissing tells whether Graph has no such thing.
func IsMissing(err error) bool {
	e, ok := Of(err)
	return ok && e.Status == http.StatusNotFound
}

// IsGone tells whether the link of a delta round is of no use, as Graph has
// forgotten it or it leads elsewhere; the only way on is a new round.
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

// maxRetryAfter bounds how long an answer can keep us away.
const maxRetryAfter = time.Hour

// maxRefusal is how much of a refusal's body is read.
const maxRefusal = 64 << 10

// Failure reads a refusal; whatever its body is, there is an Error.
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

// refusal finds code and text in a body. Each level is decoded on its own:
// they come missing, null, or as a bare text.
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

// word keeps of a code or id what can be logged without a second thought.
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
