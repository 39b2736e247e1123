package connector

import (
	"context"
	"log/slog"
	"time"

	"kantoorpost/shared/mail"
)

const (
	// settingsAge is how long the settings of a mailbox are used without reading them again.
	settingsAge = 10 * time.Minute
	// settingsWait is how long they are waited for: people and replies wait meanwhile.
	settingsWait = 5 * time.Second
)

type knownSettings struct {
	mail.MailboxSettings
	until time.Time
}

// MailboxSettings returns the settings of a mailbox as they were at most settingsAge ago. They
// make mail look right and keep nothing back: they are empty when they cannot be read.
func (s *Store) MailboxSettings(ctx context.Context, a Activation) mail.MailboxSettings {
	if v, ok := s.settings.Load(a.ID); ok && v.(knownSettings).until.After(time.Now()) {
		return v.(knownSettings).MailboxSettings
	}
	var read mail.MailboxSettings
	short, cancel := context.WithTimeout(ctx, settingsWait)
	defer cancel()
	graph, err := s.Client(short, a.Connector)
	if err == nil {
		read, err = graph.Settings(short, a.ID)
	}
	if err != nil {
		slog.InfoContext(ctx, "the settings of the mailbox cannot be read", "error", err)
	}
	if ctx.Err() == nil {
		s.settings.Store(a.ID, knownSettings{read, time.Now().Add(settingsAge)})
	}
	return read
}
