package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"

	abs "github.com/microsoft/kiota-abstractions-go"

	"kantoorpost/shared/graph/answer"
)

// maxBatch is how many requests one batch may have.
// https://learn.microsoft.com/graph/json-batching#batch-size-limitations
const maxBatch = 20

// A step is one request of a batch.
type step struct {
	ID      string            `json:"id"`
	Method  string            `json:"method"`
	URL     string            `json:"url"` // without host and version
	Headers map[string]string `json:"headers,omitempty"`
	Body    any               `json:"body,omitempty"`
}

// errNoStep means that an answer to a batch lacks the answer to one of its requests.
var errNoStep = errors.New("graph: batch without an answer to each request")

// messageStep is a request about one message. Its answer need not repeat the message.
func messageStep(mailboxID, id, method, query string) step {
	return step{Method: method, URL: "/users/" + url.PathEscape(mailboxID) + "/messages/" + url.PathEscape(id) + query,
		Headers: map[string]string{"Prefer": `IdType="ImmutableId", return=minimal`}}
}

// batch makes up to maxBatch requests about one mailbox with one request of HTTP,
// and returns an answer for each, in their order. Each counts as a request of its
// own for Graph's limits, and can fail on its own. The SDK's own batches panic on
// answers that lack a part, so only its sending is used.
// https://learn.microsoft.com/graph/json-batching
func (c *Client) batch(ctx context.Context, mailboxID string, steps []step) ([]batchAnswer, error) {
	for i := range steps {
		steps[i].ID = strconv.Itoa(i)
	}
	content, err := json.Marshal(map[string]any{"requests": steps})
	if err != nil {
		return nil, fmt.Errorf("encode batch: %w", err)
	}
	var items []answer.BatchItem
	err = c.ask(ctx, mailboxID, abs.NewRequestHeaders(), func(ctx context.Context, r request) error {
		info := abs.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(
			abs.POST, "{+baseurl}/$batch", map[string]string{"baseurl": c.adapter.GetBaseUrl()})
		info.Headers.AddAll(r.headers)
		info.Headers.TryAdd("Accept", "application/json")
		info.SetStreamContentAndContentType(content, "application/json")
		info.AddRequestOptions(r.options)
		return c.adapter.SendNoContent(ctx, info, nil)
	}, func(r io.Reader) (err error) {
		items, err = answer.Batch(r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("batch: %w", err)
	}
	all := make([]batchAnswer, len(steps))
	for i := range all {
		all[i].err = errNoStep
	}
	for _, item := range items {
		i, err := strconv.Atoi(item.ID)
		if err != nil || i < 0 || i >= len(all) {
			continue
		}
		all[i] = batchAnswer{body: item.Body}
		if item.Failed != nil {
			all[i].err = refusal(item.Failed)
		}
	}
	return all, nil
}

type batchAnswer struct {
	body []byte
	err  error
}
