package api

import (
	"context"
	"errors"
	"net/http"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/job"
)

type addressPatch struct {
	Link   field[wire.LinkObject] `json:"link,omitzero"`
	From   field[string]          `json:"from,omitzero" doc:"an earlier date reads the mailbox again from there"`
	Active field[bool]            `json:"active,omitzero" doc:"false leaves the mailbox alone; true goes on where it was"`
	// Mails that already have categories keep them.
	Categories field[bool] `json:"categories,omitzero" doc:"whether mails get categories in Outlook from now on"`

	SignaturePatch
	Quote field[bool] `json:"quote,omitzero"`
}

// AddressPath names an activated address.
type AddressPath struct {
	Address string `path:"address" maxLength:"254" doc:"the address, or the id of its mailbox"`
}

func (a *api) registerAddresses() {
	const list, one = "/api/connectors/{connector}/addresses", "/api/addresses/{address}"
	op := apiTag("configuration").op
	handle(a, access.ConfigurationRead,
		op("list-addresses", http.MethodGet, list, "List the addresses that were ever activated"), a.listAddresses)
	handle(a, access.ConfigurationWrite, op("create-address", http.MethodPost, list, "Activate an address", http.StatusCreated),
		a.createAddress)
	handle(a, access.ConfigurationRead, op("get-address", http.MethodGet, one, "Get an activated address"), a.getAddress)
	handle(a, access.ConfigurationWrite,
		op("update-address", http.MethodPatch, one, "Change an activated address by a JSON merge patch"), a.updateAddress)
	handle(a, access.ConfigurationWrite,
		op("delete-address", http.MethodDelete, one, "Deactivate an address; nothing is lost"), a.deleteAddress)
	handle(a, access.ConfigurationWrite,
		op("fetch-address", http.MethodPost, one+"/fetch", "Fetch the mail of an address now", http.StatusAccepted), a.fetchAddress)
}

func linkOf(l wire.LinkObject) connector.Link {
	return connector.Link{Kind: connector.LinkKind(l.Kind), ID: l.ID}
}

func addressOf(b connector.Mailbox, k connector.Connector) wire.AddressObject {
	c := b.Cursor
	o := wire.AddressObject{
		ID: b.ID, Address: b.Address, Name: b.Name, Connector: b.Connector, Link: wire.LinkObject{Kind: string(b.Link.Kind), ID: b.Link.ID},
		From:   b.From,
		Active: b.Active, Categories: b.Categories,
		LastRound: orNil(c.LastRound), NotBefore: orNil(c.NotBefore), State: c.State, StateReason: c.StateReason, Failures: c.Failures,
		FailedSince: orNil(c.FailedSince),
		WhatToDo:    whatToDo(c.State),
	}
	if !b.Active {
		return o
	}
	switch {
	case c.State != "" || c.Failures > 0:
		// A later fetch that found nothing new is not stored.
		o.BehindSince = orNil(c.LastRound)
		if c.LastRound.IsZero() {
			o.BehindSince = orNil(b.From)
		}
	case k.State.Stopped():
		o.BehindSince = orNil(k.StateSince)
	}
	if c.Next != "" {
		o.Reading = &wire.ReadingObject{Since: c.RoundStart, Mails: c.Count}
	}
	return o
}

func (a *api) listAddresses(ctx context.Context, in *struct {
	ConnectorPath
	Paging
	Joiners bool `query:"joiners" doc:"say of each who would join a chat now"`
}) (*listOutput[wire.AddressObject], error) {
	k, err := a.Connectors.Connector(ctx, in.Connector)
	if err != nil {
		return nil, err
	}
	boxes, err := a.Connectors.Activated(ctx)
	if err != nil {
		return nil, err
	}
	var all []wire.AddressObject
	for _, b := range boxes {
		if b.Connector == in.Connector {
			all = append(all, addressOf(b, k))
		}
	}
	page, next, err := pageOf(in.Paging, all, func(o wire.AddressObject) string { return o.ID })
	if err == nil {
		err = a.addWriting(ctx, page...)
	}
	if err != nil || !in.Joiners {
		return listed(page, next), err
	}
	preview := a.newPreview(ctx)
	for i, o := range page {
		if err := addJoiners(ctx, &o, preview); err != nil {
			return nil, err
		}
		page[i] = o
	}
	return listed(page, next), nil
}

func (a *api) createAddress(ctx context.Context, in *struct {
	ConnectorPath
	Body wire.AddressBody
}) (*objectOutput[wire.AddressObject], error) {
	from, err := moment("from", in.Body.From)
	if err != nil {
		return nil, err
	}
	made, err := a.Connectors.Activate(ctx, in.Connector, connector.Request{
		Address: in.Body.Address, Link: linkOf(in.Body.Link), From: from,
		NoCategories: in.Body.Categories != nil && !*in.Body.Categories,
	})
	if err != nil {
		return nil, err
	}
	out, err := a.addressOutput(ctx, made)
	if err != nil {
		return nil, err
	}
	out.Location = "/api/addresses/" + made.ID
	return out, nil
}

