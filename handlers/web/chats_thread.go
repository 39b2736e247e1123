package web

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"kantoorpost/shared/mail"
)

type (
	// A message is one mail or one note of a chat.
	message struct {
		ID             string         `json:"id"`
		Kind           string         `json:"kind"`
		Mail           string         `json:"mail"`
		AuthorName     string         `json:"authorName"`
		Text           string         `json:"text"`
		From           mail.Address   `json:"from"`
		To             []mail.Address `json:"to"`
		Cc             []mail.Address `json:"cc"`
		Verdict        string         `json:"verdict"`
		Subject        string         `json:"subject"`
		Preview        string         `json:"preview"`
		Received       time.Time      `json:"received"`
		HasAttachments bool           `json:"hasAttachments"`
		RemotePictures bool           `json:"remotePictures"`
		Lines          int            `json:"lines"`
		Body           string         `json:"body"`

		New   bool // nobody here has looked at it before
		First bool // of the new ones
		Shown bool // the body is open at once
		Files *files
	}
	// A participant is a team member in a chat, with the reason.
	participant struct {
		ID     string     `json:"id"`
		Name   string     `json:"name"`
		Email  string     `json:"email"`
		Active bool       `json:"active"`
		Why    string     `json:"why"`
		What   string     `json:"what"`
		At     *time.Time `json:"at"`
	}
)

// who is the name of the sender of a mail.
func (m message) who() string { return cmp.Or(m.From.Name, m.From.Email) }

// recipients are those to whom the mail was sent.
func (m message) recipients() recipients { return recipientsOf(m.To, m.Cc, "") }

// gist is the start of the text, on one line.
func (m message) gist() string { return mailObject{Preview: m.Preview}.gist() }

// size is the initial height in lines, in steps of three. A script measures the
// real height after the body is loaded.
func (m message) size() int {
	lines := m.Lines
	if lines == 0 { // unknown; the start of the text tells whether it is short
		lines = 6 + 12*(len(m.Preview)/200)
	}
	return min((lines+3)/3*3, 24)
}

// answerMark is the prefix that mail programs put before the subject of a
// reply.
var answerMark = regexp.MustCompile(`(?i)^\s*((re|fw|fwd|antw|aw|doorst|betr)\s*:\s*)+`)

// own is the subject, when it differs from the chat's subject.
func (m message) own(chat string) string {
	if strings.EqualFold(answerMark.ReplaceAllString(m.Subject, ""), answerMark.ReplaceAllString(chat, "")) {
		return ""
	}
	return m.Subject
}

// reason names the text that says why a participant is in the chat:
// chats.why.<reason>.
func (p participant) reason() string {
	if p.What == "" && p.Why != "earlier" {
		return "hand-only"
	}
	return p.Why
}

// called is the name of a participant; a deleted member has no name.
func (p participant) called() string { return cmp.Or(p.Name, p.Email, "?") }

// An openChat is the open chat, with all data for the actions on it.
type openChat struct {
	chatObject
	Filter   chatFilter
	Tag      string // the version that is shown
	Thread   []message
	Earlier  string // where earlier messages are shown
	Later    bool   // the last messages are not shown
	People   []participant
	Others   []person // who can be added
	CanWrite bool
	Note     kept
	Problem  *Problem // what is wrong with the note
	Me       string
}

// kept is a note as it was typed, with the key that prevents writing it twice.
type kept struct {
	Chat, Text, Key, Status string
}

// path is the path of an action on the chat, with the filter of the list.
func (c openChat) path(do string) string {
	p := "/web/chats/" + url.PathEscape(c.ID)
	if do != "" {
		p += "/" + do
	}
	return p + c.Filter.query()
}

// news is the path at which the page asks for new messages.
func (c openChat) news() string { return withQuery(c.path("news"), "is", c.Tag) }

// withQuery is a path of these pages with one more value in its query.
func withQuery(path, name, value string) string {
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	return path + sep + name + "=" + url.QueryEscape(value)
}

// list is the path of the list.
func (c openChat) list() string { return "/web/chats" + c.Filter.query() }

