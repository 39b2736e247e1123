package fetch

import (
	"fmt"
	"log/slog"
	"net/textproto"
	"slices"
	"strings"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
)

// wanted tells whether a message of an inbox is stored: it came after the address was
// activated, and is no draft, which people may move to their inbox.
func wanted(box connector.Activation, m mail.Message) bool {
	return !m.Draft && !m.Received.Before(box.From)
}

// arrival makes the item that is stored of a message. The headers are read only here;
// they are not stored.
func arrival(box connector.Activation, m mail.Message) item.Arrival {
	return arrivalWith(box, m, readHeaders, analyse)
}

// arrivalWith reads the headers of a message and then its body. When one of them
// cannot be read, the item says so: no mail may stop the others of its mailbox. Even
// when all twenty mails of a page exceed the limit, the job stays within its time.
func arrivalWith(box connector.Activation, m mail.Message, readHeaders func(connector.Activation, mail.Message) item.Item,
	analyse func(item.Item, string) analysis) item.Arrival {
	it, err := mailtext.Bounded(mailtext.Limit, func() item.Item { return readHeaders(box, m) })
	if err != nil {
		u := mail.Undecodable{ID: m.ID, Raw: []byte(m.Body.Content), Err: fmt.Errorf("its headers: %w", err)}
		return undecodable(box, u, item.Item{Received: m.Received.UTC(), From: m.From, Subject: m.Subject})
	}
	read := it // of its own: an analysis that took too long goes on reading it
	a, err := mailtext.Within(mailtext.Limit, func() analysis { return analyse(read, m.Body.Content) })
	if err != nil {
		slog.Error("body of a mail not analysed", "mailbox", box.ID, "bytes", len(m.Body.Content), "error", err)
		it.NotAnalysed = true
	}
	it.Numbers, it.Lines, it.RemotePictures, it.Shingles = a.numbers, a.lines, a.remotePictures, a.shingles
	it.Away, it.Says, it.Signed = a.away, a.own, a.signature
	return item.Arrival{Item: it, Content: m.Body.Content}
}

// readHeaders reads who sent a mail, whether that is verified, and whether a program
// wrote it.
func readHeaders(box connector.Activation, m mail.Message) item.Item {
	h := headersOf(m.Headers)
	it := item.Item{
		Mailbox: box.ID, Address: box.Address,
		MessageID: m.ID, InternetMessageID: bracketed(m.InternetMessageID), ConversationID: m.ConversationID,
		Subject: m.Subject, Preview: m.Preview,
		From: normal(m.From), // never Sender or Reply-To: nothing verifies those
		To:   m.To, Cc: m.Cc,
		Received: m.Received.UTC(), HasAttachments: m.HasAttachments,
		InReplyTo:  first(mail.MessageIDs(h.Get("In-Reply-To"))),
		References: mail.MessageIDs(h.Get("References")),
		BodyType:   strings.ToLower(m.Body.ContentType), BodyTruncated: m.Body.Truncated,
	}
	it.Verdict = verdict(h.Get("Authentication-Results"), directory.Domain(it.From.Email))
	if it.Verdict == item.VerdictSoft && isInside(h) {
		it.Verdict = item.VerdictPass
	}
	it.Fingerprint = fingerprint(it, m)
	it.Class = messageClass(it, m.Type, h)
	it.InitialReason = initialReason(it, h)
	it.ListID = listID(h.Get("List-Id"))
	it.ReceiptRequested, it.Encrypted = m.ReceiptRequested || h.has("Disposition-Notification-To"), encryption(h)
	it.ReturnDomain = directory.Domain(addressIn(h.Get("Return-Path")))
	if to := addressIn(h.Get("Reply-To")); to != "" && directory.Domain(to) != directory.Domain(it.From.Email) {
		it.ReplyTo = to
	}
	if slices.ContainsFunc(m.ReplyTo, func(a mail.Address) bool { return a.Email != "" && !strings.EqualFold(a.Email, m.From.Email) }) {
		it.AnswersTo = m.ReplyTo
	}
	return it
}

