package solve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/table"
)

// Undo takes back what was last done to a mail: what a person solved, with all
// that it taught and led to, or what a learned rule decided. Who is no manager
// takes back what he or she solved, and no rule that others made or switched.
// Errors: ErrNothing, *Written, *Busy, *NotYours, what who.May says, and those
// of the tables.
func (d *Service) Undo(ctx context.Context, id string, who Person) (Result, error) {
	it, err := d.Items.Get(ctx, id)
	if err != nil {
		return Result{}, err
	}
	if it.Claim != nil {
		return Result{}, &Busy{it}
	}
	if err := who.May(it, item.UndoAction); err != nil {
		return Result{}, err
	}
	by := who.ID
	ctx = audit.As(ctx, by)
	rule := it.Override.Rule
	if it.Override.Action == "" && len(it.Rules) > 0 {
		rule = it.Rules[len(it.Rules)-1]
	}
	r, err := d.Directory.Rule(ctx, rule)
	known := err == nil
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return Result{}, err
	}
	if it.Override.Action == "" && len(it.Rules) == 0 && !it.DismissedItself() {
		if chosen, err := d.chosen(ctx, it); err != nil || !chosen {
			return Result{}, cmp.Or(err, ErrNothing)
		}
	}
	if err := who.mayUndo(it, r, known); err != nil {
		return Result{}, err
	}
	switch {
	case known && r.Kind == directory.AddressContact && r.State != directory.RuleUndone:
		return d.undoRule(ctx, r, "", id, by)
	case known && r.Kind == directory.DomainClient && it.Override.Action == "":
		// The one whom the rule took for a newcomer was somebody else: only he
		// goes, and the rule has to be taught again.
		return d.undoRule(ctx, r, it.From.Email, id, by)
	}
	if err := d.unwritten(ctx, []string{id}); err != nil {
		return Result{}, err
	}
	if it.Override.Added {
		if err := d.unlink(ctx, it); err != nil {
			return Result{}, err
		}
	}
	if known && it.Override.Action != "" {
		if err := d.forget(ctx, r, it.ID, !who.Manager); err != nil {
			return Result{}, err
		}
	} else if known && it.Rules != nil {
		if err := d.setState(ctx, r, directory.RuleOff); err != nil {
			return Result{}, err
		}
	}
	unchanged := func(now item.Item) bool {
		return now.ID != id || now.Override.At.Equal(it.Override.At) && now.Override.By == it.Override.By
	}
	ids, err := d.takeBack(ctx, []string{id}, by, it.Override.Action == "", unchanged)
	if err != nil {
		return Result{}, err
	}
	return d.again(ctx, id, ids)
}

// mayUndo refuses what only a manager takes back.
func (p Person) mayUndo(it item.Item, r directory.Rule, known bool) error {
	others := func(e directory.Evidence) bool { return e.By != p.ID }
	switch {
	case p.Manager:
		return nil
	case it.Override.Action == "":
		return &NotYours{"a rule decided it, and no person"}
	case it.Override.By != p.ID:
		return &NotYours{"somebody else solved it"}
	case known && r.Kind == directory.AddressContact && r.State != directory.RuleUndone && slices.ContainsFunc(r.Evidence, others):
		return &NotYours{"somebody else linked the address"}
	}
	return nil
}

