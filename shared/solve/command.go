package solve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/table"
)

// Solve does what a person decided about a mail. Errors: *NotWaiting, *Busy,
// *Unfit, *Invalid, *Gone, what who.May says, those of the directory when the
// person's data does not fit (*directory.Invalid, *directory.Conflict), and
// those of the tables. After an error of the tables the solution may still be
// carried out, by the tick; after the others it has changed and taught nothing.
//
// Doing the same twice is no error: the second time finds it done.
func (d *Service) Solve(ctx context.Context, id string, who Person, s Solution) (Result, error) {
	for {
		it, err := d.Items.Get(ctx, id)
		if err != nil {
			return Result{}, err
		}
		if c := it.Claim; c != nil {
			switch {
			case c.By == who.ID && c.Solution == s:
				return d.carryOut(ctx, it) // asked for twice, or the answer was lost
			case fresh(c):
				return Result{}, &Busy{it}
			}
			if err := d.Finish(ctx, it); err != nil {
				return Result{}, err
			}
			continue
		}
		if !it.Waits() {
			if h := it.Override; h.By == who.ID && h.Action == s.Action {
				return Result{Mail: it, Rule: h.Rule}, nil
			}
			return Result{}, &NotWaiting{it}
		}
		if it.State == item.Parked && !slices.Contains(item.Solutions(it.Reason), s.Action) {
			return Result{}, &Unfit{s.Action, it.Reason, item.Solutions(it.Reason)}
		}
		if err := who.May(it, s.Action); err != nil {
			return Result{}, err
		}
		claimed, err := d.claim(ctx, it, who, s)
		if errors.Is(err, table.ErrChanged) && ctx.Err() == nil {
			continue // somebody was faster, or our own answer was lost
		}
		if err != nil {
			return Result{}, err
		}
		return d.carryOut(ctx, claimed)
	}
}

// claim keeps on a mail what is going to be done to it, if it is still as it
// was read.
func (d *Service) claim(ctx context.Context, it item.Item, who Person, s Solution) (item.Item, error) {
	c := &item.Claim{Solution: s, By: who.ID, Manager: who.Manager, At: time.Now().UTC()}
	if s.Action == item.ChooseClient && it.Facts.Contact != "" {
		from, err := d.Directory.Contact(ctx, it.Facts.Contact)
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			return it, err
		}
		c.Added = err == nil && !slices.Contains(from.Clients, s.Client)
	}
	it.Claim = c
	if err := d.Items.Commit(ctx, it.Transition(it.State, "")...); err != nil {
		return it, fmt.Errorf("claim mail %s: %w", it.ID, err)
	}
	return d.Items.Get(ctx, it.ID)
}

// unclaim lets go of a mail whose solution was refused: it waits as before.
func (d *Service) unclaim(ctx context.Context, it item.Item) error {
	it.Claim = nil
	err := d.Items.Commit(ctx, it.Transition(it.State, "")...)
	if err != nil && !errors.Is(err, table.ErrChanged) && !errors.Is(err, table.ErrNotFound) {
		return fmt.Errorf("let go of mail %s: %w", it.ID, err)
	}
	return nil
}

// patience is how long a solution is left to whoever began it.
const patience = 2 * time.Minute

func fresh(c *item.Claim) bool { return time.Since(c.At) < patience }

// Finish carries out the solution that a mail is claimed for, when whoever began
// it has had the time to. A solution that is refused is given up. Errors are
// those of the tables.
func (d *Service) Finish(ctx context.Context, it item.Item) error {
	if it.Claim == nil || fresh(it.Claim) {
		return nil
	}
	_, err := d.carryOut(ctx, it)
	if refused(err) {
		slog.WarnContext(ctx, "a solution that broke off is given up", "mail", it.ID, "error", err)
		return nil
	}
	return err
}

// refused tells that repeating a solution would change nothing.
func refused(err error) bool {
	var (
		invalid  *Invalid
		gone     *Gone
		unfit    *Unfit
		waiting  *NotWaiting
		entry    *directory.Invalid
		conflict *directory.Conflict
		tooLarge *directory.TooLarge
	)
	return errors.As(err, &invalid) || errors.As(err, &gone) || errors.As(err, &unfit) || errors.As(err, &waiting) ||
		errors.As(err, &entry) || errors.As(err, &conflict) || errors.As(err, &tooLarge)
}

