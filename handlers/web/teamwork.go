package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/directory"
)

// A planView is what says who looks after a mail or a chat, and when, and changes it.
type planView struct {
	Path     string // of the form
	Assignee *wire.Named
	Later    *time.Time
	Me       string // id of the user
	People   []wire.Named
	PeopleAt string // where they are found, when they are not read yet
}

func (p planView) mine() bool { return p.Assignee != nil && p.Assignee.ID == p.Me }

// away tells whether nobody has to look at it now.
func (p planView) away() bool { return p.Later != nil && p.Later.After(time.Now()) }

// A notice is what a colleague points out, as the API shows it.
type notice struct {
	wire.NoticeObject

	About string `json:"-"` // subject of the mail or chat, "" when the user sees it no longer
}

func (s *site) registerTeamwork() {
	s.page("/web/notices", s.notices)
	s.post("/web/notices/{notice}", s.openNotice)
	s.page("/web/mails/{mail}/news", s.mailNews)
	s.page("/web/mails/{mail}/colleagues", s.mailColleagues)
	s.post("/web/mails/{mail}/plan", s.planMail)
	s.post("/web/chats/{chat}/plan", s.planChat)
	s.post("/web/chats/{chat}/unread", s.unreadChat)
	s.page("/web/chats/{chat}/mentions", s.mentionChoices)
	s.page("/web/chats/{chat}/looking", s.chatLooking)
	s.page("/web/chats/{chat}/notes/{note}", s.editNotePage)
	s.post("/web/chats/{chat}/notes/{note}", s.editNote)
}

// colleagues are the active team members.
func (v *request) colleagues() []directory.TeamMember {
	return slices.DeleteFunc(all[directory.TeamMember](v, "/api/team-members"), func(m directory.TeamMember) bool { return !m.Active })
}

// staff are the team members that a form offers, by name: those who are active, and who is
// chosen already.
func (v *request) staff(chosen ...string) (people []wire.Named) {
	for _, p := range all[directory.TeamMember](v, "/api/team-members") {
		if p.Active || slices.Contains(chosen, p.ID) {
			people = append(people, wire.Named{ID: p.ID, Name: p.Name})
		}
	}
	return people
}

// whoSee are those of people who see a chat with the given members.
func whoSee(people []directory.TeamMember, members []string) (sees []wire.Named) {
	for _, p := range people {
		if slices.Contains(members, p.ID) || seesAll(p.Rights) {
			sees = append(sees, wire.Named{ID: p.ID, Name: p.Name})
		}
	}
	return sees
}

// mailColleagues answers whom a mail can be given to: alone, or without script with the
// mail.
func (s *site) mailColleagues(v *request) error {
	api, _ := v.mailHere()
	people, _, err := page[wire.Named](v, api+"/colleagues")
	if err != nil {
		return err
	}
	if isPart(v.r) {
		v.w.Header().Set("HX-Push-Url", "false")
		open := openMail{Filter: filterOf(v.r.URL.Query())}
		open.ID = v.r.PathValue("mail")
		return v.part("mails", "assign-form", planView{Path: open.path("plan"), Me: v.me.ID, People: people, PeopleAt: v.r.URL.RequestURI()})
	}
	return v.showMail(http.StatusOK, func(open *openMail) error {
		if open.Plan != nil {
			open.Plan.People = people
		}
		return nil
	})
}

// laterHour is when what was set aside until a day comes back.
const laterHour = 7

// laterChoice is the moment of a choice: tomorrow, monday, week, or a day that was typed.
func laterChoice(choice, day string, now time.Time) (time.Time, bool) {
	now = now.In(office)
	morning := func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), laterHour, 0, 0, 0, office)
	}
	at := morning(now)
	switch choice {
	case "tomorrow":
		return at.AddDate(0, 0, 1), true
	case "monday":
		return at.AddDate(0, 0, (7-int(now.Weekday()))%7+1), true
	case "week":
		return at.AddDate(0, 0, 7), true
	}
	typed, err := time.ParseInLocation(time.DateOnly, isoDate(day), office)
	return morning(typed), err == nil && typed.After(now)
}

// sendPlan sends what the form of a plan says to the API, and goes on to a page.
func (v *request) sendPlan(api, page string) error {
	patch, said := map[string]any{}, ""
	switch do := v.r.PostFormValue("do"); do {
	case "take":
		patch["assignee"], said = v.me.ID, "plan.taken"
	case "release":
		patch["assignee"], said = nil, "plan.released"
	case "assign":
		if v.r.PostFormValue("member") == "" {
			return v.done(page, flash{Key: "chats.not-chosen"})
		}
		patch["assignee"], said = v.r.PostFormValue("member"), "plan.assigned"
	case "now":
		patch["later"], said = nil, "plan.back"
	default:
		at, ok := laterChoice(do, v.r.PostFormValue("day"), time.Now())
		if !ok {
			return v.done(page, flash{Key: "plan.not-a-day"})
		}
		patch["later"], said = at, "plan.later"
	}
	p, err := refused(v.api.patch(api, "", patch, nil))
	switch {
	case err != nil:
		return err
	case p != nil && p.Status == http.StatusUnprocessableEntity:
		return v.done(page, flash{Key: "plan.not-allowed"})
	case p != nil:
		return v.done(page, flash{Key: "plan.not-waiting"})
	case said == "plan.later" && strings.HasPrefix(page, "/web/mails/"):
		return v.next(v.r.PathValue("mail"), flash{Key: said})
	}
	return v.done(page, flash{Key: said})
}

