// Package answer decodes the answers of Microsoft Graph: pages of messages and
// users, single ones, and refusals.
//
// It trusts nothing in an answer, never panics, and does not know the request. It
// is apart from the client so that code that only interprets refusals does not
// need the Graph SDK.
package answer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Max is how many bytes of one answer are read, after decompression.
const Max = 64 << 20

// ErrTooLarge means that an answer is longer than Max bytes.
var ErrTooLarge = errors.New("answer of more than 64 MiB")

// errNotJSON is the cause of all errors about answers that cannot be decoded.
var errNotJSON = errors.New("answer is not the JSON that was asked for")

// Links are the links at the end of a page. Only one of them is set.
type Links struct{ Next, Delta string }

// Collection reads a page of Graph and passes each item of its value to item,
// which must not keep the slice. Only one item at a time is in memory. If the page
// is truncated, or is not one JSON object with a value array, there is an error,
// and the caller must discard the items.
func Collection(r io.Reader, item func(raw []byte)) (Links, error) {
	return collection(json.NewDecoder(&capped{r: r, left: Max}), func(d *json.Decoder) error {
		var raw json.RawMessage // its memory is reused for every item
		if err := d.Decode(&raw); err != nil {
			return err
		}
		item(raw)
		return nil
	})
}

// collection is Collection with a function that reads the next item.
func collection(d *json.Decoder, item func(d *json.Decoder) error) (Links, error) {
	var links Links
	found := false
	err := object(d, func(key string) error {
		switch key {
		case "@odata.nextLink":
			return d.Decode(&links.Next)
		case "@odata.deltaLink":
			return d.Decode(&links.Delta)
		case "value":
			if found {
				return fmt.Errorf("two values: %w", errNotJSON)
			}
			found = true
			return array(d, item)
		}
		var skipped json.RawMessage
		return d.Decode(&skipped)
	})
	switch {
	case err != nil:
		return Links{}, understand(err)
	case !found:
		return Links{}, fmt.Errorf("no value: %w", errNotJSON)
	}
	return links, nil
}

// Object reads one whole JSON object.
func Object(r io.Reader) ([]byte, error) {
	d := json.NewDecoder(&capped{r: r, left: Max})
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return nil, understand(err)
	}
	if err := end(d); err != nil {
		return nil, understand(err)
	}
	if !bytes.HasPrefix(raw, []byte("{")) {
		return nil, fmt.Errorf("no object: %w", errNotJSON)
	}
	return raw, nil
}

// IsJSON says whether a Content-Type means JSON.
func IsJSON(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(kind), "application/json")
}

// object calls member for each member of the next object in d. member must read
// the value.
func object(d *json.Decoder, member func(key string) error) error {
	if t, err := d.Token(); err != nil {
		return err
	} else if t != json.Delim('{') {
		return fmt.Errorf("no object: %w", errNotJSON)
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		key, ok := t.(string)
		if !ok {
			return errNotJSON
		}
		if err := member(key); err != nil {
			return fmt.Errorf("%q: %w", key[:min(len(key), 40)], err)
		}
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	return end(d)
}

// array calls item for each element of the next array. item must read the element.
func array(d *json.Decoder, item func(d *json.Decoder) error) error {
	if t, err := d.Token(); err != nil {
		return err
	} else if t != json.Delim('[') {
		return fmt.Errorf("no array: %w", errNotJSON)
	}
	for d.More() {
		if err := item(d); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// end returns an error if more data follows.
func end(d *json.Decoder) error {
	if _, err := d.Token(); err == nil {
		return fmt.Errorf("something follows: %w", errNotJSON)
	} else if err != io.EOF {
		return err
	}
	return nil
}

// understand replaces the error of an answer that ended too early: a plain io.EOF
// would look like success to a reader of streams.
func understand(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("read answer: %w", err)
}

// capped returns ErrTooLarge where io.LimitReader would report the end.
type capped struct {
	r    io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left <= 0 {
		var one [1]byte
		if n, err := c.r.Read(one[:]); n == 0 {
			return 0, err
		}
		return 0, ErrTooLarge
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}
