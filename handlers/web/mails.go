package web

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/sorting"
)

// A mailObject is a mail as the API shows it.
type mailObject struct {
	wire.MailDetail
}

// Recipients are whom a mail was sent to, as it says.
type recipients struct {
	To, Cc  []mail.Address
	Omitted int    // how many it had besides
	Via     string // the receiving address, when the mail does not name it
	Many    bool   // they are shown on request
}

// fewRecipients are shown at once.
const fewRecipients = 3

func recipientsOf(to, cc []mail.Address, omitted int, received string) recipients {
	isReceived := func(a mail.Address) bool { return strings.EqualFold(a.Email, received) }
	if omitted > 0 || slices.ContainsFunc(to, isReceived) || slices.ContainsFunc(cc, isReceived) {
		received = ""
	}
	return recipients{To: to, Cc: cc, Omitted: omitted, Via: received, Many: len(to)+len(cc) > fewRecipients}
}

// first is the first recipient; others is the number of the others.
func (r recipients) first() mail.Address { return slices.Concat(r.To, r.Cc)[0] }
func (r recipients) others() int         { return len(r.To) + len(r.Cc) + r.Omitted - 1 }

// waits tells whether the mail still needs a decision.
func (m mailObject) waits() bool { return m.State == "parked" || m.State == "new" }

// inOutlook tells whether the reason sends people to Outlook.
func (m mailObject) inOutlook() bool {
	return m.WhatToDo != nil && strings.Contains(m.WhatToDo.EN, "Outlook")
}

// doubtful tells whether there is a reason to distrust the sender.
func (m mailObject) doubtful() bool {
	return m.Reason == "sender-not-verified" || m.Verdict == "fail"
}

func (m mailObject) recipients() recipients {
	return recipientsOf(m.To, m.Cc, m.Omitted, m.Address)
}

func (m mailObject) who() string { return cmp.Or(m.From.Name, m.From.Email) }

// box is the part of the address that distinguishes the office's addresses.
func (m mailObject) box() string {
	local, _, _ := strings.Cut(m.Address, "@")
	return local + "@"
}

// firstLine is the start of a text, on one line.
func firstLine(s string) string {
	text := []rune(strings.Join(strings.Fields(s), " "))
	return string(text[:min(len(text), 100)])
}

func number(c wire.MailCounts) string { return counted(c.Parked, c.More) }

// counted is a number, with a plus sign when the count stopped at its limit.
func counted(n int, more bool) string {
	if more {
		return strconv.Itoa(n) + "+"
	}
	return strconv.Itoa(n)
}

type option struct {
	Value string
	Count int
}

type tab struct {
	State, Path string
	Here        bool
}

// A mailsView is the processing module: the list, and the open mail.
type mailsView struct {
	Filter    filter
	Tabs      []tab
	Counts    wire.MailCounts
	Reasons   []option
	Addresses []option
	Mails     []mailObject
	More      string // where the list continues
	Open      *openMail
	CanSolve  bool
	Part      bool // only a part of the page is requested
	NoKeys    bool
	Tour      bool // the user is here for the first time
	Setup     bool // no mail can arrive: the integration has no connector yet
}

func (m *mailsView) isOpen(id string) bool { return m.Open != nil && m.Open.ID == id }

func (s *site) registerMails() {
	s.page("/web/mails", s.mails)
	s.page("/web/mails/{mail}", s.mail)
	s.page("/web/mails/{mail}/next", func(v *request) error { return v.next(v.r.PathValue("mail"), flash{}) })
	s.page("/web/mails/{mail}/contacts", s.findContacts)
	s.page("/web/mails/{mail}/clients", s.findClients)
	s.page("/web/mails/{mail}/files", s.mailFiles)
	s.page("/web/mails/{mail}/outlook", s.outlook)
	s.post("/web/mails/bulk", s.bulk)
	s.post("/web/mails/{mail}/solve", s.solve)
	s.post("/web/mails/{mail}/retry", s.retry)
	s.post("/web/mails/{mail}/undo", s.undo)
}

func (s *site) mails(v *request) error {
	view := v.mailsView(filterOf(v.r.URL.Query()))
	view.Tour = !view.Part && v.r.URL.RawQuery == "" && !v.toured()
	return v.page("mails", view)
}

