package host

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"time"
)

// An invoker calls functions that get the host's JSON, with one POST each.
type invoker struct {
	worker  *worker
	handler http.RoundTripper // sends to the running handler
	timeout time.Duration     // 0 for none
	log     *slog.Logger
}

func newInvoker(w *worker, timeout time.Duration, log *slog.Logger) *invoker {
	return &invoker{worker: w, handler: newHandlerTransport(w), timeout: timeout, log: log}
}

// maxAnswer is the size limit of a function's answer, in bytes.
const maxAnswer = 16 << 20

// call runs a function once. An error means that the invocation failed by the
// host's rules. The host discards the answer of every status but 2xx.
func (i *invoker) call(ctx context.Context, function string, payload []byte) error {
	id := newGUID()
	limited, cancel := ctx, context.CancelFunc(func() {})
	if i.timeout > 0 {
		limited, cancel = context.WithTimeout(ctx, i.timeout)
	}
	defer cancel()
	err := i.post(limited, function, id, payload)
	if errors.Is(err, errSilent) {
		// The real host waits for a result that never comes.
		i.log.WarnContext(ctx, "the function answered nothing: the host waits until its timeout", "function", function, "invocation", id)
		<-limited.Done()
	}
	if ctx.Err() == nil && limited.Err() != nil {
		i.log.ErrorContext(ctx, "function timeout: the handler is killed, with everything that runs in it", "function", function, "invocation",
			id, "timeout", i.timeout.String())
		i.worker.restart()
		return fmt.Errorf("call %s: not done after %v", function, i.timeout)
	}
	if err != nil {
		return fmt.Errorf("call %s: %w", function, err)
	}
	return nil
}

var errSilent = errors.New("empty answer")

func (i *invoker) post(ctx context.Context, function, id string, payload []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://handler/"+function, bytes.NewReader(payload))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("User-Agent", "Azure-Functions-Host/"+Version)
	setInvocation(req.Header, id)
	res, err := (&http.Client{Transport: i.handler}).Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("read its answer: %w", err)
	}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return fmt.Errorf("it answered %s", res.Status)
	}
	return i.read(ctx, id, res.Header.Get("Content-Type"), body)
}

// read reads an answer as the host does.
func (i *invoker) read(ctx context.Context, id, contentType string, body []byte) error {
	if len(body) == 0 {
		return errSilent
	}
	if kind, _, err := mime.ParseMediaType(contentType); err != nil || kind != "application/json" && kind != "text/json" {
		return fmt.Errorf("it answered %q, not application/json", contentType)
	}
	var answer *struct {
		Outputs map[string]json.RawMessage
		Logs    []string
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return fmt.Errorf("its answer: %w", err)
	}
	if answer == nil {
		return errSilent
	}
	for _, line := range answer.Logs {
		i.log.InfoContext(ctx, line, "invocation", id)
	}
	return nil
}

func setInvocation(h http.Header, id string) {
	h.Set("X-Azure-Functions-HostVersion", Version)
	h.Set("X-Azure-Functions-InvocationId", id)
}
