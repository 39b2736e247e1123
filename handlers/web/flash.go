package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/lazyregexp"
)

// A flash is a message that the next page shows once after a form is done. It
// is in a cookie, which anybody could write: therefore it holds the key of a
// text, a number and an id, and no words.
type flash struct {
	Key  string
	N    int
	Undo []string // ids of the mails whose solution can be undone, of a chat that was closed, or of a chat and its reply
	All  []string // ids of all mails that were solved in a row, when there are several
	Chat string   // id of the chat that it made, if any
	// Received are the names of the team members in that chat, when the user may see it.
	Received []string
}

const flashCookie = "flash"

var flashForm = lazyregexp.New(`^([a-z][a-z-]{0,30}\.[a-z.-]{1,40}):(\d{1,6}):([0-9a-z.-]*)(?::([0-9a-z-]+))?$`)

// maxUndo is how many mail ids fit in a cookie of 4,096 bytes.
const maxUndo = 80

func (f flash) give(w http.ResponseWriter) {
	value := fmt.Sprintf("%s:%d:%s", f.Key, f.N, strings.Join(f.Undo, "."))
	if f.Chat != "" {
		value += ":" + f.Chat
	}
	setCookie(w, flashCookie, value, 60)
}

// setCookie keeps a value in the browser for some seconds; -1 deletes it.
func setCookie(w http.ResponseWriter, name, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/web", MaxAge: seconds, HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode,
	})
}

// takeFlash returns the flash of the request and deletes its cookie; nil without
// a flash, and for a page that the browser only prefetches.
// https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Purpose
func takeFlash(w http.ResponseWriter, r *http.Request) *flash {
	c, err := r.Cookie(flashCookie)
	if err != nil || r.Method == http.MethodHead || strings.Contains(r.Header.Get("Sec-Purpose"), "prefetch") {
		return nil
	}
	setCookie(w, flashCookie, "", -1)
	m := flashForm.FindStringSubmatch(c.Value)
	if m == nil {
		return nil
	}
	n, _ := strconv.Atoi(m[2]) // digits, at most a few
	f := &flash{Key: m[1], N: n, Undo: split(m[3]), Chat: m[4]}
	if all := series(r); len(all) > 1 && len(f.Undo) == 1 && f.Undo[0] == all[len(all)-1] {
		f.All = all
	}
	return f
}

// received finds out who got what the flash speaks of. Who may not see the chat is not
// led there.
func (v *request) received(f *flash) error {
	if f == nil || f.Chat == "" {
		return nil
	}
	people, _, err := page[wire.Participant](v, "/api/chats/"+url.PathEscape(f.Chat)+"/participants")
	p, err := refusedOrGone(err)
	if p != nil {
		f.Chat = ""
	}
	for _, m := range people {
		f.Received = append(f.Received, displayName(m.Name, m.Email))
	}
	return err
}

func split(ids string) []string {
	return strings.FieldsFunc(ids, func(r rune) bool { return r == '.' })
}

// The series are the mails that one person solved in a row, the last one at the
// end. It ends when no mail is solved during the lifetime of its cookie.
const (
	seriesCookie = "series"
	seriesLife   = 5 * 60 // seconds
)

var seriesForm = lazyregexp.New(`^[0-9a-z.-]+$`)

// series are the ids of the mails of the series.
func series(r *http.Request) []string {
	c, err := r.Cookie(seriesCookie)
	if err != nil || !seriesForm.MatchString(c.Value) {
		return nil
	}
	all := split(c.Value)
	return all[max(0, len(all)-maxUndo):]
}

// keepSeries writes the cookie of the series; an empty series deletes it.
func keepSeries(w http.ResponseWriter, r *http.Request, ids []string) {
	if _, err := r.Cookie(seriesCookie); err != nil && len(ids) == 0 {
		return
	}
	life := seriesLife
	if len(ids) == 0 {
		life = -1
	}
	setCookie(w, seriesCookie, strings.Join(ids[max(0, len(ids)-maxUndo):], "."), life)
}

func without(ids []string, id string) []string {
	return slices.DeleteFunc(ids, func(other string) bool { return other == id })
}

// takesFlash tells whether the response shows a flash.
func takesFlash(r *http.Request) bool {
	_, err := r.Cookie(flashCookie)
	return err == nil
}

// flashText is the text of the flash: with one and many when the text has both.
func (k *renderer) flashText(f *flash) string {
	if _, ok := k.texts[f.Key]; ok {
		return k.text(f.Key, f.N)
	}
	if _, ok := k.texts[f.Key+".many"]; ok {
		return k.plural(f.Key, f.N)
	}
	return ""
}

// flashClosed is the key of the flash of a chat that was closed; Undo names it.
const flashClosed = "chats.closed"

func (f *flash) isClosed() bool { return f.Key == flashClosed }

// isReply tells whether Undo names the chat and the reply that was sent in it.
func (f *flash) isReply() bool { return strings.HasPrefix(f.Key, "replies.") && len(f.Undo) == 2 }

// isWarning tells whether something did not succeed.
func (f *flash) isWarning() bool { return strings.Contains(f.Key, ".not-") }
