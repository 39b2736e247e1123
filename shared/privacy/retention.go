package privacy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/item"
	"kantoorpost/shared/table"
)

// A Retention says how many days the office keeps what it no longer works with; 0 is for ever.
// Mail that waits, and chats that are open, are always kept.
type Retention struct {
	Dismissed   int `json:"dismissed" doc:"mails after they were dismissed"`
	Audit       int `json:"audit" doc:"entries of the audit"`
	ClosedChats int `json:"closedChats" doc:"what the messages of a closed chat say, after the last one"`

	etag string
}

// ETag is the version of the retention.
func (r Retention) ETag() string { return r.etag }

// standard is what an office has that sets nothing: a year is a whole cycle of returns, and
// two years of audit cover a dispute about the last one.
var standard = Retention{Dismissed: 365, Audit: 730}

const retentionKey = "retention"

// Retention returns what the office keeps how long.
func (s *Service) Retention(ctx context.Context) (Retention, error) {
	r := standard
	var err error
	r.etag, err = s.read(ctx, retentionKey, &r)
	return r, err
}

// PutRetention stores what the office keeps how long, over the version etag; "" is any. Error:
// table.ErrChanged.
func (s *Service) PutRetention(ctx context.Context, r Retention, etag string) error {
	row := table.Document(retentionKey, r, nil)
	op := table.Put(row)
	if row.ETag = etag; etag != "" {
		op = table.Replace(row)
	}
	days := func(n int) string { return fmt.Sprint(n) }
	return s.Configuration.Write(ctx, op, audit.Op(audit.Entry{By: audit.By(ctx), Action: "settings.retention", Object: "settings",
		Detail: map[string]string{"dismissed": days(r.Dismissed), "audit": days(r.Audit), "closedChats": days(r.ClosedChats)}}))
}

// read reads a row of the configuration; one that is not there changes nothing.
func (s *Service) read(ctx context.Context, key string, v any) (etag string, err error) {
	r, err := s.Configuration.Get(ctx, key)
	if errors.Is(err, table.ErrNotFound) {
		return "", nil
	}
	if err == nil {
		err = r.Document(v)
	}
	return r.ETag, err
}

// swept says when the last sweep was finished, and how far the next one came.
type swept struct {
	At    time.Time `json:"at"`
	Class int       `json:"class,omitempty"`
	After string    `json:"after,omitempty"`
}

const (
	sweptKey   = "retention|swept"
	sweepEvery = 24 * time.Hour
)

// Sweep deletes what the office no longer keeps, once a day, until a time. Done says that
// nothing is left to do today; that costs one read.
func (s *Service) Sweep(ctx context.Context, now, until time.Time) (done bool, err error) {
	var at swept
	if _, err := s.read(ctx, sweptKey, &at); err != nil || now.Sub(at.At) < sweepEvery {
		return err == nil, err
	}
	r, err := s.Retention(ctx)
	if err != nil {
		return false, err
	}
	for time.Now().Before(until) && !done {
		classes := []struct {
			days int
			page func(ctx context.Context, before time.Time, after string) (next string, err error)
		}{{r.Audit, s.sweepAudit}, {r.Dismissed, s.sweepDismissed}, {r.ClosedChats, s.sweepChats}}
		class := classes[at.Class]
		next := ""
		if class.days > 0 {
			if next, err = class.page(ctx, now.AddDate(0, 0, -class.days), at.After); err != nil {
				return false, fmt.Errorf("delete what is no longer kept: %w", err)
			}
		}
		if at.After = next; next == "" {
			at.Class++
		}
		if done = at.Class == len(classes); done {
			at = swept{At: now.UTC()}
		}
		if err := s.Configuration.Write(ctx, table.Put(table.Document(sweptKey, at, nil))); err != nil {
			return false, err
		}
	}
	return done, nil
}

// before is where a list of ids continues that are from before a time.
func startOf(before time.Time, after string) string {
	if after != "" {
		return after
	}
	return ids.Inverted(before)
}

func (s *Service) sweepAudit(ctx context.Context, before time.Time, _ string) (next string, err error) {
	if _, done, err := s.Audit.DeleteBefore(ctx, before); done || err != nil {
		return "", err
	}
	return "more", nil
}

func (s *Service) sweepDismissed(ctx context.Context, before time.Time, after string) (next string, err error) {
	all, next, _, err := s.Items.Find(ctx, item.Search{State: item.Dismissed, Limit: atOnce, After: startOf(before, after)})
	for _, it := range all {
		if err == nil && it.Decided.Before(before) {
			if err = s.Items.Erase(ctx, it.ID); errors.Is(err, item.ErrBusy) {
				err = nil // tomorrow
			}
		}
	}
	return next, err
}

func (s *Service) sweepChats(ctx context.Context, before time.Time, after string) (next string, err error) {
	all, next, err := s.Chats.All(ctx, startOf(before, after), atOnce)
	for _, c := range all {
		if err == nil && c.State == chat.Closed && c.Last.Before(before) && !c.IsBare() {
			if err = s.Chats.Erase(ctx, c.ID); errors.Is(err, item.ErrBusy) || errors.Is(err, chat.ErrLeaving) {
				err = nil // tomorrow
			}
		}
	}
	return next, err
}
