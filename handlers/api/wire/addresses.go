package wire

import (
	"time"

	"kantoorpost/shared/words"
)

// An AddressObject is an activated address as the API shows it.
type AddressObject struct {
	ID         string     `json:"id" doc:"of the mailbox, in Graph"`
	Address    string     `json:"address"`
	Name       string     `json:"name"`
	Connector  string     `json:"connector"`
	Link       LinkObject `json:"link"`
	From       time.Time  `json:"from" doc:"mail received before it is left alone"`
	Active     bool       `json:"active"`
	Categories bool       `json:"categories" doc:"mails get categories in Outlook that show what was done"`
	SignaturesObject
	Quote       bool           `json:"quote" doc:"whether the answered mail is repeated below a reply"`
	LastRound   *time.Time     `json:"lastRound,omitempty" doc:"when the last reading that found something began"`
	NotBefore   *time.Time     `json:"notBefore,omitempty" doc:"the mailbox is left alone until then"`
	State       string         `json:"state" doc:"empty, or what is wrong with the mailbox"`
	StateReason string         `json:"stateReason,omitempty"`
	Failures    int            `json:"failures,omitempty" doc:"readings in a row that failed"`
	WhatToDo    *words.Text    `json:"whatToDo,omitempty"`
	FailedSince *time.Time     `json:"failedSince,omitempty" doc:"when the first of them failed"`
	BehindSince *time.Time     `json:"behindSince,omitempty" doc:"mail received since may not be here yet; absent while readings succeed"`
	Reading     *ReadingObject `json:"reading,omitempty" doc:"a reading that is going on"`
	Warnings    []LinkWarning  `json:"warnings,omitempty" doc:"why mail would find nobody now; in lists with joiners, and in /api/health"`
	Joiners     *JoinersObject `json:"joiners,omitempty" doc:"who would join a chat now; in lists when asked for"`
}

// A ReadingObject is a reading of a mailbox that is going on.
type ReadingObject struct {
	Since time.Time `json:"since"`
	Mails int       `json:"mails" doc:"read so far"`
}

// A LinkObject says whom the mail to an address brings into its chat.
type LinkObject struct {
	Kind string `json:"kind" enum:"contact,role,process-team"`
	ID   string `json:"id,omitempty" doc:"of the role or the process team; the kind contact needs none"`
}

// An AddressBody activates an address.
type AddressBody struct {
	Address string     `json:"address" doc:"of a mailbox; an alias stands for its mailbox" example:"info@kantoor.example"`
	Link    LinkObject `json:"link"`
	From    string     `json:"from,omitempty" doc:"date, or date and time (RFC 3339); now when absent"`
	// A pointer: absent means true.
	Categories *bool `json:"categories,omitempty" doc:"mails get categories in Outlook that show what was done; true when absent"`
}

// A JoinersObject lists who would join the chat of a mail that arrived now.
type JoinersObject struct {
	Target    string          `json:"target,omitempty" doc:"name of the role or the process team"`
	Members   []PreviewMember `json:"members" nullable:"false" doc:"of a role without a client: all who have it at a client"`
	PerClient bool            `json:"perClient" doc:"who of the members joins depends on the client"`
	Warnings  []LinkWarning   `json:"warnings,omitempty" doc:"why nobody would join"`
}

// A LinkWarning says why mail to an address would find nobody now. The code
// is the reason for which the mail would wait.
type LinkWarning struct {
	Code string `json:"code"`
	words.Text
}

// A PreviewMember is a team member who would join.
type PreviewMember struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Email       string `json:"email"`
	StandsInFor string `json:"standsInFor,omitempty" doc:"name of who is away"`
}

// SignaturesObject has what stands below mail, as HTML.
type SignaturesObject struct {
	Signature   string `json:"signature" doc:"HTML below mail in Dutch; below mail in English too when that has none"`
	SignatureEN string `json:"signatureEn" doc:"HTML below mail in English; below mail in Dutch too when that has none"`
}
