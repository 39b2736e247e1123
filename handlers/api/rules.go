package api

import (
	"context"
	"net/http"
	"slices"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/learn"
)

type (

	// RulePath names a rule.
	RulePath struct {
		Rule string `path:"rule" maxLength:"64"`
	}
	rulePatch struct {
		On field[bool] `json:"on,omitzero" doc:"false: it decides nothing any more, and what it decided stays"`
	}
)

func (a *api) registerRules() {
	const list, one = "/api/rules", "/api/rules/{rule}"
	op := apiTag("learning").op
	handle(a, access.RulesRead, op("list-rules", http.MethodGet, list, "List what people have taught, by kind"),
		func(ctx context.Context, in *struct {
			Searching
			Kind string `query:"kind" enum:"address-contact,domain-client,sender-client,dismiss-list,dismiss-sender,dismiss-kind,accept-sender,accept-kind,suggested-client" doc:"only rules of this kind"`
		}) (*listOutput[wire.RuleObject], error) {
			q, err := in.query()
			if err != nil {
				return nil, err
			}
			page, err := a.Directory.Rules(ctx, directory.RuleKind(in.Kind), q)
			if err != nil {
				return nil, err
			}
			return listed(a.explained(ctx, page.Items...), page.Next), nil
		})
	handle(a, access.RulesRead, op("get-rule", http.MethodGet, one, "Get a rule with its evidence"),
		func(ctx context.Context, in *RulePath) (*objectOutput[wire.RuleObject], error) {
			r, err := a.Directory.Rule(ctx, in.Rule)
			if err != nil {
				return nil, err
			}
			return a.ruleOutput(ctx, r)
		})
	handle(a, access.RulesWrite, op("update-rule", http.MethodPatch, one, "Switch a rule on or off"),
		func(ctx context.Context, in *struct {
			RulePath
			Precondition
			Body rulePatch
		}) (*objectOutput[wire.RuleObject], error) {
			revision := in.revision()
			var on *bool
			if err := in.Body.On.pointer(&on, "on"); err != nil {
				return nil, err
			}
			r, err := a.Directory.Rule(ctx, in.Rule)
			if err != nil {
				return nil, err
			}
			if on != nil {
				if r, err = a.Solver.Switch(ctx, r.ID, revision, actor(ctx).ID(), *on); err != nil {
					return nil, err
				}
			}
			return a.ruleOutput(ctx, r)
		})
	handle(a, access.RulesWrite, op("undo-rule", http.MethodDelete, one, "Take back a rule with all that it did"),
		func(ctx context.Context, in *RulePath) (*bodyOutput[wire.RuleUndone], error) {
			r, err := a.Solver.UndoRule(ctx, in.Rule, actor(ctx).ID())
			return bodyOf(wire.RuleUndone{Reopened: r.Released, Pending: r.Pending}, err)
		})
}

func (a *api) ruleOutput(ctx context.Context, r directory.Rule) (*objectOutput[wire.RuleObject], error) {
	out := &objectOutput[wire.RuleObject]{ETag: tag(r.Revision), Body: a.explained(ctx, r)[0]}
	ids, err := a.Items.ByRule(ctx, r.ID)
	n, held := len(ids), 0
	for _, id := range ids {
		if !slices.Contains(r.FailedMails, id) {
			held++
		}
	}
	out.Body.Decided, out.Body.Held = &n, &held
	if err != nil {
		return out, err
	}
	contacts, err := a.Directory.ContactsByRule(ctx, r.ID, 1000)
	linked := len(contacts)
	out.Body.Linked, out.Body.Names = &linked, a.namesIn(ctx, r)
	return out, err
}

// namesIn are the names for the ids in a rule and its evidence.
func (a *api) namesIn(ctx context.Context, r directory.Rule) map[string]string {
	names := map[string]string{}
	add := func(kind, id string) {
		if _, known := names[id]; !known && id != "" {
			if name, _ := a.readName(ctx, kind, id); name != "" { // one that cannot be read now has none
				names[id] = name
			}
		}
	}
	add("contact", r.Contact)
	add("client", r.Client)
	if r.Kind == directory.SenderClient {
		add("contact", r.Key)
	}
	add("member", r.ChangedBy)
	for _, e := range r.Evidence {
		add("member", e.By)
		add("contact", e.Contact)
		add("client", e.Client)
	}
	return names
}

// explained are rules with their effects in words. When the names cannot be read now, the
// texts use ids: they are no reason to fail.
func (a *api) explained(ctx context.Context, rules ...directory.Rule) []wire.RuleObject {
	keys := map[string]bool{}
	for _, r := range rules {
		learn.Explain(r, func(kind, id string) string { keys[kind+" "+id] = true; return id })
	}
	names, err := a.namesOf(ctx, keys)
	return mapped(rules, func(r directory.Rule) wire.RuleObject {
		if r.Evidence == nil {
			r.Evidence = []directory.Evidence{}
		}
		return wire.RuleObject{Rule: r, On: r.State == directory.RuleOn, Explanation: learn.Explain(r, func(kind, id string) string {
			if err != nil {
				return id
			}
			return names[kind+" "+id]
		})}
	})
}
