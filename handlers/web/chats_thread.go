package web

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/sorting"
)

// An openChat is the open chat, with all data for the actions on it.
type openChat struct {
	wire.ChatObject
	Filter   chatFilter
	Tag      string // the version that is shown
	Thread   []message
	Earlier  string // where earlier messages are shown
	Later    bool   // the last messages are not shown
	People   []wire.Participant
	Others   []directory.TeamMember // who can be added
	Lookers  []wire.Named           // who look at it now
	CanWrite bool
	Composer composer
	Move     *moving // where to a message or the chat can be moved
	Plan     *planView
	Note     kept
	Problem  *Problem // what is wrong with the note
	Me       string
}

// kept is a note as it was typed, with the key that prevents writing it twice.
type kept struct {
	Chat, Text, Key, Status string
	ID                      string // of a note that is changed
}

func (c openChat) api(do string) string {
	p := "/api/chats/" + url.PathEscape(c.ID)
	if do != "" {
		p += "/" + do
	}
	return p
}

// message is a message of the thread, nil when it is not shown.
func (c *openChat) message(id string) *message {
	for i := range c.Thread {
		if c.Thread[i].ID == id {
			return &c.Thread[i]
		}
	}
	return nil
}

// newestMail is the id of the last mail that somebody outside wrote, or else of
// the last reply; "" when none is shown.
func (c *openChat) newestMail() string {
	reply := ""
	for _, m := range slices.Backward(c.Thread) {
		switch m.Kind {
		case "mail":
			return m.ID
		case kindReply:
			reply = cmp.Or(reply, m.ID)
		}
	}
	return reply
}

func (c openChat) path(do string) string {
	p := "/web/chats/" + url.PathEscape(c.ID)
	if do != "" {
		p += "/" + do
	}
	return p + c.Filter.query()
}

// updatesPath is the path at which the page asks for new messages. Version is the entity
// tag of the messages that it has.
func (c openChat) updatesPath() string { return c.path("news") }
func (c openChat) version() string     { return `W/"` + c.Tag + `"` }

// withQuery is a path of these pages with one more value in its query.
func withQuery(path, name, value string) string {
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	return path + sep + name + "=" + url.QueryEscape(value)
}

func (c openChat) list() string { return "/web/chats" + c.Filter.query() }

func (s *site) chat(v *request) error {
	return v.showChat(http.StatusOK, func(*openChat) error { return nil })
}

// showChat answers with a chat; more adds other data to the view first. The
// page itself reports that the chat was read, once its end was visible: a
// browser may prefetch pages that nobody sees.
func (v *request) showChat(status int, more func(*openChat) error) error {
	open, err := v.openChat()
	if err != nil {
		return err
	}
	earlier := v.r.URL.Query().Get("earlier")
	open.Later = earlier != ""
	if err := v.thread(earlier, open); err != nil {
		return err
	}
	if v.r.Header.Get("HX-Target") != "chat-thread" {
		v.people(open.api(""), open)
		if err := v.closedComposer(open); err != nil {
			return err
		}
	}
	if err := more(open); err != nil {
		return err
	}
	view := v.chatsView(open.Filter)
	view.Open = open
	if v.r.Header.Get("HX-Target") == "chat-detail" {
		v.w.Header().Set("HX-Push-Url", open.path(""))
	}
	if takesFlash(v.r) {
		v.w.Header().Set("HX-Trigger-After-Settle", "chats-changed")
	}
	return v.pageAs(status, "chats", view)
}

// openChat reads the chat that the request names, without its messages.
func (v *request) openChat() (*openChat, error) {
	f := chatFilterOf(v.r.URL.Query())
	f.All = f.All && seesAll(v.me.Rights)
	open := &openChat{Filter: f, CanWrite: v.me.can("chats.write"), Me: v.me.ID, Note: kept{Key: rand.Text()}}
	open.ID = v.r.PathValue("chat")
	tag, err := v.api.getTag(open.api(""), &open.ChatObject)
	if err != nil {
		return nil, err
	}
	if open.ID != v.r.PathValue("chat") { // it was merged into another chat
		v.r.SetPathValue("chat", open.ID)
	}
	open.Tag, open.Note.Chat = strings.Trim(tag, `"`), open.ID
	open.Composer = composer{Chat: open.ID, Filter: f, written: written{Key: open.Note.Key}, CanSend: v.me.can("chats.send")}
	return open, nil
}

