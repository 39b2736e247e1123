package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/secret"
)

// A connectorObject is a connector as the API shows it.
type connectorObject struct {
	wire.ConnectorObject
}

func (c connectorObject) path(part string) string {
	p := "/web/connectors/" + url.PathEscape(c.ID)
	if part != "" {
		p += "/" + part
	}
	return p
}

// level is the severity of the state, as the colours are named.
func (c connectorObject) level() string {
	switch c.State {
	case "works":
		return "ok"
	case "new":
		return "info"
	case "certificate-former":
		return "warn"
	}
	return "error"
}

// days is how many days the secret is still valid; 0 on its last day.
func (c connectorObject) days() int { return int(time.Until(c.SecretExpires) / (24 * time.Hour)) }

// ends tells whether the connector has a secret or a certificate, which end some day.
func (c connectorObject) ends() bool { return !c.SecretExpires.IsZero() }

func (c connectorObject) expired() bool { return c.ends() && !c.SecretExpires.After(time.Now()) }

// expiry is the urgency of a new secret, as the colours are named: a notice
// from 60 days before its end, a warning from 30, an error from 7, and ""
// before that.
func (c connectorObject) expiry() string {
	switch days := c.days(); {
	case !c.ends():
		return ""
	case days <= 7:
		return "error"
	case days <= 30:
		return "warn"
	case days <= 60:
		return "info"
	}
	return ""
}

// A connectorForm holds the typed values of a connector. It has no secret: the
// secret goes to the API and is never written into a page.
type connectorForm struct{ Name, ClientID, TokenEndpoint, SecretExpires, Credential, Certificate string }

// A connectorView is one connector, or the form for a new one.
type connectorView struct {
	Connector connectorObject
	Tab       string // addresses, connection, limits, new
	ETag      string
	Enabled   bool // the integration
	Form      connectorForm
	Shown     string // the form to which Problem belongs: new, edit, rotate, credential, delete, limits
	Problem   *Problem
	Guide     guide
	Identity  wire.IdentityObject
	Check     *wire.CheckObject
	Addresses addressList
	Boxes     *boxList // nil until they are requested
	Script    wire.LimitScript
	Limits    *wire.LimitsObject
	Address   string // that the user wants to check
	Part      bool   // only a part of the page is requested
}

func (c connectorView) title() string { return c.Connector.Name }

// mistakeIn is the code of the problem with a field of a form, "" when it is
// valid.
func (c connectorView) mistakeIn(form, field string) string {
	if c.Shown != form {
		return ""
	}
	return c.Problem.code(field)
}

// code is the code of the problem with a field.
func (p *Problem) code(field string) string {
	if p.field(field) == "" {
		return ""
	}
	if code := p.Codes[field]; code != "" {
		return code
	}
	return "other"
}

// whole tells whether the problem concerns no single field.
func (p *Problem) whole() bool { return p != nil && len(p.Errors) == 0 }

func (s *site) registerConnectors() {
	s.page("/web/connectors/new", s.newConnector)
	s.post("/web/connectors/new", s.createConnector)
	s.post("/web/connectors/guide", s.guide)
	s.page("/web/connectors/{connector}", s.connectorAddresses)
	s.page("/web/connectors/{connector}/mailboxes", s.connectorMailboxes)
	s.page("/web/connectors/{connector}/connection", func(v *request) error { return v.connectionPage(http.StatusOK, nil) })
	s.page("/web/connectors/{connector}/limits", func(v *request) error { return v.limitsPage(http.StatusOK, nil) })
	s.post("/web/connectors/{connector}/check", s.checkConnector)
	s.post("/web/connectors/{connector}/edit", s.editConnector)
	s.post("/web/connectors/{connector}/rotate", s.rotateSecret)
	s.post("/web/connectors/{connector}/credential", s.changeCredential)
	s.post("/web/connectors/{connector}/delete", s.deleteConnector)
	s.post("/web/connectors/{connector}/check-limits", s.checkLimits)
}

// connectorOf starts a page about the connector in the path.
func (v *request) connectorOf(tab string) connectorView {
	view := connectorView{Tab: tab, Part: isPart(v.r)}
	view.ETag = v.readTag(v.connectorAPI(), &view.Connector)
	c := view.Connector
	view.Form = connectorForm{
		Name: c.Name, ClientID: c.ClientID, TokenEndpoint: c.TokenEndpoint, SecretExpires: c.SecretExpires.In(office).Format(time.DateOnly),
	}
	view.Guide = guideFor(c.ClientID, c.TokenEndpoint)
	var on wire.SettingsObject
	v.read("/api/settings", &on)
	view.Enabled = on.Enabled
	return view
}

