package web

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"kantoorpost/handlers/api/wire"
)

// The modes of the form below a chat. All but a note leave the office as mail.
const (
	modeReply    = "reply"
	modeReplyAll = "reply-all"
	modeForward  = "forward"
	modeNew      = "new" // the office begins
	modeNote     = "note"
)

// A composer is the form below a chat in which a person writes, or what says how
// to open it.
type composer struct {
	written
	Open     bool
	CanSend  bool
	Chat     string
	Filter   chatFilter
	Draft    time.Time // when the draft that can be continued was saved; zero for none
	CanAll   bool      // the mail can be answered to all
	Answered *message  // nil in a new chat
	// Client and Contact are with whom a new chat begins.
	Client, Contact string
	Addresses       []wire.SenderObject
	Templates       []wire.TemplateObject
	Template        string // id of the one that is chosen
	Signatures      []signatureView
	LanguageFrom    string                  // what says in which language the mail is
	Writing         []wire.Named            // who else has a draft in this chat
	Warnings        []wire.WarningObject    // about the recipients that are offered
	ReplyTo         []wire.RecipientObject  // where the mail wants its answer, if that is elsewhere
	Files           []wire.AttachmentObject // of a forward: attachments of its message
	Reason          string                  // why a reply that was sent is a draft again
	NotFrom         string                  // the address of the draft, when its writer may not send from it
	MaxSize         int64                   // bytes of all attachments together
	Answer          composeAnswer           // why it was not sent
	FileRefused     *Problem                // why a file was not attached
	Sources         *fileSources            // attachments of mails, to add
	Saved           savedView
	Label           string // of the text, in the language of the user
}

// written is what a person wrote: the fields of the form.
type written struct {
	Mode, Answers, Key string
	Since              string // what the writer had seen: the sequence of a message
	Address            string
	To, Cc, Bcc        []wire.RecipientObject
	Subject            string
	Language           string // of signature and fixed texts; "" means the language of the mailbox
	HTML, Text         string
	Attachments        []wire.ReplyFile
	NoSignature        bool
	NoQuote            bool
	SendAt             string // in the form of the field: 2006-01-02T15:04
	// Along are the numbers of the files of a forwarded message that go along, nil for
	// all: the form was not shown yet.
	Along []int
	// Confirmed and Force are what the writer answered to the API's questions so far.
	Confirmed []string
	Force     bool
}

// path is the path of an action on the chat, with the filter of the list. All of
// those of a new chat are one form.
func (c composer) path(do string) string {
	if c.Mode == modeNew {
		return "/web/chats/new" + c.Filter.query()
	}

	return openChat{ChatObject: wire.ChatObject{ID: c.Chat}, Filter: c.Filter}.path(do)
}

// goesAlong tells whether a file of the forwarded message goes along.
func (c composer) goesAlong(number int) bool {
	return c.Along == nil || slices.Contains(c.Along, number)
}

// isNote tells whether what is written never leaves the office.
func (c composer) isNote() bool { return c.Mode == modeNote }

func (c composer) rich() richText {
	return richText{Label: c.Label, HTML: c.HTML, Text: cmp.Or(c.Text, plain(c.HTML)), Rows: 8, Pictures: true, Focus: true}
}

// writeTo is the path that opens the form in a mode.
func (c composer) writeTo(mode string) string {
	p := withQuery(c.path("write"), "mode", mode)
	if c.Answers != "" {
		p = withQuery(p, "answers", c.Answers)
	}
	return p
}

// usualMaxSize is the size of a mail that most recipients accept, in bytes.
const usualMaxSize = 25 << 20

func (s *site) writePage(v *request) error {
	q := v.r.URL.Query()
	return v.showWriting(http.StatusOK, func(open *openChat) error {
		return v.compose(open, q.Get("mode"), q.Get("answers"))
	})
}

// showWriting answers with a chat whose form more fills in: only the form when htmx
// asks for it.
func (v *request) showWriting(status int, more func(*openChat) error) error {
	if !isPart(v.r) {
		return v.showChat(status, more)
	}
	open, err := v.openChat()
	if err == nil {
		err = v.thread("", open)
	}
	if err == nil {
		err = more(open)
	}
	if err != nil {
		return err
	}
	v.w.Header().Set("HX-Retarget", "#composer")
	v.w.Header().Set("HX-Reswap", "outerHTML")
	return v.partAs(status, "chats", "composer", &chatsView{Filter: open.Filter, Open: open})
}

// closedComposer fills in what opens the form.
func (v *request) closedComposer(open *openChat) error {
	c := &open.Composer
	if c.Answers = open.newestMail(); c.Answers != "" {
		c.CanAll = open.message(c.Answers).toMany(open.Addresses)
	}
	if !c.CanSend {
		return nil
	}
	draft, err := v.draft(open.ID)
	if draft != nil {
		c.Draft = draft.Updated
	}
	return err
}

