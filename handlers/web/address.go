package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/words"
)

// An addressForm holds the choices in the form of an address.
type addressForm struct {
	Kind, Role, Team, From string
	Categories             bool // mails get categories in Outlook
}

// link is the link that the form chooses for the address.
func (f addressForm) link() wire.LinkObject {
	switch f.Kind {
	case "role":
		return wire.LinkObject{Kind: f.Kind, ID: f.Role}
	case "process-team":
		return wire.LinkObject{Kind: f.Kind, ID: f.Team}
	}
	return wire.LinkObject{Kind: f.Kind}
}

// An addressView is one activated address, or the form to activate one.
type addressView struct {
	Connector connectorObject
	Address   addressObject
	New       bool
	Enabled   bool // the integration
	ETag      string
	Form      addressForm
	Was       string // the date that the form began with
	Roles     []wire.Named
	Teams     []wire.Named
	Preview   membersPreview
	Problem   *Problem
	// Unreadable says what to do about a mailbox that cannot be read, before it is
	// activated; nil for one that can.
	Unreadable *words.Text
	Find       string // a client, to see who joins there
	Found      []clientPreview
}

type clientPreview struct {
	directory.Client
	Preview membersPreview
}

func (a addressView) title() string { return a.Address.Address }

func (a addressView) mistake(field string) string { return a.Problem.code(field) }

// joiners is the path at which the form asks who would join.
func (a addressView) joiners() string {
	return a.Connector.path("joiners") + "?address=" + url.QueryEscape(a.Address.Address)
}

func (s *site) registerAddresses() {
	s.page("/web/connectors/{connector}/activate", s.newAddress)
	s.post("/web/connectors/{connector}/activate", s.activate)
	s.page("/web/connectors/{connector}/joiners", s.addressJoiners)
	s.page("/web/connectors/{connector}/addresses/{address}", s.address)
	s.post("/web/connectors/{connector}/addresses/{address}", s.editAddress)
	s.post("/web/connectors/{connector}/addresses/{address}/mail", s.saveAddressMail)
	s.post("/web/connectors/{connector}/addresses/{address}/fetch", s.fetchAddress)
	s.post("/web/connectors/{connector}/addresses/{address}/pause", func(v *request) error {
		return v.patchAddress(map[string]any{"active": false}, nil, "address.paused")
	})
	s.post("/web/connectors/{connector}/addresses/{address}/resume", func(v *request) error {
		return v.patchAddress(map[string]any{"active": true}, nil, "address.resumed")
	})
}

func addressFormOf(r *http.Request) addressForm {
	return addressForm{r.FormValue("kind"), r.FormValue("role"), r.FormValue("team"), isoDate(r.FormValue("from")),
		r.FormValue("categories") != ""}
}

func (s *site) newAddress(v *request) error {
	return v.newAddressPage(nil, addressForm{Kind: "contact", From: today(), Categories: true})
}

func today() string { return time.Now().In(office).Format(time.DateOnly) }

func (v *request) newAddressPage(p *Problem, f addressForm) error {
	view := addressView{New: true, Problem: p, Form: f}
	view.Address.Address = strings.ToLower(strings.TrimSpace(v.r.FormValue("address")))
	v.about(&view)
	if view.Address.Address == "" {
		return v.done(view.Connector.path(""), flash{})
	}
	view.Unreadable = v.unreadable(view.Address.Address)
	return v.addressPage(view)
}

// about adds the data that every page about an address needs.
func (v *request) about(view *addressView) {
	v.read(v.connectorAPI(), &view.Connector)
	var on wire.SettingsObject
	v.read("/api/settings", &on)
	view.Enabled = on.Enabled
	view.Roles, view.Teams = all[wire.Named](v, "/api/roles"), all[wire.Named](v, "/api/process-teams")
}

// unreadable says what to do about a mailbox that cannot be read; nil for one that can.
func (v *request) unreadable(address string) *words.Text {
	var check wire.MailboxCheck
	if p := v.tryRead(anyProblem, v.connectorAPI()+"/mailboxes/"+url.PathEscape(address), &check); p != nil {
		return p.WhatToDo
	}
	return check.WhatToDo
}

// addressPage answers with the page, and with who would join by the form's
// link.
func (v *request) addressPage(view addressView) error {
	view.Preview = v.membersPreview(view.Address.Address, view.Form.link(), "")
	return v.pageAs(view.Problem.status(), "address", view)
}

