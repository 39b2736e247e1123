package secret

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"kantoorpost/shared/fault"
)

// classify gives an error of the SDK its kind of package fault and a short text,
// since the SDK's own text shows the whole answer.
// https://learn.microsoft.com/azure/key-vault/general/rest-error-codes
func classify(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	short := fmt.Errorf("%d %s", status(err), code(err))
	switch s := status(err); {
	case s == 0:
		// The vault did not answer, or there was no token. The text of that error
		// is a page long.
		text, _, _ := strings.Cut(err.Error(), "\n")
		return fmt.Errorf("%w: %s", ErrUnreachable, text)
	case s == http.StatusNotFound:
		return fault.Final(fmt.Errorf("%w: %w", ErrNotFound, short))
	case s == http.StatusForbidden && code(err) == "SecretDisabled":
		return fault.Final(fmt.Errorf("%w: %w", ErrDisabled, short))
	case s == http.StatusUnauthorized, s == http.StatusForbidden:
		// The firewall or the access rights of the vault refuse us. A person must
		// correct that, and nothing says when.
		return fault.Later(0, fmt.Errorf("%w: %w", ErrUnreachable, short))
	case s == http.StatusTooManyRequests, s == http.StatusRequestTimeout, s >= 500:
		return fault.Later(retryAfter(err), fmt.Errorf("%w: %w", ErrUnreachable, short))
	case s == http.StatusConflict:
		return fmt.Errorf("conflict: %w", short)
	case s == http.StatusBadRequest:
		return fault.Final(fmt.Errorf("%w: %w", ErrInvalid, short))
	}
	return short
}

func status(err error) int {
	var answer *azcore.ResponseError
	if errors.As(err, &answer) {
		return answer.StatusCode
	}
	return 0
}

// code returns the inner code of a refusal, or the outer one if there is none.
func code(err error) string {
	var answer *azcore.ResponseError
	if !errors.As(err, &answer) {
		return ""
	}
	if answer.RawResponse != nil {
		if body, err := runtime.Payload(answer.RawResponse); err == nil {
			var wire struct {
				Error struct {
					Code  string `json:"code"`
					Inner struct {
						Code string `json:"code"`
					} `json:"innererror"`
				} `json:"error"`
			}
			if json.Unmarshal(body, &wire) == nil && wire.Error.Inner.Code != "" {
				return wire.Error.Inner.Code
			}
		}
	}
	return answer.ErrorCode
}

// retryAfter returns how long the vault asks to wait, at most an hour.
func retryAfter(err error) time.Duration {
	var answer *azcore.ResponseError
	if !errors.As(err, &answer) || answer.RawResponse == nil {
		return 0
	}
	seconds, _ := strconv.Atoi(answer.RawResponse.Header.Get("Retry-After"))
	return time.Duration(min(max(seconds, 0), 3600)) * time.Second
}
