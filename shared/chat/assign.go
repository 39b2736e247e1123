package chat

import (
	"context"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/item"
	"kantoorpost/shared/table"
	"kantoorpost/shared/teamwork"
)

// SetPlan says who looks after a chat, and when, and returns the chat; etag "" accepts any
// version. A colleague to whom it is assigned gets a notice. Errors: ErrNotFound,
// ErrChanged, what check returns.
func (s *Store) SetPlan(ctx context.Context, id, etag string, check Check, p item.Plan, at time.Time) (Chat, error) {
	return s.change(ctx, id, etag, check, func(c *Chat) (ops []table.Op, e *audit.Entry, err error) {
		object := "chat " + c.ID
		if p.Later != nil && !p.Later.Equal(c.Later) {
			c.Later = p.Later.UTC().Truncate(time.Second)
			e = &audit.Entry{Action: "chat.later", Detail: map[string]string{}}
			if !c.Later.IsZero() {
				e.Detail["later"] = c.Later.Format(time.RFC3339)
			}
		}
		if p.Assignee == nil || *p.Assignee == c.Assignee {
			return nil, e, nil
		}
		if e != nil { // one entry for each of the two
			e.By, e.Object = audit.By(ctx), object
			ops = append(ops, audit.Op(*e))
		}
		c.Assignee = *p.Assignee
		if c.Assignee != "" && c.Assignee != audit.By(ctx) {
			ops = append(ops, teamwork.Op(c.Assignee, teamwork.Notice{Kind: teamwork.Assigned, Object: object, By: audit.By(ctx), At: at}))
		}
		return ops, &audit.Entry{Action: "chat.assign", Detail: map[string]string{"member": c.Assignee}}, nil
	})
}
