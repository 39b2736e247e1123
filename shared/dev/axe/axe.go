// Package axe provides the script that finds accessibility faults in a page.
//
// It knows where the script comes from. The tests decide which pages it checks,
// and what happens with the result.
package axe

import (
	"context"
	"os"

	"kantoorpost/shared/dev/npm"
)

// Script installs the pinned axe-core, once for the machine, and returns the code
// that defines `axe` in a page: https://github.com/dequelabs/axe-core/blob/develop/doc/API.md.
// The error is npm.ErrNoNode without Node.js.
func Script(ctx context.Context) (string, error) {
	folder, err := npm.CacheFolder()
	if err != nil {
		return "", err
	}
	in, err := npm.Package{Folder: "axe", File: "axe-core/axe.min.js"}.Install(ctx, folder, func(string) {})
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(in.File)
	return string(text), err
}
