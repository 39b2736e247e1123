package sim

import (
	"net/url"
	"strings"
	"testing"

	"kantoorpost/shared/must"
)

func TestADeliveryReportNamesWhoWasNotReached(t *testing.T) {
	w := newWorld(t, "info")
	to := []any{recipient(jan)}
	failing := []string{
		"niemand@" + domain,
		"unknown@elders.example",
		"x@nergens.invalid",
		"bounce-5.2.2.jan@elders.example",
		"delay-4.4.7@elders.example",
	}
	for _, a := range failing {
		to = append(to, recipient(a))
	}
	w.mailOut(map[string]any{"subject": "Jaarrekening é", "toRecipients": to})
	sent := w.tenant.Sent(info)[0]
	for _, a := range failing {
		if len(w.tenant.Outside(a)) != 0 {
			t.Errorf("%s received it", a)
		}
	}
	if len(w.tenant.Outside(jan)) != 1 {
		t.Error("who can be reached did not receive it")
	}
	reports, _ := w.round(delta + "?$select=subject,toRecipients,from,internetMessageHeaders")
	if len(reports) != 2 {
		t.Fatalf("%d reports", len(reports))
	}
	for i, want := range [][]string{
		{"niemand@", "5.1.10", "unknown@", "5.1.1", "x@nergens.invalid", "5.4.310", "bounce-5.2.2.jan@", "5.2.2", "Action: failed"},
		{"delay-4.4.7@", "4.4.7", "Action: delayed"},
	} {
		path := "/users/" + info + "/messages/" + url.PathEscape(reports[i]["id"].(string))
		raw := string(w.want(w.graph("GET", path+"/$value", nil), 200).body)
		for _, text := range append(want, "report-type=delivery-status", "Content-Type: message/delivery-status",
			"Content-Type: text/rfc822-headers",
			"Auto-Submitted: auto-replied", "X-MS-Exchange-Message-Is-Ndr:", "Return-Path: <>", "In-Reply-To: "+sent.InternetMessageID,
			"Message-ID: "+sent.InternetMessageID) {
			if !strings.Contains(raw, text) {
				t.Errorf("%q is missing in %s", text, raw)
			}
		}
		if subject := reports[i]["subject"].(string); subject != []string{"Undeliverable: ", "Delivery delayed: "}[i]+"Jaarrekening é" {
			t.Errorf("subject %q", subject)
		}
		recipients := asJSON(t, reports[i]["toRecipients"])
		if strings.Contains(recipients, info) || !strings.Contains(recipients, want[0]) || reports[i]["internetMessageHeaders"] == nil {
			t.Errorf("recipients %s", recipients)
		}
		expand := path + "?$expand=" + url.PathEscape("singleValueExtendedProperties($filter=id eq 'String 0x001A')")
		class := asJSON(t, w.want(w.graph("GET", expand, nil), 200).json["singleValueExtendedProperties"])
		if !strings.Contains(class, []string{"REPORT.IPM.Note.NDR", "REPORT.IPM.Note.Delayed.DR"}[i]) {
			t.Errorf("class %s", class)
		}
	}
}

func TestAnotherServerReturnsAMail(t *testing.T) {
	w := newWorld(t, "info")
	w.mailOut(map[string]any{"subject": "Cijfers", "toRecipients": []any{recipient("returned-5.2.2.els@elders.example"), recipient(jan)}})
	reports, _ := w.round(delta + "?$select=subject,from,toRecipients,internetMessageHeaders")
	if len(reports) != 1 || len(w.tenant.Outside("returned-5.2.2.els@elders.example")) != 1 {
		t.Fatalf("reports %v", reports)
	}
	if got := asJSON(t, reports[0]["toRecipients"]); !strings.Contains(got, info) {
		t.Errorf("to %s", got)
	}
	raw := string(w.want(w.graph("GET", "/users/"+info+"/messages/"+url.PathEscape(reports[0]["id"].(string))+"/$value", nil), 200).body)
	for _, want := range []string{"Final-Recipient: rfc822; returned-5.2.2.els@elders.example", "Status: 5.2.2",
		"Content-Type: message/rfc822",
		"Message-ID: " + w.tenant.Sent(info)[0].InternetMessageID, "MAILER-DAEMON@elders.example"} {
		if !strings.Contains(raw, want) {
			t.Errorf("%q is missing in %s", want, raw)
		}
	}
}

func TestReportsByBehaviour(t *testing.T) {
	w := newWorld(t, "info")
	w.tenant.Behave(Behaviour{ReportsWithoutHeaders: true})
	w.mailOut(map[string]any{"toRecipients": []any{recipient("unknown@elders.example")}})
	if got := w.tenant.Messages(info); len(got) != 1 || len(got[0].Headers) != 0 || got[0].Class != classFailed {
		t.Errorf("reports %+v", got)
	}
}

func TestAnOutOfOfficeMailComesOnce(t *testing.T) {
	w := newWorld(t, "info", "loon")
	w.want(w.graph(
		"PATCH",
		"/users/loon@"+domain+"/mailboxSettings",
		`{"automaticRepliesSetting":{"status":"alwaysEnabled","externalAudience":"all","internalReplyMessage":"Ik ben er niet",`+
			`"externalReplyMessage":"Gesloten"}}`,
	), 200)
	_, link := w.round(delta)
	for range 2 {
		w.mailOut(
			map[string]any{"subject": "Hallo", "toRecipients": []any{recipient("loon@" + domain), recipient("away-els@elders.example")}},
		)
	}
	items, _ := w.round(link)
	if len(items) != 1 || !strings.HasPrefix(items[0]["subject"].(string), "Automatisch antwoord: ") ||
		!strings.Contains(asJSON(t, items[0]["from"]), "away-els@") {
		t.Errorf("the round has %v", items)
	}
	// That of a colleague is found only by its Message-ID.
	hidden := ""
	for _, m := range w.tenant.Messages(info) {
		if m.class() == classOOF {
			hidden += m.InternetMessageID
		}
	}
	list := "/users/" + info + "/messages"
	if got := values(w.want(w.graph("GET", list+"?$filter="+url.PathEscape("internetMessageId eq '"+hidden+"'"), nil), 200)); len(
		got,
	) != 1 ||
		!strings.Contains(asJSON(t, got[0]["body"]), "Ik ben er niet") {
		t.Errorf("by its id: %v", got)
	}
	if got := asJSON(t, values(w.want(w.graph("GET", list, nil), 200))); strings.Contains(got, "Ik ben er niet") {
		t.Errorf("the list has it: %s", got)
	}
	raw := "From: jan@bakkerijjansen.example\r\nTo: loon@" + domain + "\r\nSubject: x\r\n\r\nx"
	must.Do(t, w.tenant.Deliver(t.Context(), Envelope{From: jan, To: []string{"loon@" + domain}}, []byte(raw)))
	if got := w.tenant.OutsideItems(jan); len(got) != 1 || !strings.Contains(got[0].HTML, "Gesloten") {
		t.Errorf("outside %+v", got)
	}
}

func TestProgramsGetNoOutOfOfficeMail(t *testing.T) {
	w := newWorld(t, "info")
	for _, header := range []string{"X-Auto-Response-Suppress: OOF", "Auto-Submitted: auto-replied", "Precedence: bulk"} {
		name, value, _ := strings.Cut(header, ": ")
		m := Message{Headers: []Header{{name, value}}}
		if got := w.tenant.outOfOffice(Envelope{From: info, To: []string{"away-x@y.example"}}, &m, *w.clock, 0); got != nil {
			t.Errorf("%s is answered", header)
		}
	}
}