func formOf(r *http.Request) connectorForm {
	return connectorForm{
		r.PostFormValue("name"), r.PostFormValue("clientId"), r.PostFormValue("tokenEndpoint"), isoDate(r.PostFormValue("secretExpires")),
		r.PostFormValue("credential"), r.PostFormValue("certificate"),
	}
}

// kept are the values of a refused form that are shown again. Somebody may have
// pasted the secret into the wrong field. Therefore a value is not sent back
// when it was refused, does not have the form of its field, or equals the
// secret.
func (f connectorForm) kept(p *Problem, clientSecret string) connectorForm {
	keep := func(field, text string, fits bool) string {
		if !fits || p.code(field) != "" || clientSecret != "" && strings.Contains(text, clientSecret) {
			return ""
		}
		return text
	}
	form := func(text string) string { return strings.ToLower(strings.TrimSpace(text)) }
	_, noDate := time.Parse(time.DateOnly, f.SecretExpires)
	return connectorForm{
		Name:          keep("name", f.Name, !secret.LooksLikeOne(f.Name)),
		ClientID:      keep("clientId", f.ClientID, guidForm.MatchString(form(f.ClientID))),
		TokenEndpoint: keep("tokenEndpoint", f.TokenEndpoint, wholeEndpoint.MatchString(form(f.TokenEndpoint))),
		SecretExpires: keep("", f.SecretExpires, noDate == nil), // not by p: a valid date is shown again even when it was refused
		Credential:    keep("", f.Credential, slices.Contains(credentials, f.Credential)),
		Certificate:   keep("certificate", f.Certificate, certificateForm.MatchString(f.Certificate) && !secret.LooksLikeOne(f.Certificate)),
	}
}

// secretLife is the recommended lifetime of a secret.
const secretLife = 730

func (s *site) newConnector(v *request) error {
	return v.newConnectorPage(http.StatusOK, nil,
		connectorForm{SecretExpires: time.Now().In(office).AddDate(0, 0, secretLife).Format(time.DateOnly)})
}

// newConnectorPage shows the form. The first choice is the identity of the app, where it
// has one.
func (v *request) newConnectorPage(status int, p *Problem, f connectorForm) error {
	view := connectorView{
		Connector: connectorObject{ConnectorObject: wire.ConnectorObject{Name: v.t("connector-new.title")}},
		Tab:       "new", Shown: "new", Problem: p,
	}
	v.read("/api/identity", &view.Identity)
	switch {
	case f.Credential != "":
	case view.Identity.Exists:
		f.Credential = byIdentity
	default:
		f.Credential = bySecret
	}
	view.Form, view.Guide = f, guideFor(f.ClientID, f.TokenEndpoint).of(view.Identity)
	return v.pageAs(status, "connector-new", view)
}

func (s *site) createConnector(v *request) error {
	f := formOf(v.r)
	var made connectorObject
	body := map[string]string{
		"kind": "microsoft-azure", "name": f.Name, "clientId": f.ClientID, "tokenEndpoint": f.TokenEndpoint, "credential": f.Credential,
	}
	switch f.Credential { // the fields of other choices are hidden
	case byIdentity:
	case byCertificate:
		body["certificate"] = f.Certificate
	default:
		body["clientSecret"], body["secretExpires"] = v.r.PostFormValue("clientSecret"), f.SecretExpires
	}
	if ok, err := succeeded(mendable, v.api.post("/api/connectors", body, &made), func(p *Problem) error {
		return v.newConnectorPage(p.Status, p, f.kept(p, v.r.PostFormValue("clientSecret")))
	}); !ok {
		return err
	}
	return v.leave(made.path("connection"), flash{Key: "connector.made"})
}

// guide answers with the guide. Its links lead to the app registration of the
// client id and token endpoint that are typed so far.
func (s *site) guide(v *request) error {
	f := formOf(v.r)
	var app wire.IdentityObject
	v.read("/api/identity", &app)
	return v.part("connector-new", "guide", guideFor(f.ClientID, f.TokenEndpoint).of(app))
}
