package api

import (
	"fmt"
	"slices"
	"testing"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/mail"
)

// What was written to an alias is answered from it, which the writer sees before; the address
// itself can be chosen. When Exchange put that in its place, the message says so.
func TestAnswerFromAnAlias(t *testing.T) {
	w := newWriting(t)
	w.graph.aliases = []string{"kantoor@kantoor.example", "post@kantoor.example"}
	connectors := w.done(t, "GET /api/connectors", "").body["items"].([]any)
	w.done(t, fmt.Sprintf("POST /api/connectors/%s/addresses", connectors[0].(map[string]any)["id"]),
		fmt.Sprintf(`{"address":"box2@kantoor.example","link":{"kind":"role","id":%q}}`, w.role))
	for i, c := range []struct{ to, chosen, want string }{
		{"Post@kantoor.example", "", "post@kantoor.example"}, {"post@kantoor.example", "POST@kantoor.example", "post@kantoor.example"},
		{"post@kantoor.example", "box2@kantoor.example", ""}, {"box2@kantoor.example", "", ""},
	} {
		it := w.nthMail(3, "Jan")
		it.Mailbox, it.Address, it.To = box(2).ID, "box2@kantoor.example", []mail.Address{{Email: c.to}}
		it.MessageID, it.InternetMessageID = fmt.Sprint("alias ", i), fmt.Sprintf("<alias%d@x>", i)
		w.chat = w.startWith(t, it, "Dag", "Jan", "editor")
		w.mail = w.chat
		offered := w.ok(t, "editor", "GET "+w.path("/new?mode=reply"), "").body
		warned, from := slices.Contains(offered["warnings"].([]any), any("alias")), offered["from"].(map[string]any)["email"]
		if isAlias := c.to != "box2@kantoor.example"; warned != isAlias || isAlias != (from == "post@kantoor.example") {
			t.Errorf("%+v: offered from %v, warned %t", c, from, warned)
		}
		with := map[string]any{"address": c.chosen, "since": nil}
		if c.chosen == "" {
			with["address"] = nil
		}
		r, err := w.Outbox.Load(t.Context(), fmt.Sprint(w.reply(t, with).body["id"]))
		if err != nil || r.Alias != c.want || r.Address != "box2@kantoor.example" {
			t.Errorf("%+v: leaves from %q of %s, %v", c, r.Alias, r.Address, err)
		}
	}
	m := chat.Message{Kind: chat.KindReply, From: mail.Address{Email: "box2@kantoor.example"}, Alias: "post@kantoor.example"}
	if o := messageOf("", m); o.From.Email != "post@kantoor.example" || o.AliasRefused != "" {
		t.Errorf("%+v", o)
	}
	m.AliasRefused = true
	if o := messageOf("", m); o.From.Email != "box2@kantoor.example" || o.AliasRefused != "post@kantoor.example" {
		t.Errorf("%+v", o)
	}
}
