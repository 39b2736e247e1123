package connector

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/table"
)

// A Request is what a person enters to activate an address.
type Request struct {
	Address string
	Link    Link
	From    time.Time // zero: from now on
	// NoCategories says that mails get no categories in Outlook.
	NoCategories bool
}

// Activate makes an address be read from now on. An alias activates its
// mailbox. A mailbox that was active before continues where it was; an active
// one is an *ExistsError. An earlier date than its former one makes it be read
// again from there.
func (s *Store) Activate(ctx context.Context, connector string, q Request) (Activation, error) {
	if _, err := s.Connector(ctx, connector); err != nil {
		return Activation{}, err
	}
	q.Address = strings.ToLower(strings.TrimSpace(q.Address))
	var invalid Invalid
	if !plausible(q.Address) {
		invalid.add("address", "address", "the e-mail address of a mailbox")
	}
	if err := s.checkFrom(&invalid, &q.From); err != nil {
		return Activation{}, err
	}
	if err := s.checkLink(ctx, &invalid, &q.Link); err != nil {
		return Activation{}, err
	}
	if err := invalid.err(); err != nil {
		return Activation{}, err
	}
	box, err := s.resolve(ctx, connector, q.Address)
	if err != nil {
		return Activation{}, err
	}
	a := Activation{
		ID: box.ID, Address: box.Address, Aliases: box.Aliases, Name: box.Name, Connector: connector, Link: q.Link, From: q.From, Active: true,
		Categories: !q.NoCategories,
	}
	if err := s.saveActivation(ctx, &a); err != nil {
		return Activation{}, err
	}
	return s.Activation(ctx, a.ID)
}

// resolve asks Graph which mailbox an address delivers to.
func (s *Store) resolve(ctx context.Context, connector, address string) (mail.Mailbox, error) {
	graph, err := s.Client(ctx, connector)
	if err != nil {
		return mail.Mailbox{}, err
	}
	box, err := graph.Mailbox(ctx, address)
	switch {
	case err == nil:
	case s.unknown(err):
		return mail.Mailbox{}, Invalid{{"address", "address-unknown", "the e-mail address of a mailbox that this tenant has"}}
	default:
		return mail.Mailbox{}, fmt.Errorf("mailbox of %s: %w", address, &OutsideError{err})
	}
	box.ID, box.Address = strings.ToLower(box.ID), strings.ToLower(box.Address)
	if box.Address == "" {
		box.Address = address
	}
	// The id becomes a key, and keys are read in order, so it must be a GUID, as
	// Graph's ids of users are.
	if !ids.IsGUID(box.ID) {
		return mail.Mailbox{}, fmt.Errorf("mailbox of %s: Graph names it by %q, which is no GUID", address, box.ID)
	}
	return box, nil
}

// unknown says whether Graph found nothing at an address: the error is final,
// and neither Entra nor Graph refused.
func (s *Store) unknown(err error) bool {
	if _, refused := answer.Of(err); refused {
		return answer.IsMissing(err)
	}
	state, _ := s.stateOf(err)
	kind, _ := fault.Of(err)
	return state == "" && kind == fault.KindFinal
}

// saveActivation writes an activation and the lookup by its address in one
// transaction. It removes the address from another mailbox: in the tenant an
// address delivers to one mailbox only, so the other is not read any more.
func (s *Store) saveActivation(ctx context.Context, a *Activation) error {
	boxes := s.o.Mailboxes
	var again []table.Op
	old, err := s.Activation(ctx, a.ID)
	switch {
	case err != nil && !errors.Is(err, ErrNotFound):
		return err
	case err == nil && old.Active:
		return &ExistsError{"address", a.ID}
	case err == nil:
		a.ETag = old.ETag
		if a.From.Before(old.From) {
			if again, err = s.restart(ctx, a.ID); err != nil {
				return err
			}
		} else {
			a.From = old.From // the cursor continues where it was
		}
	}
	row := a.row()
	ops := append(again, table.Put(table.Pack(smtpKey(a.Address), smtpRow{a.ID})))
	if a.ETag == "" {
		ops = append(ops, table.Insert(row))
	} else {
		ops = append(ops, table.Replace(row))
	}
	former, err := s.Activation(ctx, a.Address)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if err == nil && former.ID != a.ID && former.Address == a.Address && former.Active {
		former.Active = false
		ops = append(ops, table.Replace(former.row()))
	}
	ops = append(ops, done(ctx, "address.activate", "address "+a.ID,
		map[string]string{"address": a.Address, "link": linkText(a.Link), "from": a.From.Format(time.RFC3339)}))
	if err := boxes.Write(ctx, ops...); err != nil {
		return s.confirmActivation(ctx, row, a, err)
	}
	return nil
}

// confirmActivation finds out whether a failed write took effect.
func (s *Store) confirmActivation(ctx context.Context, row table.Row, a *Activation, written error) error {
	now, err := s.o.Mailboxes.Get(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("activate %s: %w", a.Address, written)
	}
	if same(now, row) {
		return nil
	}
	if errors.Is(written, table.ErrExists) && row.ETag == "" {
		return &ExistsError{"address", a.ID}
	}
	if table.IsConflict(written) {
		return ErrChanged
	}
	return fmt.Errorf("activate %s: %w", a.Address, written)
}

// checkFrom checks that mail can have the date.
func (s *Store) checkFrom(invalid *Invalid, from *time.Time) error {
	now := time.Now()
	switch {
	case from.IsZero():
		*from = now
	case from.After(now.Add(366*24*time.Hour)) || from.Year() < 1990:
		invalid.add("from", "from", "a date after 1990 and at most a year ahead")
	}
	*from = from.UTC().Truncate(time.Second)
	return nil
}

// checkLink checks that the link's target exists.
func (s *Store) checkLink(ctx context.Context, invalid *Invalid, link *Link) error {
	link.ID = strings.TrimSpace(link.ID)
	switch link.Kind {
	case LinkContact:
		link.ID = "" // the address itself names the team member
		return nil
	case LinkRole, LinkProcessTeam:
	default:
		invalid.add("link.kind", "link-kind", `"contact", "role" or "process-team"`)
		return nil
	}
	if link.ID == "" {
		invalid.add("link.id", "link-id", "the id of a "+string(link.Kind))
		return nil
	}
	if s.o.Directory == nil {
		return nil
	}
	exists, err := link.Exists(ctx, s.o.Directory)
	if err != nil {
		return fmt.Errorf("target of the link: %w", err)
	}
	if !exists {
		invalid.add("link.id", "link-id", "the id of a "+string(link.Kind)+" that is in the directory")
	}
	return nil
}
