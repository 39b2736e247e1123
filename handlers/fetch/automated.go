package fetch

import (
	"strings"

	"kantoorpost/shared/item"
)

// bar is the reason for which a mail waits for a person whoever sent it, or "".
func bar(it item.Item, h headers) item.Reason {
	switch {
	case it.BodyTruncated:
		return item.TooLarge
	case it.From.Email == "":
		return item.NoSender
	case isBounce(it, h):
		return item.Bounce
	case isAutomated(h):
		return item.Automated
	}
	return ""
}

// isBounce tells a report about another mail, by its type, by the empty
// return path that such reports must have, and by who sends them.
// https://www.rfc-editor.org/rfc/rfc3464#section-2, https://www.rfc-editor.org/rfc/rfc5321#section-4.5.5
func isBounce(it item.Item, h headers) bool {
	kind := strings.ToLower(h.get("Content-Type"))
	if strings.HasPrefix(kind, "multipart/report") && !strings.Contains(kind, "disposition-notification") {
		return true
	}
	local, _, _ := strings.Cut(it.From.Email, "@")
	switch strings.ToLower(local) {
	case "mailer-daemon", "postmaster":
		return true
	}
	// Exchange's own reports, whose head has no multipart/report left in Graph.
	return h.has("X-MS-Exchange-Message-Is-Ndr")
}

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
	if h.has("List-Id") || h.has("List-Unsubscribe") || h.has("X-Autoreply") || h.has("X-Autorespond") {
		return true
	}
	return strings.TrimSpace(h.get("Return-Path")) == "<>"
}

// kind tells what a program answered, if the mail is such an answer.
// https://www.rfc-editor.org/rfc/rfc8098#section-3, https://learn.microsoft.com/graph/api/resources/eventmessageresponse
func kind(it item.Item, graphType string, h headers) item.Kind {
	contentType := strings.ToLower(h.get("Content-Type"))
	switch {
	case it.Bar == item.Automated && isAutoReply(h):
		return item.AutoReply
	case strings.HasPrefix(contentType, "multipart/report") && strings.Contains(contentType, "disposition-notification"):
		return item.ReadReceipt
	case graphType == "eventMessageResponse":
		return item.InvitationResponse
	}
	return ""
}

// isAutoReply tells, of mail that a program wrote, an answer that it gave to
// some other mail, such as out-of-office. Exchange says "auto-generated" of
// those too, but beside it that nobody is to answer.
// https://www.rfc-editor.org/rfc/rfc3834#section-5, https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxcmail/ced68690-498a-4567-9d14-5c01f974d8b1
func isAutoReply(h headers) bool {
	auto := strings.ToLower(h.get("Auto-Submitted"))
	if strings.Contains(auto, "auto-replied") || h.has("X-Autoreply") || h.has("X-Autorespond") {
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
