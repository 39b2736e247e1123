// Package access knows who is asking, and what that person or application may
// do. It knows nothing about routes and pages, and stores nothing itself.
package access

import (
	"slices"

	"kantoorpost/shared/directory"
)

// An Action is something that a person or an application may or may not do.
type Action string

// The actions. A public action needs no identity.
const (
	Public             Action = "public"
	MeRead             Action = "me.read"
	HealthRead         Action = "health.read"         // details of what works and what does not
	QueuesWrite        Action = "queues.write"        // retry and drop messages that failed
	DirectoryRead      Action = "directory.read"      // clients, contacts, roles, process teams
	DirectoryWrite     Action = "directory.write"     //
	ProspectsWrite     Action = "prospects.write"     // create clients of type prospect; every other change of the directory is DirectoryWrite
	ContactsErase      Action = "contacts.erase"      // export all that is stored about a contact, and erase it
	MembersRead        Action = "members.read"        // team members and their rights
	MembersWrite       Action = "members.write"       //
	ConfigurationRead  Action = "configuration.read"  // settings, connectors, activated addresses
	ConfigurationWrite Action = "configuration.write" //
	MailsRead          Action = "mails.read"          // mail and its body
	MailsSolve         Action = "mails.solve"         // retry, link or create a contact, choose a client, dismiss
	MailsRelease       Action = "mails.release"       // let mail through whose sender is not verified
	ChatsRead          Action = "chats.read"          //
	ChatsWrite         Action = "chats.write"         //
	ChatsSend          Action = "chats.send"          // write what leaves the office as mail; never a program
	TemplatesRead      Action = "templates.read"      // texts that are used again
	TemplatesWrite     Action = "templates.write"     //
	RepliesApprove     Action = "replies.approve"     // let another's reply leave that needs a second person
	RulesRead          Action = "rules.read"          // learned rules, and how often they were right
	RulesWrite         Action = "rules.write"         //
	AuditRead          Action = "audit.read"          // the audit log
	MeWrite            Action = "me.write"            // set one's own substitute
)

// An Object says how an action's object is linked with the actor, as far as
// rights depend on it.
type Object int

const (
	// Some object that is not known yet: may the actor do this at all? The
	// Visibility, or the participants of the chat, later decide about each object.
	Some Object = iota
	// Linked is an object that the actor is linked with: mail that his or her
	// Visibility names, a chat that he or she takes part in.
	Linked
	// Other is an object that the actor is not linked with.
	Other
)

// An Actor is a team member, or an application with its roles, that asks for
// something. The zero Actor has no rights.
type Actor struct {
	Member directory.TeamMember // for a person; it has no id for the first administrator
	Roles  []string             // for an application
	// Application is the object id of a service principal; "" for a person.
	Application string
}

// ID identifies the actor in logs and audit entries. It is the id of a team
// member, or "application:" and the object id of a service principal.
func (a Actor) ID() string {
	if a.Application != "" {
		return "application:" + a.Application
	}
	if a.IsFirst() {
		return "first-administrator"
	}
	return a.Member.ID
}

// IsFirst says whether the actor is the first administrator, who has no record.
func (a Actor) IsFirst() bool {
	return a.Application == "" && a.Member.ID == "" && a.Member.Email != ""
}

// A rule says which rights a person needs for an action, on what is linked with him or her
// and on what is not, and which Entra app roles an application needs: one of them is enough.
type rule struct {
	action        Action
	linked, other directory.Rights
	roles         []string
}

const (
	roleDirectory     = "Directory.ReadWrite"
	roleMembers       = "TeamMembers.ReadWrite"
	roleMails         = "Mails.Read"
	roleChats         = "Chats.ReadWrite"
	roleConfiguration = "Configuration.ReadWrite"
)

var roles = []string{roleDirectory, roleMembers, roleMails, roleChats, roleConfiguration}

const reader, editor, manager, administrator = directory.Reader, directory.Editor, directory.Manager, directory.Administrator

// rules has all actions but Public and MeRead. Nobody may do an action without a rule.
var rules = []rule{
	{HealthRead, manager, manager, nil},
	{QueuesWrite, manager, manager, nil},
	{DirectoryRead, reader, reader, []string{roleDirectory}},
	{DirectoryWrite, administrator, administrator, []string{roleDirectory}},
	{ProspectsWrite, manager, manager, []string{roleDirectory}},
	{ContactsErase, administrator, administrator, nil},
	{MembersRead, reader, reader, []string{roleDirectory, roleMembers}},
	// This needs a role of its own: an actor who may give rights can give any right.
	{MembersWrite, administrator, administrator, []string{roleMembers}},
	{ConfigurationRead, administrator, administrator, []string{roleConfiguration}},
	{ConfigurationWrite, administrator, administrator, []string{roleConfiguration}},
	{MailsRead, reader, manager, []string{roleMails}},
	{MailsSolve, editor, manager, nil},
	{MailsRelease, manager, manager, nil},
	{ChatsRead, reader, manager, []string{roleChats}},
	{ChatsWrite, editor, manager, []string{roleChats}},
	{ChatsSend, editor, manager, nil},
	{TemplatesRead, editor, editor, nil},
	{TemplatesWrite, manager, manager, nil},
	{RepliesApprove, manager, manager, nil},
	{RulesRead, manager, manager, nil},
	{RulesWrite, manager, manager, nil},
	{AuditRead, administrator, administrator, nil},
	{MeWrite, reader, reader, nil},
}

func ruleOf(action Action) (rule, bool) {
	i := slices.IndexFunc(rules, func(r rule) bool { return r.action == action })
	if i < 0 {
		return rule{}, false
	}
	return rules[i], true
}

// AppRoles returns the Entra app roles that let an application do an action: one of
// them is enough. It returns none for what only people may do.
func AppRoles(action Action) []string {
	if action == MeRead {
		return slices.Clone(roles)
	}
	r, _ := ruleOf(action)
	return r.roles
}

// Can says whether actor may do action to object. It denies what no rule allows.
func Can(actor Actor, action Action, object Object) bool {
	if action == Public {
		return true
	}
	person := actor.Member.Active && actor.Application == ""
	application := actor.Application != "" && slices.ContainsFunc(actor.Roles, known)
	if action == MeRead {
		return person || application
	}
	r, ok := ruleOf(action)
	switch {
	case !ok:
		return false
	case application:
		return slices.ContainsFunc(r.roles, func(role string) bool { return slices.Contains(actor.Roles, role) })
	case !person:
		return false
	case object == Other:
		return actor.Member.Rights.Include(r.other)
	case object == Linked || object == Some:
		return actor.Member.Rights.Include(r.linked)
	}
	return false
}

func known(role string) bool { return slices.Contains(roles, role) }

// Actions returns the actions that actor may do to some object, so that pages
// show only what works.
func Actions(actor Actor) []Action {
	can := []Action{}
	if Can(actor, MeRead, Some) {
		can = append(can, MeRead)
	}
	for _, r := range rules {
		if Can(actor, r.action, Some) {
			can = append(can, r.action)
		}
	}
	return can
}
