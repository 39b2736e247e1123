package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/shared/access"
)

// Huma's Register is generic: with a hundred operations it is a seventh of the executable.
// So operations are registered here by their types, from the parts of Huma that are not:
// schemas, validation, errors and media types. Inputs and outputs are as Huma describes
// them, with fewer types of parameters.
// https://huma.rocks/features/request-inputs/

// An operation is one operation, and how its input is read and its output is written.
type operation struct {
	huma.Operation
	api      *api
	registry huma.Registry // of its schemas

	in, out    reflect.Type // structs
	parameters []parameter
	queries    []string // names of the parameters in the query
	body, raw  []int    // places of the fields Body and RawBody in the input; nil for none
	schema     *huma.Schema
	defaults   []parameter // fields of the body
	headers    []parameter // of the output

	serve reflect.Value // the function of handle
	// object reads what serve gets with its input; nil for nothing.
	object func(ctx context.Context, in reflect.Value) (any, error)
}

// A parameter is a field of an input or output that is not in the body.
type parameter struct {
	at       []int // place of the field
	in, name string
	required bool
	fallback string // the value when none is given
	schema   *huma.Schema
}

// actionKey is the extension in the document that names the action of an
// operation.
const actionKey = "x-action"

// An apiTag is the tag of operations in the description: what they are about.
type apiTag string

// op describes an operation. A status is that of its answer, if it is not the usual one.
func (t apiTag) op(id, method, path, summary string, status ...int) huma.Operation {
	o := huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{string(t)}}
	if len(status) > 0 {
		o.DefaultStatus = status[0]
	}
	return o
}

// content describes the answer of an operation that is a file of one of some media types.
func content(description string, types ...string) map[string]*huma.Response {
	media := map[string]*huma.MediaType{}
	for _, t := range types {
		media[t] = &huma.MediaType{}
	}
	return map[string]*huma.Response{"200": {Description: description, Content: media}}
}

// handle registers an operation. Operations are registered only here, so none
// lacks an action. A caller who may not do the action to any object is
// refused before the request is read.
func handle[I, O any](a *api, action access.Action, op huma.Operation, serve func(context.Context, *I) (*O, error)) {
	a.register(action, op, reflect.ValueOf(serve), nil)
}

// register is handle, compiled once.
func (a *api) register(action access.Action, op huma.Operation, serve reflect.Value,
	object func(context.Context, reflect.Value) (any, error)) {
	o := &operation{Operation: op, api: a, in: serve.Type().In(1).Elem(), out: serve.Type().Out(0).Elem(), serve: serve, object: object}
	o.Extensions = map[string]any{actionKey: string(action)}
	o.MaxBodyBytes = cmp.Or(o.MaxBodyBytes, 1<<20)
	if o.Responses == nil {
		o.Responses = map[string]*huma.Response{}
	}
	o.findOutput()
	// The description is of a copy: a request waits for the schemas of its own input alone.
	described := *o
	described.registry = a.huma.OpenAPI().Components.Schemas
	a.operations = append(a.operations, &described)
	if b := op.RequestBody; b != nil {
		o.RequestBody = &huma.RequestBody{Required: b.Required, Content: maps.Clone(b.Content)}
	}
	ready := sync.OnceFunc(func() {
		o.registry = huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
		o.describeInput()
	})
	guarded := huma.Middlewares{a.guard(action)}.Handler(o.handle)
	a.huma.Adapter().Handle(&o.Operation, func(hc huma.Context) {
		ready()
		guarded(hc)
	})
}