func (v *request) mailsView(f filter) *mailsView {
	view := &mailsView{Filter: f, CanSolve: v.me.can("mails.solve"), Part: isPart(v.r), NoKeys: noKeys(v.r)}
	if view.Part && v.r.Header.Get("HX-Target") == "mail-detail" {
		return view // the list stays as it is
	}
	v.read("/api/mails/counts", &view.Counts)
	var page wire.ListOf[mailObject]
	v.read(f.apiPath(time.Now()), &page)
	view.Mails = page.Items
	v.known = map[string]string{"parked": ""}
	if view.Counts.Parked > 0 {
		v.known["parked"] = number(view.Counts)
	}
	if len(page.Items) == 0 && !f.isFiltered() && v.me.can("configuration.read") {
		view.Setup = len(some[struct{}](v, "/api/connectors")) == 0
	}
	if page.Next != "" {
		more := f
		if more.Show+pageSize <= maxShow && f.After == "" {
			more.Show += pageSize
		} else {
			more.After, more.Show = page.Next, pageSize
		}
		view.More = "/web/mails" + more.query()
	}
	for _, state := range mailStates {
		t := filter{State: state, Address: f.Address, Search: f.Search, Show: pageSize}
		view.Tabs = append(view.Tabs, tab{state, "/web/mails" + t.query(), state == f.State})
	}
	view.Reasons = options(view.Counts.Reasons, f.Reason)
	view.Addresses = options(view.Counts.Addresses, f.Address)
	return view
}

// options are the choices of a filter, the most frequent first. The current
// choice is always included, also when no mail waits there any more.
func options(counts map[string]int, chosen string) []option {
	if chosen != "" && counts != nil {
		counts[chosen] += 0
	}
	var all []option
	for _, value := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, option{value, counts[value]})
	}
	sorting.By(all, func(a, b option) int { return b.Count - a.Count })
	return all
}

// bulk applies one action to several mails.
func (s *site) bulk(v *request) error {
	if err := v.r.ParseForm(); err != nil {
		return &Problem{Status: http.StatusUnprocessableEntity, Detail: err.Error()}
	}
	ids, reason := v.r.PostForm["mail"], v.r.PostForm.Get("reason")
	back := "/web/mails" + filterOf(v.r.URL.Query()).query()
	var out struct {
		Asked     int `json:"asked"`
		Released  int `json:"released"`
		Dismissed int `json:"dismissed"`
		Reopened  int `json:"reopened"`
	}
	switch do := v.r.PostForm.Get("do"); {
	case do == "retry-reason" && reason != "":
		if err := v.api.post("/api/mails/retry", map[string]string{"reason": reason}, &out); err != nil {
			return err
		}
		return v.done(back, flash{Key: "mails.all-retried", N: out.Asked})
	case len(ids) == 0:
		return v.done(back, flash{Key: "mails.not-chosen"})
	case do == "retry":
		if err := v.api.post("/api/mails/retry", map[string]any{"mails": ids[:min(len(ids), maxShow)]}, &out); err != nil {
			return err
		}
		if out.Released == 0 {
			return v.done(back, flash{Key: "mails.not-released", N: out.Asked})
		}
		return v.done(back, flash{Key: "mails.retried", N: out.Released})
	case do == "together":
		return v.together(ids[:min(len(ids), maxTogether)], back)
	case do == "dismiss":
		if err := v.api.post("/api/mails/dismiss", map[string]any{"mails": ids[:min(len(ids), maxShow)]}, &out); err != nil {
			return err
		}
		f := flash{Key: "mails.dismissed", N: out.Dismissed}
		if out.Dismissed > 0 && len(ids) <= maxUndo {
			f.Undo = ids
		}
		return v.done(back, f)
	case do == "undo":
		if err := v.api.post("/api/mails/undo", map[string]any{"mails": ids[:min(len(ids), maxShow)]}, &out); err != nil {
			return err
		}
		if out.Reopened == 0 {
			return v.done(back, flash{Key: "mails.not-undone"})
		}
		return v.done(back, flash{Key: "mails.undone", N: out.Reopened})
	case do == "undo-series":
		return v.undoSeries(ids[:min(len(ids), maxUndo)], back)
	}
	return &Problem{Status: http.StatusUnprocessableEntity, Detail: "do: expected retry, retry-reason, together, dismiss, undo or undo-series"}
}

// A mailGroup is a row of the list: a mail, and the others of its sender that wait.
type mailGroup struct {
	Mail mailObject
	Rest []mailObject
	Open bool // the open mail is one of them
}

// A mailRow is a row with the list that it is in.
type mailRow struct {
	List *mailsView
	Mail mailObject
}

func rowOf(list *mailsView, m mailObject) mailRow { return mailRow{list, m} }

// fewOfSender are shown as rows of their own.
const fewOfSender = 2

// groups are the rows of the list. Many mails of one sender are one row that opens.
func (m *mailsView) groups() []mailGroup {
	count, at := map[string]int{}, map[string]int{}
	for _, x := range m.Mails {
		count[strings.ToLower(x.From.Email)]++
	}
	var groups []mailGroup
	for _, x := range m.Mails {
		sender := strings.ToLower(x.From.Email)
		if n, ok := at[sender]; ok && sender != "" && m.Filter.waits() && count[sender] > fewOfSender {
			groups[n].Rest = append(groups[n].Rest, x)
			groups[n].Open = groups[n].Open || m.isOpen(x.ID)
			continue
		}
		at[sender] = len(groups)
		groups = append(groups, mailGroup{Mail: x})
	}
	return groups
}
