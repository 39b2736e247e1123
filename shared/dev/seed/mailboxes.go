package seed

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"kantoorpost/shared/sim"
)

// connector adds the connector, and then turns the integration on. It does so only
// with a new connector: a person may have turned the integration off later.
func (s *seeder) connector(ctx context.Context) error {
	c := s.Connector
	there, err := fill(ctx, s, "/api/connectors", func(i item) []string { return []string{i.ClientID} }, []string(nil), nil)
	if err == nil && there[strings.ToLower(c.ClientID)] == "" {
		err = s.do(ctx, http.MethodPut, "/api/settings", object{"enabled": true}, nil)
	}
	if err == nil {
		err = s.need(ctx, there, "/api/connectors", c.ClientID, object{
			"kind": "microsoft-azure", "name": c.Name, "clientId": c.ClientID, "clientSecret": c.ClientSecret, "tokenEndpoint": c.TokenEndpoint,
		})
	}
	s.connectorID = there[strings.ToLower(c.ClientID)]
	return err
}

// addresses activates the office's mailboxes. It does not change a mailbox that was
// ever activated.
func (s *seeder) addresses(ctx context.Context) error {
	path := "/api/connectors/" + s.connectorID + "/addresses"
	activated := slices.DeleteFunc(slices.Clone(s.Office.Mailboxes), func(b sim.Mailbox) bool { return b.Link == nil })
	_, err := fill(ctx, s, path, func(i item) []string { return []string{i.Address} }, activated, func(b sim.Mailbox) (string, object) {
		link := object{"kind": b.Link.Kind}
		switch name := strings.ToLower(b.Link.Name); b.Link.Kind {
		case "role":
			link["id"] = s.roleIDs[name]
		case "process-team":
			link["id"] = s.teamIDs[name]
		}
		return b.Address, object{"address": b.Address, "link": link, "from": s.From.UTC().Format(time.RFC3339)}
	})
	if err != nil {
		return fmt.Errorf("activate: %w", err)
	}
	return nil
}
