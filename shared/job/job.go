// Package job holds the typed work that functions send each other through
// queues: each job names its queue and how long it stays useful.
//
// A job is a hint. It may be done twice, late, or never: the tables hold the
// truth, and every five minutes the tick finds again the work that is still to be
// done. A job holds no subject and no body of a mail, since users of the portal
// can read queues. It does not say for whom it is done, since they can also write
// to queues.
package job

import (
	"context"
	"crypto/rand"
	"slices"
	"time"
)

// A Job is a message of a queue, encoded as a JSON object that has members. The queue adds
// the fields "job", its own name, and IDField.
type Job interface {
	// Queue is the name of the queue, and of the function that it triggers.
	Queue() string
	// TTL is how long the job stays useful.
	TTL() time.Duration
}

// A Putter puts jobs on their queues.
type Putter interface {
	Put(ctx context.Context, j Job) error
}

// IDField is the name of the field with the id of a message: the service gives a
// message another id when the host moves it to the poison queue.
const IDField = "id"

// Fetch asks for the new mail of some mailboxes.
type Fetch struct {
	Addresses []string `json:"addresses"`      // only for people who read the queue: the addresses of the mailboxes, in the same order
	Why       string   `json:"why"`            // "timer 2026-11-23T09:35Z"
	Mailboxes []string `json:"mailboxes"`      // ids of activated mailboxes, in key order
	Sent      []string `json:"sent,omitempty"` // those of them whose Sent Items are read even when their inbox has nothing new
	Claim     string   `json:"claim"`          // the claim under which the mailboxes are read; the job that continues has the same claim
}

// NewClaim returns a claim that no other job has.
func NewClaim() string { return rand.Text() }

// Queue is "fetch".
func (Fetch) Queue() string { return "fetch" }

// TTL of a fetch job is two ticks; by then a later tick has sent another job.
func (Fetch) TTL() time.Duration { return 10 * time.Minute }

// Process asks for a decision on some mails.
type Process struct {
	Mailbox string   `json:"mailbox"` // only for people who read the queue: the address that received them
	Why     string   `json:"why"`     // "new", "swept", "retry", "solved", "office changed"
	Mails   []string `json:"mails"`   // ids of mails
}

// Queue is "process".
func (Process) Queue() string { return "process" }

// TTL of a process job is a day; by then the tick has sent other jobs.
func (Process) TTL() time.Duration { return 24 * time.Hour }

// Send asks to send some replies.
type Send struct {
	Address string   `json:"address"` // only for people who read the queue: the address that sends them
	Why     string   `json:"why"`     // "written", "swept", "retry", "approved", "postponed"
	Replies []string `json:"replies"` // ids of replies
}

// Queue is "send".
func (Send) Queue() string { return "send" }

// TTL of a send job is a day from when it is visible; by then the tick has sent
// other jobs.
func (Send) TTL() time.Duration { return 24 * time.Hour }

// Mark asks to set the categories of some mails in Outlook.
type Mark struct {
	Mailbox string   `json:"mailbox"` // only for people who read the queue: the address that received them
	Why     string   `json:"why"`     // "decided", "swept"
	Mails   []string `json:"mails"`   // ids of mails
}

// maxMarks is how many mails a mark job has: their rows change in one transaction.
const maxMarks = 100

// Marks returns the jobs for mails that one address received.
func Marks(address, why string, mails []string) (jobs []Mark) {
	for part := range slices.Chunk(mails, maxMarks) {
		jobs = append(jobs, Mark{Mailbox: address, Why: why, Mails: part})
	}
	return jobs
}

// Queue is "mark".
func (Mark) Queue() string { return "mark" }

// TTL of a mark job is a day; by then the tick has sent other jobs.
func (Mark) TTL() time.Duration { return 24 * time.Hour }
