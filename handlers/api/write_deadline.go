package api

import (
	"net/http"
	"time"
)

const (
	// stalled is how long a caller may take to read one part of a response.
	// Unread parts use memory that others need.
	stalled = 30 * time.Second
	piece   = 64 << 10
)

// withWriteDeadline is w with a limit to the time that the client may take
// for one part.
func withWriteDeadline(w http.ResponseWriter) http.ResponseWriter {
	return &deadlineWriter{w, http.NewResponseController(w)}
}

type deadlineWriter struct {
	http.ResponseWriter
	control *http.ResponseController
}

func (u *deadlineWriter) Write(b []byte) (n int, err error) {
	// The deadline belongs to the connection and must be removed after this
	// response.
	defer func() { _ = u.control.SetWriteDeadline(time.Time{}) }()
	for first := true; first || len(b) > 0; first = false {
		_ = u.control.SetWriteDeadline(time.Now().Add(stalled)) // no error where there is no connection
		m, err := u.ResponseWriter.Write(b[:min(piece, len(b))])
		if n += m; err != nil {
			return n, err
		}
		b = b[m:]
	}
	return n, nil
}
