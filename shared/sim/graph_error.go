package sim

import (
	"bytes"
	"errors"
	"net/http"
	"time"
)

// refusal is an error answer of Graph.
//
// https://learn.microsoft.com/graph/errors
type refusal struct {
	status        int
	code, message string
	header        http.Header
}

func (r *refusal) Error() string { return r.code + ": " + r.message }

func refuse(status int, code, message string) error {
	return &refusal{status: status, code: code, message: message, header: http.Header{}}
}

func errNotFound() error {
	return refuse(http.StatusNotFound, "ErrorItemNotFound", "The specified object was not found in the store.")
}

func errForbidden() error {
	return refuse(http.StatusForbidden, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
}

func errPrivileges() error {
	return refuse(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
}

func errGone(message string) error {
	return refuse(http.StatusGone, "SyncStateNotFound", message)
}

func errBadRequest(message string) error {
	return refuse(http.StatusBadRequest, "BadRequest", message)
}

// errorBody encodes an error as Graph does. An error that is no refusal is an
// internal error.
func errorBody(err error, now time.Time, requestID, clientRequestID string) (status int, header http.Header, body *bytes.Buffer) {
	var r *refusal
	if !errors.As(err, &r) {
		r = &refusal{status: http.StatusInternalServerError, code: "UnknownError", message: err.Error()}
	}
	body = &bytes.Buffer{}
	writeJSON(body, map[string]any{"error": map[string]any{
		"code": r.code, "message": r.message,
		"innerError": map[string]any{
			"date":              now.Format("2006-01-02T15:04:05"),
			"request-id":        requestID,
			"client-request-id": clientRequestID,
		},
	}})
	return r.status, r.header, body
}
