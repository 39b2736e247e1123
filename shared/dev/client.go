package main

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kantoorpost/shared/sim"
)

// clientPages show the mailbox of somebody outside the office: what he wrote and
// received, with a form for his answer.
type clientPages struct{ tenant *sim.Tenant }

// A correspondent received mail from the office.
type correspondent struct{ Address, Name, Subject string }

// maxCorrespondents and maxMails bound the pages.
const maxCorrespondents, maxMails = 8, 40

// correspondents returns who received mail last, with the subject of his newest mail.
func (p clientPages) correspondents() (list []correspondent) {
	for _, address := range p.tenant.Correspondents() {
		if len(list) == maxCorrespondents {
			break
		}
		mails := p.tenant.Outside(address)
		if len(mails) == 0 {
			continue
		}
		last := mails[len(mails)-1]
		c := correspondent{Address: address, Name: address, Subject: last.Subject}
		for _, r := range append(slices.Clone(last.To), last.Cc...) {
			if strings.EqualFold(r.EmailAddress.Address, address) && r.EmailAddress.Name != "" {
				c.Name = r.EmailAddress.Name
			}
		}
		list = append(list, c)
	}
	return list
}

// A mailboxPage is the mailbox of one address.
type mailboxPage struct {
	Address  string
	Mails    []shownMail // newest first
	Programs []program
	Program  string // the chosen one
	All      bool
	Sent     string // who an answer was just sent to
	Wrong    string
}

type program struct{ ID, Name string }

var programs = []program{
	{string(sim.Outlook), "Outlook"}, {string(sim.Gmail), "Gmail"}, {string(sim.AppleMail), "Apple Mail"},
	{string(sim.Thunderbird), "Thunderbird (zonder opmaak)"},
}

// A shownMail is one mail of the page.
type shownMail struct {
	ID, Subject, From, To, Cc, Text string
	At                              time.Time
	Written                         bool // by the owner of the mailbox
	Open                            bool // its text is shown at once
	Answering                       bool // its form is shown at once
	Others                          bool // there are other recipients
	Draft                           string
	Page, Source                    string // links; Page is empty for a plain mail
	Files                           []mailFile
}

type mailFile struct {
	Name, Link string
	Size       int // bytes
}

// ServeHTTP serves the page, its form, and the parts of a mail.
func (p clientPages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/try/client" && r.Method == http.MethodGet:
		q := r.URL.Query()
		page := mailboxPage{Address: strings.TrimSpace(q.Get("address")), Sent: q.Get("sent"), Program: q.Get("program")}
		p.show(w, http.StatusOK, page, "", "")
	case r.URL.Path == "/try/client" && r.Method == http.MethodPost:
		p.answer(w, r)
	case r.URL.Path == "/try/client/part" && r.Method == http.MethodGet:
		p.part(w, r)
	default:
		http.NotFound(w, r)
	}
}

// answer sends the answer of the form.
func (p clientPages) answer(w http.ResponseWriter, r *http.Request) {
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		http.Error(w, "this form belongs to another site", http.StatusForbidden)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	a := sim.OutsideAnswer{Address: r.PostFormValue("address"), MessageID: r.PostFormValue("id"), Text: r.PostFormValue("text"),
		Program: sim.MailProgram(r.PostFormValue("program")), All: r.PostFormValue("all") != ""}
	page := mailboxPage{Address: a.Address, Program: string(a.Program), All: a.All}
	if strings.TrimSpace(a.Text) == "" {
		page.Wrong = "Schrijf eerst een antwoord. / Write an answer first."
		p.show(w, http.StatusUnprocessableEntity, page, a.MessageID, a.Text)
		return
	}
	to, err := p.tenant.AnswerOutside(r.Context(), a)
	switch {
	case errors.Is(err, sim.ErrNoMail):
		page.Wrong = "Dit bericht is er niet meer. / This mail is gone."
		p.show(w, http.StatusNotFound, page, "", "")
	case err != nil:
		page.Wrong = err.Error()
		p.show(w, http.StatusUnprocessableEntity, page, a.MessageID, a.Text)
	default:
		query := url.Values{"address": {a.Address}, "sent": {strings.Join(to, ", ")}, "program": {string(a.Program)}}
		http.Redirect(w, r, "/try/client?"+query.Encode(), http.StatusSeeOther)
	}
}

