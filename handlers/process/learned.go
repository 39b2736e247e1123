package process

import (
	"context"
	"log/slog"
	"slices"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/mailtext"
)

// rule returns a learned rule; false when there is none or it is off.
func (r *records) rule(ctx context.Context, kind directory.RuleKind, key string) (directory.Rule, bool, error) {
	if key == "" {
		return directory.Rule{}, false, nil
	}
	rule, err := r.cache.rules.get(ctx, directory.RuleID(kind, key), func(ctx context.Context) (*directory.Rule, error) {
		rule, ok, err := r.directory.RuleFor(ctx, kind, key)
		if !ok || err != nil {
			return nil, err
		}
		return &rule, nil
	})
	if rule == nil || err != nil {
		return directory.Rule{}, false, err
	}
	return *rule, rule.State == directory.RuleOn, nil
}

// notAnalysed means that reading the text of a mail panicked or took too long.
type notAnalysed struct{ cause error }

func (e *notAnalysed) Error() string { return e.cause.Error() }
func (e *notAnalysed) Unwrap() error { return e.cause }

// text returns the parts of a mail's text. When they cannot be read the error is a
// *notAnalysed; after a person has released the mail, they are empty.
func (r *records) text(ctx context.Context, it item.Item) (mailtext.Text, error) {
	content, arriving := r.contents[it.ID]
	if !arriving {
		var err error
		if content, err = r.items.Body(ctx, it); err != nil {
			return mailtext.Text{}, err
		}
	}
	text, err := mailtext.ReadSafely(it.BodyType, content, it.Subject)
	return text, unlessReleased(it, err)
}

// unlessReleased returns the error of reading a mail's text as a *notAnalysed, or nil
// when a person has released the mail in spite of it.
func unlessReleased(it item.Item, err error) error {
	if err == nil || it.Override.Releases(item.NotAnalysed) {
		return nil
	}
	return &notAnalysed{err}
}

func (r *records) Forwarded(ctx context.Context, it item.Item) (sender, bool, error) {
	if _, internal, err := r.Member(ctx, it.From.Email); err != nil || !internal {
		return sender{}, false, err
	}
	rule, on, err := r.rule(ctx, directory.AcceptKind, directory.KindForwarded)
	if err != nil || !on {
		return sender{}, false, err
	}
	text, err := r.text(ctx, it)
	if err != nil || text.Forwarded == nil {
		return sender{}, false, err
	}
	email, err := directory.ReceivedAddress(text.Forwarded.From.Email)
	if err != nil {
		return sender{}, false, nil
	}
	from, known, err := r.Contact(ctx, email)
	from.Rule = rule.ID
	return from, known, err
}

func (r *records) DismissedBy(ctx context.Context, it item.Item, contact string) (string, error) {
	rules := []struct {
		kind directory.RuleKind
		key  string
	}{{directory.DismissList, it.ListID}, {directory.DismissSender, it.From.Email}, {directory.DismissKind, ""}}
	if automaticAnswer(it) {
		rules[2].key = directory.KindAutoReply
		// Only this rule may dismiss the automatic answer of a contact.
		if _, contact, err := r.Contact(ctx, it.From.Email); err != nil || contact {
			rules = rules[2:]
		}
	}
	for _, by := range rules {
		rule, on, err := r.rule(ctx, by.kind, by.key)
		if err != nil {
			return "", err
		}
		if !on {
			continue
		}
		if by.kind != directory.DismissKind {
			rule.Evidence = slices.DeleteFunc(slices.Clone(rule.Evidence), func(e directory.Evidence) bool { return e.Contact != contact })
		}
		if decides, err := learn.Decides(rule, it, func() (*learn.ClientIndex, error) { return r.clients(ctx) }); err != nil || decides {
			return rule.ID, err
		}
	}
	return "", nil
}

func (r *records) AcceptedBy(ctx context.Context, it item.Item) (string, error) {
	rule, on, err := r.rule(ctx, directory.AcceptSender, it.From.Email)
	if err != nil || !on {
		return "", err
	}
	if decides, err := learn.Decides(rule, it, nil); err != nil || !decides {
		return "", err
	}
	return rule.ID, nil
}

func (r *records) DomainClient(ctx context.Context, it item.Item) (client, rule string, err error) {
	x, err := r.clients(ctx)
	if err != nil {
		return "", "", err
	}
	client, by, ok, err := learn.DomainClient(ctx, learn.Indexed(r.directory, x), x, it)
	if err != nil || !ok {
		return "", "", err
	}
	return client, by.ID, nil
}

