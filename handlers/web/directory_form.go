package web

import (
	"net/http"
	"slices"
	"strings"
	"unicode"
)

func (o *openEntry) input(name string, most int, needed bool) textField {
	value := map[string]string{
		"name": o.Name, "number": o.Number, "kvk": o.KvK, "vat": o.VAT, "phone": o.Phone, "function": o.Function, "email": o.Email,
		"ibans": strings.Join(o.IBANs, ", "),
	}[name]
	f := textField{Name: name, Type: "text", Value: value, Most: most, Needed: needed, Invalid: o.Problem.field(name) != ""}
	if name == "email" {
		f.Type = "email"
	}
	return f
}

// A textField is one line of a form.
type textField struct {
	Name, Type, Value string
	Most              int
	Needed, Invalid   bool
}

// body is the entry as the API takes it.
func (o *openEntry) body() map[string]any {
	switch o.Kind.Name {
	case "clients":
		return map[string]any{"number": o.Number, "type": o.Type, "name": o.Name, "kvk": o.KvK, "vat": o.VAT, "ibans": o.IBANs}
	case "contacts":
		body := map[string]any{"name": o.Name, "emails": o.Emails, "clients": o.Clients, "phone": o.Phone, "function": o.Function,
			"portal": o.Portal}
		if o.Language != "" || !o.New {
			body["language"] = o.Language
		}
		return body
	case "team-members":
		body := map[string]any{"name": o.Name, "email": o.Email, "rights": o.Rights, "active": o.Active}
		if !o.New {
			body["substitute"] = o.awayForm.substitute()
		}
		return body
	case "roles":
		return map[string]any{"name": o.Name}
	}
	return map[string]any{"name": o.Name, "members": o.Members}
}

func (o *openEntry) read(r *http.Request) {
	for name, field := range map[string]*string{
		"name": &o.Name, "number": &o.Number, "type": &o.Type, "kvk": &o.KvK, "vat": &o.VAT, "phone": &o.Phone, "function": &o.Function,
		"language": &o.Language,
		"email":    &o.Email, "rights": &o.Rights, "tag": &o.Tag, "emails": &o.EmailLines, "find": &o.Find,
		"substitute": &o.awayForm.Member, "from": &o.From, "until": &o.Until,
	} {
		*field = r.PostFormValue(name)
	}
	o.From, o.Until = isoDate(o.From), isoDate(o.Until)
	o.Active, o.Portal = r.PostFormValue("active") != "", r.PostFormValue("portal") != ""
	o.Emails = addressesOf(o.EmailLines)
	o.IBANs = accountsOf(r.PostFormValue("ibans"))
	o.Clients, o.Members = append([]string{}, r.PostForm["clients"]...), append([]string{}, r.PostForm["members"]...)
}

// addressesOf are the addresses in a field, one on each line, or several
// separated by commas, semicolons or spaces. An address that contains such
// characters needs its own line: mail also comes from addresses such as "jan
// bakker"@bakker.nl and /o=office/ou=first group/cn=jan.
func addressesOf(text string) []string {
	all := []string{}
	for line := range strings.FieldsFuncSeq(text, func(c rune) bool { return c == '\n' || c == '\r' }) {
		parts := strings.FieldsFunc(line, func(c rune) bool { return c == ',' || c == ';' || unicode.IsSpace(c) })
		if strings.Contains(line, `"`) || slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(part, "@") }) {
			parts = []string{strings.TrimSpace(line)}
		}
		all = append(all, parts...)
	}
	return slices.DeleteFunc(all, func(part string) bool { return part == "" })
}

// accountsOf are the bank accounts in a field, separated by commas or semicolons.
func accountsOf(text string) []string {
	all := []string{}
	for part := range strings.FieldsFuncSeq(text, func(c rune) bool { return c == ',' || c == ';' }) {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}
