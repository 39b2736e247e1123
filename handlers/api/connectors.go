package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/entra"
	"kantoorpost/shared/secret"
	"kantoorpost/shared/sorting"
	"kantoorpost/shared/words"
)

type connectorPatch struct {
	Name          field[string] `json:"name,omitzero"`
	ClientID      field[string] `json:"clientId,omitzero" doc:"needs the client secret too"`
	Credential    field[string] `json:"credential,omitzero" doc:"another one is tried at Entra before it replaces the one in use"`
	Certificate   field[string] `json:"certificate,omitzero"`
	ClientSecret  field[string] `json:"clientSecret,omitzero" doc:"is tried at Entra before it replaces the one in use"`
	TokenEndpoint field[string] `json:"tokenEndpoint,omitzero" doc:"needs the client secret too, when it leads elsewhere"`
	SecretExpires field[string] `json:"secretExpires,omitzero"`
}

// ConnectorPath names a connector.
type ConnectorPath struct {
	Connector string `path:"connector" maxLength:"64"`
}

func (a *api) registerConnectors() {
	const path = "/api/connectors"
	op := apiTag("configuration").op
	handle(a, access.ConfigurationRead, op("list-connectors", http.MethodGet, path, "List connectors"), a.listConnectors)
	handle(a, access.ConfigurationWrite, op("create-connector", http.MethodPost, path, "Add a connector", http.StatusCreated),
		a.createConnector)
	handle(a, access.ConfigurationRead, op("get-connector", http.MethodGet, path+"/{connector}", "Get a connector"),
		a.getConnector)
	handle(a, access.ConfigurationWrite,
		op("update-connector", http.MethodPatch, path+"/{connector}", "Change a connector by a JSON merge patch"),
		a.updateConnector)
	handle(a, access.ConfigurationWrite, op("delete-connector", http.MethodDelete, path+"/{connector}",
		"Delete a connector and its secret; only when none of its addresses is activated"), a.deleteConnector)
	handle(a, access.ConfigurationWrite, op("check-connector", http.MethodPost, path+"/{connector}/check",
		"Try a connector: its token, the four permissions, and each activated mailbox"), a.checkConnector)
	handle(a, access.ConfigurationRead, op("check-mailbox", http.MethodGet, path+"/{connector}/mailboxes/{mailbox}",
		"Look whether a mailbox can be read, before it is activated; nothing of its mail is"),
		func(ctx context.Context, in *struct {
			ConnectorPath
			Mailbox string `path:"mailbox" maxLength:"254" doc:"its address"`
		}) (*bodyOutput[wire.MailboxCheck], error) {
			m, err := a.Connectors.CheckMailbox(ctx, in.Connector, in.Mailbox)
			return bodyOf(mailboxCheckOf(m), err)
		})
	handle(a, access.ConfigurationRead, op("get-identity", http.MethodGet, "/api/identity",
		"What a federated credential on an app registration must say to trust this app"), a.getIdentity)
	handle(a, access.ConfigurationRead, op("list-mailboxes", http.MethodGet, path+"/{connector}/mailboxes",
		"List the mailboxes that can be activated"), a.listMailboxes)
}

func (a *api) connectorOf(c connector.Connector) wire.ConnectorObject {
	return wire.ConnectorObject{
		ID: c.ID, Kind: c.Kind, Name: c.Name, ClientID: c.ClientID, Cloud: c.Cloud, Tenant: c.Tenant,
		TokenEndpoint: a.Connectors.TokenEndpoint(c),
		SecretSet:     c.SecretSet, SecretVersion: c.SecretVersion, SecretExpires: c.SecretExpires,
		Credential: string(c.Method), Certificate: c.Certificate,
		State: string(c.State), StateReason: c.StateReason, StateSince: orNil(c.StateSince), WhatToDo: whatToDo(string(c.State)),
	}
}

func (a *api) connectorOutput(c connector.Connector) *objectOutput[wire.ConnectorObject] {
	return &objectOutput[wire.ConnectorObject]{ETag: rowTag(c.ETag), Body: a.connectorOf(c)}
}

func (a *api) listConnectors(ctx context.Context, in *Paging) (*listOutput[wire.ConnectorObject], error) {
	all, err := a.Connectors.Connectors(ctx)
	if err != nil {
		return nil, err
	}
	sorting.By(all, func(a, b connector.Connector) int { return cmp.Compare(a.ID, b.ID) })
	page, next, err := pageOf(*in, all, func(c connector.Connector) string { return c.ID })
	if err != nil {
		return nil, err
	}
	return listed(mapped(page, a.connectorOf), next), nil
}

