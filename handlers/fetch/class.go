package fetch

import (
	"strings"

	"kantoorpost/shared/item"
	"kantoorpost/shared/lazyregexp"
)

// initialReason returns the reason for which a mail waits for a person, whoever its
// sender is, or "". Receipts and answers to invitations have rules of their own,
// although programs write them too.
func initialReason(it item.Item, h headers) item.Reason {
	switch {
	case isBounce(it, h) && it.Class == "":
		return item.Bounce // however much of the mail it returns
	case it.BodyTruncated:
		return item.TooLarge
	case it.Class == item.ReadReceipt, it.Class == item.InvitationResponse:
		return ""
	case it.Class == item.AutoReply:
		return item.Automated
	case it.From.Email == "":
		return item.NoSender
	case it.Class == item.Recall, isAutomated(h):
		return item.Automated
	}
	return ""
}

// messageClass returns the class of a mail that a program wrote about another mail.
// https://www.rfc-editor.org/rfc/rfc8098#section-3, https://learn.microsoft.com/graph/api/resources/eventmessageresponse
func messageClass(it item.Item, graphType string, h headers) item.MessageClass {
	contentType := mediaType(h)
	switch {
	case strings.HasPrefix(contentType, "multipart/report") && strings.Contains(contentType, "disposition-notification"),
		strings.HasPrefix(contentType, "message/disposition-notification"):
		return item.ReadReceipt
	case strings.EqualFold(graphType, "eventMessageResponse"),
		strings.HasPrefix(contentType, "text/calendar") && replyMethod.MatchString(start(contentType)):
		return item.InvitationResponse
	case isAutomated(h) && isAutoReply(h) && !isBounce(it, h):
		return item.AutoReply
	case recallSubject.MatchString(start(it.Subject)) && recallText.MatchString(start(it.Preview)):
		return item.Recall
	}
	return ""
}

var (
	replyMethod = lazyregexp.New(`;\s*method\s*=\s*"?(reply|counter)\b`)
	// With these words Outlook asks other organisations to delete a mail.
	recallSubject = lazyregexp.New(`(?i)^\s*(recall|intrekken|bericht intrekken|rückruf|rappel)\s*:`)
	recallText    = lazyregexp.New(`(?i)would like to recall the message|wil het bericht .*intrekken|wil .*bericht .*intrekken|` +
		`möchte die nachricht .*zurückrufen|souhaite rappeler le message`)
)

// start returns the part of a text in which patterns are searched.
func start(text string) string { return text[:min(len(text), 1000)] }

// mediaType returns the Content-Type of a mail in lower case, with its parameters.
func mediaType(h headers) string {
	return strings.ToLower(strings.TrimSpace(h.Get("Content-Type")))
}

// encryption returns by which standard a mail is encrypted, by its type.
func encryption(h headers) item.Encryption {
	switch t := mediaType(h); {
	case strings.HasPrefix(t, "application/pkcs7-mime"), strings.HasPrefix(t, "application/x-pkcs7-mime"):
		return item.SMIME
	case strings.HasPrefix(t, "multipart/encrypted"):
		return item.PGP
	}
	return ""
}

// isBounce recognises a report that a mail was not delivered: by its type, by header
// fields of mail systems, by its sender and, without a sender or return path, by its
// subject.
// https://www.rfc-editor.org/rfc/rfc3464#section-2, https://www.rfc-editor.org/rfc/rfc5321#section-4.5.5
func isBounce(it item.Item, h headers) bool {
	switch {
	case strings.HasPrefix(mediaType(h), "multipart/report"),
		h.has("X-Failed-Recipients"),                 // Exim
		h.has("X-MS-Exchange-Message-Is-Ndr"),        // Exchange, which leaves no multipart/report in Graph
		mailSystem.MatchString(start(it.From.Email)), // with or without a domain
		mailSystem.MatchString(start(it.From.Name)) && !strings.Contains(it.From.Email, "@"):
		return true
	}
	noSender := !strings.Contains(it.From.Email, "@") || nullReturnPath(h)
	return noSender && undelivered.MatchString(start(it.Subject))
}

