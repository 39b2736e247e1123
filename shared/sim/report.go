package sim

import (
	"bytes"
	"fmt"
	"mime"
	"regexp"
	"strings"
	"time"
)

// Message classes of what is no plain mail.
//
// https://learn.microsoft.com/office/vba/outlook/concepts/forms/item-types-and-message-classes
const (
	classNote    = "IPM.Note"
	classFailed  = "REPORT.IPM.Note.NDR"
	classDelayed = "REPORT.IPM.Note.Delayed.DR"
	classOOF     = "IPM.Note.Rules.OofTemplate.Microsoft"
)

// class returns the message class.
func (m *Message) class() string {
	if m.Class != "" {
		return m.Class
	}
	return classNote
}

// isHidden says whether Graph leaves the message out of lists and of delta rounds.
func (m *Message) isHidden() bool { return m.Class == classOOF }

// A failure is a recipient whom a mail did not reach, or not yet.
type failure struct {
	address, code, text string
	delayed             bool
}

// failurePattern are the local parts that choose their own failure:
// bounce-5.1.1@, bounce-5.2.2.jan@, delay-4.4.7@.
var failurePattern = regexp.MustCompile(`^(bounce|delay)-([245]\.\d{1,3}\.\d{1,3})(?:[.+_-].*)?$`)

// returnedPattern are the local parts whose server takes a mail and sends it back
// later: returned-5.1.1@.
var returnedPattern = regexp.MustCompile(`^returned-([45]\.\d{1,3}\.\d{1,3})(?:[.+_-].*)?$`)

// codeTexts are the words of the servers for the usual codes.
//
// https://learn.microsoft.com/exchange/troubleshoot/email-delivery/ndr/non-delivery-reports-in-exchange-online
var codeTexts = map[string]string{
	"4.4.7":   "Message expired: the server of the recipient does not answer",
	"5.1.1":   "The email account that you tried to reach does not exist",
	"5.1.10":  "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
	"5.2.2":   "Mailbox full",
	"5.4.1":   "Recipient address rejected: Access denied",
	"5.4.310": "DNS domain does not exist",
	"5.7.1":   "Delivery not authorized, message refused",
}

func textOf(code string) string {
	if text := codeTexts[code]; text != "" {
		return text
	}
	return "The server of the recipient refused the message"
}

// route tells who gets a mail, and whom it cannot reach:
//
//   - an address of the tenant that is no mailbox: 5.1.10;
//   - unknown@ any domain: 5.1.1;
//   - a domain in .invalid: 5.4.310;
//   - bounce-<code>@ any domain outside: that code; delay-<code>@: that code, delayed;
//   - returned-<code>@ any domain outside: it arrives, and its server returns it;
//
// The caller holds mu.
func (t *Tenant) route(to []string) (delivered []string, failed []failure) {
	for _, address := range to {
		local, domain, _ := strings.Cut(strings.ToLower(strings.TrimSpace(address)), "@")
		pattern := failurePattern.FindStringSubmatch(local)
		code := ""
		switch {
		case t.HasDomain(address) && !t.reaches(address):
			code = "5.1.10"
		case t.HasDomain(address):
		case local == "unknown":
			code = "5.1.1"
		case strings.HasSuffix(domain, ".invalid"):
			code = "5.4.310"
		case pattern != nil:
			code = pattern[2]
		}
		if code == "" {
			delivered = append(delivered, address)
			continue
		}
		delayed := pattern != nil && pattern[1] == "delay"
		failed = append(failed, failure{address: oneLine(address), code: code, text: textOf(code), delayed: delayed})
	}
	return delivered, failed
}

// reports returns the records of the delivery reports for a sender: one for who
// cannot be reached, one for who is not reached yet. The caller holds mu.
func (t *Tenant) reports(d *departure, failed []failure, now time.Time, before int) (records []record) {
	for _, delayed := range []bool{false, true} {
		var some []failure
		for _, f := range failed {
			if f.delayed == delayed {
				some = append(some, f)
			}
		}
		if some == nil {
			continue
		}
		back := Envelope{To: []string{d.box.options.Address}}
		raw := t.report(&d.out, d.raw, some, now)
		m := t.received(raw, back, now)
		// In Graph the recipients of a report are those whom the mail did not reach.
		// https://github.com/microsoftgraph/msgraph-sdk-java/issues/807
		m.To, m.Class = nil, classFailed
		for _, f := range some {
			m.To = append(m.To, Recipient{EmailAddress{Name: f.address, Address: f.address}})
		}
		if delayed {
			m.Class = classDelayed
		}
		if d.behaviour.ReportsWithoutHeaders {
			m.Headers = nil
		}
		records = append(records, t.arrivals(back, m, raw, before+len(records))...)
	}
	return records
}

// returned returns the records of the reports of other servers, which took a mail and
// could not deliver it. Such a report is addressed to the mailbox. The caller holds mu.
func (t *Tenant) returned(d *departure, now time.Time, before int) (records []record) {
	for _, address := range d.env.To {
		local, domain, _ := strings.Cut(strings.ToLower(strings.TrimSpace(address)), "@")
		p := returnedPattern.FindStringSubmatch(local)
		if p == nil || t.HasDomain(address) {
			continue
		}
		back := Envelope{To: []string{d.box.options.Address}}
		raw := returnedMail(d, oneLine(address), domainOf("@"+domain), p[1], now)
		m := t.received(raw, back, now)
		records = append(records, t.arrivals(back, m, raw, before+len(records))...)
	}
	return records
}

