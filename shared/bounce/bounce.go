// Package bounce reads delivery reports: what mail systems write when a mail was
// not, not yet, or successfully delivered.
//
// A report is input of strangers. Reading one never fails, takes time that grows
// with its length only, and does not say whether the report is true: callers
// compare what it names with what they sent.
//
// https://www.rfc-editor.org/rfc/rfc3464, https://www.rfc-editor.org/rfc/rfc6522,
// https://www.rfc-editor.org/rfc/rfc3834, https://www.rfc-editor.org/rfc/rfc6533
package bounce

import (
	"cmp"
	"slices"
	"strings"

	"kantoorpost/shared/mail"
)

// A Kind says what became of a mail for one recipient. The names are those of the
// Action field.
// https://www.rfc-editor.org/rfc/rfc3464#section-2.3.3
type Kind string

// The kinds of a report.
const (
	Failed    Kind = "failed"
	Delayed   Kind = "delayed" // the mail system still tries
	Delivered Kind = "delivered"
	Relayed   Kind = "relayed"  // to a system that may send no reports
	Expanded  Kind = "expanded" // to the members of a list
)

// severity orders kinds: the most severe one of its recipients is that of a report.
var severity = map[Kind]int{Failed: 5, Delayed: 4, Delivered: 3, Expanded: 2, Relayed: 1}

// A Recipient is one whom the report is about.
type Recipient struct {
	// Email is the address where delivery ended, Original the one to which the mail
	// was sent, if the report names it: they differ when mail is forwarded.
	Email    string `json:"email"`
	Original string `json:"original,omitempty"`
	Kind     Kind   `json:"kind"`
	// Status is an enhanced status code, such as "5.1.1". When the report has none it
	// follows from its words.
	// https://www.rfc-editor.org/rfc/rfc3463
	Status string `json:"status"`
	// Unknown says that the address does not exist, by its status or, when that says
	// nothing, by the words beside it.
	Unknown    bool   `json:"unknown,omitempty"`
	Diagnostic string `json:"diagnostic,omitempty"` // what the other mail system said, one line
}

// Is tells whether the report is about an e-mail address.
func (r Recipient) Is(email string) bool {
	email = strings.ToLower(email)
	return email != "" && (r.Email == email || r.Original == email)
}

// A Report is what a delivery report says.
type Report struct {
	Kind       Kind        `json:"kind"` // that of its most severe recipient; "" when it is no delivery report
	Recipients []Recipient `json:"recipients,omitempty"`
	// MessageIDs are the internet message ids that the report names, each in angle
	// brackets, the most reliable first.
	MessageIDs []string `json:"messageIds,omitempty"`
	// Addressed are the recipients of the mail that it returns.
	Addressed []string `json:"addressed,omitempty"`
}

// MaxReport is how many bytes of a report are read: it says what it says in its first
// parts, and the mail that it returns may be long.
const MaxReport = 1 << 20

// Limits of what is kept.
const (
	maxRecipients = 50
	maxMessageIDs = 20
	maxAddressed  = 20
	maxDiagnostic = 500 // bytes
)

// Parse reads the MIME content of a report.
func Parse(mime string) Report {
	c := collect(strings.ToValidUTF8(mime[:min(len(mime), MaxReport)], "\uFFFD"))
	var r Report
	if c.feedback {
		return r // a complaint about a mail that was delivered
	}
	r.Recipients = c.recipients()
	for _, rcpt := range r.Recipients {
		if severity[rcpt.Kind] > severity[r.Kind] {
			r.Kind = rcpt.Kind
		}
	}
	r.MessageIDs = c.messageIDs()
	addressed := c.addressed()
	r.Addressed = addressed[:min(len(addressed), maxAddressed)]
	return r
}

// recipients returns the recipients of the status fields, or of X-Failed-Recipients,
// or of the text, in this order.
func (c *content) recipients() []Recipient {
	t := c.readText()
	status := c.statusRecipients()
	found := status
	if len(found) == 0 {
		found = fieldRecipients(c.header)
	}
	if len(found) == 0 {
		found = t.recipients(c)
	}
	found = found[:min(len(found), maxRecipients)]
	t.divide(found)
	for i, r := range found {
		found[i] = c.complete(r, t)
	}
	return found
}

// fieldRecipients reads X-Failed-Recipients, which Exim and Google write.
func fieldRecipients(h header) (out []Recipient) {
	for _, line := range h["x-failed-recipients"] {
		for _, a := range addressesIn(line) {
			if !slices.ContainsFunc(out, func(r Recipient) bool { return r.Email == a.email }) {
				out = append(out, Recipient{Email: a.email})
			}
		}
	}
	return out
}

// complete gives a recipient its kind and status, from its own fields and from what
// the text says about it.
func (c *content) complete(r Recipient, t *text) Recipient {
	about := t.about(r)
	said := cmp.Or(r.Diagnostic, about)
	code := codeIn(said)
	if more := codeIn(about); generic(r.Status) && code == "" || code == "4.4.7" && more != "" {
		code = more
	}
	reply := replyIn(said)
	status := prefer(r.Status, code, reply)
	if r.Kind == "" {
		r.Kind = kindOf(status, c.subject(), t.whole)
	}
	if r.Kind == Failed || r.Kind == Delayed {
		class := cmp.Or(class(status), class(reply), classOf(r.Kind))
		means := statusOfWords(said, class)
		r.Unknown = r.Kind == Failed && (addressStatus(status) || generic(status) && means == "5.1.1")
		status = cmp.Or(status, means, class+".0.0")
	}
	r.Status = cmp.Or(status, classOf(r.Kind)+".0.0")
	r.Diagnostic = oneLine(said)
	return r
}

// addressStatus tells whether a status means that the recipient's address is wrong:
// 5.1.7 and 5.1.8 are about the sender's.
// https://www.iana.org/assignments/smtp-enhanced-status-codes
func addressStatus(status string) bool {
	return strings.HasPrefix(status, "5.1.") && status != "5.1.7" && status != "5.1.8" && status != "5.1.9"
}

func oneLine(s string) string {
	s = strings.Join(strings.Fields(s[:min(len(s), 4*maxDiagnostic)]), " ")
	return strings.ToValidUTF8(s[:min(len(s), maxDiagnostic)], "")
}

// messageIDs returns the ids that the report names, in the order of their worth. A
// References field with several ids lists a conversation. Only its last mail can be the
// one reported on, and only when nothing else names that.
func (c *content) messageIDs() (out []string) {
	references := mail.MessageIDs(c.header.join("references"))
	lists := [][]string{mail.MessageIDs(c.header.join("in-reply-to"))}
	if len(references) == 1 {
		lists = append(lists, references)
	}
	for _, name := range []string{"x-original-message-id", "original-message-id"} {
		lists = append(lists, mail.MessageIDs(c.header.join(name)), mail.MessageIDs(c.report.join(name)))
	}
	lists = append(lists, mail.MessageIDs(c.original.join("message-id")), c.idsOfText())
	for _, id := range slices.Concat(lists...) {
		if len(out) < maxMessageIDs && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	if len(out) == 0 && len(references) > 0 {
		return references[len(references)-1:]
	}
	return out
}