func (r *records) Named(ctx context.Context, it item.Item, from sender, c *chat.Chat) (others []string, sure string, err error) {
	x, err := r.clients(ctx)
	if err != nil {
		return nil, "", err
	}
	own, known := from.Clients, ""
	if c != nil {
		own, known = []string{c.Client}, c.Subject
	}
	others = x.Others(it, own, known)
	if c != nil && len(others) == 0 {
		others = x.OtherOwn(it, from.Clients, c.Client)
	}
	var named []string
	if c == nil && learn.ByProgram(it.From) {
		named = x.ForPortal(it)
	}
	if len(others) == 0 && len(named) != 1 {
		return nil, "", nil
	}
	rule, _, err := r.rule(ctx, directory.SenderClient, from.ID)
	if err != nil {
		return nil, "", err
	}
	if learn.NamesItsClient(rule, it) {
		if len(named) == 1 {
			return named, rule.ID, nil
		}
		sure = rule.ID
	}
	return learn.StillUnclear(rule, it, others), sure, nil
}

func (r *records) Signed(ctx context.Context, it item.Item) ([]string, error) {
	x, err := r.clients(ctx)
	if err != nil {
		return nil, err
	}
	return x.Signed(it), nil
}

// namesOf returns the names of the files of a mail; false when Graph does not give them.
func (r *records) namesOf(ctx context.Context, it item.Item) ([]string, bool) {
	names, err := r.files.get(ctx, it.ID, func(ctx context.Context) ([]string, error) { return r.fileNames(ctx, it) })
	if err != nil {
		slog.InfoContext(ctx, "waits, because the names of its files are not known", "error", err)
	}
	return names, err == nil
}

// ForPortal reads the names of files, and looks at what people chose for earlier mail of
// the portal, only when the mail itself names no client.
func (r *records) ForPortal(ctx context.Context, it item.Item, from sender) (named []string, by string, err error) {
	rule, _, err := r.rule(ctx, directory.SenderClient, from.ID)
	if err != nil {
		return nil, "", err
	}
	x, err := r.clients(ctx)
	if err != nil {
		return nil, "", err
	}
	if named = x.ForPortal(it); len(named) == 0 {
		files, _ := r.namesOf(ctx, it)
		named = x.InFiles(files)
	}
	if len(named) == 0 {
		named = learn.ByDisplayName(rule, it)
	}
	if rule.State == directory.RuleUndone {
		return named, "", nil
	}
	return named, rule.ID, nil
}

func (r *records) AboutClient(ctx context.Context, it item.Item, from sender) (bool, []string, error) {
	x, err := r.clients(ctx)
	if err != nil {
		return false, nil, err
	}
	other, err := learn.ThirdParty(ctx, learn.Indexed(r.directory, x), it, from.ID, from.Name, from.Clients)
	if err != nil || !other {
		return true, nil, err
	}
	rule, _, err := r.rule(ctx, directory.SenderClient, from.ID)
	about, named := x.AboutClient(it, from.Clients[0], rule)
	return about, named, err
}

// Unproven reads the earlier mail of an address only for mail that is not verified.
func (r *records) Unproven(ctx context.Context, it item.Item, from sender) (unproven, asksMoney bool, err error) {
	o := it.Override
	if it.Verdict != item.VerdictSoft || o.Releases(item.SenderNotVerified) || o.Contact != "" || o.Client != "" {
		return false, false, nil
	}
	if from.Portal { // its chats are with many clients
		rule, _, err := r.rule(ctx, directory.SenderClient, from.ID)
		if err != nil {
			return false, false, err
		}
		unproven, asksMoney = learn.Unproven(it, learn.VerdictsIn(rule), nil)
		return unproven, asksMoney, nil
	}
	verdicts, err := r.VerdictsOf(ctx, from.ID, from.Clients, it.From.Email)
	if err != nil {
		return false, false, err
	}
	x, err := r.clients(ctx)
	if err != nil {
		return false, false, err
	}
	unproven, asksMoney = learn.Unproven(it, verdicts, x.Accounts(from.Clients))
	return unproven, asksMoney, nil
}

func (r *records) OtherName(ctx context.Context, it item.Item, from sender) (bool, error) {
	office, err := r.office(ctx)
	if err != nil {
		return false, err
	}
	return learn.OtherName(ctx, office, it, from.ID, from.Name, from.Clients)
}

func (r *records) WhichClient(ctx context.Context, it item.Item, from sender) (client, rule string, err error) {
	office, err := r.office(ctx)
	if err != nil {
		return "", "", err
	}
	client, _, rule, ok, err := learn.WhichClient(ctx, office, from.ID, from.Clients, it, learn.Said{
		Text: func(ctx context.Context) (mailtext.Text, error) { return r.text(ctx, it) },
		Earlier: func(ctx context.Context, clients []string) ([]chat.Chat, error) {
			return r.OfContact(ctx, from.ID, clients)
		},
		Files: func(ctx context.Context) ([]string, bool) { return r.namesOf(ctx, it) },
	})
	if err != nil || !ok {
		return "", "", err
	}
	return client, rule, nil
}
