package web

import (
	"testing"
	"testing/synctest"
)

// A list that asks again gets the numbers of the navigation with it, and nothing when all
// is as it was.
func TestListsAndNumbersAreAskedForTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the pages say how long ago something was
		for target, api := range map[string]*fakeAPI{"mail-list": waiting(), "chat-list": talking("manager", "chats.read")} {
			path := map[string]string{"mail-list": "/web/mails", "chat-list": "/web/chats"}[target]
			h := []string{"HX-Request", "true", "HX-Target", target, "Poll", "counts"}
			w := browse(t, api, "GET", path, "", h...)
			wants(t, w, 200, `id="`+target+`"`, `innerHTML:.count-unread`, `data-with-counts`, `data-poll="60"`)
			tag := w.Header().Get("ETag")
			if same := browse(t, api, "GET", path, "", append(h, "If-None-Match", tag)...); same.Code != 304 || same.Body.Len() != 0 ||
				same.Header().Get("ETag") != tag {
				t.Errorf("%s: %d, tag %q and %q", path, same.Code, tag, same.Header().Get("ETag"))
			}
			for header, want := range map[string]int{`W/"old"`: 200, `W/"old", ` + tag: 304, "*": 304} {
				if w := browse(t, api, "GET", path, "", append(h, "If-None-Match", header)...); w.Code != want {
					t.Errorf("%s, If-None-Match %s: %d", path, header, w.Code)
				}
			}
			wants(t, browse(t, api, "GET", path, "", h[:4]...), 200, "!innerHTML:.count-unread")
		}
	})
}
