package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// An Erasure is a contact who was deleted, and of whom the office still has something that is
// being erased. It is gone when nothing is left.
type Erasure struct {
	Contact string    `json:"contact"` // id
	Name    string    `json:"name"`
	Emails  []string  `json:"emails"`
	At      time.Time `json:"at"`
	// Pass and After say how far it came. Found says that this round erased something: another
	// follows, since what was changed meanwhile may be anywhere.
	Pass  int    `json:"pass,omitempty"`
	After string `json:"after,omitempty"`
	Found bool   `json:"found,omitempty"`
	// Rules are the ids of the rules that it changed or removed: the audit names them.
	Rules []string `json:"rules,omitempty"`
}

// ErasureOf is the erasure of a contact that has not begun.
func ErasureOf(c Contact) Erasure {
	return Erasure{Contact: c.ID, Name: c.Name, Emails: c.Emails, At: time.Now().UTC()}
}

// Is says whether an e-mail address is one of the contact's.
func (e Erasure) Is(email string) bool {
	address, err := ReceivedAddress(email)
	return err == nil && slices.Contains(e.Emails, address)
}

const erasurePrefix = "erasure|"

func (e Erasure) row() table.Row { return table.Document(erasurePrefix+e.Contact, e, nil) }

// EraseContact removes a contact, and stores that he or she is to be erased. The audit gets no
// name and no address, but their hashes. Errors: ErrNotFound, ErrChanged.
func (s *Store) EraseContact(ctx context.Context, id, revision string) (e Erasure, err error) {
	contacts := Kind[Contact]{store: s, deleting: func(_ context.Context, c *change, was Contact) error {
		e = ErasureOf(was)
		c.add(erasurePrefix+id, table.Put(e.row()))
		var hashes []string
		for _, email := range was.Emails {
			hashes = append(hashes, ids.Hash(email))
		}
		c.action, c.did[0].detail = "contact.erase", map[string]string{"hash": strings.Join(hashes, " ")}
		return nil
	}}
	err = contacts.Delete(ctx, id, revision)
	return e, err
}

// Erasures returns those that are not finished. It costs one query.
func (s *Store) Erasures(ctx context.Context) (all []Erasure, err error) {
	rows, _, err := s.table.Range(ctx, erasurePrefix, table.PastPrefix(erasurePrefix), most)
	for _, r := range rows {
		var e Erasure
		err = errors.Join(err, r.Document(&e))
		all = append(all, e)
	}
	if err != nil {
		return nil, fmt.Errorf("directory: erasures: %w", err)
	}
	return all, nil
}

// SaveErasure stores how far an erasure came.
func (s *Store) SaveErasure(ctx context.Context, e Erasure) error {
	return s.table.Write(ctx, table.Put(e.row()))
}

// FinishErasure forgets an erasure of which nothing is left, with an entry of the audit.
func (s *Store) FinishErasure(ctx context.Context, e Erasure) error {
	err := s.table.Write(ctx, table.Delete(e.row()), audit.Op(audit.Entry{Action: "contact.erased", Object: "contact " + e.Contact}))
	if errors.Is(err, table.ErrNotFound) { // another instance was faster
		return nil
	}
	return err
}

// AllRules returns rules with all their evidence, and the key to continue after, "" at the end.
func (s *Store) AllRules(ctx context.Context, after string, limit int) (all []Rule, next string, err error) {
	const prefix = "rule|"
	rows, more, err := s.table.Range(ctx, prefix+after+"\x00", table.PastPrefix(prefix), limit)
	for _, r := range rows {
		var rule Rule
		err = errors.Join(err, unpack(r, &rule))
		all = append(all, rule)
	}
	if err != nil {
		return nil, "", fmt.Errorf("directory: read all rules: %w", err)
	}
	if more != "" {
		next = rows[len(rows)-1].Key[len(prefix):]
	}
	return all, next, nil
}

// RuleIsOf says whether a rule is about the contact, and not about others too.
func (e Erasure) RuleIsOf(r Rule) bool {
	return r.Contact == e.Contact || r.Key == e.Contact || e.Is(r.Key)
}

// EraseRule takes from a rule what those pieces of its evidence say for which of says true. The
// whole rule goes when it shall, or has no other evidence.
func (s *Store) EraseRule(ctx context.Context, r Rule, whole bool, of func(Evidence) bool) error {
	return s.Change(ctx, func(t *Tx) error {
		now, found, err := t.Rule(r.Kind, r.Key)
		if err != nil || !found {
			return err
		}
		his, evidence := 0, slices.Clone(now.Evidence)
		for i, e := range evidence {
			if of(e) {
				e.Contact, e.Name, e.Words, e.Template, e.Mail = "", "", nil, "", ""
				evidence[i] = e
				his++
			}
		}
		if whole || int64(his) == now.Count {
			set(t, t.rules[now.ID], nil)
			return nil
		}
		now.Evidence = evidence
		_, err = t.SaveRule(now)
		return err
	})
}
