package access

import (
	"context"
	"net/http"
	"strings"
	"sync"
)

// Once returns a context in which a Gate identifies the caller only once, and Remember
// finds a thing only once, for the several internal requests that answer one request of
// the same person.
func Once(ctx context.Context) context.Context {
	return context.WithValue(ctx, onceKey{}, &identified{})
}

type onceKey struct{}

// identified is a caller, with the header of the request that named it.
type identified struct {
	mu     sync.Mutex
	header string
	actor  Actor
	known  map[string]any // by Remember
}

// Remember returns what find returns, or what it returned before under the same name in
// this context. A name says what is found about whom. Errors are not remembered.
func Remember[T any](ctx context.Context, name string, find func() (T, error)) (T, error) {
	k, ok := ctx.Value(onceKey{}).(*identified)
	if !ok {
		return find()
	}
	k.mu.Lock()
	v, known := k.known[name].(T)
	k.mu.Unlock()
	if known {
		return v, nil
	}
	v, err := find()
	if err == nil {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.known == nil {
			k.known = map[string]any{}
		}
		k.known[name] = v
	}
	return v, err
}

// Forget forgets what Remember found, since the caller has changed something.
func Forget(ctx context.Context) {
	if k, ok := ctx.Value(onceKey{}).(*identified); ok {
		k.mu.Lock()
		k.known = nil
		k.mu.Unlock()
	}
}

// Identify returns who is asking. Errors: ErrClosed, ErrNobody, ErrStranger,
// and those of the directory.
//
// At the first sign-in of an account, it is bound to the team member whose
// e-mail address is its sign-in name. From then on only its object id counts: a
// person who gets the address later does not become that team member.
func (g Gate) Identify(ctx context.Context, h http.Header) (Actor, error) {
	k, ok := ctx.Value(onceKey{}).(*identified)
	if !ok {
		return g.identify(ctx, h)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	text := strings.Join(h[Header], "\n") // two headers make no principal
	if text != "" && text == k.header {
		return k.actor, nil
	}
	actor, err := g.identify(ctx, h)
	if err == nil {
		k.header, k.actor = text, actor
	}
	return actor, err
}
