package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/sorting"
)

// A chatFilter says which chats the list shows. It is in the query of every
// path below /web/chats.
type chatFilter struct {
	State  string // open, closed or all
	Search string
	All    bool // also those in which the user takes no part
	// Assigned says that only those are shown that the user looks after.
	Assigned bool
	Unread   bool
	Show     int
	After    string
}

// chatPage is how many chats the first page shows: enough to put the most
// recently active ones on top, even when they started long ago.
const chatPage = 100

var chatStates = []string{"open", "later", "closed", "all"}

func chatFilterOf(q url.Values) chatFilter {
	f := chatFilter{State: q.Get("state"), Search: q.Get("search"), All: q.Get("whose") == "all", Assigned: q.Get("whose") == "assigned",
		Unread: q.Get("unread") == "1", After: q.Get("after")}
	if !slices.Contains(chatStates, f.State) {
		f.State = chatStates[0]
	}
	f.Show, _ = strconv.Atoi(q.Get("show"))
	f.Show = min(max(f.Show, chatPage), maxShow)
	return f
}

// query is the filter as part of a URL, "" for the default filter.
func (f chatFilter) query() string {
	return queryOf("search", f.Search, "after", f.After, "state", other(f.State, chatStates[0]), "whose", when(f.All, "all"),
		"whose", when(f.Assigned, "assigned"), "unread", when(f.Unread, "1"), "show", when(f.Show > chatPage, strconv.Itoa(f.Show)))
}

func (f chatFilter) isFiltered() bool { return f.Search != "" || f.Unread || f.Assigned }

// apiPath is the list of the API that the filter asks for.
func (f chatFilter) apiPath() string {
	state, later := f.State, ""
	switch f.State {
	case "all":
		state = ""
	case "later":
		state, later = "", "only"
	case "open":
		later = "hidden"
	}
	return "/api/chats" + queryOf("limit", strconv.Itoa(f.Show), "names", "true", "mine", strconv.FormatBool(!f.All),
		"state", state, "later", later, "assignee", when(f.Assigned, "me"), "unread", when(f.Unread, "true"),
		"search", f.Search, "after", f.After)
}

// A chatsView is the list of chats, and the open chat.
type chatsView struct {
	Filter  chatFilter
	Tabs    []tab
	Chats   []wire.ChatObject
	More    string // where the list continues
	LeftOut bool   // the search found more clients than count
	Open    *openChat
	New     *newChat // the office begins one
	CanSend bool
	NoKeys  bool
	Kept    *kept // a note that could not be written, when its chat could not be shown either
	SeesAll bool
}

func (c *chatsView) isOpen(id string) bool { return c.Open != nil && c.Open.ID == id }

func (s *site) registerChats() {
	s.page("/web/chats", s.chats)
	s.page("/web/chats/new", s.startPage)
	s.postUpTo(maxFiles, "/web/chats/new", s.startChat)
	s.page("/web/chats/{chat}", s.chat)
	s.page("/web/chats/{chat}/news", s.chatNews)
	s.page("/web/chats/{chat}/files/{mail}", s.chatFiles)
	s.post("/web/chats/{chat}/read", s.readChat)
	s.post("/web/chats/{chat}/notes", s.writeNote)
	s.page("/web/chats/{chat}/write", s.writePage)
	s.postUpTo(maxFiles, "/web/chats/{chat}/write", s.writeReply)
	s.mux.Handle("GET /web/recipients", s.handle(s.findRecipients))
	s.post("/web/chats/{chat}/draft", s.keepDraft)
	s.page("/web/chats/{chat}/move", s.movePage)
	s.post("/web/chats/{chat}/move", s.move)
	s.post("/web/chats/{chat}/state", s.closeChat)
	s.post("/web/chats/{chat}/people", s.changePeople)
}

func (s *site) chats(v *request) error {
	return v.page("chats", v.chatsView(chatFilterOf(v.r.URL.Query())))
}

// seesAll tells whether the user may see chats in which he or she takes no
// part.
func seesAll(r directory.Rights) bool { return r == directory.Manager || r == directory.Administrator }

func (v *request) chatsView(f chatFilter) *chatsView {
	f.All = f.All && seesAll(v.me.Rights)
	view := &chatsView{Filter: f, SeesAll: seesAll(v.me.Rights), CanSend: v.me.can("chats.send"), NoKeys: noKeys(v.r)}
	if target := v.r.Header.Get("HX-Target"); isPart(v.r) && (target == "chat-detail" || target == "chat-thread") {
		return view // the list stays as it is
	}
	var page wire.ChatList
	v.read(f.apiPath(), &page)
	view.Chats, view.LeftOut = page.Items, page.ClientsLeftOut
	// The API sorts chats by when they started; here the most recently active
	// comes first.
	sorting.By(view.Chats, func(a, b wire.ChatObject) int { return b.Last.Compare(a.Last) })
	if page.Next != "" {
		more := f
		if more.Show < maxShow && f.After == "" {
			more.Show = maxShow
		} else {
			more.After, more.Show = page.Next, chatPage
		}
		view.More = "/web/chats" + more.query()
	}
	for _, state := range chatStates {
		t := chatFilter{State: state, Search: f.Search, All: f.All, Show: chatPage}
		view.Tabs = append(view.Tabs, tab{state, "/web/chats" + t.query(), state == f.State})
	}
	return view
}

// chatNews answers with the open chat when it differs from what the page shows.
func (s *site) chatNews(v *request) error {
	if !isPart(v.r) {
		return v.done("/web/chats/"+url.PathEscape(v.r.PathValue("chat"))+chatFilterOf(v.r.URL.Query()).query(), flash{})
	}
	changed, err := v.api.changed("/api/chats/"+url.PathEscape(v.r.PathValue("chat")), v.r.Header.Get("If-None-Match"))
	if err != nil {
		return err
	}
	if !changed {
		v.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	v.w.Header().Set("HX-Trigger-After-Settle", "chats-changed")
	return v.showChat(http.StatusOK, func(*openChat) error { return nil })
}