// membersPreview asks who would join if the address had this link. An
// incomplete link has no members.
func (v *request) membersPreview(address string, l wire.LinkObject, client string) membersPreview {
	g := membersPreview{Address: address}
	if l.Kind == "" || l.Kind != "contact" && l.ID == "" {
		return g
	}
	path := "/api/addresses/" + url.PathEscape(address) + "/joiners"
	if p := v.tryRead(mendable, path+queryOf("kind", l.Kind, "link", l.ID, "client", client), &g.JoinersObject); p == nil {
		g.Kind = l.Kind
	}
	return g
}

// addressJoiners answers who would join by the form's current choices.
func (s *site) addressJoiners(v *request) error {
	v.w.Header().Set("HX-Push-Url", "false")
	return v.part("address", "joiners", v.membersPreview(v.r.FormValue("address"), addressFormOf(v.r).link(), ""))
}

// activate activates a mailbox: it is fetched from now on.
func (s *site) activate(v *request) error {
	f := addressFormOf(v.r)
	body := map[string]any{"address": v.r.PostFormValue("address"), "link": f.link(), "categories": f.Categories}
	if f.From != "" && f.From != today() {
		body["from"] = f.From
	}
	var made addressObject
	if ok, err := succeeded(mendable, v.api.post(v.connectorAPI()+"/addresses", body, &made),
		func(p *Problem) error { return v.newAddressPage(p, f) }); !ok {
		return err
	}
	said := "address.activated"
	if v.r.PostFormValue("unreadable") != "" {
		said = "address.not-readable"
	}
	return v.done("/web/connectors/"+url.PathEscape(v.r.PathValue("connector")), flash{Key: said})
}

func (v *request) addressAPI() string {
	return "/api/addresses/" + url.PathEscape(v.r.PathValue("address"))
}

func (s *site) address(v *request) error { return v.oneAddress(nil, nil) }

// oneAddress shows an address; after a problem with the choices that were sent.
func (v *request) oneAddress(p *Problem, chosen *addressForm) error {
	view := addressView{Problem: p, Find: strings.TrimSpace(v.r.URL.Query().Get("find"))}
	view.ETag = v.readTag(v.addressAPI(), &view.Address)
	v.about(&view)
	a := view.Address
	view.Form = addressForm{Kind: a.Link.Kind, From: a.From.In(office).Format(time.DateOnly), Categories: a.Categories}
	view.Was = view.Form.From
	switch a.Link.Kind {
	case "role":
		view.Form.Role = a.Link.ID
	case "process-team":
		view.Form.Team = a.Link.ID
	}
	if chosen != nil {
		view.Form = *chosen
	}
	found, err := v.customers(view.Find)
	if err != nil {
		return err
	}
	for _, c := range found {
		view.Found = append(view.Found, clientPreview{c, v.membersPreview(a.Address, a.Link, c.ID)})
	}
	return v.addressPage(view)
}

// editAddress changes the link of an address, the date from which it is read, and
// whether its mail gets categories.
func (s *site) editAddress(v *request) error {
	f := addressFormOf(v.r)
	patch := map[string]any{"link": f.link(), "categories": f.Categories}
	if f.From != "" && f.From != v.r.PostFormValue("was") {
		patch["from"] = f.From
	}
	return v.patchAddress(patch, &f, "address.saved")
}

// saveAddressMail sets what is below the mail from an address.
func (s *site) saveAddressMail(v *request) error {
	name, document := v.signatureIn()
	patch := map[string]any{name: document}
	if name == "signature" {
		patch["quote"] = v.r.PostFormValue("quote") != ""
	}
	return v.patchAddress(patch, nil, "address.saved")
}

func (v *request) patchAddress(patch map[string]any, f *addressForm, key string) error {
	err := v.api.patch(v.addressAPI(), v.r.PostFormValue("etag"), patch, nil)
	if ok, err := succeeded(mendable, err, func(p *Problem) error { return v.oneAddress(p, f) }); !ok {
		return err
	}
	return v.toAddress(key)
}

func (v *request) toAddress(key string) error {
	a := addressObject{AddressObject: wire.AddressObject{ID: v.r.PathValue("address"), Connector: v.r.PathValue("connector")}}
	return v.done(a.path(""), flash{Key: key})
}

func (s *site) fetchAddress(v *request) error {
	err := v.api.post(v.addressAPI()+"/fetch", nil, nil)
	if ok, err := succeeded(mendable, err, func(p *Problem) error { return v.oneAddress(p, nil) }); !ok {
		return err
	}
	return v.toAddress("address.fetching")
}
