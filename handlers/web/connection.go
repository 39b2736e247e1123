package web

import (
	"cmp"
	"net/http"
	"net/url"

	"kantoorpost/handlers/api/wire"
)

// proof says what an answer of the API proves.
func proof(is *bool) string {
	switch {
	case is == nil:
		return "unknown"
	case *is:
		return "yes"
	}
	return "no"
}

// connectionPage shows the connection; more adds other data to the view first.
func (v *request) connectionPage(status int, more func(*connectorView)) error {
	view := v.connectorOf("connection")
	v.read("/api/identity", &view.Identity)
	view.Guide = view.Guide.of(view.Identity)
	if more != nil {
		more(&view)
	}
	return v.pageAs(status, "connector", view)
}

func (v *request) connectorAPI() string {
	return "/api/connectors/" + url.PathEscape(v.r.PathValue("connector"))
}

// checkConnector shows the result of a check. The result is not stored, so it
// is the direct answer to the form.
func (s *site) checkConnector(v *request) error {
	var check wire.CheckObject
	p, err := mendable(v.api.post(v.connectorAPI()+"/check", nil, &check))
	if err != nil {
		return err
	}
	return v.connectionPage(http.StatusOK, func(view *connectorView) {
		if view.Shown, view.Problem = "check", p; p == nil {
			view.Check = &check
		}
	})
}

func (s *site) editConnector(v *request) error {
	f := formOf(v.r)
	patch := map[string]string{"name": f.Name, "clientId": f.ClientID, "tokenEndpoint": f.TokenEndpoint}
	if text := v.r.PostFormValue("clientSecret"); text != "" {
		patch["clientSecret"], patch["secretExpires"] = text, f.SecretExpires
	}
	return v.patchConnector("edit", patch, f)
}

// rotateSecret replaces the secret after Entra has accepted the new one.
func (s *site) rotateSecret(v *request) error {
	f := formOf(v.r)
	return v.patchConnector("rotate",
		map[string]string{"credential": bySecret, "clientSecret": v.r.PostFormValue("clientSecret"), "secretExpires": f.SecretExpires}, f)
}

// changeCredential replaces the secret by the identity of the app or by a certificate,
// after Entra has accepted it.
func (s *site) changeCredential(v *request) error {
	patch := map[string]string{"credential": v.r.PostFormValue("credential")}
	if name := v.r.PostFormValue("certificate"); name != "" {
		patch["certificate"] = name
	}
	return v.patchConnector("credential", patch, formOf(v.r))
}

func (v *request) patchConnector(form string, patch map[string]string, f connectorForm) error {
	p, err := mendable(v.api.patch(v.connectorAPI(), v.r.PostFormValue("etag"), patch, nil))
	if err != nil {
		return err
	}
	if p == nil {
		key := "connector.saved"
		if form == "rotate" {
			key = "connector.rotated"
		}
		return v.leave(connectorObject{ConnectorObject: wire.ConnectorObject{ID: v.r.PathValue("connector")}}.path("connection"), flash{Key: key})
	}
	return v.connectionPage(p.Status, func(view *connectorView) {
		// The page shows the current state, so pressing the button again
		// overwrites it knowingly.
		view.Shown, view.Problem = form, p
		f = f.kept(p, v.r.PostFormValue("clientSecret"))
		view.Form.SecretExpires = cmp.Or(f.SecretExpires, view.Form.SecretExpires)
		view.Form.Certificate = f.Certificate
		if form == "edit" {
			view.Form.Name, view.Form.ClientID, view.Form.TokenEndpoint = cmp.Or(f.Name, view.Form.Name), cmp.Or(f.ClientID, view.Form.ClientID),
				cmp.Or(f.TokenEndpoint, view.Form.TokenEndpoint)
		}
	})
}

func (s *site) deleteConnector(v *request) error {
	err := v.api.delete(v.connectorAPI(), v.r.PostFormValue("etag"))
	if ok, err := succeeded(mendable, err, func(p *Problem) error {
		return v.connectionPage(p.Status, func(view *connectorView) {
			view.Shown, view.Problem = "delete", p
		})
	}); !ok {
		return err
	}
	return v.done("/web/settings", flash{Key: "connector.deleted"})
}

func (v *request) limitsPage(status int, more func(*connectorView)) error {
	view := v.connectorOf("limits")
	v.read(v.connectorAPI()+"/limit-script", &view.Script)
	if more != nil {
		more(&view)
	}
	return v.pageAs(status, "connector", view)
}

// checkLimits shows whether a mailbox that is not activated is refused.
func (s *site) checkLimits(v *request) error {
	var found wire.LimitsObject
	body := map[string]string{}
	address := v.r.PostFormValue("address")
	if address != "" {
		body["address"] = address
	}
	p, err := mendable(v.api.post(v.connectorAPI()+"/check-limits", body, &found))
	if err != nil {
		return err
	}
	return v.limitsPage(p.status(), func(view *connectorView) {
		if view.Shown, view.Problem, view.Address = "limits", p, address; p == nil {
			view.Limits = &found
		}
	})
}
