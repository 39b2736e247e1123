package connector

import (
	_ "embed"
	"encoding/json"
	"sync"

	"kantoorpost/shared/words"
)

//go:embed advice.json
var adviceJSON []byte

// advice is what to do, by code. Menu names are those of the Azure portal.
var advice = sync.OnceValue(func() (all map[string]words.Text) {
	if err := json.Unmarshal(adviceJSON, &all); err != nil {
		panic(err) // the file is part of the program
	}
	return all
})

// Advice returns what a person can do about a code of this package (a State,
// the problem of a permission or mailbox, a warning); false when there is
// nothing to do.
func Advice(code string) (words.Text, bool) {
	t, ok := advice()[code]
	return t, ok
}
