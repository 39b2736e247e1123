// Package evidence reads what package learn is told about a mail: the chat that it
// answers, the office's own addresses, the domains of contacts, the names of its files.
// It judges nothing.
package evidence

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/membership"
)

// A Reader reads evidence. It keeps the domains of contacts for some minutes.
type Reader struct {
	Directory  *directory.Store
	Chats      *chat.Store
	Connectors *connector.Store

	mu      sync.Mutex
	domains *learn.Domains
	read    time.Time
}

// Mail returns a mail with all that suggestions use. Text is its text, and files are the
// names of its attachments.
func (r *Reader) Mail(ctx context.Context, it item.Item, text mailtext.Text, files []string) (learn.Mail, error) {
	m := learn.Mail{Item: it, Text: text, Files: files}
	switch c, _, ok, err := r.Chats.Answered(ctx, it); {
	case err != nil:
		return m, err
	case ok:
		m.Answered = &c
	}
	own := map[string]bool{}
	others := slices.Concat(it.To, it.Cc)
	if text.Forwarded != nil {
		others = append(others, text.Forwarded.From)
	}
	for _, to := range others {
		if _, known := own[to.Email]; !known {
			var err error
			if own[to.Email], err = membership.Own(ctx, r.Directory, r.Connectors, to.Email); err != nil {
				return m, err
			}
		}
	}
	m.Own = func(email string) bool { return own[email] }
	boxes, err := r.Connectors.Activated(ctx)
	if err != nil {
		return m, err
	}
	for _, b := range boxes {
		m.Domains = append(m.Domains, directory.Domain(b.Address))
	}
	if it.Reason == item.SeveralClients {
		clients := it.Facts.Clients
		if m.Earlier, err = r.Chats.OfContact(ctx, it.Facts.Contact, clients[:min(len(clients), 10)]); err != nil {
			return m, err
		}
	}
	if m.Trusted, err = r.trusted(ctx, it); err != nil {
		return m, err
	}
	return m, r.warn(ctx, &m, time.Time{})
}

// warn notes what should make somebody careful. A look-alike is looked for again
// among the domains of this moment: the sender may have become a contact since.
func (r *Reader) warn(ctx context.Context, m *learn.Mail, since time.Time) (err error) {
	began := time.Now()
	if m.Known, err = r.knownDomains(ctx, since); err != nil {
		return err
	}
	if m.Warnings, m.Doubt, err = learn.Warnings(ctx, r.Directory, *m); err != nil {
		return err
	}
	if since.IsZero() && slices.ContainsFunc(m.Warnings, func(w learn.Reason) bool { return w.Code == learn.LookalikeDomain }) {
		return r.warn(ctx, m, began)
	}
	return nil
}

// keepDomains is how long the domains of contacts are kept: reading them takes a
// query for each thousand contacts, and a look-alike of a client who signed up
// within it is seen a little later.
const keepDomains = 10 * time.Minute

// knownDomains are the domains of contacts, as they were at some time since. The
// zero time is keepDomains ago.
func (r *Reader) knownDomains(ctx context.Context, since time.Time) (*learn.Domains, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if since.IsZero() {
		since = time.Now().Add(-keepDomains)
	}
	if r.domains != nil && !r.read.Before(since) {
		return r.domains, nil
	}
	read := time.Now()
	list, err := r.Directory.Domains(ctx)
	if err != nil {
		return nil, err
	}
	r.domains, r.read = learn.NewDomains(list), read
	return r.domains, nil
}

// trusted tells whether the sender is a contact who has a chat already, among
// the client's most recent ones.
func (r *Reader) trusted(ctx context.Context, it item.Item) (bool, error) {
	if it.Reason != item.SenderNotVerified {
		return false, nil
	}
	c, known, err := r.Directory.ContactByAddress(ctx, it.From.Email)
	if err != nil || !known {
		return false, err
	}
	chats, err := r.Chats.OfContact(ctx, c.ID, c.Clients[:min(len(c.Clients), 3)])
	return len(chats) > 0, err
}

// namesWithin is the longest time that the names of files may take.
const namesWithin = 3 * time.Second

// FileNames asks Graph for the names of the attachments of a mail, unless it has them. It fails with
// ErrInactive, or an error of the tables or of Graph.
func (r *Reader) FileNames(ctx context.Context, it item.Item) (names []string, err error) {
	if !it.HasAttachments || it.Files != nil {
		return it.Files, nil
	}
	ctx, cancel := context.WithTimeout(ctx, namesWithin)
	defer cancel()
	box, err := r.Connectors.Activation(ctx, it.Mailbox)
	if err != nil {
		return nil, err
	}
	if !box.Active {
		return nil, ErrInactive
	}
	graph, err := r.Connectors.Client(ctx, box.Connector)
	if err != nil {
		return nil, err
	}
	all, err := graph.Attachments(ctx, it.Mailbox, it.MessageID)
	if err != nil {
		return nil, fmt.Errorf("files of mail %s: %w", it.ID, err)
	}
	names = []string{} // it was asked
	for _, f := range all {
		if !f.Inline {
			names = append(names, f.Name)
		}
	}
	return names, nil
}

// ErrInactive means that the mailbox of a mail is not activated, and so not read.
var ErrInactive = errors.New("its mailbox is not activated")
