package wire

import (
	"time"

	"kantoorpost/shared/words"
)

// Checked is what one check of the health found.
type Checked struct {
	Name   string     `json:"name" doc:"tables, queues, files, vault, graph or tick"`
	Of     string     `json:"of,omitempty" doc:"the connector of a tenant"`
	OK     bool       `json:"ok"`
	Needed bool       `json:"needed" doc:"whether this instance works without it"`
	Since  *time.Time `json:"since,omitempty" doc:"since when it fails; for tables, queues and files since this instance knows of it"`
	Error  string     `json:"error,omitempty" doc:"a status and a code, never the text of an answer"`
}

// Health says whether this instance works.
type Health struct {
	Status   string    `json:"status" enum:"ok,degraded,failing" doc:"degraded: this instance works, and something that it uses does not"`
	Version  string    `json:"version,omitempty" doc:"of the package that runs"`
	LastTick time.Time `json:"lastTick,omitzero" doc:"when the timer last ran; absent when it never did"`
	Checks   []Checked `json:"checks,omitempty" nullable:"false" doc:"for managers"`
}

// A HealthReport says what works, what is late, and what needs a person.
type HealthReport struct {
	Status     string            `json:"status" enum:"ok,degraded,failing"`
	Checks     []Checked         `json:"checks" nullable:"false"`
	Enabled    bool              `json:"enabled" doc:"whether mail is fetched and processed at all"`
	LastTick   time.Time         `json:"lastTick,omitzero" doc:"when the timer last ran; absent when it never did"`
	LastRead   time.Time         `json:"lastRead,omitzero" doc:"when the last reading of a mailbox that found something began"`
	Queues     []QueueHealth     `json:"queues" nullable:"false"`
	Overdue    OverdueHealth     `json:"overdue" doc:"mail that is stored and should have been decided by now; the tick asks for it again"`
	Mailboxes  int               `json:"mailboxes" doc:"how many are activated"`
	Troubled   []AddressObject   `json:"troubled" nullable:"false" doc:"mailboxes that were not read, or whose mail would find nobody"`
	Connectors []ConnectorHealth `json:"connectors" nullable:"false"`
}

// QueueHealth is the state of one queue.
type QueueHealth struct {
	Name   string    `json:"name"`
	Depth  int       `json:"depth" doc:"about how many messages"`
	Oldest time.Time `json:"oldest,omitzero" doc:"when the first that waits was put there"`
	Poison int       `json:"poison" doc:"about how many messages failed each time; they hold bugs and outages, and lose no mail"`
}

// OverdueHealth counts mail that should have been decided.
type OverdueHealth struct {
	Mails  int       `json:"mails" doc:"at most 1,000 are counted"`
	Oldest time.Time `json:"oldest,omitzero" doc:"when the oldest of them was received"`
}

// ConnectorHealth is the state of one connector.
type ConnectorHealth struct {
	ID            string      `json:"id"`
	Name          string      `json:"name"`
	State         string      `json:"state"`
	StateReason   string      `json:"stateReason,omitempty"`
	WhatToDo      *words.Text `json:"whatToDo,omitempty"`
	SecretExpires time.Time   `json:"secretExpires,omitzero"`
}

// HealthPoint is what the ticks of one period measured: the worst of each figure.
type HealthPoint struct {
	At        time.Time `json:"at" doc:"when the period began"`
	Backlog   float64   `json:"backlog" doc:"messages in all queues, and mails that are not decided"`
	Oldest    float64   `json:"oldest" doc:"seconds that the oldest message of a queue has waited"`
	Waiting   float64   `json:"waiting" doc:"mails that wait for a person"`
	Failing   float64   `json:"failing" doc:"mailboxes that could not be read three times in a row"`
	Poison    float64   `json:"poison" doc:"messages that failed each time"`
	Failures  float64   `json:"failures" doc:"parts of a tick that failed"`
	LagMedian *float64  `json:"lagMedian,omitempty" doc:"seconds from arrival to chat, for half of the last hour's mail; absent without"`
	Lag95     *float64  `json:"lag95,omitempty" doc:"the same for 95 in 100 mails"`
}

// A PoisonObject is a message of a poison queue.
type PoisonObject struct {
	ID        string        `json:"id" doc:"of the message in the poison queue"`
	Queue     string        `json:"queue"`
	Inserted  time.Time     `json:"inserted" doc:"when the host gave up"`
	Expires   time.Time     `json:"expires" doc:"when the queue forgets it"`
	Job       string        `json:"job,omitempty" doc:"id of the job, which the log names too; absent in what others put there"`
	Why       string        `json:"why,omitempty" doc:"why the job was asked for"`
	Addresses []string      `json:"addresses" nullable:"false" doc:"mailboxes that it is about"`
	Mails     []string      `json:"mails" nullable:"false" doc:"ids of mails that it is about"`
	Replies   []string      `json:"replies" nullable:"false" doc:"ids of replies that it is about"`
	Reason    *PoisonReason `json:"reason,omitempty" doc:"absent when the process was killed, or the storage did not work"`
}

// A PoisonReason says why its job failed.
type PoisonReason struct {
	At         time.Time `json:"at" doc:"when it failed for the last time"`
	Error      string    `json:"error"`
	Invocation string    `json:"invocation,omitempty" doc:"id of the call of the host"`
	Trace      string    `json:"trace,omitempty" doc:"id of its trace in the log"`
}
