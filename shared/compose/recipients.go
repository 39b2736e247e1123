// Package compose prepares a mail of the office: to whom it goes, its subject, and
// what its writer should look at before it leaves. It also keeps what the office sets
// for its mail: signatures, templates, how long a reply is held, and which replies
// need a second person.
//
// It does not know who may write, and it sends nothing.
package compose

import (
	"slices"
	"strings"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/outbox"
)

// A Code names something that the writer of a reply should know.
type Code string

// The warnings about recipients that are given before anything is written.
const (
	// WarnBcc means that the office got the mail as Bcc: no address of it stands in To
	// or Cc, so the others do not know that it has the mail, and all of them cannot be
	// answered.
	WarnBcc Code = "bcc"
	// WarnReplyTo means that the mail asks for answers at another domain than its
	// sender's. Answers go to the sender.
	WarnReplyTo Code = "reply-to"
	// WarnMany means that the mail has more recipients than are known.
	WarnMany Code = "many-recipients"
)

// An Original is the message that is answered or forwarded.
type Original struct {
	From    mail.Address
	ReplyTo []mail.Address
	To, Cc  []mail.Address
	Sent    bool // the office sent it
	Cut     bool // it may have more recipients
}

// Recipients are whom a reply goes to, as long as its writer changes nothing.
type Recipients struct {
	To, Cc   []mail.Address
	ReplyTo  []mail.Address // offered: the addresses of WarnReplyTo
	ReplyAll bool           // whether answering all is possible and differs from answering the sender
	Hidden   bool           // no address of the office stands among the recipients that are known
	Warnings []Code
}

// RecipientsOf returns the recipients of a reply. They come from the message that is
// answered, and from nothing else. Own says whether an address is an activated one of
// the office or an alias of one: none of those receives a reply.
func RecipientsOf(o Original, mode outbox.Mode, own func(email string) bool) (r Recipients) {
	if mode == outbox.ModeForward || mode == outbox.ModeNew {
		return r
	}
	all := list{own: own}
	target := list{own: own}
	if o.Sent {
		target.add(o.To...)
	} else {
		to, offered := answerTo(o, own)
		target.add(to...)
		if r.ReplyTo = offered; offered != nil {
			r.Warnings = append(r.Warnings, WarnReplyTo)
		}
		all.seen = slices.Clone(target.seen)
		all.add(o.To...)
	}
	cc := list{own: own, seen: slices.Concat(target.seen, all.seen)}
	cc.add(o.Cc...)
	r.Hidden = !o.Sent && !slices.ContainsFunc(slices.Concat(o.To, o.Cc), func(a mail.Address) bool { return own(a.Email) })
	switch {
	case o.Cut:
		r.Warnings = append(r.Warnings, WarnMany)
	case r.Hidden:
		r.Warnings = append(r.Warnings, WarnBcc)
	}
	if r.Hidden {
		r.To = target.addresses
		return r
	}
	r.ReplyAll = len(all.addresses)+len(cc.addresses) > 0
	r.To = target.addresses
	if mode == outbox.ModeReplyAll {
		r.To, r.Cc = append(r.To, all.addresses...), cc.addresses
	}
	return r
}

// answerTo returns where a mail wants its answer: at its Reply-To, if that is of the
// sender's own domain, since nobody verifies a Reply-To. Another one is only offered, and so
// is one of a mail provider, where anybody can have an address.
func answerTo(o Original, own func(email string) bool) (to, offered []mail.Address) {
	domain := directory.Domain(Normal(o.From.Email))
	for _, a := range o.ReplyTo {
		switch {
		case Normal(a.Email) == Normal(o.From.Email), own(a.Email):
		case directory.Domain(Normal(a.Email)) == domain && !directory.PublicDomain(domain):
			to = append(to, a)
		default:
			offered = append(offered, a)
		}
	}
	if len(to) == 0 || len(offered) > 0 {
		to = []mail.Address{o.From}
	}
	return to, offered
}

// A list of addresses has each once, and none of the office's own.
type list struct {
	own       func(string) bool
	seen      []string
	addresses []mail.Address
}

func (l *list) add(addresses ...mail.Address) {
	for _, a := range addresses {
		normal := Normal(a.Email)
		if normal == "" || l.own(a.Email) || slices.Contains(l.seen, normal) {
			continue
		}
		l.seen, l.addresses = append(l.seen, normal), append(l.addresses, a)
	}
}

// Normal returns the form in which addresses are compared; "" for what is none.
func Normal(email string) string {
	normal, err := directory.ReceivedAddress(email)
	if err != nil || !strings.Contains(normal, "@") {
		return ""
	}
	return normal
}

// MaxSubject is the longest subject, in UTF-16 code units.
// https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxcmsg
const MaxSubject = 255

// prefixes are what mail programs write before the subject of an answer or a forward,
// without the colon: French programs write a space before it.
var prefixes = []string{"re", "aw", "antw", "betr", "sv", "vs", "fw", "fwd", "wg", "doorst", "tr", "rv"}

// SubjectOf returns the subject of a reply: that of its original with one prefix of
// its own mode.
func SubjectOf(original string, mode outbox.Mode) string {
	prefix := "RE: "
	switch mode {
	case outbox.ModeNew:
		return ""
	case outbox.ModeForward:
		prefix = "FW: "
	}
	bare := strings.TrimSpace(original)
	for {
		word, rest, found := strings.Cut(bare, ":")
		if !found || !slices.Contains(prefixes, strings.ToLower(strings.TrimSpace(word))) {
			break
		}
		bare = strings.TrimSpace(rest)
	}
	runes := []rune(prefix + bare)
	return strings.TrimSpace(string(runes[:min(len(runes), MaxSubject)]))
}