// chosen tells whether nobody but the mail itself said which of the sender's
// clients it is about.
func (d *Service) chosen(ctx context.Context, it item.Item) (bool, error) {
	c, err := d.Chats.Get(ctx, it.Chat)
	if errors.Is(err, chat.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	from, err := d.Directory.Contact(ctx, c.Contact)
	if errors.Is(err, directory.ErrNotFound) {
		return false, nil
	}
	return len(from.Clients) > 1, err
}

// UndoRule takes back a rule with all that it did. Errors: directory.ErrNotFound,
// *Written, and those of the tables.
func (d *Service) UndoRule(ctx context.Context, rule, by string) (Result, error) {
	r, err := d.Directory.Rule(ctx, rule)
	if err != nil || r.State == directory.RuleUndone {
		return Result{Rule: rule}, err
	}
	return d.undoRule(audit.As(ctx, by), r, "", "", by)
}

// undoRule takes back a rule, or of it what it did for one sender, "" for all.
// Mail is the one that is answered with; "" for none.
func (d *Service) undoRule(ctx context.Context, r directory.Rule, sender, mail, by string) (Result, error) {
	ids, err := d.ledBy(ctx, r.ID, sender)
	if err != nil {
		return Result{}, err
	}
	if mail != "" && !slices.Contains(ids, mail) {
		ids = append(ids, mail)
	}
	if r.State != directory.RuleUndoing {
		if err := d.unwritten(ctx, ids); err != nil {
			return Result{}, err
		}
		// From here on the tick finishes what breaks off.
		r.Undoing = sender
		if err := d.setState(ctx, r, directory.RuleUndoing); err != nil {
			return Result{}, err
		}
	}
	if err := d.unlearn(ctx, r, sender); err != nil {
		return Result{}, err
	}
	late, err := d.ledBy(ctx, r.ID, sender) // mail that came meanwhile
	if err != nil {
		return Result{}, err
	}
	ids = unique(append(ids, late...))
	back, err := d.takeBack(ctx, ids, by, false, every)
	if err != nil {
		return Result{}, err
	}
	done := directory.RuleUndone
	if sender != "" {
		done = directory.RuleLearning
	}
	if err := d.setState(ctx, r, done); err != nil {
		return Result{}, err
	}
	return d.again(ctx, mail, back)
}

// Resume goes on with rules that are being undone. The tick calls it: whoever
// began may have died.
func (d *Service) Resume(ctx context.Context) error {
	rules, err := d.Directory.UndoingRules(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range rules {
		if time.Since(r.Changed) < 2*time.Minute {
			continue // somebody is at it
		}
		if _, err := d.undoRule(audit.As(ctx, r.ChangedBy), r, r.Undoing, "", r.ChangedBy); err != nil {
			errs = append(errs, fmt.Errorf("undo rule %s: %w", r.ID, err))
		}
	}
	return errors.Join(errs...)
}

// ledBy are the mails that a rule has led into chats, of one sender or of all.
func (d *Service) ledBy(ctx context.Context, rule, sender string) ([]string, error) {
	ids, err := d.Items.ByRule(ctx, rule)
	if err != nil || sender == "" {
		return ids, err
	}
	items, err := d.Items.Load(ctx, ids)
	var of []string
	for _, it := range items {
		if it.From.Email == sender {
			of = append(of, it.ID)
		}
	}
	return of, err
}

// unwritten refuses to take back mails when people have written in their chats.
func (d *Service) unwritten(ctx context.Context, ids []string) error {
	items, err := d.Items.Load(ctx, ids)
	if err != nil {
		return err
	}
	var written Written
	seen := map[string]bool{}
	for _, it := range items {
		if it.Chat == "" || seen[it.Chat] {
			continue
		}
		seen[it.Chat] = true
		c, err := d.Chats.Get(ctx, it.Chat)
		if err != nil && !errors.Is(err, chat.ErrNotFound) {
			return err
		}
		if c.Notes > 0 {
			written.Chats = append(written.Chats, c.ID)
		}
	}
	if len(written.Chats) > 0 {
		return &written
	}
	return nil
}

// unlearn takes out of the directory what a rule put there. A contact who is
// left without an address was made by it.
func (d *Service) unlearn(ctx context.Context, r directory.Rule, sender string) error {
	contacts, err := d.Directory.ContactsByRule(ctx, r.ID, 1000)
	if err != nil {
		return err
	}
	for _, c := range contacts {
		err := d.Directory.Change(ctx, func(tx *directory.Tx) error {
			c, err := tx.Contact(c.ID)
			if errors.Is(err, directory.ErrNotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			mine := func(email string) bool { return c.Learned[email] == r.ID && (sender == "" || email == sender) }
			c.Emails = slices.DeleteFunc(slices.Clone(c.Emails), mine)
			c.Learned = maps.Clone(c.Learned)
			maps.DeleteFunc(c.Learned, func(email, _ string) bool { return mine(email) })
			if len(c.Emails) == 0 {
				return tx.DeleteContact(c.ID)
			}
			_, err = tx.SaveContact(c)
			return err
		})
		if err != nil {
			return err
		}
	}
	if r.Kind == directory.AddressContact {
		return d.forgetAbout(ctx, r)
	}
	return nil
}

// unlink takes the client from the contact who has it for this mail only.
func (d *Service) unlink(ctx context.Context, it item.Item) error {
	c, err := d.Chats.Get(ctx, it.Chat)
	if errors.Is(err, chat.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return d.Directory.Change(ctx, func(tx *directory.Tx) error {
		from, err := tx.Contact(c.Contact)
		if errors.Is(err, directory.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		from.Clients = slices.DeleteFunc(slices.Clone(from.Clients), func(id string) bool { return id == it.Override.Client })
		_, err = tx.SaveContact(from)
		return err
	})
}

// forgetAbout drops what a wrong link said about the domain of its address.
func (d *Service) forgetAbout(ctx context.Context, r directory.Rule) error {
	for _, e := range r.Evidence {
		domain, known, err := d.Directory.RuleFor(ctx, directory.DomainClient, directory.Domain(r.Key))
		if err == nil && known {
			err = d.forget(ctx, domain, e.Mail, false)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// forget drops what a rule learned from one mail. With stays, a rule that is on
// stays on as long as it rests on anybody else.
func (d *Service) forget(ctx context.Context, r directory.Rule, mail string, stays bool) error {
	return d.Directory.Change(ctx, func(tx *directory.Tx) error {
		now, known, err := tx.Rule(r.Kind, r.Key)
		if err != nil || !known {
			return err
		}
		if !slices.ContainsFunc(now.Evidence, func(e directory.Evidence) bool { return e.Mail == mail }) {
			return nil
		}
		less := learn.Forget(now, mail)
		if stays && now.State == directory.RuleOn && (len(less.Evidence) > 0 || now.SwitchedBy != "") {
			less.State = directory.RuleOn
		}
		_, err = tx.SaveRule(less)
		return err
	})
}

func (d *Service) setState(ctx context.Context, r directory.Rule, s directory.RuleState) error {
	return d.Directory.Change(ctx, func(tx *directory.Tx) error {
		now, known, err := tx.Rule(r.Kind, r.Key)
		if err != nil || !known || now.State == s {
			return err
		}
		if s == directory.RuleUndoing && r.Revision != now.Revision {
			return fmt.Errorf("rule %s: %w", r.ID, directory.ErrChanged) // others may have confirmed it meanwhile
		}
		now.State, now.Undoing = s, ""
		if s == directory.RuleUndoing {
			now.Undoing = r.Undoing
		}
		if s == directory.RuleLearning || s == directory.RuleUndone {
			now.Evidence, now.Count = nil, 0
		}
		_, err = tx.SaveRule(now)
		return err
	})
}

// takeBack brings mails back to open work, out of the chats that they are in,
// and returns all that came back. The chat of a mail that started it goes, and
// its other mails are decided anew. Whoever wrote in a chat meanwhile keeps it.
func (d *Service) takeBack(ctx context.Context, ids []string, by string, noRules bool, fits func(item.Item) bool) (back []string, err error) {
	var errs []error
	for _, id := range ids {
		all, err := d.withOthers(ctx, id)
		if err != nil {
			return back, err
		}
		for _, id := range all {
			done, err := d.takeOne(ctx, id, by, noRules, fits)
			if err != nil {
				errs = append(errs, err)
				break
			}
			if done {
				back = append(back, id)
			}
		}
	}
	return unique(back), errors.Join(errs...)
}

// withOthers are the mails that have to leave with one: of a chat that it
// started all, copies before what they are copies of, and the first last.
func (d *Service) withOthers(ctx context.Context, id string) ([]string, error) {
	it, err := d.Items.Get(ctx, id)
	if errors.Is(err, item.ErrNotFound) {
		return nil, nil
	}
	if err != nil || it.Chat == "" {
		return []string{id}, err
	}
	inside := []string{id}
	if it.Chat == id {
		if inside, err = d.Chats.MailIDs(ctx, it.Chat); err != nil {
			return nil, err
		}
	}
	var all []string
	for _, m := range inside {
		original, err := d.Items.Get(ctx, m)
		if errors.Is(err, item.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if original.InternetMessageID != "" {
			same, err := d.Items.ByMessageID(ctx, original.InternetMessageID)
			if err != nil {
				return nil, err
			}
			for _, s := range same {
				if s.ID != m && s.ID != it.Chat && s.Chat == it.Chat {
					all = append(all, s.ID)
				}
			}
		}
		if m != it.Chat {
			all = append(all, m)
		}
	}
	if it.Chat == id {
		all = append(all, id)
	}
	return unique(all), nil
}

// every is the condition of takeOne that every mail fulfils.
func every(item.Item) bool { return true }

// takeOne brings one mail back to open work, if it is one that fits when it is
// changed and nobody is solving it.
func (d *Service) takeOne(ctx context.Context, id, by string, noRules bool, fits func(item.Item) bool) (done bool, err error) {
	for {
		it, err := d.Items.Get(ctx, id)
		if errors.Is(err, item.ErrNotFound) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if it.Claim != nil || !fits(it) {
			return false, nil
		}
		ops, err := d.leaving(ctx, it)
		if written := (*Written)(nil); errors.As(err, &written) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		at := time.Now().UTC()
		automatic := it.Override.Action == "" && !it.Waits()
		ops = append(ops, it.Undecided()...)
		was := it.State
		it.State, it.Decided, it.Reason, it.Chat, it.Why, it.Rules, it.Facts = item.New, at, "", "", "", nil, item.Facts{}
		it.Override = item.Override{NoRules: noRules}
		it.Note(item.Attempt{At: at, By: by, Action: item.UndoAction, State: item.New})
		ops = append(ops, it.Transition(was, "")...)
		ops = append(ops, audit.Op(audit.Entry{By: by, Action: "mail.undo", Object: "mail " + it.ID, Mail: it.ID}))
		if automatic {
			ops = append(ops, item.CountOp(at, item.Corrected, 1))
		}
		err = d.Items.Commit(ctx, ops...)
		if err == nil {
			return true, nil
		}
		if ctx.Err() != nil || !errors.Is(err, table.ErrChanged) && !errors.Is(err, table.ErrNotFound) {
			return false, fmt.Errorf("take back mail %s: %w", id, err)
		}
	}
}

func (d *Service) leaving(ctx context.Context, it item.Item) ([]table.Op, error) {
	if it.Chat == "" {
		return nil, nil
	}
	c, err := d.Chats.Get(ctx, it.Chat)
	if errors.Is(err, chat.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if c.Notes > 0 {
		return nil, &Written{[]string{c.ID}}
	}
	return d.Chats.RemoveMail(ctx, c, it)
}

// again has mails decided that came back, and answers with one of them.
func (d *Service) again(ctx context.Context, mail string, ids []string) (Result, error) {
	// The oldest first: it may be what others answer.
	ids = slices.Clone(ids)
	slices.Sort(ids)
	slices.Reverse(ids)
	_, pending, err := d.settle(ctx, "undone", "", ids)
	if err != nil {
		return Result{}, err
	}
	r := Result{Released: len(ids), Pending: pending}
	if mail != "" {
		r.Mail, err = d.Items.Get(ctx, mail)
	}
	return r, err
}
