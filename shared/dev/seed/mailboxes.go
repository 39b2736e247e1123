package seed

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// connector adds the connector, and then turns the integration on. It does so only
// with a new connector: a person may have turned the integration off later.
func (s *seeder) connector(ctx context.Context) error {
	const path = "/api/connectors"
	c := s.Connector
	ids, err := known(ctx, s.client, path, func(k struct{ ID, ClientID string }) (string, string) { return k.ClientID, k.ID })
	if err != nil {
		return err
	}
	key := strings.ToLower(c.ClientID)
	if ids[key] == "" {
		if err := s.do(ctx, http.MethodPut, "/api/settings", object{"enabled": true}, nil); err != nil {
			return err
		}
		if err := s.need(ctx, ids, path, c.ClientID, object{
			"kind": "microsoft-azure", "name": c.Name, "clientId": c.ClientID, "clientSecret": c.ClientSecret, "tokenEndpoint": c.TokenEndpoint,
		}); err != nil {
			return err
		}
	}
	s.connectorID = ids[key]
	return nil
}

// addresses activates the office's mailboxes. It does not change a mailbox that was
// ever activated.
func (s *seeder) addresses(ctx context.Context) error {
	path := "/api/connectors/" + s.connectorID + "/addresses"
	there, err := known(ctx, s.client, path, func(a struct{ ID, Address string }) (string, string) { return a.Address, a.ID })
	if err != nil {
		return err
	}
	for _, box := range s.Office.Mailboxes {
		if box.Link == nil {
			continue
		}
		link := object{"kind": box.Link.Kind}
		switch name := strings.ToLower(box.Link.Name); box.Link.Kind {
		case "role":
			link["id"] = s.roleIDs[name]
		case "process-team":
			link["id"] = s.teamIDs[name]
		}
		o := object{"address": box.Address, "link": link, "from": s.From.UTC().Format(time.RFC3339)}
		if err := s.need(ctx, there, path, box.Address, o); err != nil {
			return fmt.Errorf("activate: %w", err)
		}
	}
	return nil
}
