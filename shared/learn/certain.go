package learn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/sorting"
)

// maxEarlier is of how many clients the sender's earlier chats are read.
const maxEarlier = 8

// WhichClient returns the one of a contact's clients that a mail is about, the reason, and
// the id of the rule that says so, if one does, when that is certain: the subject or the
// author's own words name exactly one of them by its number, KvK number, VAT id or whole
// name, or they name none and a sign of unnamed tells. Any clue to a second client makes it
// uncertain. It reads the earlier chats of at most eight clients.
func WhichClient(ctx context.Context, office Office, contact string, clients []string, it item.Item, said Said) (client string, why Reason, rule string, ok bool, err error) {
	none := Reason{}
	if len(clients) < 2 || it.Class != "" || it.ListID != "" {
		return "", none, "", false, nil
	}
	q := question{it: it}
	if q.all, err = load(ctx, office, clients); err != nil {
		return "", none, "", false, err
	}
	if q.taught, _, err = office.RuleFor(ctx, directory.SenderClient, contact); err != nil {
		return "", none, "", false, fmt.Errorf("rule of contact %s: %w", contact, err)
	}
	if q.read, err = said.Text(ctx); err != nil {
		return "", none, "", false, fmt.Errorf("text of mail %s: %w", it.ID, err)
	}
	q.text, err = saidBy(ctx, office, contact, it, q.read)
	if err != nil || len(q.text) > maxText || len(q.read.Quoted) > 8*maxText {
		return "", none, "", false, err // the part that is not read may name another client
	}
	firm, partly := map[int]Reason{}, []int(nil)
	for _, m := range mentions(q.text, q.all, it) {
		if _, seen := firm[m.client]; m.firm && !seen {
			firm[m.client] = m.why
		} else if !m.firm {
			partly = append(partly, m.client)
		}
	}
	earlier, err := said.Earlier(ctx, mostTelling(clients, q.all, firm, q.taught))
	if err != nil {
		return "", none, "", false, fmt.Errorf("earlier chats of contact %s: %w", contact, err)
	}
	q.chosen = verified(choices(q.taught, earlier))
	byWord, word, habit := clientByWords(q.chosen, it.Subject, clients)
	at := slices.IndexFunc(q.all, func(c directory.Client) bool { return c.ID == byWord })
	if len(firm) == 0 && it.Verdict == item.VerdictPass {
		at, why, rule = q.unnamed(ctx, said, at, word, habit)
	} else if _, same := firm[at]; len(firm) != 1 || habit && !same {
		return "", none, "", false, nil
	}
	for at, why = range firm { // the only one
	}
	if at < 0 || slices.ContainsFunc(partly, func(p int) bool { return p != at }) || quotesOther(q.read, q.all, at) {
		return "", none, "", false, nil
	}
	stranger, err := namesStranger(ctx, office, q.text, q.all)
	if err != nil || stranger || contradicted(Mail{Item: it, Text: q.read, Earlier: earlier}, q.all, q.taught, q.all[at].ID) {
		return "", none, "", false, err
	}
	return q.all[at].ID, why, rule, true, nil
}

// A question is which of a contact's clients a mail is about.
type question struct {
	it     item.Item
	read   mailtext.Text
	text   string // what the contact says
	all    []directory.Client
	taught directory.Rule
	chosen []directory.Evidence // for verified mail
}

// unnamed returns the client of the first sign in a verified mail that names none, the reason
// and the rule; -1 for none, and when the names of files may be of another client.
func (q question) unnamed(ctx context.Context, said Said, usual int, word string, habit bool) (at int, why Reason, rule string) {
	inFile, whyFile := -1, Reason{}
	if q.it.HasAttachments {
		files, known := said.Files(ctx)
		if !known {
			return -1, Reason{}, ""
		}
		inFile, whyFile = byFiles(q.all, q.it, files, q.taught)
	}
	if at, why = wholeMisspelt(q.text, q.all, q.it.From.Name); habit {
		at, why, rule = usual, reasonChosenBefore(word), q.taught.ID
	} else if at < 0 && inFile >= 0 {
		if at, why = inFile, whyFile; why.Code == "word" {
			rule = q.taught.ID
		}
	} else if at < 0 {
		at, why = q.byChoices()
		rule = q.taught.ID
	}
	if inFile >= 0 && inFile != at {
		return -1, Reason{}, ""
	}
	return at, why, rule
}

// byChoices returns the client of the first sign that was right in earlier choices; -1 for none.
func (q question) byChoices() (int, Reason) {
	if i, why := bySignature(q.all, q.it, q.chosen); i >= 0 {
		return i, why
	}
	if i, why := byRecord(q.all, q.it, q.taught); i >= 0 {
		return i, why
	}
	if i := byWriter(q.all, q.it, q.taught); i >= 0 {
		return i, reason("own-name")
	}
	if strings.TrimSpace(q.read.Own) == "" {
		return -1, Reason{}
	}
	return ofKind(q.all, q.it.Subject, q.text, q.chosen)
}