// compose fills in the form for an answer to a message, "" for the last one; the
// draft of the user comes back in it.
func (v *request) compose(open *openChat, mode, answers string) error {
	c := &open.Composer
	if mode == modeNote {
		c.Mode, c.Open = modeNote, open.CanWrite
		return nil
	}
	draft, err := v.draft(open.ID)
	if err != nil {
		return err
	}
	continued := draft != nil && (mode == "" || draft.Mode == mode && (answers == "" || draft.Answers == answers))
	if draft != nil {
		c.written = writtenOf(draft, c.Key)
		c.Reason = draft.Reason
	}
	c.Open = true
	c.Mode = cmp.Or(mode, c.Mode, modeReplyAll)
	c.Answers = cmp.Or(answers, c.Answers, open.newestMail())
	return v.offer(open, continued)
}

// offer adds what the API offers for an answer. With keep, the recipients and the
// subject that are there stay.
func (v *request) offer(open *openChat, keep bool) error {
	c := &open.Composer
	var o wire.NewReply
	if err := v.api.get(open.api("replies/new")+queryOf("mode", c.Mode, "answers", c.Answers), &o); err != nil {
		return err
	}
	if !keep {
		c.To, c.Cc, c.Bcc, c.Subject, c.Along = o.To, o.Cc, nil, o.Subject, nil
	}
	c.To, c.Cc = withMarks(c.To, slices.Concat(o.To, o.Cc)), withMarks(c.Cc, slices.Concat(o.To, o.Cc))
	c.Language, c.LanguageFrom = cmp.Or(c.Language, string(o.Language)), o.LanguageFrom
	c.Since = cmp.Or(c.Since, strconv.FormatInt(o.Since, 10))
	c.NoQuote = c.NoQuote || !keep && o.Quote == ""
	c.Warnings, c.Writing, c.Files, c.ReplyTo, c.CanAll = o.Texts, o.Writing, o.Attachments, o.ReplyTo, o.ReplyAll || c.CanAll
	c.Answered = open.message(c.Answers)
	return v.addSender(c, o)
}

// addSender adds from which address the reply leaves, with its signature.
func (v *request) addSender(c *composer, o wire.NewReply) error {
	c.Label = v.t("write.text")
	c.Addresses, c.MaxSize = o.Addresses, cmp.Or(o.UsualSize, usualMaxSize)
	isChosen := func(a wire.SenderObject) bool { return strings.EqualFold(a.Email, c.Address) }
	if !slices.ContainsFunc(c.Addresses, isChosen) {
		c.NotFrom, c.Address = c.Address, valueOf(o.From).Email
	}
	if i := slices.IndexFunc(c.Addresses, isChosen); i >= 0 {
		c.Signatures = signatureViews(c.Addresses[i].SignaturesObject)
	}
	return v.addTemplates(c)
}

// offerNew adds from which addresses a chat can begin.
func (v *request) offerNew(c *composer) error {
	o := wire.NewReply{Addresses: some[wire.SenderObject](v, "/api/me/addresses")}
	if len(o.Addresses) > 0 {
		o.From = &o.Addresses[0]
	}
	return v.addSender(c, o)
}

// reply is what a person wrote as the API takes it.
func (w written) reply() map[string]any {
	body := map[string]any{
		"mode": w.Mode, "to": w.To, "cc": w.Cc, "bcc": w.Bcc, "subject": w.Subject, "attachments": uploads(w.Attachments),
		"signature": !w.NoSignature, "quote": !w.NoQuote,
	}
	if w.Along != nil && w.Mode == modeForward {
		body["along"] = w.Along
	}
	for name, value := range map[string]string{"answers": w.Answers, "address": w.Address, "language": w.Language} {
		if value != "" {
			body[name] = value
		}
	}
	if w.Since != "" {
		body["since"], _ = strconv.ParseInt(w.Since, 10, 64) // the API refuses what is not its own
	}
	if w.HTML != "" {
		body["html"] = w.HTML
	} else {
		body["text"] = w.Text
	}
	return body
}

func (v *request) writtenIn() written {
	get := func(name string) string { return v.r.PostFormValue(name) }
	w := written{
		Mode: get("mode"), Answers: get("answers"), Since: get("since"), Address: get("address"),
		To: recipientsIn(get("to")), Cc: recipientsIn(get("cc")), Bcc: recipientsIn(get("bcc")), Subject: strings.TrimSpace(get("subject")),
		Language: get("language"), HTML: get("html"), Text: get("text"), NoSignature: get("signature") == "", NoQuote: get("quote") == "",
		SendAt:      isoDate(get("sendAt")),
		Attachments: attachedIn(v.r.PostForm["attachment"]), Confirmed: v.r.PostForm["confirmed"], Force: get("force") != "",
	}
	if get("files-shown") != "" {
		w.Along = []int{}
		for _, text := range v.r.PostForm["along"] {
			if n, err := strconv.Atoi(text); err == nil {
				w.Along = append(w.Along, n)
			}
		}
	}
	w.Key = cmp.Or(get("again"), get("key"))
	w.Key = cmp.Or(w.Key[:min(len(w.Key), 64)], rand.Text())
	return w
}
