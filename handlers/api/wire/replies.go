package wire

import (
	"time"

	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailhtml"
	"kantoorpost/shared/words"
)

// A RecipientObject is somebody to whom a reply goes.
type RecipientObject struct {
	Name  string   `json:"name,omitempty" maxLength:"200"`
	Email string   `json:"email" maxLength:"254"`
	Marks []string `json:"marks,omitempty" nullable:"false" enum:"new,outside,colleague" doc:"new: in no message of the chat so far; outside: no contact of the client; colleague: of the office; ignored on input"`
}

// A ReplyContent is what a reply says and to whom it goes.
type ReplyContent struct {
	Address     string            `json:"address,omitempty" maxLength:"254" doc:"of the sender; the one that received the mail when absent"`
	To          []RecipientObject `json:"to,omitempty" nullable:"true" maxItems:"100" doc:"complete: nobody is added; 100 recipients in all"`
	Cc          []RecipientObject `json:"cc,omitempty" nullable:"true" maxItems:"100"`
	Bcc         []RecipientObject `json:"bcc,omitempty" nullable:"true" maxItems:"100"`
	Subject     *string           `json:"subject,omitempty" doc:"as replies/new gives it when absent"`
	HTML        *string           `json:"html,omitempty" doc:"the text without signature and quote; either this or text"`
	Text        *string           `json:"text,omitempty" doc:"the same as plain text"`
	Attachments []string          `json:"attachments,omitempty" nullable:"true" maxItems:"100" doc:"uploads; of a forward its own when this and along are absent"`
	Along       []int             `json:"along,omitempty" nullable:"true" maxItems:"200" doc:"of a forward: numbers of what goes along"`
	Language    string            `json:"language,omitempty" enum:"nl,en,de,fr" doc:"of what the server adds; that of replies/new when absent"`
	Signature   *bool             `json:"signature,omitempty" doc:"false leaves the signature out"`
	Quote       *bool             `json:"quote,omitempty" doc:"false leaves the mail out that is answered; what the address has when absent"`
	Hold        *int              `json:"hold,omitempty" minimum:"0" maximum:"60" doc:"seconds to take it back; the office's when absent"`
	SendAt      *time.Time        `json:"sendAt,omitempty" doc:"when it leaves, at the earliest"`
	Confirmed   []string          `json:"confirmed,omitempty" nullable:"true" maxItems:"20" doc:"codes of the problem confirm, as seen"`
}

// A ReplyBody is a reply in a chat.
type ReplyBody struct {
	ReplyContent
	Answers string `json:"answers,omitempty" maxLength:"64" doc:"id of the message that it answers or forwards; needed unless the mode is new"`
	Mode    string `json:"mode,omitempty" enum:"reply,reply-all,forward,new" default:"reply"`
	Since   *int64 `json:"since,omitempty" minimum:"0" doc:"the since of replies/new; that of the answered message when absent"`
	Force   bool   `json:"force,omitempty" doc:"send although something newer came into the chat"`
}

// A SenderObject is an address of the office from which mail is sent.
type SenderObject struct {
	ID    string `json:"id" doc:"of the mailbox"`
	Name  string `json:"name,omitempty"`
	Email string `json:"email"`
	SignaturesObject
}

// A WarningObject is something that the writer should know, in words.
type WarningObject struct {
	Code string     `json:"code"`
	Text words.Text `json:"text"`
}

// A NewReply is a reply before anything is written.
type NewReply struct {
	Answers      string             `json:"answers,omitempty" doc:"id of the message"`
	Mode         string             `json:"mode"`
	From         *SenderObject      `json:"from,omitempty" doc:"absent: you may send from none of the addresses"`
	Addresses    []SenderObject     `json:"addresses" nullable:"false" doc:"from which you may send in this chat"`
	To           []RecipientObject  `json:"to" nullable:"false"`
	Cc           []RecipientObject  `json:"cc" nullable:"false"`
	Bcc          []RecipientObject  `json:"bcc" nullable:"false"`
	ReplyTo      []RecipientObject  `json:"replyTo,omitempty" nullable:"false" doc:"where the mail wants its answer, at another domain"`
	ReplyAll     bool               `json:"replyAll" doc:"whether answering all is possible, and differs from answering the sender"`
	Subject      string             `json:"subject"`
	Language     mailhtml.Language  `json:"language,omitempty" enum:"nl,en,de,fr" doc:"of what the server adds"`
	LanguageFrom string             `json:"languageFrom,omitempty" doc:"contact, mail (how he or she writes) or mailbox"`
	Signature    string             `json:"signature" doc:"HTML in this language; the server adds it"`
	Quote        string             `json:"quote" doc:"HTML of the mail that the server repeats below; empty for none"`
	Warnings     []string           `json:"warnings" nullable:"false" doc:"codes: bcc, reply-to, many-recipients, alias, automatic-replies"`
	Texts        []WarningObject    `json:"texts" nullable:"false" doc:"the warnings in words"`
	Since        int64              `json:"since" doc:"the seq of the newest message in the chat"`
	Writing      []Named            `json:"writing" nullable:"false" doc:"other team members who wrote here in the last two minutes"`
	Attachments  []AttachmentObject `json:"attachments" nullable:"false" doc:"of a forward: what goes along"`
	Hold         int                `json:"hold" doc:"seconds for which a reply is held"`
	MaxSize      int64              `json:"maxSize" doc:"bytes of a file"`
	UsualSize    int64              `json:"usualSize" doc:"bytes of all files: most recipients refuse more"`
}

