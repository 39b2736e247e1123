// Package membership decides who belongs to an address of the office: whom its
// link brings into a chat, who sees its mail, and which addresses are the
// office's own. The rules work on what was loaded; Load and Office load it.
package membership

import (
	"slices"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

// Staff are the team members of the office, active or not.
type Staff struct {
	byID      map[string]directory.TeamMember
	byAddress map[string]string
}

// NewStaff returns the Staff of these team members.
func NewStaff(members ...directory.TeamMember) *Staff {
	s := &Staff{map[string]directory.TeamMember{}, map[string]string{}}
	for _, m := range members {
		s.byID[m.ID], s.byAddress[m.Email] = m, m.ID
	}
	return s
}

// Member returns the team member with an id; one without an id when there is none.
func (s *Staff) Member(id string) directory.TeamMember { return s.byID[id] }

// ByAddress returns the team member whose e-mail address this is, in any form.
func (s *Staff) ByAddress(address string) (directory.TeamMember, bool) {
	normal, err := directory.ReceivedAddress(address)
	m, ok := s.byID[s.byAddress[normal]]
	return m, ok && err == nil
}

// Facts are what a link is held against. Those that it does not need may be missing.
type Facts struct {
	Name  string // of the role or the process team
	Staff *Staff
	Roles []directory.Link    // who has which role at the client, in order, or at any client
	Teams map[string][]string // ids of the members of process teams, in order
}

// Linked returns the ids of the team members, active or not, whom the link of an
// address means: the one whose address it is, those who have the role, or those
// who are in the process team.
func (f Facts) Linked(link connector.Link, address string) (ids []string) {
	switch link.Kind {
	case connector.LinkContact:
		if m, ok := f.Staff.ByAddress(address); ok {
			ids = []string{m.ID}
		}
	case connector.LinkRole:
		for _, l := range f.Roles {
			if l.Role == link.ID && !slices.Contains(ids, l.Member) {
				ids = append(ids, l.Member)
			}
		}
	case connector.LinkProcessTeam:
		ids = f.Teams[link.ID]
	}
	return ids
}

// A Joiner is a team member who joins a chat.
type Joiner struct {
	ID  string
	For string // id of the team member who is away and for whom this one stands in; "" for nobody
}

// Candidates returns who of Linked can join a chat, since they are active, with
// those who stand in for them at a time; or the reason why there is nobody.
func (f Facts) Candidates(link connector.Link, address string, at time.Time) ([]Joiner, item.Reason) {
	return f.join(link, f.active(link, address), at)
}

// Joiners returns whom the link of an address brings into a chat with the client
// whose team Roles are: all Candidates, but of a role only the first team member
// who has it.
func (f Facts) Joiners(link connector.Link, address string, at time.Time) ([]Joiner, item.Reason) {
	ids := f.active(link, address)
	if link.Kind == connector.LinkRole {
		ids = ids[:min(len(ids), 1)]
	}
	return f.join(link, ids, at)
}

func (f Facts) active(link connector.Link, address string) []string {
	return slices.DeleteFunc(slices.Clone(f.Linked(link, address)), func(id string) bool { return !f.Staff.Member(id).Active })
}

func (f Facts) join(link connector.Link, ids []string, at time.Time) ([]Joiner, item.Reason) {
	if len(ids) == 0 {
		return nil, nobody(link.Kind)
	}
	return f.Staff.withSubstitutes(ids, at), ""
}

// nobody is why mail waits when a link of a kind means no active team member.
func nobody(kind connector.LinkKind) item.Reason {
	switch kind {
	case connector.LinkContact:
		return item.NoMemberAddress
	case connector.LinkRole:
		return item.NoMemberRole
	case connector.LinkProcessTeam:
		return item.EmptyTeam
	}
	return item.LinkRemoved // of a kind that this version does not know
}

// withSubstitutes adds those who stand in for others, and those who stand in for
// them, since more than one may be away.
func (s *Staff) withSubstitutes(ids []string, at time.Time) []Joiner {
	var joiners []Joiner
	for _, id := range ids {
		joiners = append(joiners, Joiner{ID: id})
	}
	for i := 0; i < len(joiners); i++ {
		away := joiners[i].ID
		id, is := s.Member(away).Away(at)
		if is && s.Member(id).Active && !slices.ContainsFunc(joiners, func(j Joiner) bool { return j.ID == id }) {
			joiners = append(joiners, Joiner{ID: id, For: away})
		}
	}
	return joiners
}
