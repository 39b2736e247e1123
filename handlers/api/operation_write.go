package api

import (
	"fmt"
	"net/http"
	"reflect"

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
