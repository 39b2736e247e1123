package item

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/index"
	"kantoorpost/shared/table"
)

// A parked mail is decided again when what its decision rests on has changed: a look-up
// in the directory (Item.Lookups), or the link of the address that received it. Once a
// night, after changes, all are, for what was looked for by likeness.

// currentKey holds up to which version of the office every parked mail has been decided:
// while nothing changes, a tick reads one row.
const currentKey = "s|parked"

// DecisionVersion names the data, besides the mail itself, that a decision rests
// on: the version of the directory, and the link of the address that received the
// mail.
func DecisionVersion(directory int64, linkKind, linkID string) string {
	return fmt.Sprintf("%d/%s/%s", directory, linkKind, linkID)
}

// versionOf returns the parts of a DecisionVersion; -1 for one that is to be decided again.
func versionOf(text string) (directory int64, link string) {
	number, link, _ := strings.Cut(text, "/")
	directory, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return -1, link
	}
	return directory, link
}

// An Office is what all decisions rest on.
type Office struct {
	Version int64             // of the directory
	Links   map[string]string // the DecisionVersion of each mailbox
	// Changed returns the look-ups that changed after a version, each with its last
	// version; all when any may have.
	Changed func(ctx context.Context, after int64) (lookups map[string]int64, all bool, err error)
	Now     time.Time
}

// links is a hash of the links of all mailboxes.
func (o Office) links() string {
	var all []string
	for _, box := range slices.Sorted(maps.Keys(o.Links)) {
		all = append(all, box, o.link(box))
	}
	return ids.Hash(all...)
}

func (o Office) link(mailbox string) string {
	version, ok := o.Links[mailbox]
	if !ok { // its address is no longer activated
		version = DecisionVersion(0, "", "")
	}
	_, link := versionOf(version)
	return link
}

// nightHour is when a night begins, in UTC.
const nightHour = 2 * time.Hour

func (o Office) night() string { return o.Now.UTC().Add(-nightHour).Format(time.DateOnly) }

// checked says up to where all parked mails were decided.
type checked struct {
	Version int64  `json:"version"`
	Links   string `json:"links"`
	Night   string `json:"night"` // the last for which all were
	AtNight int64  `json:"atNight"`
}

// Outdated returns the ids of parked mails that are to be decided again, at most limit.
// Once there are none, that is stored, and Outdated reads one row until the office
// changes. A change costs what rests on it.
func (s *Store) Outdated(ctx context.Context, o Office, limit int) ([]string, error) {
	var was checked
	row, err := s.table.Get(ctx, currentKey)
	found := err == nil && row.Props["version"] != nil
	if err != nil && !errors.Is(err, table.ErrNotFound) {
		return nil, fmt.Errorf("read decision version of parked mails: %w", err)
	}
	if found {
		if err := row.Unpack(&was); err != nil {
			return nil, fmt.Errorf("read decision version of parked mails: %w", err)
		}
	}
	now := checked{o.Version, o.links(), was.Night, was.AtNight}
	all := !found || was.Night != o.night() && was.AtNight != o.Version
	touched := map[string]int64{}
	if !all && was.Version != o.Version {
		lookups, any, err := o.Changed(ctx, was.Version)
		if err != nil {
			return nil, err
		}
		if all = any; !all {
			if touched, err = s.restingOn(ctx, lookups); err != nil {
				return nil, err
			}
		}
	}
	if all {
		now.Night, now.AtNight = o.night(), o.Version
	}
	if found && now == was {
		return nil, nil
	}
	outdated, err := s.older(ctx, touched)
	if err == nil && (all || was.Links != now.Links) {
		var more []string
		more, err = s.scanParked(ctx, o, all, limit)
		outdated = append(outdated, more...)
		slices.Sort(outdated)
		outdated = slices.Compact(outdated)
	}
	if err != nil || len(outdated) > 0 {
		return outdated[:min(len(outdated), limit)], err
	}
	if err := s.table.Write(ctx, table.Put(table.Pack(currentKey, now))); err != nil {
		return nil, fmt.Errorf("store decision version of parked mails: %w", err)
	}
	return nil, nil
}

// restingOn returns the parked mails that rest on look-ups, each with the last version
// that changed one of them.
func (s *Store) restingOn(ctx context.Context, lookups map[string]int64) (map[string]int64, error) {
	mails := map[string]int64{}
	err := index.Index{Table: s.table, Name: lookupIndex}.Each(ctx, slices.Sorted(maps.Keys(lookups)), func(hash, id string) {
		mails[id] = max(mails[id], lookups[hash])
	})
	return mails, err
}

