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

// WhichClient returns the one of a contact's clients that a mail is about, the
// reason, and the id of the rule that says so, if one does, when that is
// certain. It is certain when the subject or the author's own words name
// exactly one of the clients by its number, KvK number, VAT id or whole name;
// or when a word of the subject was in many earlier choices for one client and
// in none for another. Any clue to a second client makes it uncertain. Earlier
// choices decide only mail with a verified sender, and only choices for such
// mail count. When nothing else tells, the client that signs the mail is the one, if
// people chose it for the last mail that it signed; so is the one that the names of files
// name, or the subject by a word, if that was right for the last mail of this sender (see
// wordsHold); so is the one of those who share an address (see byWriter); and, unless there is no text, so is the only company, or the only private person, for words that mean either (see ofKind).
//
// It reads the earlier chats of at most eight clients.
func WhichClient(ctx context.Context, office Office, contact string, clients []string, it item.Item, said Said) (client string, why Reason, rule string, ok bool, err error) {
	none := Reason{}
	if len(clients) < 2 || it.Class != "" || it.ListID != "" {
		return "", none, "", false, nil
	}
	all, err := load(ctx, office, clients)
	if err != nil {
		return "", none, "", false, err
	}
	taught, _, err := office.RuleFor(ctx, directory.SenderClient, contact)
	if err != nil {
		return "", none, "", false, fmt.Errorf("rule of contact %s: %w", contact, err)
	}
	l, err := said.Text(ctx)
	if err != nil {
		return "", none, "", false, fmt.Errorf("text of mail %s: %w", it.ID, err)
	}
	text, err := saidBy(ctx, office, contact, it, l)
	if err != nil {
		return "", none, "", false, err
	}
	if len(text) > maxText || len(l.Quoted) > 8*maxText {
		return "", none, "", false, nil // the part that is not read may name another client
	}
	pointed := map[int]Reason{}
	var partly []int
	for _, m := range mentions(text, all, it) {
		if _, seen := pointed[m.client]; m.firm && !seen {
			pointed[m.client] = m.why
		} else if !m.firm {
			partly = append(partly, m.client)
		}
	}
	earlier, err := said.Earlier(ctx, mostTelling(clients, all, pointed, taught))
	if err != nil {
		return "", none, "", false, fmt.Errorf("earlier chats of contact %s: %w", contact, err)
	}
	chosen := verified(choices(taught, earlier))
	inFile, whyFile := -1, none
	if len(pointed) == 0 && it.Verdict == item.VerdictPass && it.HasAttachments {
		files, known := said.Files(ctx)
		if !known {
			return "", none, "", false, nil // a file may name another client
		}
		inFile, whyFile = byFiles(all, it, files, taught)
	}
	var word string
	if len(pointed) == 0 && it.Verdict == item.VerdictPass {
		if client, found, ok := clientByWords(chosen, it.Subject, clients); ok {
			word, rule = found, taught.ID
			pointed[slices.IndexFunc(all, func(c directory.Client) bool { return c.ID == client })] = reasonChosenBefore(word)
		} else if i, why := wholeMisspelt(text, all, it.From.Name); i >= 0 {
			pointed[i] = why
		} else if inFile >= 0 {
			if pointed[inFile] = whyFile; whyFile.Code == "word" {
				rule = taught.ID
			}
		} else if i, why := bySignature(all, it, chosen); i >= 0 {
			pointed[i], rule = why, taught.ID
		} else if i, why := byRecord(all, it, taught); i >= 0 {
			pointed[i], rule = why, taught.ID
		} else if i := byWriter(all, it, taught); i >= 0 {
			pointed[i], rule = reason("own-name"), taught.ID
		} else if i, why := ofKind(all, it.Subject, text, chosen); i >= 0 && strings.TrimSpace(l.Own) != "" {
			pointed[i], rule = why, taught.ID
		}
	} else if client, _, ok := clientByWords(chosen, it.Subject, clients); ok && len(pointed) > 0 {
		i := slices.IndexFunc(all, func(c directory.Client) bool { return c.ID == client })
		if _, same := pointed[i]; !same {
			return "", none, "", false, nil
		}
	}
	if len(pointed) != 1 {
		return "", none, "", false, nil
	}
	for i, because := range pointed {
		if inFile >= 0 && inFile != i {
			return "", none, "", false, nil
		}
		elsewhere := func(p int) bool { return p != i }
		if i < 0 || slices.ContainsFunc(partly, elsewhere) || quotesOther(l, all, i) {
			return "", none, "", false, nil
		}
		stranger, err := namesStranger(ctx, office, text, all)
		if err != nil || stranger {
			return "", none, "", false, err
		}
		client, why = all[i].ID, because
	}
	if contradicted(Mail{Item: it, Text: l, Earlier: earlier}, all, taught, client) {
		return "", none, "", false, nil
	}
	return client, why, rule, true, nil
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
		if len(strings.Fields(lines[i])) > 5 {
			continue
		}
		said := nameOf(lines[i])
		if said.first == "" {
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
