// Package access says who is asking, and what he, she or it may do. It knows
// nothing about routes and pages, and keeps nothing itself.
package access

import (
	"slices"

	"kantoorpost/shared/directory"
)

// An Action is something that a person or an application may or may not do.
type Action string

// The actions. Public ones need no identity at all.
const (
	Public             Action = "public"
	MeRead             Action = "me.read"
	HealthRead         Action = "health.read"         // details of what works and what does not
	DirectoryRead      Action = "directory.read"      // clients, contacts, roles, process teams
	DirectoryWrite     Action = "directory.write"     //
	ProspectsWrite     Action = "prospects.write"     // create clients of type prospect; all else of the directory is DirectoryWrite
	MembersRead        Action = "members.read"        // team members and their rights
	MembersWrite       Action = "members.write"       //
	ConfigurationRead  Action = "configuration.read"  // settings, connectors, activated addresses
	ConfigurationWrite Action = "configuration.write" //
	MailsRead          Action = "mails.read"          // mail and its body
	MailsSolve         Action = "mails.solve"         // retry, link or create a contact, choose a client, dismiss
	MailsRelease       Action = "mails.release"       // let mail through of a sender who is not verified
	ChatsRead          Action = "chats.read"          //
	ChatsWrite         Action = "chats.write"         //
	RulesRead          Action = "rules.read"          // what people taught, and whether that helps
	RulesWrite         Action = "rules.write"         //
	AuditRead          Action = "audit.read"          // who did what
	MeWrite            Action = "me.write"            // who stands in for oneself
)

// An Object is what an action is done to, as far as rights depend on it.
type Object int

const (
	// Some object, not known yet: may the actor do this at all? What the
	// actor may see of it, the Scope or the chat's participants decide next.
	Some Object = iota
	// Linked is an object that the actor is linked with: mail in his or her
	// scope, a chat that he or she takes part in.
	Linked
	// Other is an object that the actor is not linked with.
	Other
)

// An Actor is who is asking: a team member, or an application with its roles.
// The zero Actor is nobody.
type Actor struct {
	Member directory.TeamMember // of a person; without an id for the first administrator
	Roles  []string             // of an application
	// Application is the object id of a service principal; "" for a person.
	Application string
}

// ID tells actors apart, in logs and audits: the id of a team member, or
// "application:" and the object id of a service principal.
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

// A rule says from which rights on a person may do something, and with which
// Entra app roles, any of them, an application may.
type rule struct {
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

// ruleOf returns the rule for an action; an action without one is done by
// nobody.
func ruleOf(action Action) (rule, bool) {
	switch action {
	case HealthRead, MailsRelease, RulesRead, RulesWrite:
		return rule{linked: directory.Manager, other: directory.Manager}, true
	case MeWrite:
		return rule{linked: directory.Reader, other: directory.Reader}, true
	case AuditRead:
		return rule{linked: directory.Administrator, other: directory.Administrator}, true
	case DirectoryRead:
		return rule{linked: directory.Reader, other: directory.Reader, roles: []string{roleDirectory}}, true
	case DirectoryWrite:
		return rule{linked: directory.Administrator, other: directory.Administrator, roles: []string{roleDirectory}}, true
	case ProspectsWrite:
		return rule{linked: directory.Manager, other: directory.Manager, roles: []string{roleDirectory}}, true
	case MembersRead:
		return rule{linked: directory.Reader, other: directory.Reader, roles: []string{roleDirectory, roleMembers}}, true
	case MembersWrite:
		// A role of its own: who gives rights to people can give them all.
		return rule{linked: directory.Administrator, other: directory.Administrator, roles: []string{roleMembers}}, true
	case ConfigurationRead, ConfigurationWrite:
		return rule{linked: directory.Administrator, other: directory.Administrator, roles: []string{roleConfiguration}}, true
	case MailsRead:
		return rule{linked: directory.Reader, other: directory.Manager, roles: []string{roleMails}}, true
	case MailsSolve:
		return rule{linked: directory.Editor, other: directory.Manager}, true
	case ChatsRead:
		return rule{linked: directory.Reader, other: directory.Manager, roles: []string{roleChats}}, true
	case ChatsWrite:
		return rule{linked: directory.Editor, other: directory.Manager, roles: []string{roleChats}}, true
	}
	return rule{}, false
}

// Can says whether actor may do action to object. What no rule allows is
// denied.
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

// Actions returns what actor may do to some object, for pages that show only
// what works.
func Actions(actor Actor) []Action {
	can := []Action{}
	for _, action := range []Action{
		MeRead, HealthRead, DirectoryRead, DirectoryWrite, ProspectsWrite, MembersRead, MembersWrite, ConfigurationRead, ConfigurationWrite,
		MailsRead, MailsSolve, MailsRelease, ChatsRead, ChatsWrite, RulesRead, RulesWrite, AuditRead, MeWrite,
	} {
		if Can(actor, action, Some) {
			can = append(can, action)
		}
	}
	return can
}
