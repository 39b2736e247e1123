package intake

import (
	"fmt"
	"slices"
	"strconv"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/sorting"
)

// teams are the rows about who works for a client, by client in the order of
// the file. Their actions are known when all rows are read.
type teams struct {
	clients []string
	rows    map[string][]teamRow
}

type teamRow struct {
	at    *recordedRow
	row   Row
	link  directory.Link
	order int // from 1; 0 when the row has none
}

const (
	// maxOrder is the highest order that a row may have.
	maxOrder = 10_000
	// maxLinks is more than the directory accepts for one client. It limits the
	// time of comparing them with each other.
	maxLinks = 100
)

func (p *plan) link(h head, cells []string, r Row) {
	number, _ := h.cell(cells, "client")
	email, _ := h.cell(cells, "member")
	name, _ := h.cell(cells, "role")
	r.Key = shorten(number + " " + email + " " + name)
	client, found := p.bulk.ClientByNumber(number)
	if !found && !p.mentioned(Clients, number) {
		addUnknown(&r, h.titles["client"], number, "het nummer van een relatie", "the number of a client")
	}
	member, isMember := p.bulk.MemberByAddress(email)
	if !isMember && !p.mentioned(TeamMembers, email) {
		addUnknown(&r, h.titles["member"], email, "het e-mailadres van een teamlid", "the e-mail address of a team member")
	}
	role, isRole := p.bulk.RoleNamed(name)
	if !isRole && !p.mentioned(Roles, name) {
		addUnknown(&r, h.titles["role"], name, "de naam van een rol", "the name of a role")
	}
	order := 0
	if text, there := h.cell(cells, "order"); there && text != "-" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxOrder {
			add(&r, h.titles["order"], fmt.Sprintf("een getal van 1 tot %d", maxOrder), fmt.Sprintf("a number from 1 to %d", maxOrder))
		}
		order = n
	}
	if found && len(p.teams.rows[client.ID]) >= maxLinks {
		add(&r, h.titles["client"], fmt.Sprintf("hoogstens %d rijen over één relatie", maxLinks),
			fmt.Sprintf("at most %d rows about one client", maxLinks))
	}
	if len(r.Problems) > 0 || !found || !isMember || !isRole {
		r.Action = Same // it refers to a wrong row
		p.once(r, h.titles["member"], client.ID+" "+email+" "+name)
		return
	}
	r.Action = Same
	at := p.once(r, h.titles["member"], client.ID+" "+member.ID+" "+role.ID)
	if at.action == Wrong {
		return
	}
	if p.teams.rows == nil {
		p.teams.rows = map[string][]teamRow{}
	}
	if p.teams.rows[client.ID] == nil {
		p.teams.clients = append(p.teams.clients, client.ID)
	}
	p.teams.rows[client.ID] = append(p.teams.rows[client.ID],
		teamRow{at: at, row: r, link: directory.Link{Member: member.ID, Role: role.ID}, order: order})
}

// linkTeams changes the teams of clients as the rows say, and sets the action
// of each row.
func (p *plan) linkTeams() {
	for _, client := range p.teams.clients {
		rows := p.teams.rows[client]
		was := p.bulk.ClientTeam(client)
		now := merge(was, rows)
		err := p.bulk.SaveClientTeam(client, now)
		for _, r := range rows {
			if r.at.action == Wrong {
				continue
			}
			refused(&r.row, head{}, err)
			from, to := slices.Index(was, r.link)+1, slices.Index(now, r.link)+1
			setAction(&r.row, from > 0, []value{{"order", strconv.Itoa(from)}}, []value{{"order", strconv.Itoa(to)}})
			p.count(ClientTeam, Same, -1)
			*r.at = *p.record(r.row)
		}
	}
}

// merge adds the links of rows to the team of a client. A link with an order
// gets that position, if the team is long enough. A link without an order keeps
// its position, or comes last.
func merge(was []directory.Link, rows []teamRow) []directory.Link {
	placed := slices.DeleteFunc(slices.Clone(rows), func(r teamRow) bool { return r.order == 0 })
	sorting.By(placed, func(a, b teamRow) int { return a.order - b.order })
	now := slices.DeleteFunc(slices.Clone(was), func(l directory.Link) bool {
		return slices.ContainsFunc(placed, func(r teamRow) bool { return r.link == l })
	})
	for _, r := range rows {
		if r.order == 0 && !slices.Contains(now, r.link) {
			now = append(now, r.link)
		}
	}
	next := 0
	for _, r := range placed {
		at := min(max(r.order-1, next), len(now))
		now = slices.Insert(now, at, r.link)
		next = at + 1
	}
	return now
}
