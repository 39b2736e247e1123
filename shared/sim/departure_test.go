package sim

import (
	"net/http"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"kantoorpost/shared/must"
)

// mailOut sends a new message of info@.
func (w *world) mailOut(message map[string]any) {
	w.Helper()
	draft := w.want(w.graph("POST", "/users/"+info+"/messages", message), 201)
	w.want(w.graph("POST", "/users/"+info+"/messages/"+url.PathEscape(draft.json["id"].(string))+"/send", nil), 202)
}

const sentDelta = "/users/" + info + "/mailFolders/sentitems/messages/delta"

func TestAMailLeavesAfterItsDelay(t *testing.T) {
	file := filepath.Join(t.TempDir(), "journal")
	w := openWorld(t, file, "info")
	w.tenant.Behave(Behaviour{SendDelay: 30})
	_, link := w.round(sentDelta)
	at := w.draftFor(jan)
	id := w.want(w.graph("GET", at, nil), 200).json["internetMessageId"]
	w.want(w.graph("POST", at+"/send", nil), 202)
	*w.clock = w.clock.Add(29 * time.Second)
	if w.want(w.graph("GET", at, nil), 200).json["isDraft"] != true || len(w.tenant.Outside(jan)) != 0 {
		t.Error("it left before its time")
	}
	if items, _ := w.round(link); len(items) != 0 {
		t.Errorf("sent items has %v", items)
	}
	w.refused(w.graph("POST", at+"/send", nil), 404, "ErrorItemNotFound")

	w.tenant.Close() // a restart does not lose it
	clock, token := w.clock, w.token
	w = openWorld(t, file)
	w.token, *w.clock = token, clock.Add(time.Second)
	if all, _ := w.round(sentDelta + "?$select=internetMessageHeaders"); len(all) != 1 || all[0]["internetMessageHeaders"] != nil {
		t.Errorf("the copy has headers: %v", all)
	}
	items, _ := w.round(link)
	if len(items) != 1 || items[0]["internetMessageId"] != id || items[0]["isDraft"] != false {
		t.Errorf("sent items has %v", items)
	}
	if got := w.tenant.Outside(jan); len(got) != 1 || got[0].InternetMessageID != id {
		t.Errorf("%d mails outside", len(got))
	}
}

func TestADraftThatIsDeletedBeforeItsTimeStays(t *testing.T) {
	w := newWorld(t, "info")
	w.tenant.Behave(Behaviour{SendDelay: 30})
	at := w.draftFor(jan)
	w.want(w.graph("POST", at+"/send", nil), 202)
	w.want(w.graph("DELETE", at, nil), 204)
	*w.clock = w.clock.Add(time.Minute)
	if len(w.tenant.Outside(jan)) != 0 {
		t.Error("it left")
	}
}

func TestTheIDOfTheSentCopyIsABehaviour(t *testing.T) {
	for _, kind := range []string{"", "different", "late"} {
		w := newWorld(t, "info")
		w.tenant.Behave(Behaviour{SentID: kind})
		at := w.draftFor(jan)
		draft := w.want(w.graph("GET", at, nil), 200).json
		w.want(w.graph("POST", at+"/send", nil), 202)
		status := w.graph("GET", at, nil).status
		if want := map[string]int{"": 200, "different": 404, "late": 404}[kind]; status != want {
			t.Errorf("%q: %d for the id of the draft", kind, status)
		}
		filter := url.PathEscape("internetMessageId eq '" + draft["internetMessageId"].(string) + "'")
		found := values(w.want(w.graph("GET", "/users/"+info+"/messages?$filter="+filter, nil), 200))
		if len(found) != 1 || (found[0]["id"] == draft["id"]) != (kind != "different") || found[0]["isDraft"] != false {
			t.Errorf("%q: found %v", kind, found)
		}
		*w.clock = w.clock.Add(30 * time.Second)
		if status := w.graph("GET", at, nil).status; kind == "late" && status != 200 {
			t.Errorf("the id is not found later: %d", status)
		}
	}
}

func TestWhatASecondSendAnswersIsABehaviour(t *testing.T) {
	for _, again := range []string{"", "bad-request", "send"} {
		for _, b := range []Behaviour{{}, {SentID: "different"}, {SentID: "late"}, {SendDelay: 60}} {
			w := newWorld(t, "info")
			b.SendAgain = again
			w.tenant.Behave(b)
			at := w.draftFor(jan)
			w.want(w.graph("POST", at+"/send", nil), 202)
			status := w.graph("POST", at+"/send", nil).status
			if want := map[string]int{"": 404, "bad-request": 400, "send": 202}[again]; status != want {
				t.Errorf("%q with %+v: %d", again, b, status)
			}
			*w.clock = w.clock.Add(time.Minute)
			mails, ids := w.tenant.Outside(jan), map[string]bool{}
			for _, m := range mails {
				ids[m.InternetMessageID] = true
			}
			if want := map[string]int{"": 1, "bad-request": 1, "send": 2}[again]; len(mails) != want || len(ids) != 1 {
				t.Errorf("%q with %+v: %d mails outside, %d ids", again, b, len(mails), len(ids))
			}
		}
	}
}

