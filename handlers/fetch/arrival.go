package fetch

import (
	"regexp"
	"strings"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
)

// arrival turns a message into what is stored of it. All that its headers say
// is read here, once; they are not kept.
func arrival(box connector.Activation, m mail.Message) item.Arrival {
	h := headersOf(m.Headers)
	it := item.Item{
		Mailbox: box.ID, Address: box.Address,
		MessageID: m.ID, InternetMessageID: m.InternetMessageID, ConversationID: m.ConversationID,
		Subject: m.Subject, Preview: m.Preview,
		From: normal(m.From), // never Sender or Reply-To: nobody vouches for those
		To:   m.To, Cc: m.Cc,
		Received: m.Received.UTC(), HasAttachments: m.HasAttachments,
		InReplyTo:  first(messageIDs(h.get("In-Reply-To"))),
		References: messageIDs(h.get("References")),
		BodyType:   m.Body.ContentType, BodyTruncated: m.Body.Truncated,
	}
	it.Verdict = verdict(h.get("Authentication-Results"), domainOf(it.From.Email))
	if it.Verdict == item.VerdictSoft && isInside(h) {
		it.Verdict = item.VerdictPass
	}
	it.Fingerprint = fingerprint(it, m)
	it.Bar = bar(it, h)
	it.Kind = kind(it, m.Type, h)
	it.ListID = listID(h.get("List-Id"))
	it.Numbers = numbers(it, m.Body.Content)
	it.Lines = lines(it.BodyType, m.Body.Content)
	it.RemotePictures = it.BodyType == "html" && showsRemote(m.Body.Content)
	return item.Arrival{Item: it, Content: m.Body.Content}
}

// odd turns what could not be decoded into something that people can see.
func odd(box connector.Activation, o mail.Odd, it item.Item) item.Arrival {
	it.Mailbox, it.Address = box.ID, box.Address
	it.MessageID = o.ID
	if it.MessageID == "" {
		it.MessageID = "undecodable-" + item.Hash(string(o.Raw))
	}
	it.Bar, it.Detail = item.Undecodable, o.Err.Error()
	it.Verdict, it.BodyType = item.VerdictSoft, "text"
	it.Fingerprint = item.Hash(it.MessageID)
	return item.Arrival{Item: it, Content: string(o.Raw)}
}

// normal is an address in the form in which the directory knows it. What is no
// address stays what it is: people must see it.
func normal(a mail.Address) mail.Address {
	if email, err := directory.NormalAddress(a.Email); err == nil {
		a.Email = email
	} else {
		a.Email = strings.ToLower(strings.TrimSpace(a.Email))
	}
	return a
}

// fingerprint is equal for copies of one mail that was received at two
// addresses, and differs for two mails that were given the same internet
// message id. White space is left out: Exchange may fold it differently.
func fingerprint(it item.Item, m mail.Message) string {
	return item.Hash(it.From.Email, strings.Join(strings.Fields(m.Subject), " "), m.Sent.UTC().String(),
		strings.Join(strings.Fields(m.Body.Content), " "))
}

// headers are the lines of a mail's head by lower-case name, in order.
type headers map[string][]string

func headersOf(lines []mail.Header) headers {
	h := headers{}
	for _, l := range lines {
		name := strings.ToLower(l.Name)
		h[name] = append(h[name], l.Value)
	}
	return h
}

// get is the first line with this name: Exchange puts its own on top.
func (h headers) get(name string) string {
	if v := h[strings.ToLower(name)]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (h headers) has(name string) bool { return len(h[strings.ToLower(name)]) > 0 }

var messageID = regexp.MustCompile(`<[^<>\s]{1,990}>`)

// messageIDs are the ids in a References or In-Reply-To line. Some programs
// write other text between them.
// https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4
func messageIDs(line string) []string { return messageID.FindAllString(line, -1) }

func first(in []string) string {
	if len(in) == 0 {
		return ""
	}
	return in[0]
}

func domainOf(email string) string {
	_, domain, _ := strings.Cut(email, "@")
	return domain
}
