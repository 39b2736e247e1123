// Package axe has the script that finds in a page what keeps people with a
// disability from using it.
//
// It knows where the script comes from; which pages it looks at, and what is
// done about what it finds, is the business of the tests.
package axe

import (
	"context"
	"os"

	"kantoorpost/shared/dev/npm"
)

// Script installs the pinned axe-core, once for the machine, and returns what
// defines `axe` in a page: https://github.com/dequelabs/axe-core/blob/develop/doc/API.md.
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
