package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func (w *world) outside(address string) (items []map[string]any) {
	w.Helper()
	r, _ := http.NewRequest("GET", root+"/simulator/outside?address="+url.QueryEscape(address), nil)
	res := w.want(w.send(r), 200)
	var body struct{ Items []map[string]any }
	if err := json.Unmarshal(res.body, &body); err != nil || body.Items == nil {
		w.Fatalf("%v: %s", err, res.body)
	}
	return body.Items
}

func TestWhatAnOutsideAddressReceivedIsServed(t *testing.T) {
	w := newWorld(t, "info")
	if n := len(w.outside("niemand@elders.example")); n != 0 {
		t.Errorf("%d mails for nobody", n)
	}
	path := w.letter(pictureMail)
	for _, comment := range []string{"Eén", "Twee"} {
		_, at := w.reply(path, map[string]any{"comment": comment})
		w.want(
			w.graph(
				"POST",
				at+"/attachments",
				map[string]any{"@odata.type": FileAttachment, "name": "a.txt", "contentType": "text/plain", "contentBytes": "YWJj"},
			),
			201,
		)
		w.want(w.graph("POST", at+"/send", nil), 202)
	}
	items := w.outside("JAN@bakkerijjansen.example")
	if len(items) != 2 {
		t.Fatalf("%d mails", len(items))
	}
	first := items[0]
	if !strings.HasPrefix(strings.TrimSpace(first["text"].(string)), "Eén") ||
		!strings.Contains(first["html"].(string), "<div>Eén</div>") ||
		first["subject"] != "RE: Bonnen" ||
		first["inReplyTo"] != "<bonnen@bakkerijjansen.example>" ||
		fmt.Sprint(first["references"]) != "[<eerder@bakkerijjansen.example> <bonnen@bakkerijjansen.example>]" {
		t.Errorf("first %v", first)
	}
	if id := first["messageId"].(string); !strings.HasPrefix(id, "<") || !strings.HasSuffix(id, ">") ||
		!strings.Contains(first["raw"].(string), "\r\nMessage-ID: "+id+"\r\n") {
		t.Errorf("id %s", id)
	}
	if got := asJSON(t, first["from"]); got != `{"email":"`+info+`","name":"Info"}` {
		t.Errorf("from %s", got)
	}
	if got := asJSON(t, first["attachments"]); !strings.Contains(
		got,
		`{"contentId":"bon1","contentType":"image/png","inline":true,"name":"bon.png","size":3}`,
	) ||
		!strings.Contains(got, `{"contentId":"","contentType":"text/plain","inline":false,"name":"a.txt","size":3}`) {
		t.Errorf("attachments %s", got)
	}
	if raw := first["raw"].(string); strings.Contains(raw, "X-MS-Exchange-Organization") || !strings.HasPrefix(raw, "From: ") {
		t.Errorf("source %q", raw)
	}
}

func TestOnlyThisMachineSeesOutsideMailAndBehaviour(t *testing.T) {
	w := newWorld(t, "info")
	for _, path := range []string{"/simulator/outside?address=x@y.example", "/simulator/behaviour"} {
		r := httptest.NewRequest("GET", path, nil)
		r.RemoteAddr = "192.0.2.1:1"
		rec := httptest.NewRecorder()
		w.tenant.Handler().ServeHTTP(rec, r)
		if rec.Code != http.StatusForbidden {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
}

func TestOutsideMailIsBounded(t *testing.T) {
	o := outsideMail{byAddress: map[string][]*Message{}}
	for i := range maxOutside + 1 {
		o.add(fmt.Sprint(i%2), &Message{Subject: fmt.Sprint(i), MIME: []byte("x")})
	}
	if o.byAddress["0"][0].Subject != "2" || o.byAddress["1"][0].Subject != "1" || o.bytes != maxOutside {
		t.Errorf("kept from %s and %s on, %d bytes", o.byAddress["0"][0].Subject, o.byAddress["1"][0].Subject, o.bytes)
	}
	o.add("2", &Message{Subject: "groot", MIME: make([]byte, maxOutsideBytes)})
	if len(o.order) != 1 || len(o.byAddress) != 1 {
		t.Errorf("%d mails beside a large one", len(o.order)-1)
	}
}

func TestBehaviourIsSwitched(t *testing.T) {
	w := newWorld(t, "info")
	post := func(body string) result {
		r, _ := http.NewRequest("POST", root+"/simulator/behaviour", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		return w.send(r)
	}
	w.want(post(`{"sendDelay":5}`), 200)
	res := w.want(post(`{"sentId":"late"}`), 200)
	if b := w.tenant.Behaviour(); b.SendDelay != 5 || b.SentID != "late" || res.json["sendDelay"] != 5.0 {
		t.Errorf("behaviour %+v", b)
	}
	w.want(post(`{"nonsense":5}`), 400)
}