// carryOut does what a mail is claimed for. Any part of it may have been done.
func (d *Service) carryOut(ctx context.Context, it item.Item) (Result, error) {
	if it.Claim == nil {
		return Result{Mail: it, Rule: it.Override.Rule}, nil // the same person, asking twice, was faster
	}
	ctx = audit.As(ctx, it.Claim.By)
	a := &command{Service: d, it: it, Claim: *it.Claim}
	// Of mail whose sender Exchange doubts nothing is learned.
	a.Alone = a.Alone || it.Verdict == item.VerdictFail
	a.hint = it.Override
	a.hint.Action, a.hint.By, a.hint.At, a.hint.Rule = a.Action, a.By, a.At, ""
	var err error
	switch a.Action {
	case item.LinkContact:
		err = a.link(ctx)
	case item.CreateContact:
		err = a.create(ctx)
	case item.ChooseClient:
		err = a.choose(ctx)
	case item.Release:
		err = a.release(ctx)
	case item.Dismiss:
		err = a.dismiss(ctx)
	default:
		err = &Invalid{"action", "one of link-contact, create-contact, choose-client, release, dismiss"}
	}
	if refused(err) {
		if err := d.unclaim(ctx, it); err != nil {
			return Result{}, err
		}
	}
	if err != nil {
		return Result{}, err
	}
	return a.finish(ctx)
}

// An act is one solution being carried out.
type command struct {
	*Service
	item.Claim
	it      item.Item
	hint    item.Override   // what the mail will say
	answers []item.IndexKey // the other mail that this may answer
	done    bool            // the mail itself needs no decision: it is dismissed
}

func (a *command) evidence(contact, client string) directory.Evidence {
	return learn.Proof(directory.Evidence{At: a.At, By: a.By, Manager: a.Manager, Mail: a.it.ID, Action: string(a.Action), Contact: contact, Client: client, Words: mailtext.Words(a.it.Subject)}, a.it)
}

// internal tells whether the mail's own sender cannot be anybody at a client.
func (a *command) internal(ctx context.Context) (bool, error) {
	if _, err := directory.ReceivedAddress(a.it.From.Email); err != nil {
		return true, nil
	}
	return a.Own(ctx, a.it.From.Email)
}

func (a *command) link(ctx context.Context) error {
	if a.Contact == "" {
		return &Invalid{"contact", "the id of a contact"}
	}
	internal, err := a.internal(ctx)
	if err != nil {
		return err
	}
	if a.it.Reason == item.UnknownSender && a.it.Facts.Contact != "" && a.it.Facts.Contact != a.Contact {
		a.Alone = true // one address writes for many, and this mail is somebody else's
	}
	if internal || a.Alone {
		// The address stays whose it is: only this mail is the contact's.
		if _, err := a.Directory.Contact(ctx, a.Contact); err != nil {
			return gone("contact", a.Contact, err)
		}
		a.hint.Contact = a.Contact
		return a.passedOn(ctx, a.Contact)
	}
	return a.teach(ctx, a.it.From.Email, func(tx *directory.Tx) (directory.Contact, error) {
		c, err := tx.Contact(a.Contact)
		return c, gone("contact", a.Contact, err)
	})
}

func (a *command) create(ctx context.Context) error {
	email := a.Email
	if email == "" {
		email = a.it.From.Email
	}
	email, err := a.address(ctx, email)
	if err != nil {
		return err
	}
	if own, err := a.Own(ctx, email); err != nil || own {
		if own {
			err = &Invalid{"email", "the address of the contact, not one of the office"}
		}
		return err
	}
	if strings.TrimSpace(a.Name) == "" {
		return &Invalid{"name", "the name of the contact"}
	}
	made := directory.Contact{Name: a.Name, Phone: a.Phone, Function: a.Function}
	if a.Client != "" {
		made.Clients = []string{a.Client}
	}
	id := ""
	err = a.teach(ctx, email, func(tx *directory.Tx) (directory.Contact, error) {
		_, err := tx.Client(a.Client)
		if a.Client != "" && err != nil {
			return made, gone("client", a.Client, err)
		}
		return made, nil
	}, &id)
	if err == nil && email != a.it.From.Email {
		a.hint.Contact = id // a colleague passed the mail on
		err = a.passedOn(ctx, id)
	}
	return err
}