// addressOutput is an activation, how far its mailbox was fetched, and its
// warnings.
func (a *api) addressOutput(ctx context.Context, v connector.Activation) (*objectOutput[wire.AddressObject], error) {
	box := connector.Mailbox{Activation: v}
	boxes, err := a.Connectors.Load(ctx, []string{v.ID})
	if err != nil {
		return nil, err
	}
	if len(boxes) == 1 {
		box.Cursor = boxes[0].Cursor
	}
	k, err := a.Connectors.Connector(ctx, v.Connector)
	if err != nil && !errors.Is(err, connector.ErrNotFound) {
		return nil, err // the connector may be deleted before its addresses
	}
	list := []wire.AddressObject{addressOf(box, k)}
	if err := a.addWriting(ctx, list...); err != nil {
		return nil, err
	}
	out := &objectOutput[wire.AddressObject]{ETag: rowTag(v.ETag), Body: list[0]}
	return out, addJoiners(ctx, &out.Body, a.newPreview(ctx))
}

func addJoiners(ctx context.Context, o *wire.AddressObject, preview *memberPreview) error {
	j, err := preview.joiners(ctx, linkOf(o.Link), o.Address, "")
	o.Joiners, o.Warnings = &j, j.Warnings
	return err
}

func (a *api) getAddress(ctx context.Context, in *AddressPath) (*objectOutput[wire.AddressObject], error) {
	v, err := a.Connectors.Activation(ctx, in.Address)
	if err != nil {
		return nil, err
	}
	return a.addressOutput(ctx, v)
}

func (a *api) updateAddress(ctx context.Context, in *struct {
	AddressPath
	RowPrecondition
	Body addressPatch
}) (*objectOutput[wire.AddressObject], error) {
	etag := in.rowETag()
	var p connector.ActivationPatch
	var link *wire.LinkObject
	var from *string
	for _, err := range []error{
		in.Body.Link.pointer(&link, "link"), in.Body.From.pointer(&from, "from"), in.Body.Active.pointer(&p.Active, "active"),
		in.Body.Categories.pointer(&p.Categories, "categories"),
	} {
		if err != nil {
			return nil, err
		}
	}
	if link != nil {
		to := linkOf(*link)
		p.Link = &to
	}
	if from != nil {
		at, err := moment("from", *from)
		if err != nil {
			return nil, err
		}
		p.From = &at
	}
	v, err := a.Connectors.PatchActivation(ctx, in.Address, etag, p)
	if err != nil {
		return nil, err
	}
	if err := a.saveWriting(ctx, v.ID, in.Body); err != nil {
		return nil, err
	}
	return a.addressOutput(ctx, v)
}

func (a *api) deleteAddress(ctx context.Context, in *struct {
	AddressPath
	RowPrecondition
}) (*struct{}, error) {
	return nil, a.Connectors.Deactivate(ctx, in.Address, in.rowETag())
}

func (a *api) fetchAddress(ctx context.Context, in *AddressPath) (*struct{}, error) {
	v, err := a.Connectors.Activation(ctx, in.Address)
	if err != nil {
		return nil, err
	}
	settings, err := a.Connectors.Settings(ctx)
	switch {
	case err != nil:
		return nil, err
	case !v.Active:
		return nil, newProblem(http.StatusConflict, "this address is not active: activate it first")
	case !settings.Enabled:
		return nil, newProblem(http.StatusConflict, "the integration is switched off: turn it on in /api/settings first")
	}
	if err := a.Connectors.NoteFetch(ctx, v); err != nil {
		return nil, err
	}
	return nil, a.Jobs.Put(ctx, job.Fetch{Addresses: []string{v.Address}, Why: "asked by " + actor(ctx).ID(),
		Mailboxes: []string{v.ID}, Claim: job.NewClaim()})
}

func (a *api) addWriting(ctx context.Context, list ...wire.AddressObject) error {
	for i, o := range list {
		about, err := a.Writing.Address(ctx, o.ID)
		if err != nil {
			return err
		}
		list[i].SignaturesObject, list[i].Quote = wire.SignaturesObject(about.Signatures), !about.NoQuote
	}
	return nil
}

// saveWriting stores what a patch sets for the mail of an address.
func (a *api) saveWriting(ctx context.Context, mailbox string, p addressPatch) error {
	if !p.SignaturePatch.set() && !p.Quote.set {
		return nil
	}
	about, err := a.Writing.Address(ctx, mailbox)
	if err != nil {
		return err
	}
	if about.Signatures, err = a.signaturesOf(ctx, p.SignaturePatch, about.Signatures); err != nil {
		return err
	}
	if p.Quote.set {
		about.NoQuote = !p.Quote.value
	}
	return a.Writing.PutAddress(ctx, mailbox, about)
}
