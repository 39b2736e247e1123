package table

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/data/aztables"
)

var (
	// ErrNotFound is returned for a row that does not exist.
	ErrNotFound = errors.New("row not found")
	// ErrExists is returned by an Insert of a row that exists already.
	ErrExists = errors.New("row exists already")
	// ErrChanged is returned when the row no longer has the given version.
	ErrChanged = errors.New("row was changed meanwhile")
	// ErrTooLarge is returned when a row or a transaction is over a limit.
	ErrTooLarge = errors.New("too large for table storage")
)

// IsConflict tells whether a Write failed because somebody else wrote one of its rows
// meanwhile, or because it had been done and the answer was lost. Then reading again and
// repeating is right.
func IsConflict(err error) bool {
	return errors.Is(err, ErrChanged) || errors.Is(err, ErrExists) || errors.Is(err, ErrNotFound)
}

// An OpError says which operation made a whole Write fail. Index is its index in
// the arguments of Write. If the service did not tell, Index is -1 and Key is
// empty.
type OpError struct {
	Index int
	Key   string
	Err   error
}

func (e *OpError) Error() string {
	if e.Index < 0 {
		return e.Err.Error()
	}
	return fmt.Sprintf("operation %d on row %s: %v", e.Index, e.Key, e.Err)
}

func (e *OpError) Unwrap() error { return e.Err }

// meaning adds to err the matching error of this package, if there is one.
//
// See https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes
func meaning(err error) error {
	var re *azcore.ResponseError
	if !errors.As(err, &re) {
		return err
	}
	if known := byCode(re.StatusCode, re.ErrorCode); known != nil {
		return known
	}
	return err
}

func byCode(status int, code string) error {
	switch aztables.TableErrorCode(code) {
	case aztables.ResourceNotFound, aztables.EntityNotFound:
		return ErrNotFound
	case aztables.EntityAlreadyExists:
		return ErrExists
	case aztables.UpdateConditionNotSatisfied, "ConditionNotMet":
		return ErrChanged
	case aztables.EntityTooLarge, aztables.PropertyValueTooLarge, aztables.TooManyProperties, "RequestBodyTooLarge":
		return ErrTooLarge
	}
	switch status {
	case http.StatusPreconditionFailed:
		return ErrChanged
	case http.StatusRequestEntityTooLarge:
		return ErrTooLarge
	}
	return nil
}

// batchError reads from the answer to a transaction why it was refused; nil when it
// was not. A refusal has the status, the code, and a message that starts with the
// index of the first operation that failed.
//
// See https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions#sample-error-response
func batchError(answer string, ops []Op) error {
	status, code, message := innerError(answer)
	if status >= 200 && status < 300 {
		return nil
	}
	cause := byCode(status, code)
	if cause == nil {
		cause = fmt.Errorf("transaction refused: %d %s: %s", status, code, message)
	}
	index := -1
	if word, _, ok := strings.Cut(message, ":"); ok {
		if n, err := strconv.Atoi(word); err == nil && n >= 0 && n < len(ops) {
			index = n
		}
	}
	if index < 0 {
		return &OpError{Index: -1, Err: cause}
	}
	return &OpError{Index: index, Key: ops[index].key, Err: cause}
}

// innerError finds the first status line and the error object in the answer to a
// transaction, which has one status line when it was refused.
func innerError(body string) (status int, code, message string) {
	if _, line, ok := strings.Cut(body, "\nHTTP/1.1 "); ok && len(line) >= 3 {
		status, _ = strconv.Atoi(line[:3])
	}
	var e struct {
		Error struct {
			Code    string `json:"code"`
			Message struct {
				Value string `json:"value"`
			} `json:"message"`
		} `json:"odata.error"`
	}
	if i := strings.IndexByte(body, '{'); i >= 0 {
		// The decoder reads only one value: the rest belongs to the multipart body.
		_ = json.NewDecoder(strings.NewReader(body[i:])).Decode(&e)
	}
	message, _, _ = strings.Cut(e.Error.Message.Value, "\n")
	return status, e.Error.Code, message
}
