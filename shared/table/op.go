package table

import (
	"errors"
	"fmt"

	"github.com/Azure/azure-sdk-for-go/sdk/data/aztables"
)

const (
	// MaxOps is the largest number of operations in one Write.
	MaxOps = 100
	// MaxBytes is the largest sum of the sizes of one Write's operations. The
	// service accepts 4 MiB; the rest is for the envelope.
	MaxBytes = 4<<20 - 16<<10
	// envelope is more than an operation takes beside its key and its row, for
	// its headers and its URL.
	envelope = 1024
)

// An Op is one operation of a Write. It holds the row as it was when the Op was
// made.
type Op struct {
	kind aztables.TransactionType
	key  string
	etag string
	body []byte
	err  error
}

// Any, as the ETag of a row, matches every version: the row only has to exist.
//
// See https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-table-service-operations
const Any = "*"

// Insert writes a row that does not exist yet, or else fails with ErrExists. If an
// answer was lost, ErrExists may come from the row's own first attempt; the caller
// must then read the row.
func Insert(r Row) Op { return newOp(aztables.TransactionTypeAdd, r, "") }

// Put writes a row, whether it exists or not.
func Put(r Row) Op { return newOp(aztables.TransactionTypeInsertReplace, r, "") }

// Replace writes a row that still has the version that was read. Otherwise it
// fails with ErrChanged, or with ErrNotFound when the row is gone. If an answer
// was lost, ErrChanged may come from the row's own first attempt; the caller must
// then read the row.
func Replace(r Row) Op { return versioned(aztables.TransactionTypeUpdateReplace, r) }

// Merge is Replace, but does not change properties that are not given.
func Merge(r Row) Op { return versioned(aztables.TransactionTypeUpdateMerge, r) }

// Delete deletes a row that still has the version that was read, or any version
// if r has none. ErrNotFound means that the row is gone already.
func Delete(r Row) Op {
	etag := r.ETag
	if etag == "" {
		etag = Any
	}
	return newOp(aztables.TransactionTypeDelete, Row{Key: r.Key}, etag)
}

func versioned(kind aztables.TransactionType, r Row) Op {
	op := newOp(kind, r, r.ETag)
	// Without a version, the service would overwrite any row.
	if op.err == nil && r.ETag == "" {
		op.err = errors.New("row has no version: read it first")
	}
	return op
}

func newOp(kind aztables.TransactionType, r Row, etag string) Op {
	op := Op{kind: kind, key: r.Key, etag: etag, err: r.Check()}
	if op.err == nil {
		op.body = r.encode()
	}
	return op
}

// Key is the key of the operation's row.
func (o Op) Key() string { return o.key }

// Size is how much of MaxBytes the operation takes at most, in bytes.
func (o Op) Size() int { return envelope + 3*len(storedKey(o.key)) + len(o.body) }

// check returns why the operations cannot be one transaction.
func check(ops []Op) error {
	if len(ops) > MaxOps {
		return fmt.Errorf("%d operations: %w", len(ops), ErrTooLarge)
	}
	size, seen := 0, make(map[string]bool, len(ops))
	for i, o := range ops {
		err := o.err
		if err == nil && seen[o.key] {
			err = errors.New("row is written twice in one transaction")
		}
		if err != nil {
			return &OpError{Index: i, Key: o.key, Err: err}
		}
		seen[o.key] = true
		size += o.Size()
	}
	if size > MaxBytes {
		return fmt.Errorf("%d bytes: %w", size, ErrTooLarge)
	}
	return nil
}
