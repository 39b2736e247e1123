// Package privacy exports, erases and in time deletes what is stored about a contact. It says
// which rows are about a person, and in which order they are read; the package that keeps them
// changes them.
//
//	retention   -> how long what is kept (Retention), in the table "configuration"
package privacy

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/table"
)

// A Service exports, erases and deletes. Configuration is a table.
type Service struct {
	Directory     *directory.Store
	Items         *item.Store
	Chats         *chat.Store
	Outbox        *outbox.Store
	Audit         *audit.Log
	Configuration *table.Table
}

// A finding is something that is about a person. Show returns what an export says of it, and
// erase erases it.
type finding struct {
	show  func(context.Context) (any, error)
	erase func(context.Context) error
	rule  string // id of the rule that it is; "" for something else
}

// atOnce is how many rows a page of a pass has. Mails are large.
const atOnce = 100

// A pass reads all rows of one kind, a page at a time: what is found in it, and where to
// continue, "" at the end.
type pass struct {
	name string // in exports
	page func(ctx context.Context, p directory.Erasure, after string) ([]finding, string, error)
}

// passes are in the order in which an erasure can stop anywhere: rules need the mails that
// taught them, a chat its messages, and the audit names mails that were found before.
func (s *Service) passes() []pass {
	return []pass{
		{"rules", s.rules}, {"drafts", s.drafts}, {"chats", s.chats}, {"messages", s.messages}, {"mails", s.mails},
		{"replies", s.replies}, {"audit", s.audit},
	}
}

// found collects findings; all and err are what a page was read with.
func found[T any](all []T, next string, err error, of func(T) (finding, bool)) ([]finding, string, error) {
	if err != nil {
		return nil, "", err
	}
	var findings []finding
	for _, v := range all {
		if f, ok := of(v); ok {
			if f.show == nil {
				f.show = func(context.Context) (any, error) { return v, nil }
			}
			findings = append(findings, f)
		}
	}
	return findings, next, nil
}

func (s *Service) rules(ctx context.Context, p directory.Erasure, after string) ([]finding, string, error) {
	all, next, err := s.Directory.AllRules(ctx, after, atOnce)
	var findings []finding
	for _, r := range all {
		var ids []string
		for _, e := range r.Evidence {
			ids = append(ids, e.Mail)
		}
		taught, errLoad := s.Items.Load(ctx, ids)
		if err = cmp.Or(err, errLoad); err != nil {
			break
		}
		of := map[string]bool{}
		for _, it := range taught {
			of[it.ID] = it.Of(p.Is)
		}
		whole := p.RuleIsOf(r)
		is := func(e directory.Evidence) bool {
			return whole || e.Contact == p.Contact || of[e.Mail] || e.Name != "" && strings.EqualFold(e.Name, p.Name)
		}
		his := slices.DeleteFunc(slices.Clone(r.Evidence), func(e directory.Evidence) bool { return !is(e) })
		if len(his) > 0 || whole {
			findings = append(findings, finding{
				show:  func(context.Context) (any, error) { r.Evidence = his; return r, nil },
				erase: func(ctx context.Context) error { return s.Directory.EraseRule(ctx, r, whole, is) },
				rule:  r.ID,
			})
		}
	}
	return findings, next, err
}

// with tells which of some chats are with the contact.
func (s *Service) with(ctx context.Context, p directory.Erasure, ids []string) (with map[string]bool, err error) {
	with = map[string]bool{}
	for _, id := range ids {
		if _, known := with[id]; known {
			continue
		}
		c, err := s.Chats.Get(ctx, id)
		if err != nil && !errors.Is(err, chat.ErrNotFound) {
			return nil, err
		}
		with[id] = c.Contact == p.Contact
	}
	return with, nil
}

func (s *Service) drafts(ctx context.Context, p directory.Erasure, after string) ([]finding, string, error) {
	all, next, err := s.Outbox.AllDrafts(ctx, after, atOnce)
	var ids []string
	for _, v := range all {
		ids = append(ids, v.Chat)
	}
	with, errWith := s.with(ctx, p, ids)
	return found(all, next, cmp.Or(err, errWith), func(d outbox.Draft) (finding, bool) {
		return finding{erase: func(ctx context.Context) error { return s.Outbox.EraseDraft(ctx, d.Chat, d.Member) }}, d.Of(p.Is) || with[d.Chat]
	})
}

