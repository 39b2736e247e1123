package process

import (
	"context"

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
// a thousand with each query, when they have changed.
func (h *Handler) indexAt(ctx context.Context, version int64) (*learn.ClientIndex, error) {
	h.indexing.Lock() // while it reads, too: other jobs need the same
	defer h.indexing.Unlock()
	if h.index.clients == nil || h.index.version != version {
		all, err := h.Directory.AllClients(ctx, maxIndexed)
		if err != nil {
			return nil, err
		}
		h.index = clientIndex{version, learn.NewClientIndex(all)}
	}
	return h.index.clients, nil
}

// office is the directory as package learn asks it.
func (r *records) office(ctx context.Context) (learn.Office, error) {
	x, err := r.clients(ctx)
	return learn.Indexed(r.directory, x), err
}