// A ReplyObject is a reply as the API shows it.
type ReplyObject struct {
	ID          string            `json:"id" doc:"also that of its message in the chat"`
	Chat        string            `json:"chat"`
	ChatSubject string            `json:"chatSubject,omitempty" doc:"in lists"`
	State       string            `json:"state" enum:"held,scheduled,approval,sending,sent,failed,bounced,unknown,draft" doc:"held: leaves in some seconds; scheduled: at a time; approval: waits for a second person; failed: it did not leave; bounced: it did not reach somebody; unknown: whether it left is not known; draft: taken back, or for a colleague to take over (forOthers)"`
	LeavesAt    time.Time         `json:"leavesAt,omitzero" doc:"the earliest moment at which it leaves"`
	SendAt      time.Time         `json:"sendAt,omitzero" doc:"the moment that its writer chose"`
	SentAt      time.Time         `json:"sentAt,omitzero"`
	Mode        string            `json:"mode" enum:"reply,reply-all,forward,new"`
	Answers     string            `json:"answers,omitempty" doc:"id of the message that it answers or forwards"`
	From        mail.Address      `json:"from"`
	To          []RecipientObject `json:"to" nullable:"false"`
	Cc          []RecipientObject `json:"cc" nullable:"false"`
	Bcc         []RecipientObject `json:"bcc" nullable:"false"`
	Recipients  []RecipientState  `json:"recipients" nullable:"false" doc:"what became of it for each"`
	Subject     string            `json:"subject"`
	Preview     string            `json:"preview"`
	Attachments []ReplyFile       `json:"attachments" nullable:"false"`
	By          Named             `json:"by" doc:"who wrote it"`
	Created     time.Time         `json:"created"`
	Since       int64             `json:"since"`
	Reason      string            `json:"reason,omitempty" doc:"why it failed or is a draft again: newer-message, no-right, address-gone, rejected, recipient, too-large, sender, quota, attachment, unreachable, refused"`
	Detail      string            `json:"detail,omitempty" doc:"what Exchange said"`
	Explanation *words.Text       `json:"explanation,omitempty" doc:"what happened, in words"`
	WhatToDo    *words.Text       `json:"whatToDo,omitempty"`
	Approval    *ApprovalObject   `json:"approval,omitempty"`
	ForOthers   bool              `json:"forOthers,omitempty" doc:"its writer may not send it: who takes it back gets it as a draft"`
	Dismissed   bool              `json:"dismissed,omitempty" doc:"somebody has seen that it failed"`
	Language    string            `json:"language,omitempty" doc:"of what is added to its text"`
	Body        string            `json:"body" doc:"path of what it says, as an HTML document"`
	CanTakeBack bool              `json:"canTakeBack" doc:"by you, now"`
	CanRetry    bool              `json:"canRetry"`
	CanDismiss  bool              `json:"canDismiss" doc:"say that nothing more needs to be done"`
	CanApprove  bool              `json:"canApprove"`
	MessageID   string            `json:"internetMessageId,omitempty" doc:"of the mail"`
}

// A RecipientState says what became of a reply for one recipient.
type RecipientState struct {
	Name   string `json:"name,omitempty"`
	Email  string `json:"email"`
	State  string `json:"state" doc:"empty while it has not left; sent, delayed, delivered, bounced"`
	Status string `json:"status,omitempty" doc:"the enhanced status code of the last report, such as 5.1.1"`
}

// A ReplyFile is a file that goes along with a reply.
type ReplyFile struct {
	ID          string `json:"id" doc:"of the upload"`
	Name        string `json:"name"`
	ContentType string `json:"contentType,omitempty"`
	Size        int64  `json:"size"`
	Inline      bool   `json:"inline" doc:"the text shows it"`
}

// An ApprovalObject says why a reply needs a second person, and what he or she decided.
type ApprovalObject struct {
	Why      []string   `json:"why" nullable:"false" doc:"member, client, word: what the office wants a second person for"`
	By       *Named     `json:"by,omitempty" doc:"who decided"`
	At       *time.Time `json:"at,omitempty"`
	Rejected bool       `json:"rejected"`
	Comment  string     `json:"comment,omitempty"`
}

// A DecisionBody is what a second person says about a reply.
type DecisionBody struct {
	Comment string `json:"comment,omitempty" maxLength:"2000" doc:"for the writer"`
}
