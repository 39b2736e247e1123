package web

import (
	"net/url"

	"kantoorpost/shared/words"
)

// unreadable says what to do about a mailbox that cannot be read; nil for one that can.
func (v *request) unreadable(address string) (*words.Text, error) {
	var check struct {
		WhatToDo *words.Text `json:"whatToDo"`
	}
	p, err := anyProblem(v.api.get(v.connectorAPI()+"/mailboxes/"+url.PathEscape(address), &check))
	if p != nil {
		return p.WhatToDo, nil
	}
	return check.WhatToDo, err
}
