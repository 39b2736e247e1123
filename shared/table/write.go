package table

import (
	"context"
	"fmt"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/data/aztables"
)

// Write does all of ops or nothing, in one request: MaxOps operations at most,
// MaxBytes at most, each about another row. What breaks a rule is refused
// before anything is sent. The error of an operation is an *OpError.
//
// A request that got no answer is sent again, for as long as ctx allows and four
// times at most. An error that is none of this package's own leaves open
// whether the operations were done.
//
// See https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
func (t *Table) Write(ctx context.Context, ops ...Op) error {
	if len(ops) == 0 {
		return nil
	}
	err := check(ops)
	switch {
	case err != nil:
	case len(ops) == 1:
		if err = t.one(ctx, ops[0]); err != nil {
			err = &OpError{Key: ops[0].key, Err: meaning(err)}
		}
	default:
		err = t.transaction(ctx, ops)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", t.name, err)
	}
	return nil
}

// one does a single operation as a plain request, which is cheaper than a
// transaction and is answered with a plain error.
func (t *Table) one(ctx context.Context, o Op) (err error) {
	etag := azcore.ETag(o.etag)
	switch o.kind {
	case aztables.TransactionTypeAdd:
		_, err = t.client.AddEntity(ctx, o.body, nil)
	case aztables.TransactionTypeInsertReplace:
		_, err = t.client.UpsertEntity(ctx, o.body, &aztables.UpsertEntityOptions{UpdateMode: aztables.UpdateModeReplace})
	case aztables.TransactionTypeUpdateReplace:
		_, err = t.client.UpdateEntity(ctx, o.body, &aztables.UpdateEntityOptions{IfMatch: &etag, UpdateMode: aztables.UpdateModeReplace})
	case aztables.TransactionTypeUpdateMerge:
		_, err = t.client.UpdateEntity(ctx, o.body, &aztables.UpdateEntityOptions{IfMatch: &etag, UpdateMode: aztables.UpdateModeMerge})
	case aztables.TransactionTypeDelete:
		_, err = t.client.DeleteEntity(ctx, partition, storedKey(o.key), &aztables.DeleteEntityOptions{IfMatch: &etag})
	}
	return err
}

func (t *Table) transaction(ctx context.Context, ops []Op) error {
	actions := make([]aztables.TransactionAction, len(ops))
	for i, o := range ops {
		actions[i] = aztables.TransactionAction{ActionType: o.kind, Entity: o.body}
		if o.etag != "" {
			etag := azcore.ETag(o.etag)
			actions[i].IfMatch = &etag
		}
	}
	if _, err := t.client.SubmitTransaction(ctx, actions, nil); err != nil {
		return batchError(err, ops)
	}
	return nil
}
