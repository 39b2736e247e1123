package connector

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"kantoorpost/shared/entra"
)

// The application permissions that are needed.
// https://learn.microsoft.com/graph/permissions-reference
const (
	MailReadWrite     = "Mail.ReadWrite"
	SettingsReadWrite = "MailboxSettings.ReadWrite"
	UserReadAll       = "User.Read.All"
	MailSend          = "Mail.Send"
)

// A Report is the result of a check.
type Report struct {
	Works       bool            // a token, every permission that can be known, every mailbox
	State       State           // of the connector, now
	Reason      string          // code and trace id of a refusal
	Permissions []Permission    // always the four, in the order of the guide
	Mailboxes   []MailboxReport // of the activated addresses, in the order of their ids
}

// A Permission is one of the four. A readable mailbox proves more than the
// token: with RBAC for Applications the token names no permission of Exchange,
// so a missing one is only a hint.
// https://learn.microsoft.com/exchange/permissions-exo/application-rbac
type Permission struct {
	Name    string
	Granted *bool  // nil: cannot be known now
	Problem string // code for Advice, "" when granted
}

// A MailboxReport says whether an activated mailbox can be read.
type MailboxReport struct {
	ID, Address        string
	Readable, Settings bool
	Problem            string // code for Advice, "" when both can
}

// checksAtOnce is how many mailboxes are checked at the same time.
const checksAtOnce = 4

// Check asks Entra for a fresh token, asks Graph for the list of users and for
// every activated mailbox of the connector, and records whether the connector
// works. Afterwards its client in this process uses the fresh token, so new
// permissions count at once.
func (s *Store) Check(ctx context.Context, id string) (Report, error) {
	c, err := s.Connector(ctx, id)
	if err != nil {
		return Report{}, err
	}
	k, grant, err := s.fresh(ctx, c)
	if err != nil {
		return s.refused(ctx, c, err)
	}
	s.keep(id, k)
	if err := s.ConnectorWorks(ctx, id); err != nil {
		return Report{}, err
	}
	boxes, err := s.activeOf(ctx, id)
	if err != nil {
		return Report{}, err
	}
	if c, err = s.Connector(ctx, id); err != nil {
		return Report{}, err
	}
	r := Report{State: c.State, Mailboxes: s.checkMailboxes(ctx, k.graph, boxes)}
	_, _, users := k.graph.Mailboxes(ctx, "", "")
	r.Permissions = s.permissions(grant.Roles, users, r.Mailboxes)
	r.Works = works(r)
	return r, ctx.Err()
}

// fresh makes a client and asks a token for it.
func (s *Store) fresh(ctx context.Context, c Connector) (*client, entra.Grant, error) {
	k, err := s.dial(ctx, c)
	if err != nil {
		return nil, entra.Grant{}, err
	}
	cloud, _ := s.o.Clouds.Find(c.Cloud)
	grant, err := entra.Check(ctx, k.credential, cloud.Scope())
	return k, grant, err
}

// refused reports a connector that gets no token.
func (s *Store) refused(ctx context.Context, c Connector, err error) (Report, error) {
	if ctx.Err() != nil {
		return Report{}, err
	}
	r := Report{State: StateUnreachable}
	if state, reason := s.stateOf(err); state != "" {
		r.State, r.Reason = state, reason
		if err := s.record(ctx, c.ID, stateRow{State: state, Reason: reason}); err != nil {
			return Report{}, err
		}
	}
	for _, name := range []string{MailReadWrite, SettingsReadWrite, UserReadAll, MailSend} {
		r.Permissions = append(r.Permissions, Permission{Name: name, Problem: "unknown:token"})
	}
	boxes, err := s.activeOf(ctx, c.ID)
	for _, b := range boxes {
		r.Mailboxes = append(r.Mailboxes, MailboxReport{ID: b.ID, Address: b.Address, Problem: string(r.State)})
	}
	return r, err
}

func (s *Store) activeOf(ctx context.Context, connector string) ([]Activation, error) {
	boxes, err := s.Activated(ctx)
	var active []Activation
	for _, b := range boxes {
		if b.Active && b.Connector == connector {
			active = append(active, b.Activation)
		}
	}
	return active, err
}

func (s *Store) checkMailboxes(ctx context.Context, g Graph, boxes []Activation) []MailboxReport {
	reports := make([]MailboxReport, len(boxes))
	var checks errgroup.Group
	checks.SetLimit(checksAtOnce)
	for i, b := range boxes {
		checks.Go(func() error {
			reports[i] = s.checkMailbox(ctx, g, b)
			return nil // what failed is in the report: no mailbox ends the check of another
		})
	}
	_ = checks.Wait()
	return reports
}

// CheckMailbox says whether the mailbox of an address can be read, before anybody activates
// it. It asks for the id of the inbox and for the settings, and for no mail. Who looks
// goes to the audit first. An address without a mailbox is an Invalid.
func (s *Store) CheckMailbox(ctx context.Context, connector, address string) (MailboxReport, error) {
	address = strings.ToLower(strings.TrimSpace(address))
	if !plausible(address) {
		return MailboxReport{}, Invalid{{"address", "address", "the e-mail address of a mailbox"}}
	}
	if _, err := s.Connector(ctx, connector); err != nil {
		return MailboxReport{}, err
	}
	box, err := s.resolve(ctx, connector, address)
	if err != nil {
		return MailboxReport{}, err
	}
	graph, err := s.Client(ctx, connector)
	if err != nil {
		return MailboxReport{}, err
	}
	if err := s.o.Mailboxes.Write(ctx, done(ctx, "address.check", "address "+box.ID, map[string]string{"address": box.Address})); err != nil {
		return MailboxReport{}, fmt.Errorf("record who looks at mailbox %s: %w", box.Address, err)
	}
	return s.checkMailbox(ctx, graph, Activation{ID: box.ID, Address: box.Address}), ctx.Err()
}

func (s *Store) checkMailbox(ctx context.Context, g Graph, b Activation) MailboxReport {
	r := MailboxReport{ID: b.ID, Address: b.Address}
	if err := g.CheckInbox(ctx, b.ID); err != nil {
		r.Problem, _ = MailboxState(err)
		return r
	}
	r.Readable = true
	if err := g.CheckSettings(ctx, b.ID); err != nil {
		if r.Problem, _ = MailboxState(err); r.Problem == MailboxForbidden {
			r.Problem = MailboxNoSettings
		}
		return r
	}
	r.Settings = true
	return r
}
