package directory

import (
	"context"
	"errors"
	"time"
)

// maxSubstituted is the most team members that one member can replace at a
// time.
const maxSubstituted = 100

// A Substitute is the team member who replaces another, from one time until
// before another, both in UTC.
type Substitute struct {
	Member string    `json:"member" doc:"id of an active team member"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until" doc:"the first moment at which it is over"`
}

// Away returns the substitute of m at a time, if there is one.
func (m TeamMember) Away(at time.Time) (substitute string, away bool) {
	s := m.Substitute
	if s == nil || at.Before(s.From) || !at.Before(s.Until) {
		return "", false
	}
	return s.Member, true
}

// checkSubstitute returns the stored form of m's substitute. A substitute that
// m already has may be inactive.
func (s *Store) checkSubstitute(ctx context.Context, m, was TeamMember) (*Substitute, error) {
	if m.Substitute == nil {
		return nil, nil
	}
	sub := *m.Substitute
	sub.From, sub.Until = sub.From.UTC().Truncate(time.Millisecond), sub.Until.UTC().Truncate(time.Millisecond)
	if sub.From.IsZero() || sub.From.Year() > 9998 {
		return nil, &Invalid{Field: "substitute.from", Expected: "a time such as 2026-07-01T00:00:00Z"}
	}
	if !sub.Until.After(sub.From) || sub.Until.Year() > 9998 {
		return nil, &Invalid{Field: "substitute.until", Expected: "a time after substitute.from"}
	}
	if was.Substitute != nil && sub.Member == was.Substitute.Member {
		return &sub, nil
	}
	wrong := &Invalid{Field: "substitute.member", Expected: "the id of another, active team member"}
	if sub.Member == was.ID && was.ID != "" {
		return nil, wrong
	}
	other, err := s.TeamMember(ctx, sub.Member)
	if errors.Is(err, ErrNotFound) || err == nil && !other.Active {
		return nil, wrong
	}
	return &sub, err
}

// SubstitutedBy returns the team members whom a member replaces at a time,
// directly and through others, each once and the nearest first. A member who is
// no longer active stays in the list until the substitution ends, since leaving
// is often the reason for it. It costs one query for each team member that it
// looks at.
func (s *Store) SubstitutedBy(ctx context.Context, member string, at time.Time) ([]TeamMember, error) {
	var found []TeamMember
	seen := map[string]bool{member: true}
	for next := []string{member}; len(next) > 0 && len(found) < maxSubstituted; next = next[1:] {
		rows, err := below[TeamMember](ctx, s, "substitute", asID(next[0]), searchPage)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if _, away := row.Away(at); !away || seen[row.ID] || len(found) == maxSubstituted {
				continue
			}
			seen[row.ID] = true
			found, next = append(found, row), append(next, row.ID)
		}
	}
	return found, nil
}
