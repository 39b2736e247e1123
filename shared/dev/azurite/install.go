// Package azurite installs and runs Azurite, Microsoft's own emulator of Azure
// Storage: queues, tables and blobs.
//
// It knows the program and its flags, and not what is stored in it.
package azurite

import (
	"context"

	"kantoorpost/shared/dev/npm"
)

// pinned is the package of infra/azurite/package-lock.json.
var pinned = npm.Package{Folder: "azurite", File: "azurite/dist/src/azurite.js"}

// Installed is an Azurite that is ready to be started.
type Installed npm.Installed

// Install installs the pinned version below data, once, as npm.Package describes.
// It takes about 360 MB. The error is npm.ErrNoNode without Node.js.
func Install(ctx context.Context, data string, progress func(string)) (Installed, error) {
	in, err := pinned.Install(ctx, data, progress)
	return Installed(in), err
}

// Find looks for an installation in the given folders. It installs nothing.
func Find(ctx context.Context, folders ...string) (Installed, bool) {
	in, ok := pinned.Find(ctx, folders...)
	return Installed(in), ok
}
