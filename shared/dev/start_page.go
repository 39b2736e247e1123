package main

import (
	"bytes"
	"embed"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"kantoorpost/shared/dev/signin"
	"kantoorpost/shared/sim"
)

//go:embed start_page.html client.html style.html
var pageFiles embed.FS

var pages = template.Must(template.ParseFS(pageFiles, "*.html"))

// A startPage is the content of the first page.
type startPage struct {
	Who       string // who is signed in
	People    []signin.Person
	Boxes     []sim.Mailbox // mailboxes to which a mail can be sent
	Senders   []string      // possible senders
	Form      formMail
	Clients   []correspondent
	Addresses []string // of people outside whose mailbox can be opened
	From      string   // the address from which a mail was just sent
	Sent      string   // the address to which a mail was just sent
	Wrong     string   // what was wrong with the mail
	Empty     bool     // the office is still empty
	Tenant    *tenantSecrets
	Send, See string
}

// serveStartPage serves the first page: a choice of people, and a form that sends a mail.
// In Azure the host shows its own page there.
func (s *stack) serveStartPage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
			s.showStartPage(w, r, http.StatusOK, startPage{Sent: r.URL.Query().Get("sent"), From: r.URL.Query().Get("from"), Form: s.example()})
		case r.URL.Path == "/try/mail" && r.Method == http.MethodPost && s.tenant != nil:
			s.tryMail(w, r)
		case strings.HasPrefix(r.URL.Path, "/try/client") && s.tenant != nil:
			clientPages{s.tenant.Tenant}.ServeHTTP(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (s *stack) showStartPage(w http.ResponseWriter, r *http.Request, status int, page startPage) {
	page.Who, page.People, page.Empty = signedIn(r), s.people(), s.empty
	page.Send, page.See = s.toTry()
	if s.tenant != nil {
		page.Tenant, page.Boxes = s.ready().Tenant, s.tenant.office.Mailboxes
		page.Senders = append(page.Senders, stranger)
		for _, c := range s.tenant.office.Contacts[:20] {
			page.Senders = append(page.Senders, c.Name+" <"+c.Emails[0]+">")
			page.Addresses = append(page.Addresses, c.Emails[0])
		}
		page.Clients = clientPages{s.tenant.Tenant}.correspondents()
	} else {
		page.People = append(page.People, signin.Person{Name: "Eerste beheerder", Email: s.administrator(), Rights: rightsNL["administrator"]})
	}
	showPage(w, status, "start_page.html", page)
}

// showPage answers with a page that runs no script.
func showPage(w http.ResponseWriter, status int, name string, page any) {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, page); err != nil {
		http.Error(w, "the page "+name+": "+err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy",
		"default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w)
}

// tryMail sends the mail of the form, like a mail program outside.
func (s *stack) tryMail(w http.ResponseWriter, r *http.Request) {
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		http.Error(w, "this form belongs to another site", http.StatusForbidden)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	m := formMail{From: r.PostFormValue("from"), To: r.PostFormValue("to"), Subject: r.PostFormValue("subject"), Text: r.PostFormValue("text")}
	envelope, raw, err := m.mail()
	if err == nil {
		err = s.tenant.Deliver(r.Context(), envelope, raw)
	}
	if err != nil {
		s.showStartPage(w, r, http.StatusUnprocessableEntity, startPage{Form: m, Wrong: err.Error()})
		return
	}
	http.Redirect(w, r, "/?"+url.Values{"sent": {m.To}, "from": {envelope.From}}.Encode(), http.StatusSeeOther)
}

// rightsNL are the product's words for the rights.
var rightsNL = map[string]string{"reader": "raadpleger", "editor": "mutator", "manager": "manager", "administrator": "beheerder"}

// people returns those who can be chosen to sign in. In an empty office only the
// first administrator can do anything.
func (s *stack) people() (people []signin.Person) {
	if s.tenant == nil {
		return nil
	}
	for _, m := range s.tenant.office.Members {
		people = append(people, signin.Person{Name: m.Name, Email: m.Email, Rights: rightsNL[m.Rights]})
	}
	if s.empty {
		return people[:1]
	}
	return people
}

// signedIn returns who has signed in, "" for nobody.
func signedIn(r *http.Request) string {
	text, err := base64.StdEncoding.DecodeString(r.Header.Get("X-MS-CLIENT-PRINCIPAL"))
	if err != nil {
		return ""
	}
	var p struct {
		Claims []struct{ Typ, Val string }
	}
	if json.Unmarshal(text, &p) != nil {
		return ""
	}
	for _, c := range p.Claims {
		if c.Typ == "preferred_username" {
			return c.Val
		}
	}
	return ""
}
