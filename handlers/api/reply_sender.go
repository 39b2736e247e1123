package api

import (
	"cmp"
	"context"
	"slices"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/compose"
	"kantoorpost/shared/words"
)

// addSenders adds from which addresses the caller may send, and the one that is
// offered.
func (k *correspondence) addSenders(ctx context.Context, out *wire.NewReply, o original) error {
	senders, err := k.senders(ctx)
	if err != nil {
		return err
	}
	for _, s := range senders {
		object, err := k.api.sender(ctx, s)
		if err != nil {
			return err
		}
		out.Addresses = append(out.Addresses, object)
	}
	if i := k.defaultSender(senders, o); i >= 0 {
		if alias := aliasReceived(senders[i], o); alias != "" {
			object := out.Addresses[i]
			object.Email = alias
			out.Addresses = slices.Insert(out.Addresses, 0, object)
			out.Warnings = append(out.Warnings, "alias")
			out.Texts = append(out.Texts, wire.WarningObject{Code: "alias", Text: aliasText(alias, senders[i].Address)})
			i = 0
		}
		out.From = &out.Addresses[i]
	}
	return nil
}

// aliasNamed is the alias of a sender that an address is, "" when it is none.
func aliasNamed(s access.Sender, address string) string {
	for _, a := range s.Aliases {
		if compose.Normal(a) == compose.Normal(address) && a != "" {
			return a
		}
	}
	return ""
}

// aliasReceived is the alias of a sender to which the mail that is answered was written;
// "" when it was written to the address itself, or to another.
func aliasReceived(s access.Sender, o original) (alias string) {
	if o.mail.ID == "" {
		return ""
	}
	for _, a := range slices.Concat(o.message.To, o.message.Cc) {
		if compose.Normal(a.Email) == compose.Normal(s.Address) {
			return ""
		}
		alias = cmp.Or(alias, aliasNamed(s, a.Email))
	}
	return alias
}

func aliasText(alias, address string) words.Text {
	return words.Text{
		NL: "Deze mail kwam binnen op " + alias + ", een alias van " + address +
			". Uw antwoord vertrekt vanaf de alias als de organisatie dat toestaat (in Exchange: SendFromAliasEnabled), en anders vanaf " +
			address + ".",
		EN: "This mail came in at " + alias + ", an alias of " + address +
			". Your answer leaves from the alias if the organisation allows that (in Exchange: SendFromAliasEnabled), and else from " +
			address + ".",
	}
}

// sender is an address with the signature of the caller's mail from it.
func (a *api) sender(ctx context.Context, s access.Sender) (wire.SenderObject, error) {
	about, err := a.Writing.Address(ctx, s.ID)
	if err != nil {
		return wire.SenderObject{}, err
	}
	own, err := a.Writing.Member(ctx, actor(ctx).Member.ID)
	return wire.SenderObject{
		ID:               s.ID,
		Name:             s.Name,
		Email:            s.Address,
		SignaturesObject: wire.SignaturesObject(own.Above(about.Signatures)),
	}, err
}

// defaultSender is the index of the address that answers o: one that received it, and
// of several one that the caller is linked with. For a chat that the office begins it
// is the first that the caller is linked with. It is -1 when there is none.
func (k *correspondence) defaultSender(senders []access.Sender, o original) int {
	// Of a mail to several addresses of the office, the one in To is meant. The message
	// has the address whose mailbox was read first.
	received := []string{compose.Normal(o.mail.Address), compose.Normal(o.reply.Address)}
	for i, a := range slices.Concat(o.message.To, o.message.Cc) {
		if email := compose.Normal(a.Email); i < len(o.message.To) {
			received = slices.Insert(received, i, email)
		} else {
			received = append(received, email)
		}
	}
	if o.empty() {
		for _, address := range k.chat.Addresses {
			received = append(received, compose.Normal(address))
		}
	}
	received = slices.DeleteFunc(received, func(email string) bool { return email == "" })
	has := func(s access.Sender, email string) bool {
		return slices.ContainsFunc(append([]string{s.Address}, s.Aliases...), func(a string) bool { return compose.Normal(a) == email })
	}
	first := slices.IndexFunc(received, func(email string) bool {
		return slices.ContainsFunc(senders, func(s access.Sender) bool { return has(s, email) })
	})
	rank := func(s access.Sender) int {
		got := slices.ContainsFunc(received, func(email string) bool { return has(s, email) })
		main := first >= 0 && has(s, received[first])
		switch {
		case got && s.Linked && main:
			return 5
		case got && s.Linked:
			return 4
		case main:
			return 3
		case got:
			return 2
		case s.Linked && o.empty():
			return 1
		}
		return 0
	}
	best := -1
	for i, s := range senders {
		if rank(s) > 0 && (best < 0 || rank(s) > rank(senders[best])) {
			best = i
		}
	}
	return best
}
