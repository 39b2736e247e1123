package table

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/data/aztables"
)

// Write does all of ops or nothing, in one request. It takes at most MaxOps
// operations and MaxBytes bytes, each operation on another row. It refuses what
// breaks a rule before it sends anything. The error of an operation is an *OpError.
//
// A request without an answer is sent again, at most four times and while ctx
// lasts. After an error that is none of this package's own, the operations may
// have been done or not.
//
// See https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
func (t *Table) Write(ctx context.Context, ops ...Op) error {
	if len(ops) == 0 {
		return nil
	}
	if len(ops) == 1 {
		_, err := t.WriteOne(ctx, ops[0])
		return err
	}
	err := check(ops)
	if err == nil {
		err = meaning(t.submit(ctx, ops))
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", t.name, err)
	}
	return nil
}

// WriteUnchanged does those of ops whose rows are unchanged since they were read, and
// skips the others. It takes any number of operations, and does MaxOps at a time.
func (t *Table) WriteUnchanged(ctx context.Context, ops []Op) error {
	for part := range slices.Chunk(slices.Clone(ops), MaxOps) {
		for {
			err := t.Write(ctx, part...)
			var failed *OpError
			if !errors.As(err, &failed) || failed.Index < 0 || !IsConflict(err) {
				if err != nil {
					return err
				}
				break
			}
			part = slices.Delete(part, failed.Index, failed.Index+1)
		}
	}
	return nil
}

// WriteOne does one operation as Write does, and returns the new ETag of the row,
// "" for a deleted one.
func (t *Table) WriteOne(ctx context.Context, op Op) (etag string, err error) {
	if err = check([]Op{op}); err == nil {
		var tag azcore.ETag
		if tag, err = t.one(ctx, op); err == nil {
			return string(tag), nil
		}
		err = &OpError{Key: op.key, Err: meaning(err)}
	}
	return "", fmt.Errorf("write %s: %w", t.name, err)
}

// one sends a single operation as a plain request, which is cheaper than a
// transaction and has a plain error.
func (t *Table) one(ctx context.Context, o Op) (azcore.ETag, error) {
	etag := azcore.ETag(o.etag)
	switch o.kind {
	case aztables.TransactionTypeAdd:
		r, err := t.client.AddEntity(ctx, o.body, nil)
		return r.ETag, err
	case aztables.TransactionTypeInsertReplace:
		r, err := t.client.UpsertEntity(ctx, o.body, &aztables.UpsertEntityOptions{UpdateMode: aztables.UpdateModeReplace})
		return r.ETag, err
	case aztables.TransactionTypeUpdateReplace:
		r, err := t.client.UpdateEntity(ctx, o.body, &aztables.UpdateEntityOptions{IfMatch: &etag, UpdateMode: aztables.UpdateModeReplace})
		return r.ETag, err
	case aztables.TransactionTypeUpdateMerge:
		r, err := t.client.UpdateEntity(ctx, o.body, &aztables.UpdateEntityOptions{IfMatch: &etag, UpdateMode: aztables.UpdateModeMerge})
		return r.ETag, err
	}
	_, err := t.client.DeleteEntity(ctx, partition, storedKey(o.key), &aztables.DeleteEntityOptions{IfMatch: &etag})
	return "", err
}
