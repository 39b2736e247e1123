package api

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/sync/errgroup"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/compose"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/outbox"
)

// The marks of a recipient.
const (
	markNew       = "new"       // stands in no message of the chat
	markOutside   = "outside"   // no contact of the chat's client, and nobody of the office
	markColleague = "colleague" // a team member, or an address of the office
)

// A correspondence is a chat with what is known about the addresses in it. It is for
// one request.
type correspondence struct {
	api      *api
	chat     chat.Chat // without id while the office begins it
	messages []chat.Message
	boxes    []connector.Activation // that are active
	own      map[string]bool        // their addresses and aliases
	seen     map[string]bool        // addresses in messages; nil: not read yet
	mu       sync.Mutex             // guards what follows
	members  map[string]bool        // whether an address is that of an active team member
	contacts map[string]directory.Contact
}

func (a *api) correspondence(ctx context.Context, c chat.Chat) (*correspondence, error) {
	boxes, err := a.activations(ctx)
	if err != nil {
		return nil, err
	}
	k := &correspondence{api: a, chat: c, own: map[string]bool{}, members: map[string]bool{}, contacts: map[string]directory.Contact{}}
	for _, b := range boxes {
		if !b.Active {
			continue
		}
		k.boxes = append(k.boxes, b)
		for _, address := range append([]string{b.Address}, b.Aliases...) {
			k.own[compose.Normal(address)] = true
		}
	}
	return k, nil
}

// isOwn says whether mail to an address reaches an activated mailbox of the office, also
// with a tag: info+factuur@ is info@.
// https://learn.microsoft.com/exchange/recipients-in-exchange-online/plus-addressing-in-exchange-online
func (k *correspondence) isOwn(email string) bool {
	normal := compose.Normal(email)
	untagged, _ := directory.Untagged(normal)
	return k.own[normal] || k.own[untagged]
}

// senders are the addresses from which the caller may send mail of the chat. Somebody
// who begins takes part in what he or she begins.
func (k *correspondence) senders(ctx context.Context) ([]access.Sender, error) {
	who, c := actor(ctx), k.chat
	if c.ID == "" {
		c.Members = []string{who.Member.ID}
	}
	return access.Senders(ctx, who, c, k.boxes, k.api.Directory, time.Now())
}

// chatMessages is how many of the newest messages of a chat say who is known in it.
const chatMessages = 200

func (k *correspondence) read(ctx context.Context) error {
	if k.seen != nil {
		return nil
	}
	k.seen = map[string]bool{}
	if k.chat.ID == "" {
		return nil
	}
	var err error
	if k.messages, _, err = k.api.Chats.Messages(ctx, k.chat.ID, chatMessages, ""); err != nil {
		return err
	}
	for _, m := range k.messages {
		if m.Kind == chat.KindReply && !hasLeft(outbox.State(m.State)) {
			continue // nobody got it yet
		}
		for _, a := range slices.Concat([]mail.Address{m.From}, m.To, m.Cc) {
			k.seen[compose.Normal(a.Email)] = true
		}
	}
	return nil
}

// contact is the contact with an address, and whether there is one.
func (k *correspondence) contact(ctx context.Context, email string) (directory.Contact, bool, error) {
	c, err := once(&k.mu, k.contacts, compose.Normal(email), func(normal string) (directory.Contact, error) {
		c, _, err := k.api.Directory.ContactByAddress(ctx, normal)
		return c, err
	})
	return c, c.ID != "", err
}

// isMember tells whether an address is that of an active team member.
func (k *correspondence) isMember(ctx context.Context, email string) (bool, error) {
	return once(&k.mu, k.members, compose.Normal(email), func(normal string) (bool, error) {
		m, found, err := k.api.Directory.MemberByAddress(ctx, normal)
		return found && m.Active, err
	})
}

// once is what read returns for a key, which it is asked for once.
func once[T any](mu *sync.Mutex, kept map[string]T, key string, read func(string) (T, error)) (T, error) {
	mu.Lock()
	v, ok := kept[key]
	mu.Unlock()
	if ok {
		return v, nil
	}
	v, err := read(key)
	if err == nil {
		mu.Lock()
		kept[key] = v
		mu.Unlock()
	}
	return v, err
}

// marksOf returns the marks of each address. It reads side by side: a mail may have
// hundreds of recipients.
func (k *correspondence) marksOf(ctx context.Context, emails []string) ([][]string, error) {
	if err := k.read(ctx); err != nil {
		return nil, err
	}
	marks, errs := make([][]string, len(emails)), make([]error, len(emails))
	var reads errgroup.Group
	reads.SetLimit(readsAtOnce)
	for i, email := range emails {
		reads.Go(func() error {
			marks[i], errs[i] = k.marks(ctx, email)
			return nil
		})
	}
	_ = reads.Wait() // the errors are in errs
	return marks, errors.Join(errs...)
}

