package sim

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"kantoorpost/shared/must"
)

// answered sends a reply with a picture in its quote to jan, and returns its id.
func (w *world) answered() string {
	w.Helper()
	_, at := w.reply(w.letter(pictureMail), `{"comment":"Wij kijken ernaar."}`)
	w.want(w.graph("POST", at+"/send", nil), 202)
	items := w.tenant.OutsideItems(jan)
	return items[len(items)-1].MessageID
}

func TestAnOutsiderAnswersAsHisMailProgramDoes(t *testing.T) {
	for program, marks := range map[MailProgram][]string{
		Outlook: {"border-top:solid #E1E1E1 1.0pt", "<b>Van:</b> Info &lt;" + info + "&gt;",
			"<b>Verzonden:</b> maandag 23 november 2026 10:00"},
		Gmail:       {`class="gmail_quote gmail_quote_container"`, "Op ma 23 nov 2026 om 10:00 schreef Info"},
		AppleMail:   {`<blockquote type="cite">`, "Op 23 nov 2026 om 10:00 heeft Info &lt;" + info + "&gt; het volgende geschreven:"},
		Thunderbird: {"Op 23-11-2026 om 10:00 schreef Info:\r\n> Wij kijken ernaar."},
	} {
		w := newWorld(t, "info")
		id := w.answered()
		must.Get(w.tenant.AnswerOutside(t.Context(),
			OutsideAnswer{Address: jan, MessageID: id, Text: "Dank!\nJan", Program: program}))(t)
		got := w.tenant.Messages(info)
		m := got[len(got)-1]
		for _, mark := range append(marks, "Wij kijken ernaar.") {
			if !strings.Contains(m.Body.Content, mark) {
				t.Errorf("%s: %q is missing in %s", program, mark, m.Body.Content)
			}
		}
		if m.InReplyTo != id || len(m.References) != 3 || m.Subject != "RE: Bonnen" ||
			m.From.EmailAddress != (EmailAddress{"Jan Jansen", jan}) {
			t.Errorf("%s: answers %s %v as %q from %v", program, m.InReplyTo, m.References, m.Subject, m.From)
		}
		if m.ConversationID != got[0].ConversationID {
			t.Errorf("%s: another conversation", program)
		}
		// Outlook keeps the thread of Exchange, with five bytes for each answer.
		if program == Outlook && len(m.ConversationIndex) != 32 {
			t.Errorf("the conversation index has %d bytes", len(m.ConversationIndex))
		}
		if program != Thunderbird && (len(m.Attachments) != 1 || !m.Attachments[0].IsInline || !strings.Contains(m.Plain, "Dank!")) {
			t.Errorf("%s: attachments %+v, plain %q", program, m.Attachments, m.Plain)
		}
	}
}

func TestAnOutsiderAnswersEverybody(t *testing.T) {
	w := newWorld(t, "info", "loon")
	w.mailOut(
		map[string]any{
			"subject":      "Overleg",
			"toRecipients": []any{recipient(jan), recipient("loon@" + domain)},
			"ccRecipients": []any{recipient("bank@elders.example")},
		},
	)
	id := w.tenant.OutsideItems(jan)[0].MessageID
	must.Get(w.tenant.AnswerOutside(t.Context(), OutsideAnswer{Address: jan, MessageID: id, Text: "Ja", All: true}))(t)
	if len(w.tenant.Messages(info)) != 1 || len(w.tenant.Messages("loon@"+domain)) != 2 ||
		len(w.tenant.Outside("bank@elders.example")) != 2 ||
		len(w.tenant.Outside(jan)) != 1 {
		t.Error("not everybody received it once")
	}
	if got := w.tenant.Written(jan); len(got) != 1 || got[0].Subject != "Re: Overleg" {
		t.Errorf("written %+v", got)
	}
	if got := strings.Join(w.tenant.Correspondents(), " "); got != "bank@elders.example "+jan {
		t.Errorf("correspondents %s", got)
	}
}

func TestNobodyAnswersWhatHeDidNotReceive(t *testing.T) {
	w := newWorld(t, "info")
	id := w.answered()
	if _, err := w.tenant.AnswerOutside(t.Context(), OutsideAnswer{Address: "els@elders.example", MessageID: id, Text: "x"}); !errors.Is(
		err,
		ErrNoMail,
	) {
		t.Errorf("error %v", err)
	}
}

func TestAProgramAnswersForAnOutsider(t *testing.T) {
	w := newWorld(t, "info")
	id := w.answered()
	post := func(body string) result {
		r, _ := http.NewRequest("POST", root+"/simulator/answer", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		return w.send(r)
	}
	res := w.want(post(asJSON(t, map[string]any{"address": jan, "messageId": id, "text": "Ja", "program": "gmail"})), 200)
	if got := w.tenant.Messages(info); string(res.body) == "" || len(got) != 2 || !strings.Contains(got[1].Body.Content, "gmail_quote") {
		t.Errorf("%s: %d mails", res.body, len(got))
	}
	w.want(post(`{"address":"jan@elders.example","messageId":"<niets@x>"}`), 422)
	w.want(post(`{`), 400)
}
