package seed

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"kantoorpost/shared/sim"
)

// Options say what is added, and where.
type Options struct {
	App           string // "http://localhost:7071"
	Administrator string // e-mail address of the person who adds it
	Office        sim.Office
	Connector     Connector
	From          time.Time // earlier mail is not read
}

// Connector is the access to the office's mailboxes.
type Connector struct{ Name, ClientID, ClientSecret, TokenEndpoint string }

// Office adds what is missing, in the order of the dependencies.
func Office(ctx context.Context, o Options) error {
	s := seeder{client: client{base: o.App, email: o.Administrator}, Options: o}
	for _, step := range []func(context.Context) error{
		s.members, s.roles, s.teams, s.clients, s.clientTeams, s.contacts, s.connector, s.addresses,
	} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("fill the office: %w", err)
		}
	}
	return nil
}

// A seeder keeps the ids of the existing objects, by the names that people know.
type seeder struct {
	client
	Options
	memberIDs, roleIDs, teamIDs, clientIDs map[string]string
	connectorID                            string
}

// known lists the existing objects, by name.
func known[T any](ctx context.Context, c client, path string, name func(T) (string, string)) (map[string]string, error) {
	items, err := all[T](ctx, c, path)
	if err != nil {
		return nil, err
	}
	ids := make(map[string]string)
	for _, item := range items {
		n, id := name(item)
		ids[strings.ToLower(n)] = id
	}
	return ids, nil
}

// need returns the id of the object with a name, and adds a missing one. If
// somebody else has just added it, that one is used.
func (s *seeder) need(ctx context.Context, ids map[string]string, path, name string, object any) error {
	key := strings.ToLower(name)
	if ids[key] != "" {
		return nil
	}
	id, err := s.add(ctx, path, object)
	if r, ok := errors.AsType[*refusal](err); ok && r.Status == http.StatusConflict && r.Existing != "" {
		id, err = r.Existing, nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	ids[key] = id
	return nil
}

type object = map[string]any

func (s *seeder) members(ctx context.Context) (err error) {
	type member struct{ ID, Email string }
	const path = "/api/team-members"
	s.memberIDs, err = known(ctx, s.client, path, func(m member) (string, string) { return m.Email, m.ID })
	for _, m := range s.Office.Members {
		if err == nil {
			err = s.need(ctx, s.memberIDs, path, m.Email, object{"name": m.Name, "email": m.Email, "rights": m.Rights, "active": true})
		}
	}
	return err
}

type named struct{ ID, Name string }

func byName(n named) (string, string) { return n.Name, n.ID }

func (s *seeder) roles(ctx context.Context) (err error) {
	const path = "/api/roles"
	s.roleIDs, err = known(ctx, s.client, path, byName)
	for _, r := range s.Office.Roles {
		if err == nil {
			err = s.need(ctx, s.roleIDs, path, r, object{"name": r})
		}
	}
	return err
}

func (s *seeder) teams(ctx context.Context) (err error) {
	const path = "/api/process-teams"
	s.teamIDs, err = known(ctx, s.client, path, byName)
	for _, t := range s.Office.Teams {
		if err == nil {
			err = s.need(ctx, s.teamIDs, path, t.Name, object{"name": t.Name, "members": ids(s.memberIDs, t.Members)})
		}
	}
	return err
}

func (s *seeder) clients(ctx context.Context) (err error) {
	type numbered struct{ ID, Number string }
	const path = "/api/clients"
	s.clientIDs, err = known(ctx, s.client, path, func(c numbered) (string, string) { return c.Number, c.ID })
	for _, c := range s.Office.Clients {
		if err != nil {
			break
		}
		o := object{"number": c.Number, "type": c.Type, "name": c.Name}
		if c.KvK != "" {
			o["kvk"] = c.KvK
		}
		if c.VAT != "" {
			o["vat"] = c.VAT
		}
		err = s.need(ctx, s.clientIDs, path, c.Number, o)
	}
	return err
}

// clientTeams sets who works for each client, unless somebody has set it already.
func (s *seeder) clientTeams(ctx context.Context) error {
	type link struct {
		Member string `json:"member"`
		Role   string `json:"role"`
	}
	for _, c := range s.Office.Clients {
		path := "/api/clients/" + s.clientIDs[strings.ToLower(c.Number)] + "/team-members"
		var now struct{ Items []link }
		if err := s.do(ctx, http.MethodGet, path, nil, &now); err != nil {
			return err
		}
		if len(now.Items) > 0 || len(c.Team) == 0 {
			continue
		}
		var team []link
		for _, l := range c.Team {
			team = append(team, link{s.memberIDs[strings.ToLower(l.Member)], s.roleIDs[strings.ToLower(l.Role)]})
		}
		if err := s.do(ctx, http.MethodPut, path, team, nil); err != nil {
			return fmt.Errorf("team of client %s: %w", c.Number, err)
		}
	}
	return nil
}

func (s *seeder) contacts(ctx context.Context) error {
	const path = "/api/contacts"
	there, err := all[struct {
		ID     string
		Emails []string
	}](ctx, s.client, path)
	if err != nil {
		return err
	}
	byEmail := make(map[string]string)
	for _, c := range there {
		for _, e := range c.Emails {
			byEmail[strings.ToLower(e)] = c.ID
		}
	}
	for _, c := range s.Office.Contacts {
		o := object{"name": c.Name, "emails": c.Emails, "clients": ids(s.clientIDs, c.Clients)}
		if err := s.need(ctx, byEmail, path, c.Emails[0], o); err != nil {
			return err
		}
	}
	return nil
}

// ids returns the ids of the objects with these names.
func ids(known map[string]string, names []string) []string {
	out := []string{}
	for _, n := range names {
		out = append(out, known[strings.ToLower(n)])
	}
	return out
}
