package connector

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// A LinkKind says who gets the mail of an address.
type LinkKind string

// The kinds of link. They are stored.
const (
	LinkContact     LinkKind = "contact"      // the team member with this address
	LinkRole        LinkKind = "role"         // the first team member that the client has in a role
	LinkProcessTeam LinkKind = "process-team" // every member of a team
)

// A Link says who joins the chat of a mail. A contact link needs no id: the
// address itself names the team member.
type Link struct {
	Kind LinkKind `json:"kind"`
	ID   string   `json:"id,omitempty"`
}

// Targets finds what links name, or fails with directory.ErrNotFound.
type Targets interface {
	Role(ctx context.Context, id string) (directory.Role, error)
	Team(ctx context.Context, id string) (directory.ProcessTeam, error)
}

// Exists tells whether the role or process team that l names is there; a contact
// link names none.
func (l Link) Exists(ctx context.Context, targets Targets) (bool, error) {
	var err error
	switch l.Kind {
	case LinkRole:
		_, err = targets.Role(ctx, l.ID)
	case LinkProcessTeam:
		_, err = targets.Team(ctx, l.ID)
	}
	if errors.Is(err, directory.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// An Activation is a mailbox that people activated.
type Activation struct {
	ID        string   // the mailbox: its user's id in Graph
	Address   string   // its primary address when it was activated, lower case
	Aliases   []string // its other addresses when it was activated, lower case
	Name      string
	Connector string
	Link      Link
	From      time.Time // mail that was received before is not read
	Active    bool
	// Categories says that mails get categories in Outlook that show what was done.
	Categories bool
	ETag       string
}

type activationRow struct {
	Address   string    `json:"address"`
	Name      string    `json:"name"`
	Connector string    `json:"connector"`
	Link      Link      `json:"link"`
	From      time.Time `json:"from"`
	Active    bool      `json:"active"`
	// NoCategories and not Categories: rows of older versions have neither.
	NoCategories bool     `json:"noCategories,omitempty"`
	Aliases      []string `json:"aliases,omitempty"`
}

type smtpRow struct {
	Mailbox string `json:"mailbox"`
}

func (a Activation) row() table.Row {
	r := table.Pack(a.ID, activationRow{a.Address, a.Name, a.Connector, a.Link, a.From, a.Active, !a.Categories, a.Aliases})
	r.ETag = a.ETag
	return r
}

func activationOf(r table.Row) (Activation, error) {
	var row activationRow
	if err := r.Unpack(&row); err != nil {
		return Activation{}, fmt.Errorf("activated mailbox %s: %w", r.Key, err)
	}
	return Activation{
		ID: r.Key, Address: row.Address, Aliases: row.Aliases, Name: row.Name, Connector: row.Connector, Link: row.Link, From: row.From.UTC(),
		Active: row.Active, Categories: !row.NoCategories, ETag: r.ETag,
	}, nil
}

// escape encodes the characters that an address may have and a key may not.
var escape = strings.NewReplacer("%", "%25", "/", "%2f", `\`, "%5c", "#", "%23", "?", "%3f")

func smtpKey(address string) string { return "smtp|" + escape.Replace(strings.ToLower(address)) }

// The rows of the cursors of a mailbox continue the key of its activation.
const inboxCursor, sentCursor = "|cursor", "|sent"

func cursorKey(mailbox string) string { return mailbox + inboxCursor }

// Activation returns one activated mailbox by its id or address, active or not,
// or ErrNotFound.
func (s *Store) Activation(ctx context.Context, idOrAddress string) (Activation, error) {
	id := strings.ToLower(strings.TrimSpace(idOrAddress))
	if !ids.IsGUID(id) {
		var err error
		if id, err = s.mailboxOf(ctx, id); err != nil {
			return Activation{}, err
		}
	}
	r, err := s.o.Mailboxes.Get(ctx, id)
	if errors.Is(err, table.ErrNotFound) {
		return Activation{}, ErrNotFound
	}
	if err != nil {
		return Activation{}, fmt.Errorf("activated mailbox %s: %w", id, err)
	}
	return activationOf(r)
}

// mailboxOf returns the id of the mailbox that was activated by an address.
func (s *Store) mailboxOf(ctx context.Context, address string) (string, error) {
	if !plausible(address) {
		return "", ErrNotFound
	}
	r, err := s.o.Mailboxes.Get(ctx, smtpKey(address))
	if errors.Is(err, table.ErrNotFound) {
		return "", ErrNotFound
	}
	var row smtpRow
	if err == nil {
		err = r.Unpack(&row)
	}
	if err != nil {
		return "", fmt.Errorf("activated mailbox of %s: %w", address, err)
	}
	return row.Mailbox, nil
}

// plausible says whether text can be a mail address, so that tables and Graph
// are asked for nothing else.
// https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1
func plausible(address string) bool {
	local, domain, ok := strings.Cut(address, "@")
	return ok && local != "" && domain != "" && len(address) <= 254 && !strings.ContainsAny(domain, "@ ") &&
		!strings.ContainsFunc(address, unprintable) && !strings.ContainsAny(local, " \t<>\",;:")
}