// threadPage is how many messages are shown at once.
const threadPage = 50

// thread adds the last messages, or those before a given one, the oldest first.
func (v *request) thread(earlier string, open *openChat) error {
	messages, next, err := page[message](v, open.api("messages")+queryOf("limit", strconv.Itoa(threadPage), "after", earlier))
	if err != nil {
		return err
	}
	open.Thread = messages
	slices.Reverse(open.Thread)
	if next != "" {
		open.Earlier = withQuery(open.path(""), "earlier", next)
	}
	for i := range open.Thread {
		m := &open.Thread[i]
		m.Body, m.Own = v.bodyPath(m.Body), m.own(open.Subject)
		if m.Received.IsZero() {
			m.Received = m.At
		}
		m.CanEdit = m.Kind == modeNote && open.CanWrite && !m.Deleted && m.By != nil && m.By.ID == v.me.ID
		if m.CanEdit {
			m.EditTo = open.path("notes/" + url.PathEscape(m.ID))
		}
		if m.Mail != "" {
			m.Files = filesAt(open.path("files/"+url.PathEscape(m.Mail)), m.HasAttachments)
		}
		switch {
		case m.Kind == kindReply:
			if err := v.stateOf(open.ID, m); err != nil {
				return err
			}
			if m.State == "sent" || m.State == "bounced" {
				m.SaveAt = open.api("replies/" + m.ID + "/mime")
			}
		case m.isMail():
			m.SaveAt = "/api/mails/" + m.ID + "/mime"
		}
		if open.CanWrite && m.isMail() {
			m.MoveTo = withQuery(open.path("move"), "message", m.ID)
		}
		if open.Composer.CanSend && m.isMail() {
			c := open.Composer
			c.Answers = m.ID
			m.AnswerTo, m.ForwardTo = c.writeTo(modeReply), c.writeTo(modeForward)
		}
	}
	open.unfold()
	open.relate()
	return nil
}

// unfold opens the newest mail and those that are new to the user. What is new
// came last into the chat, even when it is older: somebody may have moved it here.
func (c *openChat) unfold() {
	var counted []*message
	for i := range c.Thread {
		if m := &c.Thread[i]; m.isMail() || m.Kind == "note" { // other kinds do not count as unread
			counted = append(counted, m)
		}
	}
	slices.Reverse(counted) // messages of before there were numbers are in the order of time
	sorting.By(counted, func(a, b *message) int { return cmp.Compare(b.Sequence, a.Sequence) })
	unread := c.Unread
	if c.Later {
		unread = 0
	}
	for i, m := range counted {
		at := func(p wire.Place) bool { return p.First <= int64(i)+1 && int64(i)+1 <= p.Last }
		m.New = unread > 0 && (len(c.UnreadAt) == 0 && int64(i) < unread || slices.ContainsFunc(c.UnreadAt, at))
	}
	first, newest := true, true
	for i := range c.Thread {
		if m := &c.Thread[i]; m.New && first {
			m.First, first = true, false
		}
	}
	for i := len(c.Thread) - 1; i >= 0; i-- {
		if m := &c.Thread[i]; m.isMail() {
			m.Shown, m.Newest = m.New || newest, newest
			newest = false
		}
	}
}

// stateOf adds the state of a reply to its message. Of one that was sent the
// message says all.
func (v *request) stateOf(chat string, m *message) error {
	if m.State == stateSent {
		m.Reply = &replyObject{ReplyObject: wire.ReplyObject{ID: m.ID, Chat: chat, State: m.State, SentAt: m.Received, By: valueOf(m.By)}}
		return nil
	}
	r, err := v.reply(chat, m.ID)
	m.Reply = r
	return err
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
