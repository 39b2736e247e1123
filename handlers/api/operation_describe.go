package api

import (
	"cmp"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// describeInput finds the parameters and the body of an operation, and describes them.
func (o *operation) describeInput() {
	for _, f := range reflect.VisibleFields(o.in) {
		switch {
		case f.Anonymous && !f.IsExported():
			panic("embedded type " + f.Name + " of an input must be exported")
		case f.Anonymous || !f.IsExported():
		case f.Name == "Body":
			defer o.describeBody(f) // after the parameters, as Huma does
		case f.Name == "RawBody":
			o.raw = f.Index
			media := &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
			o.requestBody(true).Content[f.Tag.Get("contentType")] = media
		default:
			o.describeParameter(f)
		}
	}
}

func (o *operation) describeParameter(f reflect.StructField) {
	p := parameter{at: f.Index, fallback: f.Tag.Get("default"), required: f.Tag.Get("required") == "true"}
	var explode *bool
	for _, in := range []string{"path", "query", "header"} {
		if name := f.Tag.Get(in); name != "" {
			p.in, p.name = in, name
			break
		}
	}
	switch p.in {
	case "":
		return // set by a resolver
	case "path":
		p.required = true
	case "query":
		explode = new(bool)
		o.queries = append(o.queries, p.name)
	}
	parseInto(reflect.New(f.Type).Elem(), "") // panics when the type is not read
	p.schema = huma.SchemaFromField(o.registry, f, "")
	o.parameters = append(o.parameters, p)
	o.Parameters = append(o.Parameters, &huma.Param{
		Name: p.name, Description: p.schema.Description, In: p.in, Explode: explode, Required: p.required, Schema: p.schema,
	})
}

func (o *operation) describeBody(f reflect.StructField) {
	o.body = f.Index
	o.schema = huma.SchemaFromField(o.registry, f, o.schemaName(o.in, "Request"))
	o.schema.PrecomputeMessages()
	o.requestBody(f.Type.Kind() != reflect.Pointer).Content["application/json"] = &huma.MediaType{Schema: o.schema}
	if f.Type.Kind() != reflect.Struct {
		return
	}
	for _, field := range reflect.VisibleFields(f.Type) {
		if text := field.Tag.Get("default"); text != "" {
			o.defaults = append(o.defaults, parameter{at: field.Index, fallback: text})
		}
	}
}

func (o *operation) requestBody(required bool) *huma.RequestBody {
	if o.RequestBody == nil {
		o.RequestBody = &huma.RequestBody{}
	}
	if o.RequestBody.Content == nil {
		o.RequestBody.Content = map[string]*huma.MediaType{}
	}
	o.RequestBody.Required = o.RequestBody.Required || required
	return o.RequestBody
}

// schemaName is how the schema of the body of an input or output is called if its type has no name.
func (o *operation) schemaName(of reflect.Type, what string) string {
	if of.Name() != "" {
		return of.Name() + "Body"
	}
	return o.OperationID + what
}

// findOutput finds the status and the headers of the output of an operation.
func (o *operation) findOutput() {
	if _, has := o.out.FieldByName("Body"); has && o.DefaultStatus == 0 {
		o.DefaultStatus = http.StatusOK
	}
	o.DefaultStatus = cmp.Or(o.DefaultStatus, http.StatusNoContent)
	for _, f := range reflect.VisibleFields(o.out) {
		if name := f.Tag.Get("header"); name != "" {
			o.headers = append(o.headers, parameter{at: f.Index, name: name})
		}
	}
}

// describeOutput describes the headers and the body of the output of an operation.
func (o *operation) describeOutput() {
	status := strconv.Itoa(o.DefaultStatus)
	if o.Responses[status] == nil {
		o.Responses[status] = &huma.Response{}
	}
	response := o.Responses[status]
	response.Description = cmp.Or(response.Description, http.StatusText(o.DefaultStatus))
	if body, has := o.out.FieldByName("Body"); has && body.Type.Kind() != reflect.Func {
		schema := huma.SchemaFromField(o.registry, body, o.schemaName(o.out, "Response"))
		if len(response.Content) == 0 {
			response.Content = map[string]*huma.MediaType{"application/json": {}}
		}
		if media := response.Content["application/json"]; media != nil && media.Schema == nil {
			media.Schema = schema
		}
	}
	for _, h := range o.headers {
		if response.Headers == nil {
			response.Headers = map[string]*huma.Param{}
		}
		response.Headers[h.name] = &huma.Header{Schema: huma.SchemaFromField(o.registry, o.out.FieldByIndex(h.at), "")}
	}
}
