package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/directory"
)

// A teamForm is who works for a client, in order.
type teamForm struct {
	Rows    []directory.Link
	Tag     string
	Members []wire.Named
	Roles   []wire.Named
	Problem *Problem
	Unsaved bool
}

func (t *teamForm) nameOf(id string) string {
	for _, n := range append(t.Members[:len(t.Members):len(t.Members)], t.Roles...) {
		if n.ID == id {
			return n.Name
		}
	}
	return id
}

func (v *request) readTeam(o *openEntry) {
	var team wire.ListOf[directory.Link]
	tag := v.readTag("/api/clients/"+url.PathEscape(o.ID)+"/team-members", &team)
	o.Team = &teamForm{Rows: team.Items, Tag: tag}
	v.fillTeam(o.Team)
}

// fillTeam adds the team members and the roles that a form can choose.
func (v *request) fillTeam(t *teamForm) {
	var taken []string
	for _, r := range t.Rows {
		taken = append(taken, r.Member)
	}
	t.Members, t.Roles = v.staff(taken...), all[wire.Named](v, "/api/roles")
}

// saveTeam saves who works for a client. Buttons of the form move, add and
// remove rows; their effect is saved together with the other values.
func (v *request) saveTeam(k directoryKind) error {
	id := v.r.PathValue("id")
	open := &openEntry{Kind: k}
	var err error
	if open.Tag, err = v.api.getTag(k.API+"/"+url.PathEscape(id), &open.entry); err != nil {
		return err
	}
	t := &teamForm{Tag: v.r.PostFormValue("tag")}
	roles := v.r.PostForm["role"]
	for i, member := range v.r.PostForm["member"] {
		r := directory.Link{Member: member}
		if i < len(roles) {
			r.Role = roles[i]
		}
		t.Rows = append(t.Rows, r)
	}
	open.Team = t
	status := http.StatusOK
	if do := v.r.PostFormValue("do"); do != "" {
		t.Rows, t.Unsaved = moved(t.Rows, do), true
	} else {
		rows := []directory.Link{}
		for _, r := range t.Rows {
			if r != (directory.Link{}) {
				rows = append(rows, r)
			}
		}
		p, err := refused(v.api.put(k.API+"/"+url.PathEscape(id)+"/team-members", t.Tag, rows, nil))
		if err != nil {
			return err
		}
		if p == nil {
			return v.done("/web/directory/clients/"+url.PathEscape(id)+v.listQuery(), flash{Key: "directory.saved"})
		}
		t.Rows, t.Problem, t.Unsaved, status = rows, p, true, p.Status
		if p.Status == http.StatusPreconditionFailed {
			var now wire.ListOf[directory.Link]
			if t.Tag, err = v.api.getTag(k.API+"/"+url.PathEscape(id)+"/team-members", &now); err != nil {
				return err
			}
		}
	}
	v.fillTeam(t)
	return v.showEntry(status, k, open)
}

// maxTeam is how many rows a form has at most.
const maxTeam = 40

// moved are the rows after a button: add, or up, down and remove with the
// number of the row.
func moved(rows []directory.Link, do string) []directory.Link {
	do, number, _ := strings.Cut(do, "-")
	at, err := strconv.Atoi(number)
	if do == "add" && len(rows) < maxTeam {
		return append(rows, directory.Link{})
	}
	if err != nil || at < 0 || at >= len(rows) {
		return rows
	}
	switch {
	case do == "remove":
		return append(rows[:at:at], rows[at+1:]...)
	case do == "up" && at > 0:
		rows[at], rows[at-1] = rows[at-1], rows[at]
	case do == "down" && at < len(rows)-1:
		rows[at], rows[at+1] = rows[at+1], rows[at]
	}
	return rows
}
