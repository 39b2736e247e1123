package app_test

import (
	"testing"
	"testing/synctest"

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

// simulated runs a test of the product in simulated time; inOffice runs one in a small office.
func simulated(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newWorld(t)) })
}

func inOffice(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	simulated(t, func(t *testing.T, w *world) {
		w.Office()
		test(t, w)
	})
}

// waitingOffice is an office in which mail waits for people.
func waitingOffice(t *testing.T) *world { return &world{World: apptest.WaitingOffice(t)} }

type object = map[string]any
