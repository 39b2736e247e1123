package api

import (
	"errors"
	"reflect"
	"slices"
	"strings"

	"kantoorpost/shared/ids"
)

// The parameter after of a list is the next that the list answered. Each list puts a mark
// of its own before it. The mark is taken off before an operation reads the position. A
// position with the mark of another list is refused. Older positions have no mark, and
// stay valid.

const afterName = "after"

// errPosition is what is wrong with a position that the list did not answer.
var errPosition = errors.New("expected the next of the page before")

// mark is that of the list's positions. It is of the operation, since the path of a chat
// changes when it is merged. No position has its dot.
func (o *operation) mark() string { return ids.Hash(o.OperationID)[:6] + "." }

// unmark takes the mark off a position.
func (o *operation) unmark(after reflect.Value) error {
	text := after.String()
	if !strings.Contains(text, ".") {
		return nil
	}
	position, ours := strings.CutPrefix(text, o.mark())
	if !ours || position == "" {
		return errPosition
	}
	after.SetString(position)
	return nil
}

// markNext marks where the list continues.
func (o *operation) markNext(body reflect.Value) {
	if !slices.Contains(o.queries, afterName) || body.Kind() != reflect.Struct {
		return
	}
	if next := body.FieldByName("Next"); next.IsValid() && next.String() != "" {
		next.SetString(o.mark() + next.String())
	}
}
