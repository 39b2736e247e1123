package stories_test

import (
	"testing"

	"kantoorpost/handlers/app/apptest"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// A world is the whole product, with what the tests of this package ask of it.
type world struct{ *apptest.World }

func newWorld(t testing.TB) *world {
	t.Helper()
	return &world{apptest.NewWorld(t)}
}

type object = map[string]any