// An analysis holds what is read from a body. Without it no mail is placed
// automatically: it may say which client a mail is about.
type analysis struct {
	own, signature string
	numbers        []string
	lines          int
	remotePictures bool
	shingles       []byte
	away           *mailtext.Away
}

func analyse(it item.Item, content string) analysis {
	text, folding := mailtext.ReadAndFold(it.Message(content))
	says, signature := words(it, text)
	return analysis{
		own: says, signature: signature,
		numbers:        numbers(it, content, text),
		lines:          folding.Lines,
		shingles:       folding.Shingles,
		remotePictures: folding.Remote,
		away:           away(it, text),
	}
}

// away returns what an automatic answer says about an absence; nil for nothing.
func away(it item.Item, text mailtext.Text) *mailtext.Away {
	if it.Class != item.AutoReply {
		return nil
	}
	a := mailtext.AwayIn(text.Own, it.Received)
	if a == (mailtext.Away{}) {
		return nil
	}
	return &a
}

// undecodable makes an arrival of an item of Graph that could not be decoded, so that
// people see it.
func undecodable(box connector.Activation, u mail.Undecodable, it item.Item) item.Arrival {
	it.Mailbox, it.Address = box.ID, box.Address
	it.MessageID = u.ID
	if it.MessageID == "" {
		it.MessageID = "undecodable-" + ids.Hash(string(u.Raw))
	}
	it.InitialReason, it.Detail = item.Undecodable, u.Err.Error()
	it.Verdict, it.BodyType = item.VerdictSoft, "text"
	it.Fingerprint = ids.Hash(it.MessageID)
	return item.Arrival{Item: it, Content: string(u.Raw)}
}

// normal returns an address in the form of the directory, with a name that pages can
// show. A text that is no address stays, so that people see it.
func normal(a mail.Address) mail.Address {
	a.Name = directory.ReceivedName(a.Name)
	if email, err := directory.ReceivedAddress(a.Email); err == nil {
		a.Email = email
	} else {
		a.Email = strings.ToLower(strings.TrimSpace(a.Email))
	}
	return a
}

// addressIn returns the e-mail address of a header field, in the form of the
// directory; "" when there is none.
func addressIn(line string) string {
	line = start(line)
	line = line[strings.LastIndexByte(line, '<')+1:]
	line, _, _ = strings.Cut(line, ">")
	email, err := directory.ReceivedAddress(line)
	if err != nil || !strings.Contains(email, "@") {
		return ""
	}
	return email
}

// fingerprint is equal for copies of one mail received at two addresses, and differs
// for two mails with the same internet message id. It ignores white space, which
// Exchange may fold differently.
func fingerprint(it item.Item, m mail.Message) string {
	return ids.Hash(it.From.Email, oneSpaced(m.Subject), m.Sent.UTC().String(), oneSpaced(m.Body.Content))
}

// oneSpaced returns the words of a text with one space between them.
func oneSpaced(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for word := range strings.FieldsSeq(text) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	return b.String()
}

// headers are the header fields of a mail. Get returns the first with a name: Exchange puts
// its own on top.
type headers struct{ textproto.MIMEHeader }

func headersOf(lines []mail.Header) headers {
	h := headers{make(textproto.MIMEHeader, len(lines))}
	for _, l := range lines {
		h.Add(l.Name, l.Value)
	}
	return h
}

func (h headers) has(name string) bool { return len(h.Values(name)) > 0 }

// bracketed returns a message id in angle brackets, as other mails name it.
func bracketed(id string) string {
	if ids := mail.MessageIDs(id); len(ids) == 1 {
		return ids[0]
	}
	return id
}

func first(in []string) string {
	if len(in) == 0 {
		return ""
	}
	return in[0]
}
