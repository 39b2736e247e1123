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
	for _, step := range []func(context.Context) error{s.objects, s.clientTeams, s.connector, s.addresses} {
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

// An item is an existing object of any kind, with what people know it by.
type item struct {
	ID, Name, Email, Number, Address, ClientID string
	Emails                                     []string
}

// fill adds the missing ones of the wanted objects, and returns the ids of all, by a name
// that people know.
func fill[T any](ctx context.Context, s *seeder, path string, names func(item) []string, wanted []T,
	of func(T) (name string, o object)) (map[string]string, error) {
	items, err := all[item](ctx, s.client, path)
	if err != nil {
		return nil, err
	}
	ids := make(map[string]string)
	for _, i := range items {
		for _, name := range names(i) {
			ids[strings.ToLower(name)] = i.ID
		}
	}
	for _, w := range wanted {
		name, o := of(w)
		if err := s.need(ctx, ids, path, name, o); err != nil {
			return nil, err
		}
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

// objects adds the people, roles, teams, clients and contacts.
func (s *seeder) objects(ctx context.Context) (err error) {
	byName := func(i item) []string { return []string{i.Name} }
	s.memberIDs, err = fill(ctx, s, "/api/team-members", func(i item) []string { return []string{i.Email} }, s.Office.Members,
		func(m sim.Member) (string, object) {
			return m.Email, object{"name": m.Name, "email": m.Email, "rights": m.Rights, "active": true}
		})
	if err == nil {
		s.roleIDs, err = fill(ctx, s, "/api/roles", byName, s.Office.Roles, func(r string) (string, object) { return r, object{"name": r} })
	}
	if err == nil {
		s.teamIDs, err = fill(ctx, s, "/api/process-teams", byName, s.Office.Teams, func(t sim.Team) (string, object) {
			return t.Name, object{"name": t.Name, "members": ids(s.memberIDs, t.Members)}
		})
	}
	if err == nil {
		s.clientIDs, err = fill(ctx, s, "/api/clients", func(i item) []string { return []string{i.Number} }, s.Office.Clients,
			func(c sim.Client) (string, object) {
				o := object{"number": c.Number, "type": c.Type, "name": c.Name}
				if c.KvK != "" {
					o["kvk"], o["vat"] = c.KvK, c.VAT
				}
				return c.Number, o
			})
	}
	if err == nil {
		_, err = fill(ctx, s, "/api/contacts", func(i item) []string { return i.Emails }, s.Office.Contacts,
			func(c sim.Contact) (string, object) {
				return c.Emails[0], object{"name": c.Name, "emails": c.Emails, "clients": ids(s.clientIDs, c.Clients)}
			})
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

// ids returns the ids of the objects with these names.
func ids(known map[string]string, names []string) []string {
	out := []string{}
	for _, n := range names {
		out = append(out, known[strings.ToLower(n)])
	}
	return out
}
