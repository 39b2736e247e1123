package api

import (
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

func (o *operation) answer(hc huma.Context, out reflect.Value) {
	mediaType := ""
	for _, h := range o.headers {
		text := out.FieldByIndex(h.at).String()
		if text == "" {
			continue
		}
		if h.name == "Content-Type" {
			mediaType = text
		}
		hc.SetHeader(h.name, text)
	}
	status := o.DefaultStatus
	if f := out.FieldByName("Status"); f.IsValid() {
		status = int(f.Int())
	}
	body := out.FieldByName("Body")
	if !body.IsValid() {
		hc.SetStatus(status)
		return
	}
	o.markNext(body)
	switch body := body.Interface().(type) {
	case func(huma.Context):
		body(hc)
	case []byte:
		hc.SetStatus(status)
		_, _ = hc.BodyWriter().Write(body) // a client that has disconnected needs no answer
	default:
		o.write(hc, status, mediaType, body)
	}
}

// refuse answers with an error of the request.
func (o *operation) refuse(hc huma.Context, status int, text string, errs ...error) {
	_ = huma.WriteErr(o.api.huma, hc, status, text, errs...) // a client that has disconnected needs no answer
}

// write writes a body in the media type that the client asks for.
func (o *operation) write(hc huma.Context, status int, mediaType string, body any) {
	if mediaType == "" {
		var err error
		if mediaType, err = o.api.huma.Negotiate(hc.Header("Accept")); err != nil {
			o.refuse(hc, http.StatusNotAcceptable, "unable to marshal response", err)
			return
		}
		if special, ok := body.(huma.ContentTypeFilter); ok {
			mediaType = special.ContentType(mediaType)
		}
		hc.SetHeader("Content-Type", mediaType)
	}
	body, err := o.api.huma.Transform(hc, fmt.Sprint(status), body)
	if err == nil {
		hc.SetStatus(status)
		if status == http.StatusNoContent || status == http.StatusNotModified {
			return
		}
		err = o.api.huma.Marshal(hc.BodyWriter(), mediaType, body)
	}
	if err != nil && hc.Context().Err() == nil { // a client that has disconnected needs no answer
		panic(err)
	}
}

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
