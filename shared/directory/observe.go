package directory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// A decision rests on what it looked up in the directory, and on what was not there. A
// change says which look-ups it changes, so that only what rests on them is decided
// again. What was looked for by likeness (ClientsSpelt) is not among them.

// Lookups collects the keys of look-ups.
type Lookups struct {
	mu   sync.Mutex
	keys map[string]bool
}

type lookupsKey struct{}

// Observe returns a context in which look-ups are noted in the returned Lookups, and in no
// other.
func Observe(ctx context.Context) (context.Context, *Lookups) {
	b := &Lookups{keys: map[string]bool{}}
	return context.WithValue(ctx, lookupsKey{}, b), b
}

// Note notes look-ups whose results are known already.
func Note(ctx context.Context, keys ...string) {
	if b, ok := ctx.Value(lookupsKey{}).(*Lookups); ok {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, key := range keys {
			b.keys[key] = true
		}
	}
}

// NoteMember notes a look-up of a team member by an address.
func NoteMember(ctx context.Context, address string) {
	Note(ctx, addressKey("member-address", address))
}

// NoteContact notes a look-up of a contact by an address.
func NoteContact(ctx context.Context, address string) {
	Note(ctx, addressKey("contact-address", address))
}

// NoteClientTeam notes a look-up of who works for a client.
func NoteClientTeam(ctx context.Context, client string) { Note(ctx, keyOf("links", client)) }

// NoteMembers notes a look-up of all team members.
func NoteMembers(ctx context.Context) { Note(ctx, "member|") }

// NotePlacing notes a look-up of whether the model may place mail.
func NotePlacing(ctx context.Context) { Note(ctx, placingKey) }

// placingKey is the look-up that changes when the state of the rule suggested-client does,
// and not with each piece of its evidence.
const placingKey = "placing"

// Keys returns the keys that were noted, for Note.
func (b *Lookups) Keys() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Sorted(maps.Keys(b.keys))
}

// maxLookups is how many look-ups a decision stores.
const maxLookups = 60

// Hashes returns the hashes of the keys, as Changed has them. They are at most 60.
func (b *Lookups) Hashes() []string {
	keys := b.Keys()
	hashes := make([]string, 0, len(keys))
	for _, key := range keys[:min(len(keys), maxLookups)] {
		hashes = append(hashes, hashOf(key))
	}
	return hashes
}

func hashOf(key string) string { return ids.Hash(key)[:16] }

// changedRow returns the row that says which look-ups a change of rows changes; those of
// all rows when keys is nil.
func changedRow(version int64, keys []string) table.Row {
	var hashes []string
	for _, key := range keys {
		lookups := []string{key}
		if i := strings.LastIndexByte(key, '|'); i > 0 {
			lookups = append(lookups, key[:i+1])
		}
		for _, lookup := range lookups {
			if h := hashOf(lookup); !slices.Contains(hashes, h) {
				hashes = append(hashes, h)
			}
		}
	}
	return table.Row{Key: changedKey(version), Props: map[string]any{"lookups": strings.Join(hashes, " "), "all": keys == nil}}
}

const changedPrefix = "changed|"

func changedKey(version int64) string { return fmt.Sprintf("%s%012d", changedPrefix, version) }

// maxChanges is how many changes Changed looks at.
const maxChanges = 500

// Changed returns the hashes of the look-ups that changed after one version and up to
// another, each with its last version; all when any may have changed.
func (s *Store) Changed(ctx context.Context, after, to int64) (lookups map[string]int64, all bool, err error) {
	if to-after > maxChanges {
		return nil, true, nil
	}
	rows, _, err := s.table.Range(ctx, changedKey(after+1), changedKey(to+1), table.MaxRange)
	if err != nil {
		return nil, false, fmt.Errorf("directory: what changed since version %d: %w", after, err)
	}
	lookups = map[string]int64{}
	for i, r := range rows {
		text, _ := r.Props["lookups"].(string)
		all = all || r.Props["all"] == true
		for h := range strings.FieldsSeq(text) {
			lookups[h] = after + 1 + int64(i)
		}
	}
	// A change that an older version of the product made has no row.
	return lookups, all || int64(len(rows)) != to-after, nil
}

// ForgetChanged deletes what Changed knows of the versions up to one, at most a thousand.
func (s *Store) ForgetChanged(ctx context.Context, to int64) error {
	rows, _, err := s.table.Columns(ctx, changedPrefix, changedKey(to+1), table.MaxRange, "all")
	if err != nil {
		return fmt.Errorf("directory: changes up to version %d: %w", to, err)
	}
	for part := range slices.Chunk(rows, table.MaxOps) {
		var ops []table.Op
		for _, r := range part {
			ops = append(ops, table.Delete(table.Row{Key: r.Key}))
		}
		if err := s.table.Write(ctx, ops...); err != nil && !table.IsConflict(err) {
			return fmt.Errorf("directory: forget changes up to version %d: %w", to, err)
		}
	}
	return nil
}