func TestAnAliasIsReplacedUnlessTheOrganisationAllowsIt(t *testing.T) {
	w := newWorld(t)
	must.Get(w.tenant.AddMailbox(MailboxOptions{Address: info, Name: "Info", Aliases: []string{"post@" + domain}}))(t)
	for _, allowed := range []bool{false, true} {
		w.tenant.Behave(Behaviour{SendFromAlias: allowed})
		m := map[string]any{"toRecipients": []any{recipient(jan)}, "from": recipient("post@" + domain)}
		w.mailOut(m)
		items, sent := w.tenant.OutsideItems(jan), w.tenant.Sent(info)
		want := map[bool]string{false: info, true: "post@" + domain}[allowed]
		if got := items[len(items)-1].From; got != (OutsideAddress{"Info", want}) || sent[len(sent)-1].From.EmailAddress.Address != want {
			t.Errorf("allowed %t: from %+v", allowed, got)
		}
	}
}

func TestADuplicateCategoryIsABehaviour(t *testing.T) {
	w := newWorld(t, "info")
	w.tenant.Behave(Behaviour{CategoryExists: http.StatusBadRequest})
	path := "/users/" + info + "/outlook/masterCategories"
	w.want(w.graph("POST", path, `{"displayName":"x","color":"preset4"}`), 201)
	w.refused(w.graph("POST", path, `{"displayName":"X","color":"preset4"}`), 400, "CategoryNameAlreadyExists")
}

func TestTheAnswerToAReplyJoinsItsConversation(t *testing.T) {
	for _, own := range []bool{false, true} {
		w := newWorld(t, "info")
		w.tenant.Behave(Behaviour{NewConversations: own})
		id := w.answered()
		must.Get(w.tenant.AnswerOutside(t.Context(), OutsideAnswer{Address: jan, MessageID: id, Text: "Ja"}))(t)
		if all := w.tenant.Messages(info); (all[0].ConversationID != all[1].ConversationID) != own {
			t.Errorf("a conversation of its own: %t, want %t", !own, own)
		}
	}
}

func TestAMailThatLeavesUnderAnotherID(t *testing.T) {
	w := newWorld(t, "info")
	w.tenant.Behave(Behaviour{NewMessageID: true})
	at := w.draftFor(jan)
	id := w.want(w.graph("GET", at, nil), 200).json["internetMessageId"]
	w.want(w.graph("POST", at+"/send", nil), 202)
	sent, outside := w.tenant.Sent(info)[0], w.tenant.Outside(jan)[0]
	if sent.InternetMessageID == id || sent.InternetMessageID != outside.InternetMessageID {
		t.Errorf("draft %s, sent %s, outside %s", id, sent.InternetMessageID, outside.InternetMessageID)
	}
}

func TestASearchIsLate(t *testing.T) {
	w := newWorld(t, "info")
	w.tenant.Behave(Behaviour{SearchSeconds: 10})
	w.draftFor(jan)
	count := func(query string) int {
		return len(values(w.want(w.graph("GET", "/users/"+info+"/messages"+query, nil), 200)))
	}
	const drafts = "?$filter=isDraft%20eq%20true"
	if count("") != 1 || count(drafts) != 0 {
		t.Errorf("%d in the list, %d by filter", count(""), count(drafts))
	}
	*w.clock = w.clock.Add(10 * time.Second)
	if count(drafts) != 1 {
		t.Error("the filter never finds it")
	}
}

// Graph cuts times to whole seconds. An answer within the second in which a mail left
// is not older than that mail.
func TestNothingArrivesBeforeItWasSent(t *testing.T) {
	w := newWorld(t, "info")
	*w.clock = w.clock.Add(300 * time.Millisecond)
	w.deliver(info, "x")
	if got := w.tenant.Messages(info)[0].Received; got.Before(*w.clock) || got.Sub(*w.clock) >= time.Second {
		t.Errorf("delivered at %v, received at %v", *w.clock, got)
	}
	w.mailOut(map[string]any{"toRecipients": []any{recipient(jan)}})
	if got := w.tenant.Sent(info)[0].Sent; got.Before(*w.clock) {
		t.Errorf("sent at %v, has %v", *w.clock, got)
	}
}
