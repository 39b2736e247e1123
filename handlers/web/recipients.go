package web

import (
	"cmp"
	"net/url"
	"strings"
)

// A recipient is a person to whom a reply goes, as the API shows it.
type recipient struct {
	Name  string   `json:"name,omitempty"`
	Email string   `json:"email"`
	Marks []string `json:"marks,omitempty"` // codes: why the writer should look twice
	// State and Status say what became of the mail; the API sets them.
	State  string `json:"state,omitempty"`
	Status string `json:"status,omitempty"`
}

// A sender is an address of the office, with the signatures of the user's mail from it.
type sender struct {
	recipient
	signatures
}

// label is the recipient as people write it: Jan Jansen <jan@bakker.example>.
func label(name, email string) string {
	if name == "" || strings.EqualFold(name, email) {
		return email
	}
	return strings.Join(strings.FieldsFunc(name, func(c rune) bool { return strings.ContainsRune(` ,;<>"`, c) }), " ") + " <" + email + ">"
}

// displayName is how a person is called; a deleted team member has neither name nor address.
func displayName(name, email string) string { return cmp.Or(name, email, "?") }

func labels(all []recipient) string {
	var out []string
	for _, r := range all {
		out = append(out, label(r.Name, r.Email))
	}
	return strings.Join(out, ", ")
}

// recipientsIn reads a line of recipients, separated by commas or semicolons. What
// is not an address is passed on as it is, so that the API can refuse it.
func recipientsIn(line string) []recipient {
	all := []recipient{}
	for _, part := range strings.FieldsFunc(line, func(c rune) bool { return c == ',' || c == ';' || c == '\n' }) {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		r := recipient{Email: part}
		if name, email, ok := strings.Cut(part, "<"); ok {
			r = recipient{Name: strings.Trim(name, ` "`), Email: strings.Trim(email, " >")}
		}
		all = append(all, r)
	}
	return all
}

// withMarks copies marks to the recipients that have the same address.
func withMarks(to, from []recipient) []recipient {
	for i, r := range to {
		for _, known := range from {
			if strings.EqualFold(r.Email, known.Email) {
				to[i].Marks = known.Marks
			}
		}
	}
	return to
}

// A recipientLine is one line of recipients in the form.
type recipientLine struct {
	Field, Value string
	Recipients   []recipient
	Invalid      bool // the API refuses one of them
}

func lineOf(field string, all []recipient, refusal string) recipientLine {
	return recipientLine{field, labels(all), all, refusal != ""}
}

// fewFound is how many contacts, and how many team members, a line is completed
// from.
const fewFound = 6

// findRecipients completes a line of recipients from contacts and team members.
func (s *site) findRecipients(v *request) error {
	find := url.QueryEscape(v.r.URL.Query().Get("find"))
	choices := []recipient{}
	var contacts list[contact]
	v.read("/api/contacts?limit=6&search="+find, &contacts)
	for _, c := range contacts.Items {
		for _, email := range c.Emails {
			choices = append(choices, recipient{Name: c.Name, Email: email})
		}
	}
	var members list[person]
	v.read("/api/team-members?limit=6&search="+find, &members)
	for _, m := range members.Items {
		choices = append(choices, recipient{Name: m.Name, Email: m.Email, Marks: []string{v.t("chats.colleague")}})
	}
	return v.part("chats", "recipient-choices", choices[:min(len(choices), 2*fewFound)])
}
