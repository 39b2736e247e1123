package app_test

import (
	"testing"

	"kantoorpost/handlers/app/apptest"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// A world is the whole product, with what the tests of this package ask of it.
type world struct {
	*apptest.World
	sent int // by burst
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return &world{World: apptest.NewWorld(t)}
}

// waitingOffice is an office in which mail waits for people.
func waitingOffice(t *testing.T) *world { return &world{World: apptest.WaitingOffice(t)} }

type object = map[string]any