func (s *site) chat(v *request) error {
	return v.showChat(http.StatusOK, func(*openChat) error { return nil })
}

// showChat answers with a chat; more adds other data to the view first. The
// page itself reports that the chat was read, once its end was visible: a
// browser may prefetch pages that nobody sees.
func (v *request) showChat(status int, more func(*openChat) error) error {
	f := chatFilterOf(v.r.URL.Query())
	f.All = f.All && v.me.seesAll()
	api := "/api/chats/" + url.PathEscape(v.r.PathValue("chat"))
	open := &openChat{Filter: f, CanWrite: v.me.can("chats.write"), Me: v.me.ID, Note: kept{Key: rand.Text()}}
	tag, err := v.api.getTag(api, &open.chatObject)
	if err != nil {
		return err
	}
	open.Tag, open.Note.Chat = strings.Trim(tag, `"`), open.ID
	earlier := v.r.URL.Query().Get("earlier")
	open.Later = earlier != ""
	if err := v.thread(api, earlier, open); err != nil {
		return err
	}
	if v.r.Header.Get("HX-Target") != "chat-thread" {
		if err := v.people(api, open); err != nil {
			return err
		}
	}
	if err := more(open); err != nil {
		return err
	}
	view, err := v.chatsView(f)
	if err != nil {
		return err
	}
	view.Open = open
	if v.r.Header.Get("HX-Target") == "chat-detail" {
		v.w.Header().Set("HX-Push-Url", open.path(""))
	}
	if takesFlash(v.r) {
		v.w.Header().Set("HX-Trigger-After-Settle", "chats-changed")
	}
	return v.pageAs(status, "chats", view)
}

// threadPage is how many messages are shown at once.
const threadPage = 50

// thread adds the last messages, or those before a given one, the oldest first.
func (v *request) thread(api, earlier string, open *openChat) error {
	var page list[message]
	if err := v.api.get(api+"/messages?limit="+strconv.Itoa(threadPage)+"&after="+url.QueryEscape(earlier), &page); err != nil {
		return err
	}
	open.Thread = page.Items
	for i, m := range open.Thread {
		open.Thread[i].Body = v.bodyPath(m.Body)
	}
	unread, hasMail := open.Unread, false
	if open.Later {
		unread = 0
	}
	last := -1
	for i := range open.Thread { // the newest first
		m := &open.Thread[i]
		if unread > 0 && (m.Kind == "mail" || m.Kind == "note") { // other kinds do not count as unread
			m.New, last = true, i
			unread--
		}
		if m.Kind == "mail" {
			m.Shown = m.New || !hasMail
			hasMail = true
		}
		if m.Mail != "" {
			m.Files = filesAt(open.path("files/"+url.PathEscape(m.Mail)), m.HasAttachments)
		}
	}
	if last >= 0 {
		open.Thread[last].First = true
	}
	slices.Reverse(open.Thread)
	if page.Next != "" {
		open.Earlier = withQuery(open.path(""), "earlier", page.Next)
	}
	return nil
}

// people adds the participants, and for a user who may change them the other
// team members.
func (v *request) people(api string, open *openChat) error {
	var page list[participant]
	if err := v.api.get(api+"/participants", &page); err != nil {
		return err
	}
	open.People = page.Items
	if !open.CanWrite {
		return nil
	}
	staff, err := all[struct {
		person
		Active bool `json:"active"`
	}](v, "/api/team-members")
	if err != nil {
		return err
	}
	for _, m := range staff {
		if m.Active && !slices.Contains(open.Members, m.ID) {
			open.Others = append(open.Others, m.person)
		}
	}
	return nil
}

// chatFiles shows the attachments of one mail of a chat: alone, or without
// script with the whole chat.
func (s *site) chatFiles(v *request) error {
	id := v.r.PathValue("mail")
	f, err := v.files(id)
	if err != nil || isPart(v.r) {
		return err
	}
	return v.showChat(http.StatusOK, func(open *openChat) error {
		for i, m := range open.Thread {
			if m.Mail == id {
				open.Thread[i].Files = f
			}
		}
		return nil
	})
}
