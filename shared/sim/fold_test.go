package sim

import (
	"fmt"
	"slices"
	"testing"

	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/must"
)

// A thread in which a client answers with one mail program after another is folded to
// what each mail says, in both directions.
func TestAThreadOfManyProgramsIsFolded(t *testing.T) {
	w := newWorld(t, "info")
	text := func(n int) string {
		return fmt.Sprintf("Dit is bericht %d over dossier %d.\nDaarin staat onder meer punt%d, en dat is nieuw.\nGroet, schrijver %d", n, n*31,
			n*17, n)
	}
	earlier := &mailtext.Earlier{}
	check := func(n int, from, office string, b Body, own string) {
		t.Helper()
		l := mailtext.Message{Type: b.ContentType, Content: b.Content, Subject: "RE: Vraag", From: mail.Address{Email: from}, Office: office}
		f := mailtext.Fold(l, earlier)
		earlier.Add(from, mailtext.Fold(l, nil).Shingles)
		if len(f.Ranges) != 1 || f.Ranges[0].Lines < 3*n {
			t.Errorf("mail %d from %s: %+v of %s", n, from, f.Ranges, b.Content)
			return
		}
		shown := b.Content[:f.Ranges[0].From] + b.Content[f.Ranges[0].To:]
		left := mailtext.Shingles(b.ContentType, shown)
		if want := mailtext.Shingles("text", own); !slices.Equal(left, want) {
			t.Errorf("mail %d from %s shows %s", n, from, shown)
		}
	}
	path := w.letter("From: Jan Jansen <" + jan + ">\nTo: " + info +
		"\nSubject: Vraag\nMessage-ID: <1@x.example>\nContent-Type: text/plain; charset=utf-8\n\n" + text(0))
	earlier.Add(jan, mailtext.Shingles("text", text(0)))
	for n := 1; n < 20; n += 2 {
		_, at := w.reply(path, map[string]any{"comment": text(n)})
		draft := w.want(w.graph("GET", at, nil), 200).json["body"].(map[string]any)
		check(n, info, jan, Body{ContentType: draft["contentType"].(string), Content: draft["content"].(string)}, text(n))
		w.want(w.graph("POST", at+"/send", nil), 202)
		sent := w.tenant.OutsideItems(jan)
		program := []MailProgram{Outlook, Gmail, AppleMail, Thunderbird}[n/2%4]
		answer := OutsideAnswer{Address: jan, MessageID: sent[len(sent)-1].MessageID, Text: text(n + 1), Program: program}
		must.Get(w.tenant.AnswerOutside(t.Context(), answer))(t)
		got := w.tenant.Messages(info)
		m := got[len(got)-1]
		check(n+1, jan, info, m.Body, text(n+1))
		path = "/users/" + info + "/messages/" + m.ID
	}
}
