package wire

import (
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
)

// A SolveBody says what a person does about a mail that waits.
type SolveBody struct {
	Action   string `json:"action" enum:"link-contact,create-contact,choose-client,release,dismiss"`
	Contact  string `json:"contact,omitempty" maxLength:"64" doc:"link-contact: id of the contact"`
	Client   string `json:"client,omitempty" maxLength:"64" doc:"choose-client, create-contact: id of the client"`
	Name     string `json:"name,omitempty" maxLength:"400" doc:"create-contact"`
	Email    string `json:"email,omitempty" maxLength:"320" doc:"create-contact: when it is not the sender's"`
	Phone    string `json:"phone,omitempty" maxLength:"100" doc:"create-contact"`
	Function string `json:"function,omitempty" maxLength:"200" doc:"create-contact"`
	Portal   bool   `json:"portal,omitempty" doc:"link-contact, create-contact, choose-client: the contact is a portal, which sends mail for many clients and has none of its own; client is then that of this mail"`
	Remember *bool  `json:"remember,omitempty" doc:"false: for this mail only, and nothing is learned from it; true when absent"`
	Scope    string `json:"scope,omitempty" enum:"once,sender,list" doc:"dismiss and release: of how much such mail; once when absent"`
}

// What became of mails.
type (
	Solved struct {
		Mail      MailObject `json:"mail"`
		Released  int        `json:"released" doc:"mails that wait no longer, this one among them"`
		Pending   int        `json:"pending" doc:"mails that are still being decided"`
		Rule      string     `json:"rule,omitempty" doc:"id of what was learned"`
		RuleState string     `json:"ruleState,omitempty" enum:"learning,proposed,on,off,undoing,undone" doc:"proposed: a manager switches it on"`
	}
	Undone struct {
		Mail     MailObject `json:"mail"`
		Reopened int        `json:"reopened" doc:"mails that are decided anew"`
	}
	Retried struct {
		Asked    int `json:"asked" doc:"mails that are decided again"`
		Released int `json:"released" doc:"those of the first 40 that wait no longer"`
	}
	Dismissed struct {
		Dismissed int `json:"dismissed" doc:"how many waited and do no longer"`
	}
	Reopened struct {
		Reopened int `json:"reopened" doc:"mails that are decided anew"`
	}
)

// Which mails are meant.
type (
	RetryBody struct {
		Mails  []string `json:"mails,omitempty" nullable:"false" maxItems:"1000" doc:"ids of mails"`
		Reason string   `json:"reason,omitempty" maxLength:"40" doc:"all that wait for this reason, at most 10,000"`
	}
	ManyBody struct {
		Mails []string `json:"mails" nullable:"false" minItems:"1" maxItems:"200" doc:"ids of mails"`
	}
)

// A SuggestionObject is a possible solution of a mail.
type SuggestionObject struct {
	Action  item.Action        `json:"action"`
	Score   float64            `json:"score" doc:"the chance that it is right, 0 to 1"`
	Reasons []learn.Reason     `json:"reasons" nullable:"false"`
	Contact *directory.Contact `json:"contact,omitempty"`
	Client  *directory.Client  `json:"client,omitempty"`
	Solve   SolveBody          `json:"solve" doc:"what to send to …/solve to do it"`
}

// A Prefill is what a mail tells of its writer.
type Prefill struct {
	Name     string `json:"name,omitempty"`
	Email    string `json:"email,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Function string `json:"function,omitempty"`
	Company  string `json:"company,omitempty"`
	Client   string `json:"client,omitempty" doc:"id of the likeliest client"`
}

// Suggestions are what may solve a mail, and what to be careful about.
type Suggestions struct {
	Items    []SuggestionObject `json:"items" nullable:"false" doc:"the likeliest first; only what you may do"`
	Warnings []learn.Reason     `json:"warnings" nullable:"false" doc:"what should make you careful, the gravest first"`
	Doubt    bool               `json:"doubt" doc:"whether the sender may be a fraud: ask before all but a dismissal"`
	Prefill  Prefill            `json:"prefill" doc:"what the mail tells of its writer, for a new contact"`
	Chat     *ChatReference     `json:"chat,omitempty" doc:"which the mail answers; it joins it once its sender belongs to its client"`
}

// A ChatReference is the chat that a mail answers.
type ChatReference struct {
	ID      string `json:"id"`
	Subject string `json:"subject"`
	Client  string `json:"client,omitempty" doc:"id"`
}