func (a *api) createConnector(ctx context.Context, in *struct{ Body wire.ConnectorBody }) (*objectOutput[wire.ConnectorObject], error) {
	expires, err := moment("secretExpires", in.Body.SecretExpires)
	if err != nil {
		return nil, err
	}
	c, err := a.Connectors.Create(ctx, connector.Draft{
		Kind: in.Body.Kind, Name: in.Body.Name, ClientID: in.Body.ClientID, ClientSecret: secret.New(in.Body.ClientSecret),
		TokenEndpoint: in.Body.TokenEndpoint, SecretExpires: expires,
		Method: connector.Method(in.Body.Credential), Certificate: in.Body.Certificate,
	})
	if err != nil {
		return nil, err
	}
	out := a.connectorOutput(c)
	out.Location = "/api/connectors/" + c.ID
	return out, nil
}

func (a *api) getConnector(ctx context.Context, in *ConnectorPath) (*objectOutput[wire.ConnectorObject], error) {
	c, err := a.Connectors.Connector(ctx, in.Connector)
	return a.connectorOutput(c), err
}

func (a *api) updateConnector(ctx context.Context, in *struct {
	ConnectorPath
	RowPrecondition
	Body connectorPatch
}) (*objectOutput[wire.ConnectorObject], error) {
	etag := in.rowETag()
	var p connector.Patch
	if err := cmp.Or(
		in.Body.Name.pointer(&p.Name, "name"),
		in.Body.ClientID.pointer(&p.ClientID, "clientId"),
		in.Body.TokenEndpoint.pointer(&p.TokenEndpoint, "tokenEndpoint"),
	); err != nil {
		return nil, err
	}
	var text, expires, method *string
	if err := cmp.Or(in.Body.Credential.pointer(&method, "credential"), in.Body.Certificate.pointer(&p.Certificate, "certificate"),
		in.Body.ClientSecret.pointer(&text, "clientSecret"), in.Body.SecretExpires.pointer(&expires, "secretExpires")); err != nil {
		return nil, err
	}
	p.Method = (*connector.Method)(method)
	if text != nil {
		value := secret.New(*text)
		p.ClientSecret = &value
	}
	if expires != nil {
		at, err := moment("secretExpires", *expires)
		if err != nil {
			return nil, err
		}
		p.SecretExpires = &at
	}
	c, err := a.Connectors.Patch(ctx, in.Connector, etag, p)
	return a.connectorOutput(c), err
}

func (a *api) getIdentity(ctx context.Context, _ *struct{}) (*bodyOutput[wire.IdentityObject], error) {
	trust, err := a.Connectors.Trust(ctx)
	if errors.Is(err, entra.ErrNoIdentity) {
		return bodyOf(wire.IdentityObject{KeyVault: a.KeyVault}, nil)
	}
	return bodyOf(
		wire.IdentityObject{Exists: true, Issuer: trust.Issuer, Subject: trust.Subject, Audience: trust.Audience, KeyVault: a.KeyVault}, err)
}

func (a *api) deleteConnector(ctx context.Context, in *struct {
	ConnectorPath
	RowPrecondition
}) (*struct{}, error) {
	return nil, a.Connectors.Delete(ctx, in.Connector, in.rowETag())
}

// pageOf is the requested part of a list that is sorted by id.
func pageOf[T any](in Paging, all []T, id func(T) string) (page []T, next string, err error) {
	q, err := in.query()
	if err != nil {
		return nil, "", err
	}
	start, found := slices.BinarySearchFunc(all, q.After, func(v T, after string) int { return cmp.Compare(id(v), after) })
	if found {
		start++
	}
	page = all[start:]
	if len(page) <= in.Limit {
		return page, "", nil
	}
	page = page[:in.Limit]
	return page, id(page[len(page)-1]), nil
}

// moment reads a date, or a date and time; "" is the zero time.
func moment(name, text string) (time.Time, error) {
	if text = strings.TrimSpace(text); text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil && !t.IsZero() {
			return t.UTC(), nil
		}
	}
	return time.Time{}, invalid("body."+name, "a date such as 2026-11-23, or a date and time such as 2026-11-23T09:35:00Z")
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func whatToDo(code string) *words.Text {
	if text, ok := connector.Advice(code); ok {
		return &text
	}
	return nil
}
