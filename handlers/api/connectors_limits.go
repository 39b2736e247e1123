package api

import (
	"context"
	"net/http"

	"kantoorpost/shared/access"
	"kantoorpost/shared/words"
)

// A limitsObject is the result of a check on mailboxes that are not
// activated.
type limitsObject struct {
	Limited  *bool         `json:"limited" nullable:"true" doc:"whether other mailboxes are refused; null: none of them could tell"`
	WhatToDo *words.Text   `json:"whatToDo,omitempty"`
	Tried    []triedObject `json:"tried" nullable:"false" doc:"mailboxes that are not activated, as far as the first that could be read"`
}

type triedObject struct {
	ID       string      `json:"id"`
	Address  string      `json:"address"`
	Readable *bool       `json:"readable" nullable:"true" doc:"null: it could not tell"`
	WhatToDo *words.Text `json:"whatToDo,omitempty" doc:"why it could not tell"`
}

type limitScript struct {
	Script    string   `json:"script" doc:"PowerShell, for an administrator of Exchange Online; it may be run again after another address is activated"`
	Addresses []string `json:"addresses" nullable:"false" doc:"the activated ones, which the app is limited to"`
}

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
}) (*struct{ Body limitsObject }, error) {
	address := ""
	if in.Body != nil {
		address = in.Body.Address
	}
	l, err := a.Connectors.CheckLimits(ctx, in.Connector, address)
	if err != nil {
		return nil, err
	}
	out := limitsObject{Limited: l.Limited, WhatToDo: whatToDo(l.Problem), Tried: []triedObject{}}
	for _, m := range l.Tried {
		tried := triedObject{ID: m.ID, Address: m.Address, Readable: m.Readable}
		if m.Readable == nil {
			tried.WhatToDo = whatToDo(m.Problem)
		}
		out.Tried = append(out.Tried, tried)
	}
	return &struct{ Body limitsObject }{out}, nil
}

func (a *api) limitScript(ctx context.Context, in *ConnectorPath) (*struct{ Body limitScript }, error) {
	script, addresses, err := a.Connectors.LimitScript(ctx, in.Connector)
	if addresses == nil {
		addresses = []string{}
	}
	return &struct{ Body limitScript }{limitScript{script, addresses}}, err
}
