package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"golang.org/x/sync/semaphore"
)

// errNoRoom means that a picture is too large to be kept in memory.
var errNoRoom = errors.New("the picture is too large for the cache")

// A pictureCache keeps pictures in memory as long as somebody reads them.
type pictureCache struct {
	room *semaphore.Weighted
	mu   sync.Mutex
	held map[string]*cachedPicture
	most int64 // the most bytes that were held at once, and those held now
	now  int64
}

type cachedPicture struct {
	ready   chan struct{} // closed when content or err is set
	content []byte
	err     error
	users   int
}

func newPictureCache() *pictureCache {
	return &pictureCache{room: semaphore.NewWeighted(cacheRoom), held: map[string]*cachedPicture{}}
}

// take returns the bytes that load writes; concurrent callers for the same
// key share them. The caller calls done after use. Errors: errNoRoom, that of
// load, the end of ctx.
func (s *pictureCache) take(ctx context.Context, key string, size int64,
	load func(context.Context, io.Writer) error) (content []byte, done func(), err error) {
	if size <= 0 || size > maxCached {
		return nil, nil, errNoRoom
	}
	s.mu.Lock()
	it := s.held[key]
	if it == nil {
		it = &cachedPicture{ready: make(chan struct{}), users: 1} // the first user is the one who loads
		s.held[key] = it
		// The first caller may leave before the others.
		go s.fill(context.WithoutCancel(ctx), key, it, size, load)
	}
	it.users++
	s.mu.Unlock()
	done = func() { s.leave(key, it, size) }
	select {
	case <-it.ready:
	case <-ctx.Done():
		done()
		return nil, nil, fmt.Errorf("wait for a picture: %w", ctx.Err())
	}
	if it.err != nil {
		done()
		return nil, nil, it.err
	}
	return it.content, done, nil
}

func (s *pictureCache) fill(ctx context.Context, key string, it *cachedPicture, size int64, load func(context.Context, io.Writer) error) {
	_ = s.room.Acquire(ctx, size) // ctx does not end
	s.mu.Lock()
	s.now += size
	s.most = max(s.most, s.now)
	s.mu.Unlock()
	b := &bounded{content: make([]byte, 0, size)}
	err := load(ctx, b)
	if b.over {
		err = errNoRoom
	}
	s.mu.Lock()
	it.content, it.err = b.content, err
	if err != nil {
		it.content = nil
		delete(s.held, key) // the next caller tries again
	}
	s.mu.Unlock()
	close(it.ready)
	s.leave(key, it, size)
}

// leave removes one reader; a picture without readers is released.
func (s *pictureCache) leave(key string, it *cachedPicture, size int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if it.users--; it.users > 0 {
		return
	}
	if s.held[key] == it {
		delete(s.held, key)
	}
	s.now -= size
	s.room.Release(size)
}

// A bounded writer fails when the content is larger than its reserved room.
type bounded struct {
	content []byte
	over    bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if len(p) > cap(b.content)-len(b.content) {
		b.over = true
		return 0, errNoRoom
	}
	b.content = append(b.content, p...)
	return len(p), nil
}

const (
	// cacheRoom is how many bytes of pictures are in memory in all while
	// callers read them. A caller for whom there is no room waits.
	cacheRoom = 32 << 20
	// maxCached is the largest picture that is kept in memory.
	maxCached = 8 << 20
)