// show writes the page. The form of the mail with the id has the draft; without an
// id, the form of the newest received mail is open.
func (p clientPages) show(w http.ResponseWriter, status int, page mailboxPage, id, draft string) {
	page.Programs = programs
	page.Mails = p.mails(page.Address)
	newest := slices.IndexFunc(page.Mails, func(l shownMail) bool { return !l.Written })
	for i := range page.Mails {
		l := &page.Mails[i]
		l.Open = i == 0 || i == newest
		l.Answering = id == "" && i == newest && page.Sent == "" || id != "" && l.ID == id && !l.Written
		if l.Answering {
			l.Draft = draft
		}
	}
	showPage(w, status, "client.html", page)
}

// mails returns the newest mails of a mailbox, newest first.
func (p clientPages) mails(address string) (all []shownMail) {
	for _, item := range p.tenant.OutsideItems(address) {
		link := "/try/client/part?" + url.Values{"address": {address}, "id": {item.MessageID}}.Encode()
		l := shownMail{ID: item.MessageID, Subject: item.Subject, From: outsideNames(item.From), To: outsideNames(item.To...),
			Cc: outsideNames(item.Cc...), Text: strings.TrimSpace(item.Text), At: item.Date.Local(), Source: link + "&part=source",
			Others: len(item.To)+len(item.Cc) > 1}
		if item.HTML != "" {
			l.Page = link + "&part=page"
		}
		for i, a := range item.Attachments {
			if !a.Inline {
				l.Files = append(l.Files, mailFile{Name: a.Name, Size: a.Size, Link: link + "&part=" + strconv.Itoa(i)})
			}
		}
		all = append(all, l)
	}
	for _, m := range p.tenant.Written(address) {
		var to []sim.OutsideAddress
		for _, r := range append(slices.Clone(m.To), m.Cc...) {
			to = append(to, sim.OutsideAddress{Name: r.EmailAddress.Name, Email: r.EmailAddress.Address})
		}
		all = append(all, shownMail{ID: m.InternetMessageID, Subject: m.Subject, To: outsideNames(to...), Text: strings.TrimSpace(m.Text()),
			At: m.Received.Local(), Written: true})
	}
	slices.SortStableFunc(all, func(a, b shownMail) int {
		if c := b.At.Compare(a.At); c != 0 || a.Written == b.Written {
			return c
		}
		if a.Written { // of the same second: an answer is newer than what it answers
			return -1
		}
		return 1
	})
	return all[:min(len(all), maxMails)]
}

func outsideNames(list ...sim.OutsideAddress) string {
	var names []string
	for _, a := range list {
		if a.Name != "" && a.Name != a.Email {
			names = append(names, a.Name+" <"+a.Email+">")
		} else {
			names = append(names, a.Email)
		}
	}
	return strings.Join(names, ", ")
}

// part serves the source of a mail, its page with its pictures, or an attachment.
func (p clientPages) part(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	mails := p.tenant.Outside(q.Get("address"))
	i := slices.IndexFunc(mails, func(m sim.Message) bool { return m.InternetMessageID == q.Get("id") })
	if i < 0 {
		http.NotFound(w, r)
		return
	}
	m := mails[i].Parsed()
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	// A mail is shown as one that nobody trusts: no script, nothing from elsewhere.
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'")
	switch part := q.Get("part"); part {
	case "source":
		h.Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write(m.MIME)
	case "page":
		h.Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(withPictures(m)))
	default:
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 || n >= len(m.Attachments) {
			http.NotFound(w, r)
			return
		}
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(m.Attachments[n].Name))
		_, _ = w.Write(m.Attachments[n].Content)
	}
}

// withPictures returns the page of a mail with its pictures in it.
func withPictures(m sim.Message) string {
	page := m.Body.Content
	for _, a := range m.Attachments {
		if a.ContentID != "" && strings.HasPrefix(a.ContentType, "image/") {
			data := "data:" + a.ContentType + ";base64," + base64.StdEncoding.EncodeToString(a.Content)
			page = strings.ReplaceAll(page, "cid:"+a.ContentID, data)
		}
	}
	return page
}
