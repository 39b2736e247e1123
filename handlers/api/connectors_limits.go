package api

import (
	"context"
	"net/http"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
)

func (a *api) registerLimits() {
	op := apiTag("configuration").op
	handle(a, access.ConfigurationWrite, op("check-limits", http.MethodPost, "/api/connectors/{connector}/check-limits",
		"Prove that mailboxes that are not activated are refused, by asking of a few of them, or of one, for the id of the inbox"),
		a.checkLimits)
	handle(a, access.ConfigurationRead, op("get-limit-script", http.MethodGet, "/api/connectors/{connector}/limit-script",
		"Get the script that limits the app to the activated mailboxes, by RBAC for Applications"), a.limitScript)
}

func (a *api) checkLimits(ctx context.Context, in *struct {
	ConnectorPath
	Body *struct {
		Address string `json:"address,omitempty" doc:"of a mailbox that is not activated; a few are chosen when absent"`
	}
}) (*bodyOutput[wire.LimitsObject], error) {
	address := ""
	if in.Body != nil {
		address = in.Body.Address
	}
	l, err := a.Connectors.CheckLimits(ctx, in.Connector, address)
	if err != nil {
		return nil, err
	}
	out := wire.LimitsObject{Limited: l.Limited, WhatToDo: whatToDo(l.Problem), Tried: []wire.TriedObject{}}
	for _, m := range l.Tried {
		tried := wire.TriedObject{ID: m.ID, Address: m.Address, Readable: m.Readable}
		if m.Readable == nil {
			tried.WhatToDo = whatToDo(m.Problem)
		}
		out.Tried = append(out.Tried, tried)
	}
	return bodyOf(out, nil)
}

func (a *api) limitScript(ctx context.Context, in *ConnectorPath) (*bodyOutput[wire.LimitScript], error) {
	script, addresses, err := a.Connectors.LimitScript(ctx, in.Connector)
	if addresses == nil {
		addresses = []string{}
	}
	return bodyOf(wire.LimitScript{Script: script, Addresses: addresses}, err)
}