// address checks the address of a new contact: one of this mail may have any
// form, one that somebody typed may not.
func (a *command) address(ctx context.Context, text string) (string, error) {
	received, err := directory.ReceivedAddress(text)
	if sender, errSender := directory.ReceivedAddress(a.it.From.Email); err == nil && errSender == nil && received == sender {
		return received, nil
	}
	typed, errTyped := directory.TypedAddress(text)
	if errTyped == nil {
		return typed, nil
	}
	var wrong *directory.Invalid
	errors.As(errTyped, &wrong)
	content, errBody := a.Items.Body(ctx, a.it)
	if errBody != nil {
		return "", errBody
	}
	f := mailtext.Read(a.it.BodyType, content, a.it.Subject).Forwarded
	if err == nil && f != nil {
		if writer, errWriter := directory.ReceivedAddress(f.From.Email); errWriter == nil && writer == received {
			return received, nil
		}
	}
	return "", &Invalid{"email", wrong.Expected}
}

// passedOn keeps whether what a colleague passed on was the contact's from whom
// he says that he has it; contact is "" when it was nobody's.
func (a *command) passedOn(ctx context.Context, contact string) error {
	if a.it.Reason != item.InternalSender || a.it.Verdict != item.VerdictPass || a.Alone {
		return nil
	}
	content, err := a.Items.Body(ctx, a.it)
	if err != nil {
		return err
	}
	l, err := mailtext.ReadSafely(a.it.BodyType, content, a.it.Subject)
	f := l.Forwarded
	if err != nil || f == nil || f.From.Email == "" {
		return nil
	}
	writer, known, err := a.Directory.ContactByAddress(ctx, f.From.Email)
	if err != nil || !known {
		return err // whose it is says nothing about what is known
	}
	e := a.evidence(contact, "")
	e.Action = string(item.LinkContact)
	if writer.ID != contact {
		e.Action = "otherwise"
	}
	rule := a.hint.Rule
	err = a.rule(ctx, directory.AcceptKind, directory.KindForwarded, e, learn.TeachForwarded)
	if rule != "" {
		a.hint.Rule = rule // the link of the address is what can be taken back
	}
	return err
}

// teach gives a contact an address, and keeps that a person said so. Whoever
// has the address already is left alone, unless it is that contact.
func (a *command) teach(ctx context.Context, email string, who func(*directory.Tx) (directory.Contact, error), id ...*string) error {
	rule := directory.RuleID(directory.AddressContact, email)
	err := a.Directory.Change(ctx, func(tx *directory.Tx) error {
		c, err := who(tx)
		if err != nil {
			return err
		}
		owner, taken, err := tx.ContactByAddress(email)
		switch {
		case err != nil:
			return err
		case taken && c.ID == "":
			c = owner // somebody made the same contact just now
		case taken && owner.ID != c.ID:
			return &directory.Conflict{Field: "emails", Value: email, Kind: "contact", ID: owner.ID}
		}
		if !taken {
			c.Emails = append(slices.Clip(c.Emails), email)
			c.Learned = maps.Clone(c.Learned)
			if c.Learned == nil {
				c.Learned = map[string]string{}
			}
			c.Learned[email] = rule
		}
		if c, err = tx.SaveContact(c); err != nil {
			return err
		}
		for _, id := range id {
			*id = c.ID
		}
		if taken && !a.named(c) {
			return nil
		}
		return a.remember(ctx, tx, c, email)
	})
	if err != nil {
		return err
	}
	a.hint.Rule = rule
	a.answers = append(a.answers, item.SentBy(email))
	return nil
}

// named tells whether a person said that a contact writes under another name than
// the one that is known.
func (a *command) named(c directory.Contact) bool {
	return a.it.Reason == item.UnknownSender && a.it.Facts.Contact == c.ID
}

