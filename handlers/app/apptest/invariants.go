package apptest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/table"
)

// stored are the rows of the table of mails, with what documents hold as properties.
type stored map[string]table.Row

func (s stored) has(key string) bool { _, ok := s[key]; return ok }

func (s stored) text(key, name string) string { text, _ := s[key].Props[name].(string); return text }

// Check reads all rows of the table of mails and reports broken invariants of
// packages item and chat. After any fault, a mail is stored once, it is in a chat
// if and only if it is processed, and all lists agree.
func (w *World) Check(t *testing.T) {
	t.Helper()
	s := stored{}
	for _, r := range w.Tables.Snapshot(t)["mails"] {
		if _, ok := r.Props["data"]; ok {
			if err := r.Document(&r.Props); err != nil {
				t.Error(err)
			}
		}
		s[r.Key] = r
	}
	for key := range s {
		kind, rest, _ := strings.Cut(key, "|")
		switch kind {
		case "i":
			if id := s.text(key, "mail"); !s.has("m|" + id) {
				t.Errorf("%s: identity of mail %s, which is not there", key, id)
			}
		case "h":
			if !s.has("m|" + rest) {
				t.Errorf("%s: a mark of a mail that is not there", key)
			}
		case "m":
			s.checkMail(t, key, rest)
		case "c":
			s.checkChat(t, key, rest)
		case "a":
			if strings.HasPrefix(rest, "open|") {
				t.Errorf("%s: a change of chats is not finished", key)
			}
		case "x":
			chat, mail, _ := strings.Cut(rest, "|")
			if k := s.text(key, "kind"); k != "note" && k != "reply" && k != "event" && s.text("m|"+mail, "chat") != chat {
				t.Errorf("%s: a message of a mail that is in chat %q", key, s.text("m|"+mail, "chat"))
			}
		case "e":
			s.checkReply(t, key, rest)
		case "f", "r":
			_, mail, _ := strings.Cut(rest, "|")
			if state := s.text("m|"+mail, "state"); (kind == "f") != (state == "parked") {
				t.Errorf("%s: of mail %s in state %q", key, mail, state)
			}
		case "k":
			if !s.has("c|" + s.text(key, "chat")) {
				t.Errorf("%s: leads to a chat that is not there", key)
			}
		}
	}
	for _, m := range w.Poisoned {
		t.Errorf("poisoned: %s", m.Text)
	}
}

func (s stored) checkMail(t *testing.T, key, id string) {
	t.Helper()
	state, box := s.text(key, "state"), s.text(key, "mailbox")
	if s.has("w|"+id) != (state == "new") {
		t.Errorf("%s: state %s, open work %v", key, state, s.has("w|"+id))
	}
	if s.has("p|"+id) != (state == "parked") || s.has("q|"+box+"|"+id) != (state == "parked") {
		t.Errorf("%s: state %s, parked %v, waiting in its mailbox %v", key, state, s.has("p|"+id), s.has("q|"+box+"|"+id))
	}
	rules, _ := s[key].Props["rules"].([]any)
	for _, rule := range rules {
		if !s.has("r|" + rule.(string) + "|" + id) {
			t.Errorf("%s: decided by rule %s, which does not know", key, rule)
		}
	}
	// Mail that is dismissed for what it is keeps that as its reason.
	if reason := s.text(key, "reason"); state == "parked" && reason == "" || state != "parked" && state != "dismissed" && reason != "" {
		t.Errorf("%s: state %s, reason %q", key, state, reason)
	}
	sent := s[key].Props["sent"] == true // from Outlook: it is in no list
	if view := "v|" + box + "|" + id; !sent && (s.text(view, "state") != state || s.text(view, "chat") != s.text(key, "chat")) {
		t.Errorf("%s: the view of its mailbox says otherwise", key)
	}
	if chat := s.text(key, "chat"); (chat != "") != (state == "processed") || chat != "" && !s.has("c|"+chat) {
		t.Errorf("%s: state %s, chat %q", key, state, chat)
	}
}

func (s stored) checkChat(t *testing.T, key, id string) {
	t.Helper()
	if into := s.text(key, "into"); into != "" {
		if !s.has("c|" + into) {
			t.Errorf("%s: merged into chat %s, which is not there", key, into)
		}
		return
	}
	if s.text(key, "change") != "" {
		t.Errorf("%s: change %s is not finished", key, s.text(key, "change"))
	}
	members, _ := s[key].Props["members"].([]any)
	for _, m := range members {
		if view := "u|" + m.(string) + "|" + id; !s.has(view) || unindexed(s[view]) != unindexed(s[key]) {
			t.Errorf("%s: the list of member %s says otherwise", key, m)
		}
	}
	if len(members) == 0 {
		t.Errorf("%s: nobody takes part", key)
	}
	var messages int64
	for other := range s {
		if strings.HasPrefix(other, "x|"+id+"|") && s.text(other, "kind") != "event" {
			messages++
		}
	}
	if s[key].Props["messages"] != float64(messages) {
		t.Errorf("%s: says it has %v messages, has %d", key, s[key].Props["messages"], messages)
	}
}

func (s stored) checkReply(t *testing.T, key, id string) {
	t.Helper()
	if strings.Contains(id, "|") {
		return // its text, or a row that leads to it
	}
	state, message := s.text(key, "state"), "x|"+s.text(key, "chat")+"|"+id
	open := state == "held" || state == "scheduled" || state == "sending" || state == "draft" && s.text(key, "draftId") != ""
	if s.has("o|send|"+id) != open {
		t.Errorf("%s: state %s, open work %v", key, state, s.has("o|send|"+id))
	}
	waits := state != "draft" || s[key].Props["forOthers"] == true
	if shown := s.has(message); shown != waits || shown && s.text(message, "state") != state {
		t.Errorf("%s: state %s, in the chat %q", key, state, s.text(message, "state"))
	}
	if dismissed := s[key].Props["dismissed"] == true; s.has("j|"+id) != (state != "sent" && waits && !dismissed) {
		t.Errorf("%s: state %s, listed %v", key, state, s.has("j|"+id))
	}
}

// indexMark is what a chat says of its index rows. The lists of its members get it with
// its next change.
var indexMark = regexp.MustCompile(`,"indexed":"[^"]*"`)

func unindexed(r table.Row) string {
	text, _ := r.Props["data"].(string)
	return indexMark.ReplaceAllString(text, "")
}

// Picture is all that people can see, without ids and times: equal for two
// worlds in which the same happened.
func (w *World) Picture() string {
	var lines []string
	for _, m := range w.Mails() {
		lines = append(lines, fmt.Sprint("mail ", m["address"], " ", m["subject"], " ", m["state"], " ", m["reason"]))
	}
	names := map[any]string{}
	for _, m := range w.Must("GET", "/api/team-members", nil)["items"].([]any) {
		names[m.(object)["id"]] = m.(object)["name"].(string)
	}
	for _, c := range w.Chats() {
		var members []string
		for _, m := range c["members"].([]any) {
			members = append(members, names[m])
		}
		slices.Sort(members)
		lines = append(lines, fmt.Sprint("chat ", c["subject"], " ", members, " ", c["messages"], " ", c["state"]))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