// returnedMail writes a report as Postfix does, with the whole mail.
func returnedMail(d *departure, address, domain, code string, now time.Time) []byte {
	s := sum("returned", address, d.out.InternetMessageID, now.String())
	boundary := fmt.Sprintf("%X.%d/mx.%s", s[:5], now.Unix(), domain)
	var b strings.Builder
	line := func(format string, values ...any) { fmt.Fprintf(&b, format+"\r\n", values...) }
	line("Date: %s", now.Format(time.RFC1123Z))
	line("From: MAILER-DAEMON@%s (Mail Delivery System)", domain)
	line("Subject: Undelivered Mail Returned to Sender")
	line("To: %s", d.box.options.Address)
	line("Auto-Submitted: auto-replied")
	line("MIME-Version: 1.0")
	line("Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=%q", boundary)
	line("Message-Id: <%X@mx.%s>\r\n", s[5:15], domain)
	line("This is a MIME-encapsulated message.\r\n\r\n--%s\r\nContent-Description: Notification", boundary)
	line("Content-Type: text/plain; charset=us-ascii\r\n\r\nThis is the mail system at host mx.%s.\r\n", domain)
	line("I'm sorry to have to inform you that your message could not\r\nbe delivered to one or more recipients. It's attached below.\r\n")
	line("<%s>: host mx.%s said: 550 %s %s\r\n    (in reply to end of DATA command)\r\n", address, domain, code, textOf(code))
	line("--%s\r\nContent-Description: Delivery report\r\nContent-Type: message/delivery-status\r\n", boundary)
	line("Reporting-MTA: dns; mx.%s\r\nX-Postfix-Sender: rfc822; %s\r\n", domain, d.box.options.Address)
	line("Final-Recipient: rfc822; %s\r\nAction: failed\r\nStatus: %s", address, code)
	line("Diagnostic-Code: smtp; 550 %s %s\r\n", code, textOf(code))
	line("--%s\r\nContent-Description: Undelivered Message\r\nContent-Type: message/rfc822\r\n\r\n%s\r\n--%s--", boundary, d.raw, boundary)
	return []byte(b.String())
}

// report returns the source of the report that Exchange writes about a sent mail.
//
// https://www.rfc-editor.org/rfc/rfc3464
func (t *Tenant) report(m *Message, sent []byte, failed []failure, now time.Time) []byte {
	subject, heading, action, dsn := "Undeliverable: ", "Delivery has failed to these recipients or groups:", "failed", 550
	if failed[0].delayed {
		subject, heading, action, dsn = "Delivery delayed: ", "Delivery is delayed to these recipients or groups:", "delayed", 450
	}
	var text, status strings.Builder
	text.WriteString(heading + "\r\n")
	for _, f := range failed {
		fmt.Fprintf(&text, "\r\n%s\r\nYour message couldn't be delivered. %s (%s).\r\n", f.address, f.text, f.code)
		fmt.Fprintf(&status, "\r\nOriginal-Recipient: rfc822;%s\r\nFinal-Recipient: rfc822;%s\r\nAction: %s\r\n", f.address, f.address, action)
		fmt.Fprintf(&status, "Status: %s\r\nDiagnostic-Code: smtp;%d %s %s\r\n", f.code, dsn, f.code, f.text)
	}
	head, _, _ := bytes.Cut(sent, []byte("\r\n\r\n"))
	fmt.Fprintf(&text, "\r\nOriginal Message Headers\r\n\r\n%s\r\n", head)

	s := sum("report", action, m.InternetMessageID, now.String())
	boundary := fmt.Sprintf("_report_%x_", s[:12])
	var b strings.Builder
	line := func(format string, values ...any) { fmt.Fprintf(&b, format+"\r\n", values...) }
	line("From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@%s>", t.options.Domain)
	line("To: <%s>", m.From.EmailAddress.Address)
	line("Subject: %s", mime.QEncoding.Encode("utf-8", subject+oneLine(m.Subject)))
	line("Date: %s", now.Format(time.RFC1123Z))
	line("Message-ID: <%x@%s>", s[12:28], t.options.Domain)
	line("In-Reply-To: %s", m.InternetMessageID)
	line("References: %s", m.InternetMessageID)
	line("Auto-Submitted: auto-replied")
	line("X-MS-Exchange-Message-Is-Ndr:")
	line("MIME-Version: 1.0")
	line("Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=%q", boundary)
	line("\r\n--%s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s", boundary, text.String())
	line("--%s\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns;mx.%s\r\nArrival-Date: %s\r\n%s",
		boundary, t.options.Domain, now.Format(time.RFC1123Z), status.String())
	line("--%s\r\nContent-Type: text/rfc822-headers\r\n\r\n%s\r\n", boundary, head)
	line("--%s--", boundary)
	return []byte(b.String())
}
