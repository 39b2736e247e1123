package api

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"kantoorpost/shared/access"
	"kantoorpost/shared/item"
	"kantoorpost/shared/words"
)

type (
	// A named is an object of the directory, by its id and its name.
	named struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	// facts are the objects that the reason of a parked mail refers to.
	facts struct {
		Contact *named  `json:"contact,omitempty" doc:"the sender"`
		Clients []named `json:"clients,omitempty" doc:"those that the mail can be about"`
		Role    *named  `json:"role,omitempty" doc:"that nobody has at the client"`
		Team    *named  `json:"team,omitempty" doc:"that nobody is in"`
	}
	attemptObject struct {
		At     time.Time `json:"at"`
		By     string    `json:"by" doc:"id of the person; empty for the system"`
		ByName string    `json:"byName,omitempty"`
		Action string    `json:"action" doc:"what the person did; empty for a decision of the system"`
		State  string    `json:"state" doc:"what became of it"`
		Reason string    `json:"reason,omitempty"`
		Chat   string    `json:"chat,omitempty"`
		Client string    `json:"client,omitempty" doc:"of move, set-client and undo-move: id of the client to which the chat belongs"`
		Rule   string    `json:"rule,omitempty" doc:"the learned rule that decided"`
	}
	mailDetail struct {
		MailObject
		Facts   *facts          `json:"facts,omitempty" doc:"what the reason is about"`
		Placed  *placement      `json:"placed,omitempty" doc:"why its client was chosen by itself, by what would have been suggested first"`
		History []attemptObject `json:"history" nullable:"false" doc:"the last of what happened to it, oldest first"`
	}
	detailOutput struct{ Body mailDetail }
)

// detail is a mail with the names of the objects that its reason refers to.
func (a *api) detail(ctx context.Context, it item.Item) (*detailOutput, error) {
	d := mailDetail{MailObject: mailOf(it), History: []attemptObject{}}
	names := map[string]string{}
	if d.Assignee != nil {
		var err error
		if d.Assignee.Name, err = a.memberName(ctx, names, d.Assignee.ID); err != nil {
			return nil, err
		}
	}
	for _, h := range it.History {
		o := attemptObject{At: h.At, By: h.By, Action: string(h.Action), State: string(h.State), Reason: string(h.Reason), Chat: h.Chat,
			Client: h.Client, Rule: h.Rule}
		var err error
		if o.ByName, err = a.memberName(ctx, names, h.By); err != nil {
			return nil, err
		}
		d.History = append(d.History, o)
	}
	var err error
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
func (a *api) facts(ctx context.Context, in item.Facts) (f facts, err error) {
	name := func(kind, id string) *named {
		if id == "" || err != nil {
			return nil
		}
		var n string
		if n, err = a.readName(ctx, kind, id); n == "" {
			return nil
		}
		return &named{id, n}
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
func explain(it item.Item, f facts) (why, whatToDo words.Text) {
	var clients []string
	for _, c := range f.Clients {
		clients = append(clients, words.Isolate(c.Name))
	}
	known := func(n *named) string {
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
