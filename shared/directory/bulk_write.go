package directory

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/fault"
	"kantoorpost/shared/table"
)

const (
	leaseTime  = 2 * time.Minute
	renewTime  = 90 * time.Second // a lease with less time left is renewed
	bulkAtOnce = 8                // transactions at the same time
	leaseTries = 5                // of a write whose answer may be lost
)

// ErrImporting means that an import has locked the directory.
var ErrImporting = errors.New("an import is going on: nothing else can change in the directory until it has ended")

// UnmarshalJSON reads the version as it counts now. An import that broke off
// has made unknown changes, so the end of its lease counts as a change.
func (v *version) UnmarshalJSON(text []byte) error {
	type asStored version
	if err := json.Unmarshal(text, (*asStored)(v)); err != nil {
		return err
	}
	if v.Import != "" && !time.Now().Before(v.Until) {
		*v = version{Version: v.Version + 1, Index: v.Index, Clients: v.Version + 1}
	}
	return nil
}

// open returns an error while an import has locked the directory.
func (v version) open() error {
	if v.Import == "" {
		return nil
	}
	return fault.Later(time.Until(v.Until), fmt.Errorf("directory: %w", ErrImporting))
}

// A lease says until when a Bulk has locked the directory. Its turn serialises
// reading and renewing it.
type lease struct {
	turn  chan struct{}
	until time.Time
}

// Changes returns how many objects change.
func (b *Bulk) Changes() int {
	return len(b.clients.changed) + len(b.contacts.changed) + len(b.members.changed) + len(b.roles.changed) + len(b.teams.changed)
}

// Apply writes the changes. Meanwhile every other change of the directory is
// refused. The version grows once, at the end, with one entry of the audit.
//
// Objects are written before those that refer to them, and each in one
// transaction, so an Apply that breaks off leaves a consistent directory. The
// caller continues with a new Bulk and the same changes. Errors: ErrChanged
// when somebody changed the directory since it was read; ErrImporting.
func (b *Bulk) Apply(ctx context.Context) error {
	if b.Changes() == 0 && !b.index {
		return nil
	}
	entry := audit.Entry{By: audit.By(ctx), Action: "directory.import", Object: "directory", Detail: map[string]string{
		"clients": strconv.Itoa(len(b.clients.changed)), "contacts": strconv.Itoa(len(b.contacts.changed)),
		"team-members": strconv.Itoa(len(b.members.changed)), "roles": strconv.Itoa(len(b.roles.changed)),
		"client-team": strconv.Itoa(len(b.teams.changed)),
	}}.Identified()
	if b.index {
		entry.Action = "directory.index"
	}
	if err := b.take(ctx); err != nil {
		return err
	}
	err := b.writeAll(ctx)
	if err != nil {
		entry.Detail["broken-off"] = "true"
	}
	// The caller may be gone, but others wait for the directory.
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	return cmp.Or(err, b.giveBack(end, entry))
}

// take gets the lease.
func (b *Bulk) take(ctx context.Context) error {
	return b.replaceVersion(ctx, func(v version) (version, []table.Op, error) {
		switch {
		case v.Import == b.token: // an earlier try succeeded, and its answer was lost
		case v.open() != nil:
			return v, nil, v.open()
		case v.Version != b.version:
			return v, nil, fmt.Errorf("directory: %w", ErrChanged)
		}
		v.Import, v.Until = b.token, time.Now().Add(leaseTime).UTC()
		b.lease.until = v.Until
		return v, nil, nil
	})
}

// hold returns a context that ends with the lease, and renews the lease in
// time.
func (b *Bulk) hold(ctx context.Context) (context.Context, context.CancelFunc, error) {
	select {
	case b.lease.turn <- struct{}{}:
		defer func() { <-b.lease.turn }()
	case <-ctx.Done():
		return nil, nil, context.Cause(ctx)
	}
	if time.Until(b.lease.until) < renewTime {
		err := b.replaceVersion(ctx, func(v version) (version, []table.Op, error) {
			if v.Import != b.token {
				return v, nil, errLeaseLost
			}
			v.Until = time.Now().Add(leaseTime).UTC()
			b.lease.until = v.Until
			return v, nil, nil
		})
		if err != nil {
			return nil, nil, err
		}
	}
	held, cancel := context.WithDeadline(ctx, b.lease.until)
	return held, cancel, nil
}

var errLeaseLost = fault.Later(0, errors.New("directory: the import was held up for too long and lost its hold of the directory"))

// errDone ends replaceVersion: an earlier try succeeded.
var errDone = errors.New("done")

// giveBack ends the lease and increases the version, with an entry of the
// audit.
func (b *Bulk) giveBack(ctx context.Context, entry audit.Entry) error {
	err := b.replaceVersion(ctx, func(v version) (version, []table.Op, error) {
		if v.Import == b.token {
			now := v.next(len(b.clients.changed) > 0)
			if b.index && entry.Detail["broken-off"] == "" {
				now.Index = indexVersion
			}
			return now, []table.Op{table.Put(changedRow(now.Version, nil)), audit.Op(entry)}, nil
		}
		written, err := audit.Written(ctx, b.store.table, entry.ID)
		if err == nil && written {
			err = errDone
		}
		return v, nil, cmp.Or(err, errLeaseLost)
	})
	if errors.Is(err, errDone) {
		return nil
	}
	return err
}

// replaceVersion replaces the version row with the result of next, together
// with more operations. It starts again when the row has changed meanwhile.
func (b *Bulk) replaceVersion(ctx context.Context, next func(version) (version, []table.Op, error)) error {
	for range leaseTries {
		v, replace, err := b.store.versionRow(ctx)
		if err != nil {
			return err
		}
		to, more, err := next(v)
		if err != nil {
			return err
		}
		err = b.store.table.Write(ctx, append([]table.Op{replace(to)}, more...)...)
		if err == nil {
			return nil
		}
		if !table.IsConflict(err) {
			return err
		}
	}
	return fault.Later(time.Second, fmt.Errorf("directory: overtaken %d times: %w", leaseTries, ErrChanged))
}
