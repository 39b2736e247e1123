package connector

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"kantoorpost/shared/table"
)

const settingsKey = "settings"

// Settings is the switch of the integration. When it is off, nothing is fetched
// or processed, and nothing is lost: cursors stay.
type Settings struct {
	Enabled bool
	// MaxLag is how many minutes apart a quiet mailbox is read at most, when Graph cannot
	// answer for all of them every five minutes: 5, 10, 20 or 40. 0 is DefaultMaxLag.
	MaxLag int
	ETag   string // "" before they were first set
}

// DefaultMaxLag is Settings.MaxLag of an office that chose none, in minutes.
const DefaultMaxLag = 20

type settingsRow struct {
	Enabled bool `json:"enabled"`
	MaxLag  int  `json:"maxLag,omitempty"`
}

func (v *Settings) from(r table.Row) error {
	var row settingsRow
	if err := r.Unpack(&row); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	*v = Settings{Enabled: row.Enabled, MaxLag: cmp.Or(row.MaxLag, DefaultMaxLag), ETag: r.ETag}
	return nil
}

// Settings returns the settings as they are now.
func (s *Store) Settings(ctx context.Context) (Settings, error) {
	r, err := s.o.Configuration.Get(ctx, settingsKey)
	if errors.Is(err, table.ErrNotFound) {
		return Settings{MaxLag: DefaultMaxLag}, nil
	}
	if err != nil {
		return Settings{}, fmt.Errorf("settings: %w", err)
	}
	var v Settings
	return v, v.from(r)
}

// Enabled returns the switch as it was at most 30 seconds ago.
func (s *Store) Enabled(ctx context.Context) (bool, error) {
	c, err := s.configuration(ctx)
	if err != nil {
		return false, err
	}
	return c.settings.Enabled, nil
}

// MaxLag returns Settings.MaxLag as it was at most 30 seconds ago.
func (s *Store) MaxLag(ctx context.Context) (time.Duration, error) {
	c, err := s.configuration(ctx)
	if err != nil {
		return 0, err
	}
	return time.Duration(cmp.Or(c.settings.MaxLag, DefaultMaxLag)) * time.Minute, nil
}

// PutSettings saves v over the version v.ETag, or over any version when that is
// empty. Other processes notice it within 30 seconds.
func (s *Store) PutSettings(ctx context.Context, v Settings) (Settings, error) {
	defer s.forget()
	r := table.Pack(settingsKey, settingsRow{v.Enabled, v.MaxLag})
	said := done(ctx, "settings.update", "settings",
		map[string]string{"enabled": strconv.FormatBool(v.Enabled), "maxLag": strconv.Itoa(cmp.Or(v.MaxLag, DefaultMaxLag))})
	var err error
	if r.ETag = v.ETag; r.ETag == "" {
		err = s.o.Configuration.Write(ctx, table.Put(r), said)
	} else {
		err = replace(ctx, s.o.Configuration, r, said)
	}
	if err != nil {
		return Settings{}, fmt.Errorf("save settings: %w", err)
	}
	return s.Settings(ctx)
}
