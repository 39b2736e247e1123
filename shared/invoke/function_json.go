package invoke

import (
	"bytes"
	"encoding/json"
)

// A binding is one entry of a function.json.
// https://learn.microsoft.com/azure/azure-functions/functions-triggers-bindings
type binding struct {
	Type       string   `json:"type"`
	Direction  string   `json:"direction"`
	Name       string   `json:"name"`
	Schedule   string   `json:"schedule,omitempty"`
	QueueName  string   `json:"queueName,omitempty"`
	Connection string   `json:"connection,omitempty"`
	AuthLevel  string   `json:"authLevel,omitempty"`
	Route      string   `json:"route,omitempty"`
	Methods    []string `json:"methods,omitempty"`
}

// JSON returns the function.json of f.
func (f Function) JSON() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	// Strings and lists of strings always encode.
	_ = e.Encode(struct {
		Bindings []binding `json:"bindings"`
	}{f.bindings})
	return b.Bytes()
}
