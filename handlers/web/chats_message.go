package web

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/lazyregexp"
	"kantoorpost/shared/mail"
)

type (
	// A message is one mail or one note of a chat.
	message struct {
		wire.MessageObject

		New        bool         `json:"-"` // nobody here has looked at it before
		First      bool         `json:"-"` // of the new ones
		Shown      bool         `json:"-"` // the body is open at once
		Newest     bool         `json:"-"` // of the mails
		Own        string       `json:"-"` // its subject, when it differs from the chat's
		Files      *files       `json:"-"`
		Reply      *replyObject `json:"-"` // its state, of a reply
		ThirdParty bool         `json:"-"` // it is between the office and a third party
		// NewRecipients were in none of the messages before.
		NewRecipients []mail.Address `json:"-"`
		// MoveTo, AnswerTo, ForwardTo and SaveAt are paths of actions on it.
		CanEdit   bool   `json:"-"` // it is a note of the user
		EditTo    string `json:"-"`
		MoveTo    string `json:"-"`
		AnswerTo  string `json:"-"`
		ForwardTo string `json:"-"`
		SaveAt    string `json:"-"`
	}
)

func (m message) who() string { return cmp.Or(m.From.Name, m.From.Email) }

// lastDay is the last day of an absence; nil when the answer does not say it.
func (m message) lastDay() *time.Time {
	if m.Away == nil {
		return nil
	}
	t, err := time.ParseInLocation(time.DateOnly, m.Away.Until, office)
	if err != nil {
		return nil
	}
	return &t
}

// isMail tells whether a person wrote it to others as mail.
func (m message) isMail() bool { return m.Kind == "mail" || m.Kind == kindReply }

func (m message) isOut() bool { return m.Direction == "out" }

// toMany tells whether others than the sender and our own addresses got it too.
func (m message) toMany(own []string) bool {
	for _, a := range slices.Concat(m.To, m.Cc) {
		if !slices.ContainsFunc(own, func(o string) bool { return strings.EqualFold(o, a.Email) }) && !strings.EqualFold(a.Email, m.From.Email) {
			return true
		}
	}
	return false
}

// to names whom it was sent to, for one line.
func (m message) to() string {
	var names []string
	for _, a := range m.To {
		names = append(names, cmp.Or(a.Name, a.Email))
	}
	return strings.Join(names, ", ")
}

func (m message) recipients() recipients { return recipientsOf(m.To, m.Cc, m.Omitted, "") }

// size is the initial height in lines, in steps of three. A script measures the
// real height after the body is loaded.
func (m message) size() int {
	lines := m.Lines
	if lines == 0 { // unknown; the start of the text tells whether it is short
		lines = 6 + 12*(len(m.Preview)/200)
	}
	most := 24
	if !m.Newest { // its own part is short as a rule
		most = 9
	}
	return min((lines+3)/3*3, most)
}

// answerMark is the prefix that mail programs put before the subject of a
// reply.
var answerMark = lazyregexp.New(`(?i)^\s*((re|fw|fwd|antw|aw|doorst|betr)\s*:\s*)+`)

// own is the subject, when it differs from the chat's subject.
func (m message) own(chat string) string {
	if strings.EqualFold(answerMark.ReplaceAllString(m.Subject, ""), answerMark.ReplaceAllString(chat, "")) {
		return ""
	}
	return m.Subject
}

// reason names the text that says why a participant is in the chat:
// chats.why.<reason>.
func reason(p wire.Participant) string {
	if p.What == "" && p.Why != "earlier" {
		return "hand-only"
	}
	return p.Why
}