func (o *operation) handle(hc huma.Context) {
	in := reflect.New(o.in)
	var found huma.ValidateResult
	if status := o.read(hc, in.Elem(), &found); len(found.Errors) > 0 {
		o.refuse(hc, status, "validation failed", found.Errors...)
		return
	} else if status != 0 {
		return // refused
	}
	out, err := o.call(hc.Context(), in)
	if err != nil {
		err = o.api.failure(hc.Context(), err)
		p := huma.StatusError(nil)
		errors.As(err, &p) // failure returns such an error
		logRefusal(hc.Context(), actor(hc.Context()).ID(), &o.Operation, p.GetStatus())
		if h := huma.HeadersError(nil); errors.As(err, &h) {
			for name, values := range h.GetHeaders() {
				for _, v := range values {
					hc.AppendHeader(name, v)
				}
			}
		}
		o.write(hc, p.GetStatus(), "", p)
		return
	}
	if out.IsNil() {
		hc.SetStatus(o.DefaultStatus)
	} else {
		o.answer(hc, out.Elem())
	}
}

// call calls the operation with its input, whose precondition it reads first. An operation
// that is refused because another version is there did nothing: so it is called with each
// entity tag of a list, until one is that of the version.
func (o *operation) call(ctx context.Context, in reflect.Value) (out reflect.Value, err error) {
	p, ok := in.Interface().(preconditioned)
	if !ok {
		return o.serveOnce(ctx, in)
	}
	for _, tag := range p.tags() {
		now := reflect.New(o.in)
		now.Elem().Set(in.Elem())
		p := now.Interface().(preconditioned)
		p.use(tag)
		if err = p.precondition(); err == nil {
			out, err = o.serveOnce(ctx, now)
		}
		if err == nil {
			return out, nil
		}
		err = o.api.failure(ctx, err)
		if s := huma.StatusError(nil); errors.As(err, &s) && s.GetStatus() != http.StatusPreconditionFailed {
			return out, err
		}
	}
	return out, err
}

func (o *operation) serveOnce(ctx context.Context, in reflect.Value) (out reflect.Value, err error) {
	args := []reflect.Value{reflect.ValueOf(ctx), in}
	if o.object != nil {
		object, err := o.object(ctx, in.Elem())
		if err != nil {
			return reflect.Zero(reflect.PointerTo(o.out)), err
		}
		args = append(args, reflect.ValueOf(object))
	}
	results := o.serve.Call(args)
	err, _ = results[1].Interface().(error)
	return results[0], err
}

// read reads a request into an input, and collects what is wrong with it. A status without
// errors says that it has answered.
func (o *operation) read(hc huma.Context, in reflect.Value, found *huma.ValidateResult) (status int) {
	path := huma.NewPathBuffer(make([]byte, 0, 128), 0)
	u := hc.URL()
	for name := range u.Query() {
		if !slices.Contains(o.queries, name) {
			found.Add(at(path, "query", name), "", "unknown query parameter")
		}
	}
	if len(found.Errors) > 0 {
		return http.StatusUnprocessableEntity
	}
	for _, p := range o.parameters {
		o.readParameter(hc, p, in.FieldByIndex(p.at), at(path, p.in, p.name), found)
	}
	status = http.StatusUnprocessableEntity
	if o.body != nil || o.raw != nil {
		text, refused := o.readBody(hc)
		if refused != nil {
			o.refuse(hc, refused.Status, refused.Detail, found.Errors...)
			found.Errors = nil
			return refused.Status
		}
		if o.raw != nil {
			in.FieldByIndex(o.raw).SetBytes(text)
		} else if len(text) > 0 {
			status = o.readJSON(hc, text, in.FieldByIndex(o.body), at(path, "body", ""), found)
		}
	}
	if r, ok := in.Addr().Interface().(huma.Resolver); ok {
		found.Errors = append(found.Errors, r.Resolve(hc)...)
	}
	if len(found.Errors) == 0 {
		return 0
	}
	return status
}

// at sets a path to a place of a request.
func at(path *huma.PathBuffer, in, name string) *huma.PathBuffer {
	path.Reset()
	path.Push(in)
	if name != "" {
		path.Push(name)
	}
	return path
}

