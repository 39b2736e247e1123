package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// A Draft is what a team member has written in a chat so far. It is on the server, so
// that it is there after a reload and on another device. Only its author reads it.
type Draft struct {
	Chat   string `json:"chat"`
	Member string `json:"member"`

	Answers     string       `json:"answers,omitempty"`
	Mode        Mode         `json:"mode,omitempty"`
	Address     string       `json:"address,omitempty"` // from which it is sent
	To          []Recipient  `json:"to,omitempty"`
	Cc          []Recipient  `json:"cc,omitempty"`
	Bcc         []Recipient  `json:"bcc,omitempty"`
	Language    string       `json:"language,omitempty"`
	Subject     string       `json:"subject,omitempty"`
	HTML        string       `json:"html,omitempty"` // HTML or Text holds the text
	Text        string       `json:"text,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
	// Along are the numbers of the attachments of a forwarded message that go along; nil for all.
	Along   []int     `json:"along,omitzero"`
	Since   int64     `json:"since,omitempty"`  // the sequence of the chat's newest message when writing began
	Reply   string    `json:"reply,omitempty"`  // the reply that became this draft again
	Reason  string    `json:"reason,omitempty"` // why it did, if its author did not take it back
	Updated time.Time `json:"updated"`

	etag string
}

// ETag is the version of the draft.
func (d Draft) ETag() string { return d.etag }

func (d Draft) row() table.Row { return document(draftKey(d.Chat, d.Member), d.etag, d, nil) }

// LoadDraft returns the draft of a member in a chat, or ErrNotFound.
func (s *Store) LoadDraft(ctx context.Context, chat, member string) (d Draft, err error) {
	d.etag, err = s.get(ctx, draftKey(chat, member), &d)
	return d, err
}

// SaveDraft stores a draft. ETag "" overwrites any version. Errors: ErrChanged,
// ErrBody.
func (s *Store) SaveDraft(ctx context.Context, d Draft, etag string) (Draft, error) {
	if err := errors.Join(validBody(d.HTML), validBody(d.Text)); err != nil {
		return Draft{}, ErrBody
	}
	d.Updated, d.etag = s.now(), etag
	op := table.Put(d.row())
	if etag != "" {
		op = table.Replace(d.row())
	}
	if err := s.table.Write(ctx, op); err != nil {
		if table.IsConflict(err) {
			err = ErrChanged
		}
		return Draft{}, fmt.Errorf("save the draft of %s in chat %s: %w", d.Member, d.Chat, err)
	}
	return s.LoadDraft(ctx, d.Chat, d.Member)
}

// DeleteDraft deletes the draft of a member in a chat, if there is one.
func (s *Store) DeleteDraft(ctx context.Context, chat, member string) error {
	err := s.table.Write(ctx, table.Delete(table.Row{Key: draftKey(chat, member)}))
	if err != nil && !errors.Is(err, table.ErrNotFound) {
		return fmt.Errorf("delete the draft of %s in chat %s: %w", member, chat, err)
	}
	return nil
}

// Writing returns the ids of the members other than one whose drafts in a chat were
// changed at or after a time. It costs one query.
func (s *Store) Writing(ctx context.Context, chatID, except string, since time.Time) (members []string, err error) {
	drafts, err := s.drafts(ctx, chatID)
	for _, d := range drafts {
		if d.Member != except && !d.Updated.Before(since) {
			members = append(members, d.Member)
		}
	}
	return members, err
}

// drafts are those in a chat.
func (s *Store) drafts(ctx context.Context, chatID string) (all []Draft, err error) {
	rows, _, err := s.table.Range(ctx, draftKey(chatID, ""), draftKey(chatID, ids.Above), chat.MaxMembers*2)
	for _, r := range rows {
		d := Draft{etag: r.ETag}
		if err = r.Document(&d); err != nil {
			break
		}
		all = append(all, d)
	}
	if err != nil {
		return nil, fmt.Errorf("read the drafts in chat %s: %w", chatID, err)
	}
	return all, nil
}