func (s *site) planMail(v *request) error {
	api, page := v.mailHere()
	return v.sendPlan(api, page)
}

func (s *site) planChat(v *request) error {
	api, page := v.chatHere()
	return v.sendPlan(api, page)
}

func (s *site) unreadChat(v *request) error {
	api, page := v.chatHere()
	if err := v.api.post(api+"/unread", nil, nil); err != nil {
		return err
	}
	list := "/web/chats" + strings.TrimPrefix(page, "/web/chats/"+url.PathEscape(v.r.PathValue("chat")))
	return v.leave(list, flash{Key: "chats.is-unread"}) // the open chat would be read again at once
}

// lookers are the names of those who look at something too.
func lookers(others []wire.Named) string {
	var names []string
	for _, o := range others {
		names = append(names, cmp.Or(o.Name, "?"))
	}
	return strings.Join(names, ", ")
}

func (m openMail) looking() string { return lookers(m.Others) }

func (c openChat) looking() string { return lookers(c.Lookers) }

// lookingAt is the path at which the page asks who looks at the chat; lookingIs is the
// entity tag of what it shows.
func (c openChat) lookingAt() string { return c.path("looking") }
func (c openChat) lookingIs() string { return tagOf([]byte(c.looking())) }

// chatLooking answers who else looks at the open chat; nothing when the page shows it.
func (s *site) chatLooking(v *request) error {
	api, page := v.chatHere()
	if !isPart(v.r) {
		return v.done(page, flash{})
	}
	open := &openChat{Filter: chatFilterOf(v.r.URL.Query())}
	open.ID = v.r.PathValue("chat")
	var others wire.ListOf[wire.Named]
	if err := v.api.post(api+"/presence", nil, &others); err != nil {
		return err
	}
	v.w.Header().Set("HX-Push-Url", "false")
	if open.Lookers = others.Items; v.unchanged(open.lookingIs()) {
		return nil
	}
	return v.part("chats", "chat-looking", open)
}

// updatesPath is the path at which the page asks what became of the mail, and who looks at it;
// version returns the entity tag of the shown mail.
func (m openMail) updatesPath() string { return m.path("news") }
func (m openMail) version() string     { return tagOf([]byte(m.State + "\n" + m.looking())) }

// mailNews answers what changed about the open mail: somebody solved it, or others look at
// it; nothing when all is as the page shows it.
func (s *site) mailNews(v *request) error {
	open := &openMail{Filter: filterOf(v.r.URL.Query())}
	api, page := v.mailHere()
	if !isPart(v.r) {
		return v.done(page, flash{})
	}
	var look struct {
		wire.ListOf[wire.Named]
		State string `json:"state"`
	}
	if err := v.api.post(api+"/presence", nil, &look); err != nil {
		return err
	}
	open.ID, open.State, open.Others = v.r.PathValue("mail"), look.State, look.Items
	v.w.Header().Set("HX-Push-Url", "false")
	if v.unchanged(open.version()) {
		return nil
	}
	if !open.waits() {
		if err := v.api.get(api, &open.mailObject); err != nil {
			return err
		}
		open.Late = open.lastDecision()
		v.w.Header().Set("HX-Trigger", "mails-changed")
	}
	return v.part("mails", "mail-news", open)
}

// lastDecision is the last thing that a person did with the mail.
func (m mailObject) lastDecision() *wire.AttemptObject {
	for _, h := range slices.Backward(m.History) {
		if h.By != "" {
			return &h
		}
	}
	return &wire.AttemptObject{}
}

// maxNamed is how many notices say what they are about: each is a request to the API.
const maxNamed = 20

func (s *site) notices(v *request) error {
	notices := some[notice](v, "/api/me/notices")
	for i, n := range notices[:min(len(notices), maxNamed)] {
		var of struct {
			Subject string `json:"subject"`
		}
		if _, err := gone(v.api.get("/api/"+n.Object+"s/"+url.PathEscape(n.Of), &of)); err != nil {
			return err
		}
		notices[i].About = of.Subject
	}
	return v.page("notices", notices)
}

// openNotice notes that a notice was seen, and goes to what it is about.
func (s *site) openNotice(v *request) error {
	if err := v.api.delete("/api/me/notices/"+url.PathEscape(v.r.PathValue("notice")), ""); err != nil {
		return err
	}
	if object := v.r.PostFormValue("object"); object == "mail" || object == "chat" {
		return v.done("/web/"+object+"s/"+url.PathEscape(v.r.PostFormValue("of")), flash{})
	}
	return v.done("/web/notices", flash{})
}
