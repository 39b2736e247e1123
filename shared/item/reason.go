package item

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"sync"

	"kantoorpost/shared/words"
)

//go:embed reasons.json
var reasonsJSON []byte

// explanations are the texts of reasons.json: for each reason, and for what the facts of a
// mail say beyond its reason. A word in braces stands for a fact: {sender}, {name},
// {address}, {contact}, {clients}, {client}, {role}, {team}, {tries}, {detail}.
var explanations = sync.OnceValue(func() (all map[string]struct{ Why, WhatToDo words.Text }) {
	if err := json.Unmarshal(reasonsJSON, &all); err != nil {
		panic(err) // the file is part of the program
	}
	return all
})

// ExplainMail returns texts that say why a mail waits, and what to do about it.
func ExplainMail(it Item) (why, whatToDo words.Text) {
	reason, facts := explanations()[string(it.Reason)], explanations()[explanationOf(it)]
	return cmp.Or(facts.Why, reason.Why), cmp.Or(facts.WhatToDo, reason.WhatToDo)
}

// explanationOf names the explanation that goes before that of the reason; "" for none.
func explanationOf(it Item) string {
	switch f := it.Facts; {
	case it.Reason == SenderNotVerified && f.AsksMoney:
		return "asks-money"
	case it.Reason == SenderNotVerified && it.Verdict == VerdictSoft:
		return "not-verified-now"
	case it.Reason == SenderNoClient && f.Portal:
		return "portal-without-client"
	case it.Reason == SeveralClients && f.Portal:
		return "portal-several-clients"
	case it.Reason == SeveralClients && f.Unsaid:
		return "client-unsaid"
	case it.Reason == SeveralClients && it.Override.AsksPerson():
		return "placement-undone"
	case it.Reason == SeveralClients && len(f.Named) > 0 && len(f.Clients) > len(f.Named):
		return "other-client-named"
	}
	return ""
}

// ExplainOtherName is ExplainMail for UnknownSender when a contact has the address,
// but {name} beside it is another person's.
func ExplainOtherName() (why, whatToDo words.Text) {
	e := explanations()["other-name"]
	return e.Why, e.WhatToDo
}
