package connector

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// A Mailbox is an activated mailbox with the cursors of its inbox and its Sent Items.
type Mailbox struct {
	Activation
	Cursor Cursor
	Sent   Cursor
}

// Due returns the switch and the mailboxes to fetch now, in the order of their
// ids: the active mailboxes of working connectors whose time has come and that
// no job reads now. Of a connector that does not work, one mailbox is due every
// ProbeEvery, to find out whether it works again. It writes nothing.
func (s *Store) Due(ctx context.Context) (enabled bool, due []Mailbox, err error) {
	conf, err := s.read(ctx)
	if err != nil || !conf.settings.Enabled {
		return false, nil, err
	}
	boxes, err := s.Activated(ctx)
	if err != nil {
		return true, nil, err
	}
	now := s.Now()
	probed := map[string]bool{}
	for _, b := range boxes {
		c, ok := conf.connectors[b.Connector]
		if !ok || !b.Active || b.Cursor.NotBefore.After(now) || b.Cursor.Taken("", now) {
			continue
		}
		may, probe := c.due(now)
		if !may || probe && probed[c.ID] {
			continue
		}
		probed[c.ID] = probe
		due = append(due, b)
	}
	return true, due, nil
}

// Activated returns every mailbox that was ever activated, active or not, in the
// order of their ids: three rows each, a thousand rows in a query. Ids are GUIDs, so
// keys that sort after their digits belong to other rows.
func (s *Store) Activated(ctx context.Context) ([]Mailbox, error) {
	var r mailboxReader
	for row, err := range s.o.Mailboxes.Rows(ctx, "0", "g") {
		if err != nil {
			return nil, fmt.Errorf("activated mailboxes: %w", err)
		}
		if err := r.add(row); err != nil {
			return nil, err
		}
	}
	return r.boxes, nil
}

// Load returns the named mailboxes that were ever activated, in the order of
// their ids. Neighbours, such as those of one fetch job, cost one query.
func (s *Store) Load(ctx context.Context, mailboxes []string) ([]Mailbox, error) {
	wanted := slices.Clone(mailboxes)
	for i, id := range wanted {
		wanted[i] = strings.ToLower(id)
	}
	wanted = slices.DeleteFunc(wanted, func(id string) bool { return !ids.IsGUID(id) })
	slices.Sort(wanted)
	wanted = slices.Compact(wanted)
	var r mailboxReader
	for len(wanted) > 0 {
		end := wanted[len(wanted)-1] + "|" + ids.Above
		// The extra rows are for other mailboxes between them.
		limit := min(3*len(wanted)+8, table.MaxRange)
		rows, next, err := s.o.Mailboxes.Range(ctx, wanted[0], end, limit)
		if err != nil {
			return nil, fmt.Errorf("mailboxes from %s: %w", wanted[0], err)
		}
		last := ""
		for _, row := range rows {
			id, _, _ := strings.Cut(row.Key, "|")
			if _, ok := slices.BinarySearch(wanted, id); ok {
				if err := r.add(row); err != nil {
					return nil, err
				}
			}
			last = id
		}
		if next == "" || last == "" {
			break
		}
		// The last mailbox is read again: its other rows may be missing.
		for len(r.boxes) > 0 && r.boxes[len(r.boxes)-1].ID == last {
			r.boxes = r.boxes[:len(r.boxes)-1]
		}
		i, _ := slices.BinarySearch(wanted, last)
		wanted = wanted[i:]
	}
	return r.boxes, nil
}

// A mailboxReader joins the rows of mailboxes, in the order of their keys.
type mailboxReader struct{ boxes []Mailbox }

func (b *mailboxReader) add(r table.Row) error {
	id, folder, isCursor := strings.Cut(r.Key, "|")
	if !isCursor {
		a, err := activationOf(r)
		if err != nil {
			return err
		}
		b.boxes = append(b.boxes, Mailbox{Activation: a})
		return nil
	}
	n := len(b.boxes)
	if n == 0 || b.boxes[n-1].ID != id {
		return nil
	}
	c, err := cursorOf(r)
	if err != nil {
		return err
	}
	switch "|" + folder {
	case inboxCursor:
		b.boxes[n-1].Cursor = c
	case sentCursor:
		b.boxes[n-1].Sent = c
	}
	return nil
}
