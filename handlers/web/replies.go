package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"kantoorpost/handlers/api/wire"
)

// kindReply is the kind of a message that the office sent, or is sending.
const kindReply = "reply"

// The states of a reply.
const (
	stateHeld      = "held"
	stateScheduled = "scheduled"
	stateApproval  = "approval"
	stateSending   = "sending"
	stateSent      = "sent"
	stateFailed    = "failed"
	stateBounced   = "bounced"
	stateUnknown   = "unknown"
	stateDraft     = "draft" // its writer may not send it, and a colleague takes it over
)

// outgoingStates are those of which somebody should know, in the order of the
// list: what needs a person first.
var outgoingStates = []string{stateFailed, stateDraft, stateUnknown, stateBounced, stateApproval, stateScheduled}

// A replyObject is a reply as the API shows it.
type replyObject struct {
	wire.ReplyObject

	Tag string // its version
}

// at is the time that counts for its state.
func (r replyObject) at() time.Time {
	for _, t := range []time.Time{r.SentAt, r.LeavesAt, r.Created} {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// undelivered are the recipients whom it did not reach; delayed are those whose
// server still tries.
func (r replyObject) undelivered() []wire.RecipientState { return r.inState(stateBounced) }
func (r replyObject) delayed() []wire.RecipientState     { return r.inState("delayed") }

func (r replyObject) inState(state string) (all []wire.RecipientState) {
	for _, to := range r.Recipients {
		if to.State == state {
			all = append(all, to)
		}
	}
	return all
}

// moves tells whether its state changes by itself within seconds.
func (r replyObject) moves() bool { return r.State == stateHeld || r.State == stateSending }

// path is the path of an action on it.
func (r replyObject) path(do string) string {
	return "/web/chats/" + url.PathEscape(r.Chat) + "/replies/" + url.PathEscape(r.ID) + "/" + do
}

// api is its path in the API.
func (r replyObject) api(do string) string {
	p := "/api/chats/" + url.PathEscape(r.Chat) + "/replies/" + url.PathEscape(r.ID)
	if do != "" {
		p += "/" + do
	}
	return p
}

// reply reads one reply with its version.
func (v *request) reply(chat, id string) (*replyObject, error) {
	r := replyObject{ReplyObject: wire.ReplyObject{Chat: chat, ID: id}}
	tag, err := v.api.getTag(r.api(""), &r)
	r.Chat, r.ID, r.Tag = chat, id, tag
	return &r, err
}

func (s *site) registerReplies() {
	s.page("/web/replies", s.replies)
	s.page("/web/chats/{chat}/replies/{reply}/state", s.replyState)
	for do, serve := range map[string]func(*request, *replyObject) error{
		"back": takeBack, "retry": retryReply, "approve": approveReply, "reject": rejectReply, "dismiss": dismissReply,
	} {
		s.post("/web/chats/{chat}/replies/{reply}/"+do, func(v *request) error {
			r := &replyObject{Tag: v.r.PostFormValue("tag")}
			r.Chat, r.ID = v.r.PathValue("chat"), v.r.PathValue("reply")
			return serve(v, r)
		})
	}
}

// replyState answers with the state of one reply while it changes by itself.
func (s *site) replyState(v *request) error {
	chat := v.r.PathValue("chat")
	if !isPart(v.r) {
		return v.done("/web/chats/"+url.PathEscape(chat), flash{})
	}
	r, err := v.reply(chat, v.r.PathValue("reply"))
	if err != nil {
		return err
	}
	if !r.moves() {
		v.w.Header().Set("HX-Trigger-After-Settle", "chats-changed")
	}
	return v.part("chats", "reply-state", r)
}

// takeBack makes a reply a draft again, when it has not left yet, and opens it.
func takeBack(v *request, r *replyObject) error {
	page := "/web/chats/" + url.PathEscape(r.Chat)
	back, not := "replies.back", "replies.not-back"
	if v.r.PostFormValue("over") != "" {
		back, not = "replies.over", "replies.not-over"
	}
	if ok, err := succeeded(refused, v.api.delete(r.api(""), ""),
		func(*Problem) error { return v.leave(page, flash{Key: not}) }); !ok {
		return err
	}
	// A chat that was closed when the reply was sent has something to do again.
	if err := v.api.patch("/api/chats/"+url.PathEscape(r.Chat), "", map[string]string{"state": "open"}, nil); err != nil {
		return err
	}
	return v.leave(page+"/write", flash{Key: back})
}

// retryReply sends again what was not sent.
func retryReply(v *request, r *replyObject) error {
	body := map[string]any{}
	if v.r.PostFormValue("confirmed") != "" {
		body["confirmed"] = true
	}
	var now wire.ReplyObject
	if ok, err := succeeded(refused, v.api.post(r.api("retry"), body, &now), v.backSaying("replies.not-again")); !ok {
		return err
	}
	now.ID, now.State = cmp.Or(now.ID, r.ID), cmp.Or(now.State, stateHeld)
	return v.back(sentFlash(r.Chat, now))
}

// dismissReply takes a reply off the list of those that need a person.
func dismissReply(v *request, r *replyObject) error {
	if ok, err := succeeded(refused, v.api.post(r.api("dismiss"), nil, nil), v.backSaying("replies.not-decided")); !ok {
		return err
	}
	return v.back(flash{Key: "replies.dismissed"})
}

// approveReply lets a reply leave, as the second person.
func approveReply(v *request, r *replyObject) error {
	return decide(v, r, "approve", "replies.approved")
}

// rejectReply makes a reply its author's draft again.
func rejectReply(v *request, r *replyObject) error { return decide(v, r, "reject", "replies.rejected") }

func decide(v *request, r *replyObject, do, said string) error {
	_, err := v.api.do(http.MethodPost, r.api(do), r.Tag, map[string]string{"comment": v.r.PostFormValue("comment")}, nil)
	if ok, err := succeeded(refused, err, v.backSaying("replies.not-decided")); !ok {
		return err
	}
	return v.back(flash{Key: said})
}

// back redirects to the page from which the form was sent; backSaying does so after a refusal.
func (v *request) back(f flash) error { return v.leave(v.here(), f) }

func (v *request) backSaying(key string) func(*Problem) error {
	return func(*Problem) error { return v.back(flash{Key: key}) }
}

// A repliesView is the list of what the office is sending, or could not send.
type repliesView struct {
	Groups []replyGroup
	Mine   bool
}

type replyGroup struct {
	State   string
	Replies []*replyObject
	More    bool
}

// replies shows what is planned, waits for a second person, and did not arrive.
func (s *site) replies(v *request) error {
	view := repliesView{Mine: v.r.URL.Query().Get("whose") == "mine"}
	for _, state := range outgoingStates {
		var page wire.ListOf[*replyObject]
		q := queryOf("state", state, "limit", "50", "mine", strconv.FormatBool(view.Mine))
		v.read("/api/replies"+q, &page)
		if len(page.Items) == 0 {
			continue
		}
		for _, r := range page.Items {
			if r.CanApprove { // the decision holds for what was seen
				one, err := v.reply(r.Chat, r.ID)
				if err != nil {
					return err
				}
				r.Tag = one.Tag
			}
		}
		view.Groups = append(view.Groups, replyGroup{state, page.Items, page.Next != ""})
	}
	return v.page("replies", view)
}

// countOutgoing is how many replies need a person, "" for none.
func (v *request) countOutgoing() (string, error) {
	replies, next, err := page[replyObject](v, "/api/replies?limit=100")
	n := 0
	for _, r := range replies {
		if slices.Contains(outgoingStates, r.State) && r.State != stateScheduled {
			n++
		}
	}
	if n == 0 || err != nil {
		return "", err
	}
	return counted(n, next != ""), nil
}
