package web

import (
	"cmp"
	"net/url"
	"strings"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/directory"
)

// label is the recipient as people write it: Jan Jansen <jan@bakker.example>.
func label(name, email string) string {
	if name == "" || strings.EqualFold(name, email) {
		return email
	}
	return strings.Join(strings.FieldsFunc(name, func(c rune) bool { return strings.ContainsRune(` ,;<>"`, c) }), " ") + " <" + email + ">"
}

// displayName is how a person is called; a deleted team member has neither name nor address.
func displayName(name, email string) string { return cmp.Or(name, email, "?") }

func labels(all []wire.RecipientObject) string {
	var out []string
	for _, r := range all {
		out = append(out, label(r.Name, r.Email))
	}
	return strings.Join(out, ", ")
}

// recipientsIn reads a line of recipients, separated by commas or semicolons. What
// is not an address is passed on as it is, so that the API can refuse it.
func recipientsIn(line string) []wire.RecipientObject {
	all := []wire.RecipientObject{}
	for _, part := range strings.FieldsFunc(line, func(c rune) bool { return c == ',' || c == ';' || c == '\n' }) {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		r := wire.RecipientObject{Email: part}
		if name, email, ok := strings.Cut(part, "<"); ok {
			r = wire.RecipientObject{Name: strings.Trim(name, ` "`), Email: strings.Trim(email, " >")}
		}
		all = append(all, r)
	}
	return all
}

// withMarks copies marks to the recipients that have the same address.
func withMarks(to, from []wire.RecipientObject) []wire.RecipientObject {
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
	Recipients   []wire.RecipientObject
	Invalid      bool // the API refuses one of them
}

func lineOf(field string, all []wire.RecipientObject, refusal string) recipientLine {
	return recipientLine{field, labels(all), all, refusal != ""}
}

// fewFound is how many contacts, and how many team members, a line is completed
// from.
const fewFound = 6

// findRecipients completes a line of recipients from contacts and team members.
func (s *site) findRecipients(v *request) error {
	find := url.QueryEscape(v.r.URL.Query().Get("find"))
	choices := []wire.RecipientObject{}
	for _, c := range some[contact](v, "/api/contacts?limit=6&search="+find) {
		for _, email := range c.Emails {
			choices = append(choices, wire.RecipientObject{Name: c.Name, Email: email})
		}
	}
	for _, m := range some[directory.TeamMember](v, "/api/team-members?limit=6&search="+find) {
		choices = append(choices, wire.RecipientObject{Name: m.Name, Email: m.Email, Marks: []string{v.t("chats.colleague")}})
	}
	return v.part("chats", "recipient-choices", choices[:min(len(choices), 2*fewFound)])
}
