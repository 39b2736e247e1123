package process

import (
	"context"
	"strconv"

	"kantoorpost/shared/learn"
)

// A clientIndex holds the names and numbers of the clients at one version of them. A
// process keeps it until a client changes.
type clientIndex struct {
	version int64
	clients *learn.ClientIndex
}

// maxIndexed bounds the clients of the index, and so its memory.
const maxIndexed = 50_000

// indexAt returns the index of the clients at a version of them. It reads all clients,
// a thousand with each query, when they have changed. Jobs that need the same index wait
// for one of them to read it, without a lock: a read may take until its context ends.
func (h *Handler) indexAt(ctx context.Context, version int64) (*learn.ClientIndex, error) {
	if x := h.index.Load(); x != nil && x.version == version {
		return x.clients, nil
	}
	read := h.indexing.DoChan(strconv.FormatInt(version, 10), func() (any, error) {
		all, err := h.Directory.AllClients(ctx, maxIndexed)
		if err != nil {
			return nil, err
		}
		x := &clientIndex{version, learn.NewClientIndex(all)}
		h.index.Store(x)
		return x, nil
	})
	select {
	case r := <-read:
		if r.Err != nil {
			return nil, r.Err
		}
		return r.Val.(*clientIndex).clients, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// office is the directory as package learn asks it.
func (r *records) office(ctx context.Context) (learn.Office, error) {
	x, err := r.clients(ctx)
	return learn.Indexed(r.directory, x), err
}
