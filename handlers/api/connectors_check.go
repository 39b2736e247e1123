package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/connector"
)

func (a *api) checkConnector(ctx context.Context, in *ConnectorPath) (*bodyOutput[wire.CheckObject], error) {
	r, err := a.Connectors.Check(ctx, in.Connector)
	if err != nil {
		return nil, err
	}
	return bodyOf(wire.CheckObject{
		Works: r.Works, State: string(r.State), Reason: r.Reason, WhatToDo: whatToDo(string(r.State)),
		Permissions: mapped(r.Permissions, func(p connector.Permission) wire.PermissionCheck {
			return wire.PermissionCheck{Name: p.Name, Granted: p.Granted, WhatToDo: whatToDo(p.Problem)}
		}),
		Mailboxes: mapped(r.Mailboxes, mailboxCheckOf),
	}, nil)
}

func mailboxCheckOf(m connector.MailboxReport) wire.MailboxCheck {
	return wire.MailboxCheck{
		ID: m.ID, Address: m.Address, Readable: m.Readable, Settings: m.Settings, Problem: m.Problem, WhatToDo: whatToDo(m.Problem),
	}
}

// listMailboxes serves the pages of Graph, which have Graph's own size, in
// pages of the requested size. The position in the list is a page of Graph
// and the number of its mailboxes that were served.
func (a *api) listMailboxes(ctx context.Context, in *struct {
	ConnectorPath
	Searching
}) (*listOutput[wire.Candidate], error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	text, graphPage, _ := strings.Cut(q.After, " ")
	skip, err := strconv.Atoi(text)
	if q.After != "" && err != nil {
		return nil, invalid("query.after", "the next of the page before")
	}
	boxes, next, err := a.Connectors.Mailboxes(ctx, in.Connector, in.Search, graphPage)
	if err != nil {
		return nil, err
	}
	if next != "" {
		next = "0 " + next
	}
	boxes = boxes[min(max(skip, 0), len(boxes)):]
	if len(boxes) > in.Limit {
		boxes = boxes[:in.Limit]
		next = strconv.Itoa(max(skip, 0)+in.Limit) + " " + graphPage
	}
	return listed(mapped(boxes, func(b connector.Candidate) wire.Candidate { return wire.Candidate(b) }), next), nil
}

// outside is the problem that the vault, Entra or Graph refused a request or
// did not answer it.
func outside(code, reason string) *problem {
	status := http.StatusBadGateway
	switch code {
	case connector.MailboxUnreachable, connector.MailboxThrottled, string(connector.StateVault):
		status = http.StatusServiceUnavailable
	}
	text, _ := connector.Advice(code)
	detail := text.EN
	if reason != "" {
		detail += " (" + reason + ")"
	}
	p := newProblem(status, detail)
	p.WhatToDo = &text
	return p
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