// remember keeps the rule of an address, and what it says about its domain.
func (a *command) remember(ctx context.Context, tx *directory.Tx, c directory.Contact, email string) error {
	client := ""
	if len(c.Clients) == 1 {
		client = c.Clients[0]
	}
	e := a.evidence(c.ID, client)
	if email == a.it.From.Email {
		e.Name = a.it.From.Name
	}
	e.Verified = e.Verified && email == a.it.From.Email // what a colleague passes on is proven by nobody
	was, _, err := tx.Rule(directory.AddressContact, email)
	if err != nil {
		return err
	}
	if _, err := tx.SaveRule(learn.TeachAddress(was, email, e)); err != nil {
		return err
	}
	domain := directory.Domain(email)
	if len(c.Clients) == 0 || directory.PublicDomain(domain) || !e.Verified {
		return nil
	}
	if was, _, err = tx.Rule(directory.DomainClient, domain); err != nil {
		return err
	}
	now := learn.TeachDomain(was, domain, e)
	if now.State == directory.RuleOn {
		a.answers = append(a.answers, item.SentFrom(domain))
	}
	_, err = tx.SaveRule(now)
	return err
}

func (a *command) choose(ctx context.Context) error {
	if a.Client == "" {
		return &Invalid{"client", "the id of a client"}
	}
	contact := a.it.Facts.Contact
	if contact == "" {
		return &Unfit{a.Action, a.it.Reason, item.Solutions(a.it.Reason)}
	}
	err := a.Directory.Change(ctx, func(tx *directory.Tx) error {
		if _, err := tx.Client(a.Client); err != nil {
			return gone("client", a.Client, err)
		}
		c, err := tx.Contact(contact)
		if err != nil {
			return gone("contact", contact, err)
		}
		for _, email := range c.Emails {
			a.answers = append(a.answers, item.SentBy(email))
		}
		if a.Alone {
			return nil
		}
		a.hint.Added = a.Added
		if !slices.Contains(c.Clients, a.Client) {
			// Somebody who takes on one client more.
			a.hint.Added = true
			c.Clients = append(slices.Clip(c.Clients), a.Client)
			if c, err = tx.SaveContact(c); err != nil {
				return err
			}
		}
		if len(c.Clients) < 2 {
			return nil
		}
		was, _, err := tx.Rule(directory.SenderClient, contact)
		if err != nil {
			return err
		}
		now, err := tx.SaveRule(learn.TeachClient(was, contact, a.evidence(contact, a.Client)))
		a.hint.Rule = now.ID
		return err
	})
	a.hint.Client = a.Client
	return err
}

func (a *command) release(ctx context.Context) error {
	reason := a.it.Reason
	if reason == "" {
		return &NotWaiting{a.it}
	}
	a.hint.Release = append(slices.Clip(a.hint.Release), reason)
	if a.Scope != OfSender {
		return nil
	}
	if reason != item.Automated || !learn.Teaches(a.it, directory.AcceptSender) {
		// What is doubted about one mail is doubted about the next.
		return &Invalid{"scope", `"once" for this reason`}
	}
	return a.rule(ctx, directory.AcceptSender, a.it.From.Email, a.evidence("", ""), func(r directory.Rule, e directory.Evidence) directory.Rule {
		return learn.TeachAcceptance(r, a.it.From.Email, e, true)
	})
}

func (a *command) dismiss(ctx context.Context) (err error) {
	kind, key := directory.DismissSender, a.it.From.Email
	if a.it.Class == item.AutoReply && a.Scope != OfList && a.Scope != OfSender {
		// Whoever is away, his program's answers need nobody.
		kind, key = directory.DismissKind, directory.KindAutoReply
	} else if a.Scope == OfList || a.Scope != OfSender && a.it.ListID != "" {
		kind, key = directory.DismissList, a.it.ListID
	}
	if kind == directory.DismissSender {
		if _, err := directory.ReceivedAddress(key); err != nil {
			key = "" // what is no address teaches nothing
		}
	}
	always := a.Scope == OfList || a.Scope == OfSender
	contact := false
	if key != "" && kind != directory.DismissKind && a.it.From.Email != "" {
		if _, contact, err = a.Directory.ContactByAddress(ctx, a.it.From.Email); err != nil {
			return err
		}
	}
	switch {
	case always && !learn.Teaches(a.it, kind):
		return &Invalid{"scope", `"once": nothing proves who sent this mail, so that nothing is learned from it`}
	case always && contact:
		return &Invalid{"scope", `"once": mail of a contact is never dismissed by itself`}
	case always && a.it.Reason != item.Automated && a.it.Reason != item.Bounce && a.it.Reason != item.UnknownSender:
		return &Invalid{"scope", `"once" for this reason`}
	case always && key == "":
		return &Invalid{"scope", `"once", or "sender": the mail came through no list`}
	case !a.Alone && !contact && learn.Teaches(a.it, kind) && (always || key != "" && a.it.Reason == item.Automated):
		// Dismissing the same often enough teaches too.
		err = a.rule(ctx, kind, key, a.evidence("", ""), func(r directory.Rule, e directory.Evidence) directory.Rule {
			return learn.TeachDismissal(r, kind, key, e, always)
		})
	}
	a.done = true
	if err == nil && a.it.Reason == item.InternalSender {
		err = a.passedOn(ctx, "")
	}
	return err
}