// older returns those of mails that wait and were decided under an older version.
func (s *Store) older(ctx context.Context, mails map[string]int64) (outdated []string, err error) {
	var mu sync.Mutex
	var reads errgroup.Group
	reads.SetLimit(readsAtOnce)
	for id, version := range mails {
		reads.Go(func() error {
			rows, _, err := s.table.Columns(ctx, parkedKey(id), parkedKey(id)+"\x00", 1, "decisionVersion")
			if err != nil {
				return fmt.Errorf("read parked mail %s: %w", id, err)
			}
			if len(rows) > 0 {
				if was, _ := versionOf(fmt.Sprint(rows[0].Props["decisionVersion"])); was < version {
					mu.Lock()
					defer mu.Unlock()
					outdated = append(outdated, id)
				}
			}
			return nil
		})
	}
	err = reads.Wait()
	slices.Sort(outdated)
	return outdated, err
}

// scanParked returns the parked mails whose address has another link now; with all also
// those that were decided under an older version of the directory, or without a basis.
func (s *Store) scanParked(ctx context.Context, o Office, all bool, limit int) (outdated []string, err error) {
	for from := "p|"; from != "" && len(outdated) < limit; {
		rows, next, err := s.table.Columns(ctx, from, "p|"+ids.Above, table.MaxRange, "mailbox", "decisionVersion", "basis")
		if err != nil {
			return nil, fmt.Errorf("read parked mails: %w", err)
		}
		for _, r := range rows {
			version, link := versionOf(fmt.Sprint(r.Props["decisionVersion"]))
			wanted := o.link(fmt.Sprint(r.Props["mailbox"]))
			if id := r.Key[len("p|"):]; ids.IsTimed(id) &&
				(link != wanted || version < 0 || all && (version < o.Version || r.Props["basis"] == nil)) {
				outdated = append(outdated, id)
			}
		}
		from = next
	}
	return outdated, nil
}

// SetDecisionVersion stores the decision version of mails, by id, that were
// decided again and stay parked for the same reason.
func (s *Store) SetDecisionVersion(ctx context.Context, versions map[string]string) error {
	ops := make([]table.Op, 0, len(versions))
	for _, id := range slices.Sorted(maps.Keys(versions)) {
		ops = append(ops, table.Merge(table.Row{Key: parkedKey(id), ETag: table.Any, Props: map[string]any{"decisionVersion": versions[id]}}))
	}
	if err := s.table.WriteUnchanged(ctx, ops); err != nil {
		return fmt.Errorf("set decision version of %d parked mails: %w", len(versions), err)
	}
	return nil
}

// lookupIndex is the name of the index of parked mails by the look-ups that they rest on.
const lookupIndex = "basis"

// rebase returns the operations that bring that index up to date. Only a parked mail
// keeps its Lookups.
func (it *Item) rebase() []table.Op {
	if it.State != Parked {
		it.Lookups = nil
	}
	if it.was != Parked {
		it.wasLookups = nil
	}
	x, now := index.Index{Name: lookupIndex}, it.Lookups
	without := func(a, b []string) index.Entry {
		return index.Entry{Leading: slices.DeleteFunc(slices.Clone(a), func(h string) bool { return slices.Contains(b, h) })}
	}
	return append(x.Delete(it.ID, without(it.wasLookups, now)), x.Put(it.ID, without(now, it.wasLookups))...)
}

// A Summary holds the fields by which parked mails are counted.
type Summary struct {
	ID       string
	Reason   Reason
	Address  string    // that received it
	Received time.Time // zero for a row that was made by hand
	Later    time.Time // before which nobody has to look at it
}

// Summaries lists the parked mails of a mailbox, "" for all, newest first, at
// most 1,000, and where to continue, "" at the end. It costs one query, which
// reads a hundredth of what List reads.
func (s *Store) Summaries(ctx context.Context, mailbox, from string) (mails []Summary, next string, err error) {
	prefix := "p|"
	if mailbox != "" {
		prefix = waitingKey(mailbox, "")
	}
	if from == "" {
		from = prefix
	}
	rows, next, err := s.table.Columns(ctx, from, prefix+ids.Above, table.MaxRange, "reason", "address", "later")
	if err != nil {
		return nil, "", fmt.Errorf("count parked mails: %w", err)
	}
	for _, r := range rows {
		reason, _ := r.Props["reason"].(string)
		address, _ := r.Props["address"].(string)
		later, _ := r.Props["later"].(time.Time)
		id := r.Key[len(prefix):]
		mails = append(mails, Summary{id, Reason(reason), address, ids.TimeOf(id), later})
	}
	return mails, next, nil
}
