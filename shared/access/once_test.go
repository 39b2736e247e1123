package access

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/must"
)

// In one such context the same person is looked up once. Another person, and a
// person who is refused, is looked up each time.
func TestOnce(t *testing.T) {
	g := newGate(t)
	m := g.add(t, "alice@kantoor.nl", directory.Editor)
	g.add(t, "bob@kantoor.nl", directory.Reader)
	who := func(ctx context.Context, h http.Header) directory.Rights {
		t.Helper()
		a := must.Get(g.Identify(ctx, h))(t)
		return a.Member.Rights
	}
	alices, bobs := user(alice, "alice@kantoor.nl"), user(mallet, "bob@kantoor.nl")
	ctx := Once(t.Context())
	if got := who(ctx, alices); got != directory.Editor {
		t.Fatal(got)
	}
	must.Get(g.Directory.TeamMembers().Update(t.Context(), m.ID, "", func(m *directory.TeamMember) error {
		m.Rights = directory.Manager
		return nil
	}))(t)
	if got := who(ctx, alices); got != directory.Editor {
		t.Error("asked again: ", got)
	}
	if got := who(Once(t.Context()), alices); got != directory.Manager {
		t.Error("the next request has the old rights: ", got)
	}
	if got := who(t.Context(), alices); got != directory.Manager {
		t.Error(got)
	}
	if got := who(ctx, bobs); got != directory.Reader {
		t.Error("Bob is taken for Alice: ", got)
	}
	double := http.Header{Header: {bobs.Get(Header), alices.Get(Header)}}
	for _, h := range []http.Header{double, {}, user("eve", "eve@kantoor.nl")} {
		if _, err := g.Identify(ctx, h); !errors.Is(err, ErrNobody) && !errors.Is(err, ErrStranger) {
			t.Errorf("%v: %v", h, err)
		}
	}
}

// What was found is found once for a request, until its caller changes something; an
// error is not kept.
func TestRemember(t *testing.T) {
	n, failure := 0, errors.New("away")
	ask := func(ctx context.Context) (int, error) {
		return Remember(ctx, "n", func() (int, error) { n++; return n, failure })
	}
	ctx := Once(t.Context())
	if _, err := ask(ctx); err == nil {
		t.Error("the error is lost")
	}
	failure = nil
	for range 2 {
		if got, err := ask(ctx); got != 2 || err != nil {
			t.Errorf("%d %v", got, err)
		}
	}
	if Forget(ctx); n != 2 {
		t.Error("asked again too early")
	}
	if got, _ := ask(ctx); got != 3 {
		t.Errorf("%d after a change", got)
	}
	if got, _ := ask(t.Context()); got != 4 {
		t.Errorf("%d outside", got)
	}
}