func (s *Service) chats(ctx context.Context, p directory.Erasure, after string) ([]finding, string, error) {
	all, next, err := s.Chats.All(ctx, after, atOnce)
	return found(all, next, err, func(c chat.Chat) (finding, bool) {
		return finding{erase: func(ctx context.Context) error { return s.Chats.Erase(ctx, c.ID) }}, c.Contact == p.Contact && !c.IsBare()
	})
}

// messages finds those of chats with the contact only for an export: an erasure erased them with
// their chats.
func (s *Service) messages(ctx context.Context, p directory.Erasure, after string) ([]finding, string, error) {
	all, next, err := s.Chats.AllMessages(ctx, after, atOnce)
	var ids []string
	for _, v := range all {
		ids = append(ids, v.Chat)
	}
	with, errWith := s.with(ctx, p, ids)
	return found(all, next, cmp.Or(err, errWith), func(m chat.Placed) (finding, bool) {
		m.Shingles = nil
		return finding{erase: func(ctx context.Context) error {
			if m.Of(p.Is) || with[m.Chat] {
				return s.Chats.EraseMessage(ctx, m.Chat, m.Message)
			}
			return s.Chats.WithoutPerson(ctx, m.Chat, m.ID, p.Is)
		}}, !m.Erased && !(m.IsMail() && m.Received.After(p.At)) && (m.Of(p.Is) || m.Names(p.Is) || with[m.Chat])
	})
}

func (s *Service) mails(ctx context.Context, p directory.Erasure, after string) ([]finding, string, error) {
	all, next, err := s.Items.All(ctx, after, atOnce)
	return found(all, next, err, func(it item.Item) (finding, bool) {
		if it.Stored.After(p.At) {
			return finding{}, false // it came after the contact was erased
		}
		return finding{
			show: func(ctx context.Context) (any, error) {
				body, err := s.Items.Body(ctx, it)
				it.Shingles = nil
				return struct {
					item.Item
					Body string `json:"body"`
				}{it, body}, err
			},
			erase: func(ctx context.Context) error {
				if it.Of(p.Is) {
					return s.Items.Erase(ctx, it.ID)
				}
				return s.Items.WithoutPerson(ctx, it.ID, p.Is)
			},
		}, it.Of(p.Is) || it.Names(p.Is)
	})
}

func (s *Service) replies(ctx context.Context, p directory.Erasure, after string) ([]finding, string, error) {
	all, next, err := s.Outbox.All(ctx, after, atOnce)
	return found(all, next, err, func(r outbox.Reply) (finding, bool) {
		return finding{
			show: func(ctx context.Context) (any, error) {
				body, err := s.Outbox.Body(ctx, r.ID)
				return struct {
					outbox.Reply
					Body string `json:"body"`
				}{r, body}, err
			},
			erase: func(ctx context.Context) error {
				if r.Of(p.Is) {
					return s.Outbox.Erase(ctx, r.ID)
				}
				return s.Outbox.WithoutPerson(ctx, r.ID, p.Is)
			},
		}, r.Of(p.Is) || r.Names(p.Is)
	})
}

// audit finds the entries with details that name the contact or an address of his or hers, or a
// rule that the erasure removed. Later entries of the erasure itself have none.
func (s *Service) audit(ctx context.Context, p directory.Erasure, after string) ([]finding, string, error) {
	all, next, err := s.Audit.List(ctx, atOnce, after)
	gone := map[string]bool{} // by the object of an entry
	for _, e := range all {
		id, _ := strings.CutPrefix(e.Object, "rule ")
		if slices.Contains(p.Rules, id) && len(e.Detail) > 0 && err == nil && !gone[e.Object] {
			_, errRule := s.Directory.Rule(ctx, id)
			if gone[e.Object] = errors.Is(errRule, directory.ErrNotFound); !gone[e.Object] {
				err = errRule
			}
		}
	}
	return found(all, next, err, func(e audit.Entry) (finding, bool) {
		his := e.Object == "contact "+p.Contact && e.Action != "contact.erase" || gone[e.Object]
		for _, value := range e.Detail {
			value = strings.ToLower(value)
			his = his || strings.Contains(value, p.Contact)
			for _, email := range p.Emails {
				his = his || strings.Contains(value, email)
			}
		}
		return finding{erase: func(ctx context.Context) error { return s.Audit.Erase(ctx, e) }}, his && len(e.Detail) > 0
	})
}
