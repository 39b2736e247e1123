package wire

import (
	"time"

	"kantoorpost/shared/mail"
	"kantoorpost/shared/words"
)

// A MessageObject is a message of a chat as the API shows it.
type MessageObject struct {
	ID             string             `json:"id"`
	Kind           string             `json:"kind" enum:"mail,auto-reply,read-receipt,invitation-response,recall,delivery-report,reply,note,event" doc:"reply: the office wrote it; note: a team member to the others; event: what somebody did with the chat; all others but mail: a program wrote for the contact"`
	Direction      string             `json:"direction,omitempty" enum:"in,out" doc:"in: it came; out: it leaves; none for a note or event"`
	State          string             `json:"state,omitempty" doc:"of a reply"`
	Mail           string             `json:"mail,omitempty" doc:"id of the mail; only of what came in"`
	Author         string             `json:"author,omitempty" doc:"of a note: id of the team member"`
	AuthorName     string             `json:"authorName,omitempty" doc:"of a note, in lists"`
	Via            string             `json:"via,omitempty" enum:"outlook" doc:"outlook: the office wrote it in a mail program"`
	New            bool               `json:"new,omitempty" doc:"its sender was not in the conversation before"`
	Outside        bool               `json:"outside,omitempty" doc:"its sender is not of the client, such as a bank"`
	Leg            string             `json:"leg,omitempty" doc:"of what came from outside: id of the message that began it"`
	Away           *AwayObject        `json:"away,omitempty" doc:"of an automatic answer that says how long its writer is away"`
	By             *Named             `json:"by,omitempty" doc:"the team member who wrote or did it"`
	Text           string             `json:"text,omitempty" doc:"of a note, as it was written"`
	Mentions       []string           `json:"mentions,omitempty" doc:"of a note: ids of the team members whom it names"`
	Edited         *time.Time         `json:"edited,omitempty" doc:"when a note was last changed"`
	Deleted        bool               `json:"deleted,omitempty" doc:"of a note whose author took its text back"`
	Erased         bool               `json:"erased,omitempty" doc:"what it said, and who wrote it, was erased"`
	Event          *EventObject       `json:"event,omitempty"`
	From           mail.Address       `json:"from"`
	To             []mail.Address     `json:"to,omitempty" doc:"of a mail: whom it was sent to"`
	Cc             []mail.Address     `json:"cc,omitempty"`
	Omitted        int                `json:"omittedRecipients,omitempty" doc:"recipients beyond the first 50 of to, and of cc"`
	Subject        string             `json:"subject"`
	Preview        string             `json:"preview"`
	Received       time.Time          `json:"received"`
	At             time.Time          `json:"at" doc:"the same as received"`
	Sequence       int64              `json:"seq" doc:"its place in the order in which messages came; 0 for the oldest ones"`
	HasAttachments bool               `json:"hasAttachments"`
	Attachments    []AttachmentObject `json:"attachments" nullable:"true" doc:"null until GET /api/mails/{mail}/attachments was asked once"`
	Verdict        string             `json:"verdict,omitempty" enum:"pass,soft,fail" doc:"of a mail: Exchange's opinion on its sender"`
	RemotePictures bool               `json:"remotePictures" doc:"of a mail: whether it shows pictures that are kept elsewhere"`
	Lines          int                `json:"lines" doc:"of a mail: about how many lines a page needs, at most 60; 0 when unknown"`
	Receipt        bool               `json:"receiptRequested,omitempty" doc:"of a mail: its sender asks for a read receipt; none is sent"`
	AliasRefused   string             `json:"aliasRefused,omitempty" doc:"of a reply: the alias that Exchange replaced by the mailbox"`
	Body           string             `json:"body,omitempty" doc:"path of what it says, as an HTML document; only of a mail or a reply"`
	MessageReply
}

// An AwayObject is what an out-of-office answer says.
type AwayObject struct {
	Until       string `json:"until,omitempty" format:"date" doc:"the last day"`
	Replacement string `json:"replacement,omitempty" doc:"whom to turn to meanwhile, in its own words"`
}

// An EventObject says what somebody did with a chat.
type EventObject struct {
	Action string     `json:"action" enum:"moved-out,moved-in,merged,client" doc:"moved-out: a mail went into another chat; moved-in: a mail came from another; merged: all of another came; client: the chat belongs to another client"`
	Undone bool       `json:"undone" doc:"the action was undone"`
	Chat   string     `json:"chat,omitempty" doc:"id of the other chat, for who may see it"`
	Client *Named     `json:"client,omitempty"`
	Count  int64      `json:"count,omitempty" doc:"of merged: how many messages came"`
	Text   words.Text `json:"text" doc:"all that in one sentence"`
}

// A MessageReply is what a message has only if it is a reply.
type MessageReply struct {
	Bcc         []RecipientObject `json:"bcc,omitempty"`
	Recipients  []RecipientState  `json:"recipients,omitempty" doc:"of a reply: what became of it for each"`
	Answers     string            `json:"answers,omitempty" doc:"of a reply: id of the message that it answers or forwards"`
	Mode        string            `json:"mode,omitempty" doc:"of a reply: reply, reply-all, forward or new"`
	LeavesAt    time.Time         `json:"leavesAt,omitzero" doc:"of a reply that has not left: the earliest moment"`
	Reason      string            `json:"reason,omitempty" doc:"of a reply that failed: why"`
	Explanation *words.Text       `json:"explanation,omitempty"`
	WhatToDo    *words.Text       `json:"whatToDo,omitempty"`
	Approval    *ApprovalObject   `json:"approval,omitempty"`
	ForOthers   bool              `json:"forOthers,omitempty" doc:"its writer may not send it: whoever takes it back may"`
	Dismissed   bool              `json:"dismissed,omitempty"`
	CanTakeBack bool              `json:"canTakeBack,omitempty"`
	CanRetry    bool              `json:"canRetry,omitempty"`
	CanDismiss  bool              `json:"canDismiss,omitempty"`
	CanApprove  bool              `json:"canApprove,omitempty"`
}

// An AttachmentObject is an attachment of a mail as the API shows it.
type AttachmentObject struct {
	N           int    `json:"n" doc:"its number in the mail"`
	Name        string `json:"name" doc:"fit to be the name of a file"`
	ContentType string `json:"contentType,omitempty" doc:"as the sender wrote it, which may be wrong"`
	Size        int64  `json:"size" doc:"bytes, about"`
	Kind        string `json:"kind" enum:"file,item,link" doc:"item: another mail; link: a file that is kept elsewhere, not readable here"`
	Content     string `json:"content,omitempty" doc:"path of its content; none for a link"`
	View        string `json:"view,omitempty" doc:"path at which a browser may show it; only of a picture and of a PDF"`
	Dangerous   bool   `json:"dangerous" doc:"its kind can run a program of its sender, or its name hides its kind"`
	// Warning says so in words.
	Warning *words.Text `json:"warning,omitempty" doc:"of a dangerous file"`
}
