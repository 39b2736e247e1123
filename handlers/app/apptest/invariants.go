package apptest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/table"
)

// Check reads all rows of the table of mails and reports broken invariants of
// packages item and chat. After any fault, a mail is stored once, it is in a chat
// if and only if it is processed, and all lists agree.
func (w *World) Check(t *testing.T) {
	t.Helper()
	rows := map[string]table.Row{}
	for _, r := range w.Tables.Snapshot(t)["mails"] {
		if _, ok := r.Props["data"]; ok {
			// What a document holds is looked at like properties.
			if err := r.Document(&r.Props); err != nil {
				t.Error(err)
			}
		}
		rows[r.Key] = r
	}
	text := func(key, name string) string { s, _ := rows[key].Props[name].(string); return s }
	has := func(key string) bool { _, ok := rows[key]; return ok }
	for key := range rows {
		kind, rest, _ := strings.Cut(key, "|")
		switch kind {
		case "i":
			if id := text(key, "mail"); !has("m|" + id) {
				t.Errorf("%s: identity of mail %s, which is not there", key, id)
			}
		case "h":
			if !has("m|" + rest) {
				t.Errorf("%s: a mark of a mail that is not there", key)
			}
		case "m":
			state, box := text(key, "state"), text(key, "mailbox")
			if has("w|"+rest) != (state == "new") {
				t.Errorf("%s: state %s, open work %v", key, state, has("w|"+rest))
			}
			if has("p|"+rest) != (state == "parked") || has("q|"+box+"|"+rest) != (state == "parked") {
				t.Errorf("%s: state %s, parked %v, waiting in its mailbox %v", key, state, has("p|"+rest), has("q|"+box+"|"+rest))
			}
			rules, _ := rows[key].Props["rules"].([]any)
			for _, rule := range rules {
				if !has("r|" + rule.(string) + "|" + rest) {
					t.Errorf("%s: decided by rule %s, which does not know", key, rule)
				}
			}
			// Mail that is dismissed for what it is keeps that as its reason.
			if reason := text(key, "reason"); state == "parked" && reason == "" || state != "parked" && state != "dismissed" && reason != "" {
				t.Errorf("%s: state %s, reason %q", key, state, reason)
			}
			sent := rows[key].Props["sent"] == true // from Outlook: it is in no list
			if view := "v|" + box + "|" + rest; !sent && (text(view, "state") != state || text(view, "chat") != text(key, "chat")) {
				t.Errorf("%s: the view of its mailbox says otherwise", key)
			}
			if chat := text(key, "chat"); (chat != "") != (state == "processed") || chat != "" && !has("c|"+chat) {
				t.Errorf("%s: state %s, chat %q", key, state, chat)
			}
		case "c":
			if into := text(key, "into"); into != "" {
				if !has("c|" + into) {
					t.Errorf("%s: merged into chat %s, which is not there", key, into)
				}
				continue
			}
			if text(key, "change") != "" {
				t.Errorf("%s: change %s is not finished", key, text(key, "change"))
			}
			members, _ := rows[key].Props["members"].([]any)
			for _, m := range members {
				if view := "u|" + m.(string) + "|" + rest; !has(view) || unindexed(rows[view]) != unindexed(rows[key]) {
					t.Errorf("%s: the list of member %s says otherwise", key, m)
				}
			}
			if len(members) == 0 {
				t.Errorf("%s: nobody takes part", key)
			}
			var messages int64
			for other := range rows {
				if strings.HasPrefix(other, "x|"+rest+"|") && text(other, "kind") != "event" {
					messages++
				}
			}
			if rows[key].Props["messages"] != float64(messages) {
				t.Errorf("%s: says it has %v messages, has %d", key, rows[key].Props["messages"], messages)
			}
		case "a":
			if strings.HasPrefix(rest, "open|") {
				t.Errorf("%s: a change of chats is not finished", key)
			}
		case "x":
			chat, mail, _ := strings.Cut(rest, "|")
			if k := text(key, "kind"); k != "note" && k != "reply" && k != "event" && text("m|"+mail, "chat") != chat {
				t.Errorf("%s: a message of a mail that is in chat %q", key, text("m|"+mail, "chat"))
			}
		case "e":
			if strings.Contains(rest, "|") {
				continue // its text, or a row that leads to it
			}
			state, message := text(key, "state"), "x|"+text(key, "chat")+"|"+rest
			open := state == "held" || state == "scheduled" || state == "sending" || state == "draft" && text(key, "draftId") != ""
			if has("o|send|"+rest) != open {
				t.Errorf("%s: state %s, open work %v", key, state, has("o|send|"+rest))
			}
			waits := state != "draft" || rows[key].Props["forOthers"] == true
			if shown := has(message); shown != waits || shown && text(message, "state") != state {
				t.Errorf("%s: state %s, in the chat %q", key, state, text(message, "state"))
			}
			if dismissed := rows[key].Props["dismissed"] == true; has("j|"+rest) != (state != "sent" && waits && !dismissed) {
				t.Errorf("%s: state %s, listed %v", key, state, has("j|"+rest))
			}
		case "f", "r":
			_, mail, _ := strings.Cut(rest, "|")
			if state := text("m|"+mail, "state"); (kind == "f") != (state == "parked") {
				t.Errorf("%s: of mail %s in state %q", key, mail, state)
			}
		case "k":
			if !has("c|" + text(key, "chat")) {
				t.Errorf("%s: leads to a chat that is not there", key)
			}
		}
	}
	for _, m := range w.Poisoned {
		t.Errorf("poisoned: %s", m.Text)
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
