package sim

import (
	"net/http"
	"time"
)

// A Behaviour says how the tenant acts where the documentation of Graph is silent,
// or where the real service is known to do both. The zero value is what the
// documentation promises or, without a promise, what was seen most often. It is not
// kept over a restart. A switch without a source stands for what nobody documents: the
// product must be right either way.
type Behaviour struct {
	// SendDelay is how long after its 202 a mail leaves and moves to Sent Items, in
	// seconds. Until then it is a draft.
	// https://learn.microsoft.com/graph/outlook-things-to-know-about-send-mail
	SendDelay int `json:"sendDelay"`
	// SentID is the immutable id of the copy in Sent Items: "" is the draft's;
	// "different" is a new one; "late" is the draft's, which is not found for 30 seconds.
	// https://learn.microsoft.com/graph/outlook-immutable-id
	SentID string `json:"sentId"`
	// NewMessageID gives a mail another Internet Message-ID when it leaves, as after an
	// edit in Outlook for Windows.
	// https://github.com/OfficeDev/office-js/issues/6066
	NewMessageID bool `json:"newMessageId"`
	// SearchSeconds is how long a $filter does not find a message that was just made.
	SearchSeconds int `json:"searchSeconds"`
	// SendAgain is the answer to send for a mail that was sent before: "" is 404,
	// "bad-request" is 400, "send" sends it once more.
	SendAgain string `json:"sendAgain"`
	// RefuseReplyProperties refuses extended properties in the body of createReply,
	// createReplyAll and createForward.
	RefuseReplyProperties bool `json:"refuseReplyProperties"`
	// RefusePatchedProperties refuses extended properties in a PATCH.
	RefusePatchedProperties bool `json:"refusePatchedProperties"`
	// NewConversations gives each mail that arrives a conversation of its own, also an
	// answer.
	// https://learn.microsoft.com/answers/questions/5629315
	NewConversations bool `json:"newConversations"`
	// DropInline leaves the inline pictures of the quoted mail out of a reply.
	DropInline bool `json:"dropInline"`
	// TextReplies makes replies with a body of plain text.
	// https://github.com/Softeria/ms-365-mcp-server/issues/408
	TextReplies bool `json:"textReplies"`
	// RewriteIDs puts "x_" before the ids and classes in the HTML that a client writes.
	RewriteIDs bool `json:"rewriteIds"`
	// ConflictAfterReply answers the first change of each draft of createReply with 412.
	// https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/1201
	ConflictAfterReply bool `json:"conflictAfterReply"`
	// IgnoreFilters lists messages as if there were no $filter.
	IgnoreFilters bool `json:"ignoreFilters"`
	// OwnReplyToRecipients addresses a reply to a mail of the mailbox itself to the
	// recipients of that mail, not to the mailbox.
	OwnReplyToRecipients bool `json:"ownReplyToRecipients"`
	// CategoryExists is the status for a master category that exists: 0 is 409.
	CategoryExists int `json:"categoryExists"`
	// SendFromAlias keeps an alias as the sender, as Set-OrganizationConfig
	// -SendFromAliasEnabled does. Otherwise the primary address replaces it.
	// https://learn.microsoft.com/exchange/recipients-in-exchange-online/manage-user-mailboxes/send-from-alias
	SendFromAlias bool `json:"sendFromAlias"`
	// ReportsWithoutHeaders leaves internetMessageHeaders of delivery reports out.
	ReportsWithoutHeaders bool `json:"reportsWithoutHeaders"`
	// MaxSendSize is the size of the largest mail that leaves, in bytes; 0 is the
	// default of Exchange Online, 35 MB.
	MaxSendSize int `json:"maxSendSize"`
	// UploadRoot is the URL under which upload sessions are, "https://host/api/v2.0"
	// or "https://host/api/gv1.0"; "" is the tenant's own URL and /api/v2.0. The
	// tenant answers such paths on every host.
	// https://learn.microsoft.com/graph/outlook-large-attachments
	UploadRoot string `json:"uploadRoot"`
	// UploadStatus answers a GET of an upload URL with the ranges that are expected.
	// Outlook documents no such request: otherwise the answer is 404.
	UploadStatus bool `json:"uploadStatus"`
	// UploadSeconds is how long an upload session lives; 0 is three hours.
	UploadSeconds int `json:"uploadSeconds"`
}

// lateTime is how long an id is not found with SentID "late".
const lateTime = 30 * time.Second

// defaultMaxSendSize is the MaxSendSize of a mailbox whose administrator set none.
// https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits
const defaultMaxSendSize = 35 << 20

func (b Behaviour) maxSendSize() int {
	if b.MaxSendSize > 0 {
		return b.MaxSendSize
	}
	return defaultMaxSendSize
}

// uploadLife is how long an upload session lives. Graph documents no time.
func (b Behaviour) uploadLife() time.Duration {
	if b.UploadSeconds > 0 {
		return time.Duration(b.UploadSeconds) * time.Second
	}
	return 3 * time.Hour
}

// Behave replaces the tenant's behaviour.
func (t *Tenant) Behave(b Behaviour) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.behaviour = b
}

// Behaviour returns the tenant's present behaviour.
func (t *Tenant) Behaviour() Behaviour {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.behaviour
}

// showBehaviour and setBehaviour are GET and POST /simulator/behaviour. A POST
// changes only the members that it has.
func (t *Tenant) showBehaviour(w http.ResponseWriter, _ *http.Request) {
	sendJSON(w, http.StatusOK, t.Behaviour())
}

func (t *Tenant) setBehaviour(w http.ResponseWriter, r *http.Request) {
	b := t.Behaviour()
	if readCommand(w, r, &b) {
		t.Behave(b)
		sendJSON(w, http.StatusOK, b)
	}
}
