package wire

import (
	"time"

	"kantoorpost/shared/access"
	"kantoorpost/shared/audit"
	"kantoorpost/shared/directory"
)

// A Me is the caller, as the API sees him or her.
type Me struct {
	Kind   string           `json:"kind" enum:"person,application"`
	ID     string           `json:"id" doc:"of the team member or service principal; empty for the first administrator"`
	Name   string           `json:"name,omitempty"`
	Email  string           `json:"email,omitempty"`
	Rights directory.Rights `json:"rights,omitempty"`
	Roles  []string         `json:"roles,omitempty" doc:"app roles of an application"`
	SignaturesObject
	Toured  bool            `json:"toured" doc:"you have read the tour of the first visit"`
	Actions []access.Action `json:"actions" nullable:"false" doc:"what you may do, to some objects at least"`
}

// A SettingsObject has what administrators choose for the office.
type SettingsObject struct {
	Enabled  bool            `json:"enabled" doc:"whether mail is fetched, processed and sent; off loses nothing"`
	MaxLag   *int            `json:"maxLag,omitempty" enum:"5,10,20,40" doc:"minutes between two readings of a quiet mailbox at most, when there are more mailboxes than Microsoft 365 answers for in five minutes; stays as it is when absent"`
	Hold     *int            `json:"hold,omitempty" minimum:"0" maximum:"60" doc:"seconds to take a reply back; as it is when absent"`
	FourEyes *FourEyesObject `json:"fourEyes,omitempty" doc:"which replies need a second person; as it is when absent"`
}

// A FourEyesObject says which replies need a second person.
type FourEyesObject struct {
	Members []string `json:"members" nullable:"false" maxItems:"200" doc:"ids of team members: whatever they write"`
	Clients []string `json:"clients" nullable:"false" maxItems:"500" doc:"ids of clients: whatever goes to them"`
	Words   []string `json:"words" nullable:"false" maxItems:"200" doc:"words or groups of words of the subject or the text"`
}

// An AuditEntry is one audited action, with the actor's current name.
type AuditEntry struct {
	audit.Entry
	ByName     string `json:"byName,omitempty" doc:"of a team member"`
	ObjectName string `json:"objectName,omitempty" doc:"of what it was done to, as far as that is still there"`
	// Names are for people: the entry itself holds what happened.
	Names map[string]string `json:"names,omitempty" doc:"of those whom the detail names by id, as far as they are still there"`
}

// A SubstituteBody says who stands in for a team member, and when.
type SubstituteBody struct {
	Member string    `json:"member" maxLength:"64" doc:"id of the team member who stands in"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until" doc:"the first moment at which nobody stands in any more"`
}

// Erased says what became of a request to erase a contact.
type Erased struct {
	Finished bool `json:"finished" doc:"false: the rest is erased within an hour or so; the audit then has contact.erased"`
}