// mostTelling returns the clients whose earlier chats are read: of many, those that the
// mail names and those that were chosen last.
func mostTelling(clients []string, all []directory.Client, pointed map[int]Reason, taught directory.Rule) []string {
	if len(clients) <= maxEarlier {
		return clients
	}
	var ids []string
	for i := range pointed {
		ids = append(ids, all[i].ID)
	}
	for _, e := range slices.Backward(taught.Evidence) {
		if slices.Contains(clients, e.Client) {
			ids = withID(ids, e.Client)
		}
	}
	return ids[:min(len(ids), maxEarlier)]
}

// Said reads the texts that can tell what a mail is about.
type Said struct {
	Text    func(context.Context) (mailtext.Text, error)                     // what the mail says
	Earlier func(ctx context.Context, clients []string) ([]chat.Chat, error) // the sender's chats with these clients
	Files   func(context.Context) (names []string, known bool)               // the names of the attached files
}

// choices returns what people chose for a sender's mail, and the chats that the
// sender's mail joined by itself: both tell which client a word stands for. A
// mail counts once. Nothing counts when people switched the rule off or took it
// back.
func choices(rule directory.Rule, earlier []chat.Chat) []directory.Evidence {
	if rule.State != "" && !counting(rule) {
		return nil
	}
	all := slices.Clone(rule.Evidence)
	for _, c := range earlier {
		mail := c.FirstMail()
		if !slices.ContainsFunc(rule.Evidence, func(e directory.Evidence) bool { return e.Mail == mail }) {
			all = append(all, directory.Evidence{At: c.Started, Verified: c.Verdict == item.VerdictPass, Mail: mail, Client: c.Client, Contact: c.Contact, Words: mailtext.Words(c.Subject)})
		}
	}
	sorting.By(all, func(a, b directory.Evidence) int { return a.At.Compare(b.At) })
	return all
}

// verified returns the evidence of mail whose sender was verified.
func verified(all []directory.Evidence) []directory.Evidence {
	return slices.DeleteFunc(slices.Clone(all), func(e directory.Evidence) bool { return !e.Verified })
}

// load reads those of a contact's clients that exist, all at the same time.
func load(ctx context.Context, office Office, ids []string) ([]directory.Client, error) {
	found := make([]*directory.Client, len(ids))
	asks := make([]ask, len(ids))
	for i, id := range ids {
		asks[i] = func(ctx context.Context) error {
			c, err := office.Client(ctx, id)
			if errors.Is(err, directory.ErrNotFound) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("client %s: %w", id, err)
			}
			found[i] = &c
			return nil
		}
	}
	if err := askAll(ctx, asks); err != nil {
		return nil, err
	}
	var out []directory.Client
	for _, c := range found {
		if c != nil {
			out = append(out, *c)
		}
	}
	return out, nil
}

// body returns the author's own text up to the closing. Not every signature is
// recognised, and a signature says who writes and not what about.
func body(l mailtext.Text, writer string) string {
	lines := strings.Split(l.Own, "\n")
	by := nameOf(writer)
	for i := len(lines) - 1; i > 0 && i >= len(lines)-12; i-- {
		said := nameOf(lines[i])
		if len(strings.Fields(lines[i])) > 5 || said.first == "" {
			continue
		}
		if by.like(said) != different || by.first != "" && said.whole == by.first {
			return strings.Join(lines[:i], "\n")
		}
	}
	return l.Own
}

// saidBy returns what a contact says in a mail: the subject and the contact's
// own text. When a colleague forwards the contact's mail, that is the forwarded
// text.
func saidBy(ctx context.Context, office Office, contact string, it item.Item, l mailtext.Text) (string, error) {
	said := it.Subject + "\n" + body(l, it.From.Name)
	if l.Forwarded == nil || l.Forwarded.From.Email == "" {
		return said, nil
	}
	c, err := office.Contact(ctx, contact)
	if errors.Is(err, directory.ErrNotFound) {
		return said, nil
	}
	if err != nil {
		return "", fmt.Errorf("contact %s: %w", contact, err)
	}
	f := l.Forwarded
	if email, err := directory.ReceivedAddress(f.From.Email); err == nil && slices.Contains(c.Emails, email) {
		said += "\n" + body(mailtext.Read("text", f.Text, f.Subject), cmp.Or(f.From.Name, c.Name))
	}
	return said, nil
}

// quotesOther says whether the quoted text names another client by its number.
func quotesOther(l mailtext.Text, all []directory.Client, but int) bool {
	n := mailtext.NumbersIn(l.Quoted)
	for i, c := range all {
		if i != but && slices.ContainsFunc(n.Labelled, func(s string) bool { return strings.EqualFold(s, c.Number) }) {
			return true
		}
	}
	return false
}

// namesStranger says whether the text names, by number, a client outside the
// given ones: the sender may write for one more.
func namesStranger(ctx context.Context, office Office, text string, all []directory.Client) (bool, error) {
	n := mailtext.NumbersIn(text)
	for _, number := range n.Labelled[:min(3, len(n.Labelled))] {
		if slices.ContainsFunc(all, func(c directory.Client) bool { return strings.EqualFold(c.Number, number) }) {
			continue
		}
		_, found, err := office.ClientByNumber(ctx, number)
		if err != nil {
			return false, fmt.Errorf("client with number %s: %w", number, err)
		}
		if found {
			return true, nil
		}
	}
	return false, nil
}