var (
	mailSystem = lazyregexp.New(
		`(?i)^\W*(mailer[-_ ]?daemon|mail[-_ ]?daemon|post[-_]?master|mail delivery (sub)?system|microsoftexchange[0-9a-f]{32})\b`)
	// undelivered matches the start of a subject that mail systems give to reports.
	undelivered = lazyregexp.New(`(?i)^\W*(undeliver(ed|able)|returned mail|returned to sender|return receipt|mail delivery|(mail|` +
		`message) (delivery )?(failed|failure|error)|delivery (status|failure|failed|error|report|has failed|notification)|` +
		`failure notice|failed mail|non-?delivery|non delivery|postmaster notify|warning: could not send|there was an error sending|` +
		`message you sent blocked|message status - undeliverable|error sending|` +
		`onbestelbaar|niet bezorg|niet afgeleverd|onbezorgbaar|bezorging (is )?mislukt|bericht niet bezorgd|unzustellbar|` +
		`nicht zugestellt|zustellung fehlgeschlagen|non remis|échec de (la )?(remise|distribution))`)
)

// nullReturnPath tells whether the return path is empty: programs do so when no
// report may come back, which could start a loop.
func nullReturnPath(h headers) bool { return strings.TrimSpace(h.Get("Return-Path")) == "<>" }

// isAutomated recognises mail that a program wrote: nobody waits for an answer, and
// an answer can start a loop. X-Auto-Response-Suppress proves nothing: mail of people
// has it too.
// https://www.rfc-editor.org/rfc/rfc3834#section-5, https://www.rfc-editor.org/rfc/rfc2919, https://www.rfc-editor.org/rfc/rfc2369
func isAutomated(h headers) bool {
	auto, _, _ := strings.Cut(strings.ToLower(h.Get("Auto-Submitted")), ";")
	if auto = strings.TrimSpace(auto); auto != "" && auto != "no" {
		return true
	}
	switch strings.ToLower(strings.TrimSpace(h.Get("Precedence"))) {
	case "bulk", "list", "junk", "auto_reply":
		return true
	}
	return h.has("List-Id") || h.has("List-Unsubscribe") || answersItself(h) || nullReturnPath(h)
}

// answersItself recognises programs that use other fields than Auto-Submitted.
func answersItself(h headers) bool {
	return h.has("X-Autoreply") || h.has("X-Autorespond") || strings.EqualFold(strings.TrimSpace(h.Get("X-Apple-Action")), "vacation")
}

// isAutoReply recognises, among mail of programs, an answer to another mail, such as
// out-of-office. Exchange marks those "auto-generated" too, but also suppresses
// answers.
// https://www.rfc-editor.org/rfc/rfc3834#section-5,
// https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxcmail/ced68690-498a-4567-9d14-5c01f974d8b1
func isAutoReply(h headers) bool {
	auto := strings.ToLower(h.Get("Auto-Submitted"))
	if strings.Contains(auto, "auto-replied") || answersItself(h) {
		return true
	}
	suppress := strings.ToLower(h.Get("X-Auto-Response-Suppress"))
	return strings.Contains(auto, "auto-generated") && strings.Contains(suppress, "all") && h.has("In-Reply-To") && !h.has("List-Id") ||
		strings.EqualFold(strings.TrimSpace(h.Get("Precedence")), "auto_reply")
}

// listID returns the id in a List-Id field, without the text that may be before it.
// https://www.rfc-editor.org/rfc/rfc2919#section-2
func listID(line string) string {
	if start, end := strings.LastIndexByte(line, '<'), strings.LastIndexByte(line, '>'); start >= 0 && end > start {
		line = line[start+1 : end]
	}
	return strings.ToLower(strings.TrimSpace(line))
}