// rule teaches a rule that has nothing to do with contacts.
func (a *command) rule(ctx context.Context, kind directory.RuleKind, key string, e directory.Evidence, teach func(directory.Rule, directory.Evidence) directory.Rule) error {
	return a.Directory.Change(ctx, func(tx *directory.Tx) error {
		was, _, err := tx.Rule(kind, key)
		if err != nil {
			return err
		}
		now, err := tx.SaveRule(teach(was, e))
		if err != nil {
			return err
		}
		a.hint.Rule = now.ID
		if now.State == directory.RuleOn {
			switch kind {
			case directory.DismissList:
				a.answers = append(a.answers, item.OnList(key))
			case directory.DismissSender, directory.AcceptSender:
				a.answers = append(a.answers, item.SentBy(key))
			}
		}
		return nil
	})
}

// finish writes on the mail what was done to it, and has everything decided
// that it answers.
func (a *command) finish(ctx context.Context) (Result, error) {
	it, err := a.write(ctx)
	if err != nil {
		return Result{}, err
	}
	ids := []string{it.ID}
	for _, h := range a.answers {
		more, err := a.Items.Waiting(ctx, h)
		if err != nil {
			return Result{}, err
		}
		ids = append(ids, more...)
	}
	ids = unique(ids)
	r := Result{Rule: a.hint.Rule}
	if r.Released, r.Pending, err = a.settle(ctx, "solved", "", ids); err != nil {
		return Result{}, err
	}
	r.Mail, err = a.Items.Get(ctx, it.ID)
	return r, err
}

// write changes the mail from claimed to open work, or to dismissed.
func (a *command) write(ctx context.Context) (item.Item, error) {
	for it := a.it; ; {
		was := it.State
		it.Override, it.State, it.Reason, it.Facts, it.Claim = a.hint, item.New, "", item.Facts{}, nil
		it.Decided = a.At
		if a.done {
			it.State = item.Dismissed
		}
		it.Note(item.Attempt{At: a.At, By: a.By, Action: a.Action, State: it.State, Rule: a.hint.Rule})
		ops := append(it.Transition(was, ""), item.CountOp(a.At, item.Hand, 1), audit.Op(audit.Entry{
			By: a.By, Action: "mail." + string(a.Action), Object: "mail " + it.ID, Mail: it.ID, Detail: a.detail(),
		}))
		err := a.Items.Commit(ctx, ops...)
		if err == nil {
			return it, nil
		}
		if !errors.Is(err, table.ErrChanged) && !errors.Is(err, table.ErrNotFound) {
			return it, fmt.Errorf("solve mail %s: %w", it.ID, err)
		}
		now, err := a.Items.Get(ctx, it.ID)
		if err != nil {
			return it, err
		}
		if now.Claim == nil || now.Claim.By != a.By || !now.Claim.At.Equal(a.At) {
			if now.Override.At.Equal(a.At) && now.Override.By == a.By {
				return now, nil // our own answer was lost, or the same was asked twice
			}
			return now, &NotWaiting{now}
		}
		it = now
	}
}

func (a *command) detail() map[string]string {
	d := map[string]string{"reason": string(a.it.Reason)}
	for name, v := range map[string]string{"contact": a.Contact, "client": a.Client, "scope": string(a.Scope), "rule": a.hint.Rule} {
		if v != "" {
			d[name] = v
		}
	}
	return d
}

func gone(kind, id string, err error) error {
	if errors.Is(err, directory.ErrNotFound) {
		return &Gone{kind, id}
	}
	return err
}

func unique(ids []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(ids, func(id string) bool {
		had := seen[id]
		seen[id] = true
		return had
	})
}