func (o *operation) readParameter(hc huma.Context, p parameter, field reflect.Value, path *huma.PathBuffer,
	found *huma.ValidateResult) {
	text := ""
	switch p.in {
	case "path":
		text = hc.Param(p.name)
	case "query":
		text = hc.Query(p.name)
	case "header":
		text = hc.Header(p.name)
	}
	text = cmp.Or(text, p.fallback)
	if text == "" {
		if p.required {
			found.Add(path, "", "required "+p.in+" parameter is missing")
		}
		return
	}
	value, err := parseInto(field, text)
	if err != nil {
		found.Add(path, text, err.Error())
		return
	}
	huma.Validate(o.registry, p.schema, path, huma.ModeWriteToServer, value, found)
	if p.in == "query" && p.name == afterName {
		if err := o.unmark(field); err != nil {
			found.Add(path, text, err.Error())
		}
	}
}

// parseInto sets a field to the value of a text, and returns what is validated of it.
func parseInto(field reflect.Value, text string) (any, error) {
	switch field.Interface().(type) {
	case time.Time:
		t, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return nil, errors.New("invalid date/time for format " + time.RFC3339Nano)
		}
		field.Set(reflect.ValueOf(t))
		return text, nil
	}
	switch field.Kind() {
	case reflect.String:
		field.SetString(text)
		return text, nil
	case reflect.Int:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, errors.New("invalid integer")
		}
		field.SetInt(n)
		return n, nil
	case reflect.Bool:
		is, err := strconv.ParseBool(text)
		if err != nil {
			return nil, errors.New("invalid boolean")
		}
		field.SetBool(is)
		return is, nil
	}
	panic("parameters of type " + field.Type().String() + " are not read")
}

func (o *operation) readBody(hc huma.Context) ([]byte, *problem) {
	// A deadline would stay on the connection after the body is read, and end longer
	// requests. The server has its own.
	_ = hc.SetReadDeadline(time.Time{})
	var text []byte
	var err error
	if r := hc.BodyReader(); r != nil {
		text, err = io.ReadAll(io.LimitReader(r, o.MaxBodyBytes))
	}
	var timeout net.Error
	switch {
	case int64(len(text)) == o.MaxBodyBytes:
		return nil, newProblem(http.StatusRequestEntityTooLarge, fmt.Sprintf("request body is too large limit=%d bytes", o.MaxBodyBytes))
	case errors.As(err, &timeout) && timeout.Timeout():
		return nil, newProblem(http.StatusRequestTimeout, "request body read timeout")
	case err != nil:
		return nil, newProblem(http.StatusInternalServerError, "cannot read request body")
	case len(text) == 0 && o.RequestBody.Required:
		return nil, newProblem(http.StatusBadRequest, "request body is required")
	}
	return text, nil
}

// readJSON validates a body and reads it into a field. The status is that of the errors.
func (o *operation) readJSON(hc huma.Context, text []byte, field reflect.Value, path *huma.PathBuffer,
	found *huma.ValidateResult) (status int) {
	mediaType := cmp.Or(hc.Header("Content-Type"), "application/json")
	var parsed any
	if err := o.api.huma.Unmarshal(mediaType, text, &parsed); err != nil {
		found.Errors = append(found.Errors, &huma.ErrorDetail{Location: "body", Message: err.Error()})
		if errors.Is(err, huma.ErrUnknownContentType) {
			return http.StatusUnsupportedMediaType
		}
		return http.StatusBadRequest
	}
	before := len(found.Errors)
	huma.Validate(o.registry, o.schema, path, huma.ModeWriteToServer, parsed, found)
	if err := o.api.huma.Unmarshal(mediaType, text, field.Addr().Interface()); err != nil && len(found.Errors) == before {
		found.Errors = append(found.Errors, &huma.ErrorDetail{Location: "body", Message: err.Error()})
	}
	for _, d := range o.defaults {
		if f := field.FieldByIndex(d.at); f.IsZero() {
			_, _ = parseInto(f, d.fallback) // the description has it, so it is valid
		}
	}
	return http.StatusUnprocessableEntity
}
