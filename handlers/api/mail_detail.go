package api

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/item"
	"kantoorpost/shared/words"
)

type detailOutput = bodyOutput[wire.MailDetail]

// detail is a mail with the names of the objects that its reason refers to.
func (a *api) detail(ctx context.Context, it item.Item) (*detailOutput, error) {
	d := wire.MailDetail{MailObject: mailOf(it), History: []wire.AttemptObject{}}
	names := map[string]string{}
	err := a.nameMember(ctx, names, d.Assignee)
	if err != nil {
		return nil, err
	}
	for _, h := range it.History {
		o := wire.AttemptObject{At: h.At, By: h.By, Action: string(h.Action), State: string(h.State), Reason: string(h.Reason), Chat: h.Chat,
			Client: h.Client, Rule: h.Rule}
		if o.ByName, err = a.memberName(ctx, names, h.By); err != nil {
			return nil, err
		}
		d.History = append(d.History, o)
	}
	if d.Placed, err = a.placement(ctx, it); err != nil {
		return nil, err
	}
	if it.State == item.Parked {
		f, err := a.facts(ctx, it.Facts)
		if err != nil {
			return nil, err
		}
		d.Facts = &f
		why, todo := explain(it, f)
		d.Explanation, d.WhatToDo = &why, &todo
		d.Solutions = a.solutions(ctx, it)
	}
	return &detailOutput{d}, nil
}

// solutions are those that the caller may choose from.
func (a *api) solutions(ctx context.Context, it item.Item) []item.Action {
	if !access.Can(actor(ctx), access.MailsSolve, access.Some) {
		return nil
	}
	return slices.DeleteFunc(item.Solutions(it.Reason), func(s item.Action) bool {
		return !access.Can(actor(ctx), actionOfSolution(s, it.Reason), access.Some)
	})
}

// facts finds the names of the objects that a reason refers to. Deleted
// objects are left out.
func (a *api) facts(ctx context.Context, in item.Facts) (f wire.Facts, err error) {
	name := func(kind, id string) *wire.Named {
		if id == "" || err != nil {
			return nil
		}
		var n string
		if n, err = a.readName(ctx, kind, id); n == "" {
			return nil
		}
		return &wire.Named{ID: id, Name: n}
	}
	f.Contact, f.Role, f.Team = name("contact", in.Contact), name("role", in.Role), name("process team", in.Team)
	for _, id := range in.Clients {
		if n := name("client", id); n != nil {
			f.Clients = append(f.Clients, *n)
		}
	}
	return f, err
}

// explain says in words why a mail waits, with the facts of its reason.
func explain(it item.Item, f wire.Facts) (why, whatToDo words.Text) {
	var clients []string
	for _, c := range f.Clients {
		clients = append(clients, words.Isolate(c.Name))
	}
	known := func(n *wire.Named) string {
		if n == nil {
			return "?"
		}
		return words.Isolate(n.Name)
	}
	detail := it.Detail
	if detail == "" {
		detail = "?"
	}
	fill := strings.NewReplacer(
		"{sender}", words.Isolate(it.From.Email), "{name}", words.Isolate(it.From.Name), "{address}", it.Address, "{contact}", known(f.Contact),
		"{role}", known(f.Role), "{team}", known(f.Team),
		"{client}", strings.Join(clients[:min(len(clients), 1)], ""), "{clients}", strings.Join(clients, ", "),
		"{tries}", strconv.FormatInt(it.Attempts, 10), "{detail}", words.Isolate(detail),
	)
	why, whatToDo = item.ExplainMail(it)
	if it.Reason == item.UnknownSender && f.Contact != nil {
		why, whatToDo = item.ExplainOtherName()
	}
	for _, t := range []*string{&why.NL, &why.EN, &whatToDo.NL, &whatToDo.EN} {
		*t = fill.Replace(*t)
	}
	return why, whatToDo
}
