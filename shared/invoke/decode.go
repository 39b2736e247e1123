package invoke

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"kantoorpost/shared/job"
)

// decodeJob reads a queue message from the host's payload. The host sends the
// text as a JSON string of a JSON string, its documentation shows a plain string,
// and a message whose text is an object may come as an object. A message in
// base64, which is the default of the portal, is read as well.
func decodeJob(data json.RawMessage, queue string, into any) error {
	data = unquote(data)
	var kind struct {
		Job string `json:"job"`
	}
	if err := json.Unmarshal(data, &kind); err != nil {
		return fmt.Errorf("message is not JSON: %w", err)
	}
	if kind.Job != queue {
		return fmt.Errorf("message with job %.40q %w, %q", kind.Job, errNoJob, queue)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("job for %s: %w", queue, err)
	}
	return nil
}

// traceOf returns the trace that a queue message belongs to; "" when it does not say.
func traceOf(data json.RawMessage) string {
	var m struct {
		Trace string `json:"traceparent"`
	}
	_ = json.Unmarshal(unquote(data), &m) // a message that cannot be read begins a trace
	return m.Trace
}

// idOf returns the id of a queue message; "" when it does not say.
func idOf(data json.RawMessage) string {
	var m map[string]json.RawMessage
	var id string
	_ = json.Unmarshal(unquote(data), &m) // "" for a message that cannot be read
	_ = json.Unmarshal(m[job.IDField], &id)
	return id
}

// unquote returns the JSON of a queue message, however it is encoded.
func unquote(data json.RawMessage) json.RawMessage {
	for range 3 {
		var s string
		if json.Unmarshal(data, &s) != nil {
			break
		}
		data = json.RawMessage(strings.TrimSpace(s))
		if raw, err := base64.StdEncoding.DecodeString(string(data)); err == nil && len(raw) > 0 && raw[0] == '{' {
			data = raw
		}
	}
	return data
}
