package web

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
)

// The pages are a client of the API. They share most shapes with it (package wire), but they
// choose paths themselves, and send some bodies as maps. So each request and each answer in
// the tests of this package is compared with the description of the API.
func TestMain(m *testing.M) {
	text, err := os.ReadFile("../api/testdata/openapi.json")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	c := &contract{missing: map[string]string{}, known: map[string]bool{}}
	if err := json.Unmarshal(text, &c.document); err != nil {
		fmt.Fprintln(os.Stderr, "description of the API:", err)
		os.Exit(1)
	}
	asked = c.check
	code := m.Run()
	// A type may read several answers, and only all tests together ask for each of them.
	all := flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.skip").Value.String() == ""
	if wrong := c.wrong(); len(wrong) > 0 && code == 0 && all {
		fmt.Fprintf(os.Stderr, "what pages ask of the API is not in its description:\n%s\n", strings.Join(wrong, "\n"))
		code = 1
	}
	os.Exit(code)
}

type document = map[string]any

// A contract compares what pages ask and read with the description of the API.
type contract struct {
	document document
	mu       sync.Mutex
	missing  map[string]string // by field: the operation whose answer has not the field
	known    map[string]bool   // fields that some answer has: a type may serve several
	refused  []string
}

func (c *contract) wrong() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	wrong := slices.Clone(c.refused)
	for field, where := range c.missing {
		if !c.known[field] {
			wrong = append(wrong, field+" is not in the answer of "+where)
		}
	}
	slices.Sort(wrong)
	return slices.Compact(wrong)
}

// check notes one request: its body, and the value into which its answer is read.
func (c *contract) check(method, target string, sent []byte, into any) {
	path, _, _ := strings.Cut(target, "?")
	c.mu.Lock()
	defer c.mu.Unlock()
	operation := c.operation(method, path)
	where := method + " " + path
	if operation == nil {
		c.refused = append(c.refused, "no such operation: "+where)
		return
	}
	var body any
	if json.Unmarshal(sent, &body) == nil {
		request, _ := operation["requestBody"].(document)
		c.body(where, body, c.content(request))
	}
	if into == nil {
		return
	}
	responses, _ := operation["responses"].(document)
	for _, status := range []string{"200", "201", "202", "207"} {
		if r, ok := responses[status].(document); ok {
			c.read(where, reflect.TypeOf(into), c.content(r))
		}
	}
}

// operation returns the operation of a path; a literal segment comes before a parameter.
func (c *contract) operation(method, path string) document {
	segments, best := strings.Split(path, "/"), -1
	var found document
	for template, item := range c.document["paths"].(document) {
		parts, literal := strings.Split(template, "/"), 0
		if len(parts) != len(segments) {
			continue
		}
		for i, p := range parts {
			switch {
			case p == segments[i]:
				literal++
			case !strings.HasPrefix(p, "{"):
				literal = -1 << 10
			}
		}
		if operation, ok := item.(document)[strings.ToLower(method)].(document); ok && literal >= 0 && literal > best {
			found, best = operation, literal
		}
	}
	return found
}

// content returns the schema of the JSON of a request or a response.
func (c *contract) content(of document) any {
	content, _ := of["content"].(document)
	for kind, media := range content {
		if strings.HasSuffix(kind, "json") {
			return media.(document)["schema"]
		}
	}
	return nil
}

// resolve returns the properties, the items and the values of a schema.
func (c *contract) resolve(schema any) (properties document, items, values any) {
	s, _ := schema.(document)
	properties = document{}
	if ref, ok := s["$ref"].(string); ok {
		name := strings.TrimPrefix(ref, "#/components/schemas/")
		return c.resolve(c.document["components"].(document)["schemas"].(document)[name])
	}
	for _, several := range []string{"allOf", "oneOf", "anyOf"} {
		list, _ := s[several].([]any)
		for _, one := range list {
			p, i, v := c.resolve(one)
			for name, property := range p {
				properties[name] = property
			}
			items, values = firstOf(items, i), firstOf(values, v)
		}
	}
	own, _ := s["properties"].(document)
	for name, property := range own {
		properties[name] = property
	}
	return properties, firstOf(s["items"], items), firstOf(s["additionalProperties"], values)
}

func firstOf(a, b any) any {
	if a != nil && a != false {
		return a
	}
	return b
}

// body notes the fields of a request that its operation does not know.
func (c *contract) body(where string, body, schema any) {
	properties, items, values := c.resolve(schema)
	switch b := body.(type) {
	case []any:
		for _, one := range b {
			c.body(where, one, items)
		}
	case document:
		for name, value := range b {
			switch property, ok := properties[name]; {
			case ok:
				c.body(where, value, property)
			case values == nil:
				c.refused = append(c.refused, fmt.Sprintf("%s has no field %q", where, name))
			}
		}
	}
}

var decodes = reflect.TypeFor[json.Unmarshaler]()

// read notes which fields of a type the schema of an answer has.
func (c *contract) read(where string, t reflect.Type, schema any) {
	properties, items, values := c.resolve(schema)
	switch t.Kind() {
	case reflect.Pointer:
		c.read(where, t.Elem(), schema)
	case reflect.Slice, reflect.Array:
		c.read(where, t.Elem(), items)
	case reflect.Map:
		c.read(where, t.Elem(), values)
	case reflect.Struct:
		if reflect.PointerTo(t).Implements(decodes) {
			return
		}
		for field := range t.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			switch {
			case field.Anonymous && name == "":
				c.read(where, field.Type, schema)
			case name == "" || name == "-":
			default:
				key := t.String() + "." + field.Name
				property, ok := properties[name]
				if ok {
					c.known[key] = true
					c.read(where, field.Type, property)
				} else if c.missing[key] == "" {
					c.missing[key] = where
				}
			}
		}
	}
}
