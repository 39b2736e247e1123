package fetch

import (
	"regexp"
	"strings"

	"kantoorpost/shared/item"
)

// bar is the reason for which a mail waits for a person whoever sent it, or "".
// A receipt and an answer to an invitation have rules of their own (see
// item.MessageClass), though programs wrote them too.
func initialReason(it item.Item, h headers) item.Reason {
	switch {
	case it.BodyTruncated:
		return item.TooLarge
	case it.Class == item.ReadReceipt, it.Class == item.InvitationResponse:
		return ""
	case it.Class == item.AutoReply:
		return item.Automated
	case isBounce(it, h):
		return item.Bounce
	case it.From.Email == "":
		return item.NoSender
	case it.Class == item.Recall, isAutomated(h):
		return item.Automated
	}
	return ""
}

// kind tells what a program answered, if the mail is such an answer.
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
	replyMethod = regexp.MustCompile(`;\s*method\s*=\s*"?(reply|counter)\b`)
	// Outlook asks other organisations in these words to delete a mail.
	recallSubject = regexp.MustCompile(`(?i)^\s*(recall|intrekken|bericht intrekken|rückruf|rappel)\s*:`)
	recallText    = regexp.MustCompile(`(?i)would like to recall the message|wil het bericht .*intrekken|wil .*bericht .*intrekken|möchte die nachricht .*zurückrufen|souhaite rappeler le message`)
)

// start is as much of a text as is looked at for a pattern: one that matters
// stands in its first thousand bytes.
func start(text string) string { return text[:min(len(text), 1000)] }

// mediaType is the type of a mail's content in lower case, with its parameters.
func mediaType(h headers) string {
	return strings.ToLower(strings.TrimSpace(h.get("Content-Type")))
}

// isBounce tells a report about another mail: by its type, by what mail systems
// write into its head, by who sends it, and, of a mail without a sender or a
// return path, by its subject.
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
	nobody := !strings.Contains(it.From.Email, "@") || nullReturnPath(h)
	return nobody && undelivered.MatchString(start(it.Subject))
}

var (
	mailSystem = regexp.MustCompile(`(?i)^\W*(mailer[-_ ]?daemon|mail[-_ ]?daemon|post[-_]?master|mail delivery (sub)?system)\b`)
	// undelivered starts the subjects that mail systems give to their reports.
	undelivered = regexp.MustCompile(`(?i)^\W*(undeliver(ed|able)|returned mail|returned to sender|return receipt|mail delivery|(mail|message) (delivery )?(failed|failure|error)|delivery (status|failure|failed|error|report|has failed|notification)|` +
		`failure notice|failed mail|non-?delivery|non delivery|postmaster notify|warning: could not send|there was an error sending|message you sent blocked|message status - undeliverable|error sending|` +
		`onbestelbaar|niet bezorg|niet afgeleverd|onbezorgbaar|bezorging (is )?mislukt|bericht niet bezorgd|unzustellbar|nicht zugestellt|zustellung fehlgeschlagen|non remis|échec de (la )?(remise|distribution))`)
)

// nullReturnPath tells that nobody is to be told when the mail cannot be
// delivered, which is how programs send what must start no loop.
func nullReturnPath(h headers) bool { return strings.TrimSpace(h.get("Return-Path")) == "<>" }

// isAutomated tells mail that a program wrote: nobody waits for an answer to
// it, and answering it can start a loop. X-Auto-Response-Suppress is no sign of
// it: people's own mail carries that too.
// https://www.rfc-editor.org/rfc/rfc3834#section-5, https://www.rfc-editor.org/rfc/rfc2919, https://www.rfc-editor.org/rfc/rfc2369
func isAutomated(h headers) bool {
	auto, _, _ := strings.Cut(strings.ToLower(h.get("Auto-Submitted")), ";")
	if auto = strings.TrimSpace(auto); auto != "" && auto != "no" {
		return true
	}
	switch strings.ToLower(strings.TrimSpace(h.get("Precedence"))) {
	case "bulk", "list", "junk", "auto_reply":
		return true
	}
	return h.has("List-Id") || h.has("List-Unsubscribe") || answersItself(h) || nullReturnPath(h)
}

// answersItself tells what programs without Auto-Submitted write instead.
func answersItself(h headers) bool {
	return h.has("X-Autoreply") || h.has("X-Autorespond") || strings.EqualFold(strings.TrimSpace(h.get("X-Apple-Action")), "vacation")
}

// isAutoReply tells, of mail that a program wrote, an answer that it gave to
// some other mail, such as out-of-office. Exchange says "auto-generated" of
// those too, but beside it that nobody is to answer.
// https://www.rfc-editor.org/rfc/rfc3834#section-5, https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxcmail/ced68690-498a-4567-9d14-5c01f974d8b1
func isAutoReply(h headers) bool {
	auto := strings.ToLower(h.get("Auto-Submitted"))
	if strings.Contains(auto, "auto-replied") || answersItself(h) {
		return true
	}
	suppress := strings.ToLower(h.get("X-Auto-Response-Suppress"))
	return strings.Contains(auto, "auto-generated") && strings.Contains(suppress, "all") && h.has("In-Reply-To") && !h.has("List-Id") ||
		strings.EqualFold(strings.TrimSpace(h.get("Precedence")), "auto_reply")
}

// listID is the id of the mailing list that a mail came through, without the
// words that may stand before it.
// https://www.rfc-editor.org/rfc/rfc2919#section-2
func listID(line string) string {
	if start, end := strings.LastIndexByte(line, '<'), strings.LastIndexByte(line, '>'); start >= 0 && end > start {
		line = line[start+1 : end]
	}
	return strings.ToLower(strings.TrimSpace(line))
}