// marks are those of an address; read has been called.
func (k *correspondence) marks(ctx context.Context, email string) (marks []string, err error) {
	normal := compose.Normal(email)
	if !k.seen[normal] {
		marks = append(marks, markNew)
	}
	if k.isOwn(normal) {
		return append(marks, markColleague), nil
	}
	if member, err := k.isMember(ctx, normal); err != nil {
		return nil, err
	} else if member {
		return append(marks, markColleague), nil
	}
	c, found, err := k.contact(ctx, normal)
	if err != nil {
		return nil, err
	}
	if !found || !slices.Contains(c.Clients, k.chat.Client) {
		marks = append(marks, markOutside)
	}
	return marks, nil
}

// marked are addresses with their marks, and with the name of the directory where the
// mail has none.
func (k *correspondence) marked(ctx context.Context, list []mail.Address) ([]wire.RecipientObject, error) {
	var emails []string
	for _, a := range list {
		emails = append(emails, a.Email)
	}
	marks, err := k.marksOf(ctx, emails)
	if err != nil {
		return nil, err
	}
	out := []wire.RecipientObject{}
	for i, a := range list {
		if a.Name == "" {
			if c, found, err := k.contact(ctx, a.Email); err != nil {
				return nil, err
			} else if found {
				a.Name = c.Name
			}
		}
		out = append(out, wire.RecipientObject{Name: a.Name, Email: a.Email, Marks: marks[i]})
	}
	return out, nil
}

// addRecipients checks the recipients of a reply to o and adds them, each address once: in
// the first of To, Cc and Bcc that names it. Names and addresses stand in headers of the
// mail, so nothing in them may end a line.
func addRecipients(r *outbox.Reply, in wire.ReplyContent, o original) error {
	for _, list := range []struct {
		field string
		in    []wire.RecipientObject
		out   *[]outbox.Recipient
	}{{"to", in.To, &r.To}, {"cc", in.Cc, &r.Cc}, {"bcc", in.Bcc, &r.Bcc}} {
		for i, given := range list.in {
			at := "body." + list.field + "[" + strconv.Itoa(i) + "]"
			email, err := o.address(given.Email)
			if err != nil || strings.ContainsFunc(given.Email, unicode.IsControl) {
				return invalid(at+".email", "an e-mail address such as naam@voorbeeld.nl")
			}
			if strings.ContainsFunc(given.Name, breaksLine) {
				return invalid(at+".name", "a name of one line")
			}
			if !slices.ContainsFunc(r.Recipients(), func(other outbox.Recipient) bool { return other.Email == email }) {
				*list.out = append(*list.out, outbox.Recipient{Name: strings.TrimSpace(given.Name), Email: email})
			}
		}
	}
	return nil
}

// address is the stored form of the address of a recipient: one as people type them, or one
// of the mail that is answered, which can have a form that nobody types.
func (o original) address(text string) (string, error) {
	email, err := directory.TypedAddress(text)
	received := slices.Concat([]mail.Address{o.message.From}, o.mail.AnswersTo, o.message.To, o.message.Cc)
	normal := compose.Normal(text)
	if err != nil && normal != "" && slices.ContainsFunc(received, func(a mail.Address) bool { return compose.Normal(a.Email) == normal }) {
		return normal, nil
	}
	return email, err
}

// breaksLine says whether a rune can end a line, or hide one, in a header.
func breaksLine(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }

func recipientsOf(list []outbox.Recipient) []wire.RecipientObject {
	return mapped(list, func(r outbox.Recipient) wire.RecipientObject {
		return wire.RecipientObject{Name: r.Name, Email: r.Email}
	})
}

// hasLeft says whether a reply in this state is on its way or arrived.
func hasLeft(s outbox.State) bool { return s == outbox.Sent || s == outbox.Bounced }

// learnAliases asks Graph for the aliases of the mailbox that received a mail, when a
// recipient of it is at a domain of the office and nobody that is known: an alias may
// be newer than the activation of the mailbox. Without an answer the writer sees the
// address among the recipients.
func (k *correspondence) learnAliases(ctx context.Context, o original) error {
	i := slices.IndexFunc(k.boxes, func(b connector.Activation) bool { return b.ID == o.mail.Mailbox })
	if i < 0 {
		return nil
	}
	for _, a := range slices.Concat(o.message.To, o.message.Cc) {
		normal := compose.Normal(a.Email)
		if k.isOwn(normal) || directory.Domain(normal) != directory.Domain(k.boxes[i].Address) {
			continue
		}
		if m, found, err := k.api.Directory.MemberByAddress(ctx, normal); err != nil {
			return err
		} else if found && m.Active {
			continue
		}
		graph, err := k.api.Connectors.Client(ctx, k.boxes[i].Connector)
		var box mail.Mailbox
		if err == nil {
			box, err = graph.Mailbox(ctx, k.boxes[i].Address)
		}
		if err != nil {
			slog.InfoContext(ctx, "the aliases of a mailbox are not known", "mailbox", k.boxes[i].ID, "error", err)
		}
		for _, alias := range box.Aliases {
			k.own[compose.Normal(alias)] = true
		}
		return nil
	}
	return nil
}
