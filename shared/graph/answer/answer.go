// Package answer reads what Microsoft Graph answers: pages of messages and
// users, single ones, and refusals.
//
// It trusts nothing that it reads, never panics on it, and does not know how
// the question was asked. It is apart from the client so that whoever has to
// know what a refusal means needs no Graph SDK.
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

// ErrTooLarge means that an answer goes on after Max bytes.
var ErrTooLarge = errors.New("answer of more than 64 MiB")

// errNotJSON is the common cause of all answers that cannot be understood.
var errNotJSON = errors.New("answer is not the JSON that was asked for")

// Links are the links at the end of a page: one of them is set.
type Links struct{ Next, Delta string }

// Collection reads a page of Graph and gives each item of its value to item,
// which must not keep it. One item at a time is in memory. When the page is
// truncated, or anything but one JSON object with a value array, there is an
// error, and what was given to item must be forgotten.
func Collection(r io.Reader, item func(raw []byte)) (Links, error) {
	d := json.NewDecoder(&capped{r: r, left: Max})
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

// Object reads one JSON object whole.
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

// IsJSON tells whether a Content-Type is that of JSON.
func IsJSON(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(kind), "application/json")
}

// object walks over the members of the one object that d holds; member must
// consume the value.
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

// array gives each element of the array that comes next to item.
func array(d *json.Decoder, item func(raw []byte)) error {
	if t, err := d.Token(); err != nil {
		return err
	} else if t != json.Delim('[') {
		return fmt.Errorf("no array: %w", errNotJSON)
	}
	var raw json.RawMessage // its memory is used again for every element
	for d.More() {
		if err := d.Decode(&raw); err != nil {
			return err
		}
		item(raw)
	}
	_, err := d.Token()
	return err
}

// end makes sure that nothing follows.
func end(d *json.Decoder) error {
	if _, err := d.Token(); err == nil {
		return fmt.Errorf("something follows: %w", errNotJSON)
	} else if err != io.EOF {
		return err
	}
	return nil
}

// understand names an answer that ended too early; a plain io.EOF would look
// like success to whoever reads streams.
func understand(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("read answer: %w", err)
}

// capped gives ErrTooLarge where io.LimitReader would pretend an end.
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
