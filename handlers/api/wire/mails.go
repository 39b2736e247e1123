package wire

import (
	"time"

	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/words"
)

// A MailObject is a mail of the processing module, as the API shows it.
type MailObject struct {
	ID             string         `json:"id"`
	Address        string         `json:"address" doc:"the activated address that received it"`
	From           mail.Address   `json:"from"`
	To             []mail.Address `json:"to" nullable:"false"`
	Cc             []mail.Address `json:"cc" nullable:"false"`
	Omitted        int            `json:"omittedRecipients,omitempty" doc:"recipients beyond the first 50 of to, and of cc"`
	Subject        string         `json:"subject"`
	Preview        string         `json:"preview" doc:"the first 255 characters of what it says"`
	Received       time.Time      `json:"received"`
	HasAttachments bool           `json:"hasAttachments"`
	RemotePictures bool           `json:"remotePictures" doc:"whether it shows pictures that are kept elsewhere"`
	Verdict        string         `json:"verdict" enum:"pass,soft,fail" doc:"Exchange's opinion on whether the sender is who he says he is"`
	State          string         `json:"state" enum:"new,processed,parked,dismissed"`
	Reason         string         `json:"reason" doc:"why it is parked, or why it was dismissed by itself; empty in other states"`
	Detail         string         `json:"detail,omitempty" doc:"what failed, for the reasons technical and undecodable"`
	Explanation    *words.Text    `json:"explanation,omitempty" doc:"why it waits"`
	WhatToDo       *words.Text    `json:"whatToDo,omitempty"`
	Solutions      []item.Action  `json:"solutions,omitempty" doc:"what you can do about it, with …/solve"`
	Assignee       *Named         `json:"assignee,omitempty" doc:"the team member who looks after it"`
	Later          *time.Time     `json:"later,omitempty" doc:"before this moment nobody has to look at it"`
	Chat           string         `json:"chat" doc:"id of its chat; empty until it is processed"`
	Rules          []string       `json:"rules,omitempty" doc:"ids of the learned rules that decided it"`
	Why            string         `json:"why,omitempty" doc:"the kind of link that chose the team members"`
	Stored         time.Time      `json:"stored"`
	Decided        *time.Time     `json:"decided,omitempty"`
	Attempts       int64          `json:"attempts" doc:"how often it was decided"`
}

// A Named is an object of the directory, by its id and its name.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Facts are the objects that the reason of a parked mail refers to.
type Facts struct {
	Contact *Named  `json:"contact,omitempty" doc:"the sender"`
	Clients []Named `json:"clients,omitempty" doc:"those that the mail can be about"`
	Role    *Named  `json:"role,omitempty" doc:"that nobody has at the client"`
	Team    *Named  `json:"team,omitempty" doc:"that nobody is in"`
}

// An AttemptObject is one line of the history of a mail.
type AttemptObject struct {
	At     time.Time `json:"at"`
	By     string    `json:"by" doc:"id of the person; empty for the system"`
	ByName string    `json:"byName,omitempty"`
	Action string    `json:"action" doc:"what the person did; empty for a decision of the system"`
	State  string    `json:"state" doc:"what became of it"`
	Reason string    `json:"reason,omitempty"`
	Chat   string    `json:"chat,omitempty"`
	Client string    `json:"client,omitempty" doc:"of move, set-client and undo-move: id of the client to which the chat belongs"`
	Rule   string    `json:"rule,omitempty" doc:"the learned rule that decided"`
}

// A MailDetail is a mail with what is known of it beyond lists.
type MailDetail struct {
	MailObject
	Facts   *Facts          `json:"facts,omitempty" doc:"what the reason is about"`
	Placed  *Placement      `json:"placed,omitempty" doc:"why its client was chosen by itself, by what would have been suggested first"`
	History []AttemptObject `json:"history" nullable:"false" doc:"the last of what happened to it, oldest first"`
}

// MailCounts counts mails that wait.
type MailCounts struct {
	Parked    int            `json:"parked" doc:"mails that wait and that somebody has to look at now, at most 2,000"`
	Later     int            `json:"later" doc:"those that wait for a later moment"`
	More      bool           `json:"more" doc:"whether there are more than are counted"`
	Reasons   map[string]int `json:"reasons" doc:"of these, by reason"`
	Addresses map[string]int `json:"addresses" doc:"of these, by the address that received them"`
}

// Placement says why the model chose the client of a mail.
type Placement struct {
	Client  Named          `json:"client"`
	Chance  float64        `json:"chance" doc:"that it is right, 0 to 1"`
	Reasons []learn.Reason `json:"reasons" nullable:"false" doc:"the heaviest first"`
}

// A PlacedMail is a mail that the model placed.
type PlacedMail struct {
	Mail      string    `json:"mail" doc:"its id"`
	At        time.Time `json:"at" doc:"when it was placed"`
	Subject   string    `json:"subject"`
	Corrected bool      `json:"corrected" doc:"whether somebody moved it to another client since"`
	Placement
}

// Placing says whether the model may place mail by itself, and what it placed.
type Placing struct {
	May        bool         `json:"may"`
	Off        bool         `json:"off" doc:"whether a manager switched it off"`
	Rule       string       `json:"rule,omitempty" doc:"id of the rule that holds the record; empty before the first sure suggestion"`
	Mails      int          `json:"mails" doc:"the last sure suggestions, at most 200, and none before a wrong placement"`
	Right      int          `json:"right" doc:"of these, those whose client people chose"`
	Bound      float64      `json:"bound" doc:"the lower bound of the share that is right, 0 to 1 (Wilson, z = 1.64)"`
	LeastBound float64      `json:"leastBound" doc:"from which on the model may place mail"`
	Sure       float64      `json:"sure" doc:"the least chance of a sure suggestion"`
	Missing    int          `json:"missing" doc:"how many sure suggestions more must be right before it may"`
	Recent     []PlacedMail `json:"recent" nullable:"false" doc:"what it placed last, the newest first, at most 20; only what you may see"`
}
