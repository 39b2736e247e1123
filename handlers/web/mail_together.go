package web

import (
	"net/url"
	"strings"

	"kantoorpost/handlers/api/wire"
)

// maxTogether is how many mails of one sender are solved together.
const maxTogether = 50

// also are the ids of the other mails for which a solution of the open one counts too.
func (v *request) also() []string {
	ids := split(v.r.URL.Query().Get("also"))
	return ids[:min(len(ids), maxTogether)]
}

// together opens the first of several mails of one sender, to solve all of them at once.
func (v *request) together(ids []string, back string) error {
	var sender string
	for i, id := range ids {
		var m mailObject
		if err := v.api.get("/api/mails/"+url.PathEscape(id), &m); err != nil {
			return err
		}
		if email := strings.ToLower(m.From.Email); i == 0 {
			sender = email
		} else if email != sender {
			return v.done(back, flash{Key: "mails.not-one-sender"})
		}
	}
	open := openMail{Also: ids[1:], Filter: filterOf(v.r.URL.Query())}
	open.ID = ids[0]
	return v.leave(open.path(""), flash{}) // the form would put the answer into the list
}

// solveAlso gives the other mails of a sender the same solution, as far as they still
// wait, and returns how many were released by that. A new contact releases the other mail
// of its address by itself.
func (v *request) solveAlso(ids []string, form wire.SolveBody) (released int, err error) {
	if form.Action == "create-contact" {
		return 0, nil
	}
	for _, id := range ids {
		var out wire.Solved
		p, err := refusedOrGone(v.api.post("/api/mails/"+url.PathEscape(id)+"/solve", form, &out))
		if err != nil {
			return released, err
		}
		if p == nil {
			released += max(out.Released, 1)
		}
	}
	return released, nil
}
