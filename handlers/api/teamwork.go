package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/membership"
)

// PlanFields are what a colleague can say about who looks after something, and when.
type PlanFields struct {
	Assignee field[string]    `json:"assignee,omitzero" doc:"id of the team member who looks after it, and may see it; null for nobody"`
	Later    field[time.Time] `json:"later,omitzero" doc:"before this moment nobody has to look at it, at most a year ahead; null for now"`
}

// plan reads the fields. May says whether a team member may see the object.
func (a *api) plan(ctx context.Context, in PlanFields, may func(directory.TeamMember) (bool, error)) (item.Plan, error) {
	var p item.Plan
	if in.Later.set {
		if until := time.Until(in.Later.value); !in.Later.null && (until < 0 || until > 366*24*time.Hour) {
			return p, invalid("body.later", "a moment in the coming year")
		}
		p.Later = &in.Later.value
	}
	if in.Assignee.set {
		p.Assignee = &in.Assignee.value
	}
	if in.Assignee.value == "" {
		return p, nil
	}
	m, err := a.Directory.TeamMember(ctx, in.Assignee.value)
	if err == nil && m.Active {
		var sees bool
		if sees, err = may(m); sees {
			return p, err
		}
	}
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return p, err
	}
	return p, invalid("body.assignee", "the id of an active team member who may see this")
}

// seesMailbox returns a function that says whether a team member may see the mail of a
// mailbox. It reads nothing for each member.
func (a *api) seesMailbox(ctx context.Context, mailbox string) (func(directory.TeamMember) (bool, error), error) {
	activations, err := a.activations(ctx)
	if err != nil {
		return nil, err
	}
	office, err := a.office(ctx)
	if err != nil {
		return nil, err
	}
	var box connector.Activation // none: its mail is the managers' alone
	if i := slices.IndexFunc(activations, func(v connector.Activation) bool { return v.ID == mailbox }); i >= 0 {
		box = activations[i]
	}
	facts, err := membership.Load(ctx, office, box.Link, "")
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return nil, err
	}
	return func(m directory.TeamMember) (bool, error) {
		visible, err := access.VisibilityOf(ctx, access.Actor{Member: m}, []connector.Activation{box}, facts, time.Now())
		return visible.Sees(mailbox), err
	}, nil
}

// seesChat says whether a team member may see a chat.
func seesChat(m directory.TeamMember, c chat.Chat) bool {
	return m.Active && (slices.Contains(c.Members, m.ID) || access.Can(access.Actor{Member: m}, access.ChatsRead, access.Other))
}

func (a *api) registerTeamwork() {
	mails, chats, about := apiTag("mails").op, apiTag("chats").op, apiTag("about").op
	handleMail(a, access.MailsSolve, mails("update-mail", http.MethodPatch, "/api/mails/{mail}",
		"Say who looks after a mail that waits, and when"), a.updateMail)
	handleMail(a, access.MailsSolve, mails("list-mail-colleagues", http.MethodGet, "/api/mails/{mail}/colleagues",
		"List the active team members who see a mail, and can be its assignee"), a.mailColleagues)
	handleMail(a, access.MailsRead, mails("look-at-mail", http.MethodPost, "/api/mails/{mail}/presence",
		"Say that you look at a mail, for half a minute, and learn who else does"),
		func(ctx context.Context, _ *MailPath, it item.Item) (*lookers, error) {
			return a.look(ctx, "mail "+it.ID, string(it.State))
		})
	handleChat(a, access.ChatsRead, chats("look-at-chat", http.MethodPost, "/api/chats/{chat}/presence",
		"Say that you look at a chat, for half a minute, and learn who else does"),
		func(ctx context.Context, _ *ChatPath, c chat.Chat) (*lookers, error) {
			return a.look(ctx, "chat "+c.ID, string(c.State))
		})
	handle(a, access.MeRead, about("list-notices", http.MethodGet, "/api/me/notices",
		"List what colleagues point out to you, newest first, at most 100"), a.listNotices)
	handle(a, access.MeWrite, about("delete-notice", http.MethodDelete, "/api/me/notices/{notice}",
		"Note that you have seen a notice"),
		func(ctx context.Context, in *struct {
			Notice string `path:"notice" maxLength:"64"`
		}) (*struct{}, error) {
			return nil, a.Teamwork.Forget(ctx, actor(ctx).Member.ID, in.Notice)
		})
	handleChat(a, access.ChatsWrite, chats("update-note", http.MethodPatch, "/api/chats/{chat}/notes/{note}",
		"Change your own note"), a.editNote)
	handle(a, access.ChatsWrite, chats("delete-note", http.MethodDelete, "/api/chats/{chat}/notes/{note}",
		"Erase the text of your own note"),
		func(ctx context.Context, in *NotePath) (*struct{}, error) {
			return nil, a.Chats.DeleteNote(ctx, in.Chat, in.Note, actor(ctx).ID(), a.mayWrite(ctx))
		})
	handleChat(a, access.ChatsRead, chats("unread-chat", http.MethodPost, "/api/chats/{chat}/unread",
		"Note that you have to look at a chat again; of those in which you take part"),
		func(ctx context.Context, _ *ChatPath, c chat.Chat) (*struct{}, error) {
			return nil, a.Chats.MarkUnread(ctx, c, actor(ctx).Member.ID)
		})
}

func (a *api) updateMail(ctx context.Context, in *struct {
	MailPath
	Body PlanFields
}, it item.Item) (*detailOutput, error) {
	sees, err := a.seesMailbox(ctx, it.Mailbox)
	if err != nil {
		return nil, err
	}
	p, err := a.plan(ctx, in.Body, sees)
	if err != nil {
		return nil, err
	}
	visible, err := a.visibility(ctx)
	if err != nil {
		return nil, err
	}
	it, err = a.Items.SetPlan(ctx, it.ID, func(it item.Item) error { return mayDo(actor(ctx), visible, it, access.MailsSolve) }, p)
	if err != nil {
		return nil, err
	}
	return a.detail(ctx, it)
}

func (a *api) mailColleagues(ctx context.Context, _ *MailPath, it item.Item) (*listOutput[wire.Named], error) {
	sees, err := a.seesMailbox(ctx, it.Mailbox)
	if err != nil {
		return nil, err
	}
	out := &listOutput[wire.Named]{Body: wire.ListOf[wire.Named]{Items: []wire.Named{}}}
	members, err := a.Directory.AllMembers(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		ok, err := sees(m)
		if err != nil {
			return nil, err
		}
		if m.Active && ok {
			out.Body.Items = append(out.Body.Items, wire.Named{ID: m.ID, Name: m.Name})
		}
	}
	return out, nil
}

// lookers are those who look at a mail too, and what became of it.
type lookers struct {
	Body struct {
		Items []wire.Named `json:"items" nullable:"false"`
		State string       `json:"state" enum:"new,processed,parked,dismissed,open,closed" doc:"of the mail, or of the chat"`
	}
}

// look notes that the caller looks at an object, and answers who else does.
func (a *api) look(ctx context.Context, object, state string) (*lookers, error) {
	others, err := a.Teamwork.Look(ctx, actor(ctx).Member.ID, object, time.Now())
	if err != nil {
		return nil, err
	}
	out := &lookers{}
	out.Body.State = state
	out.Body.Items, err = a.namedMembers(ctx, others)
	return out, err
}

func (a *api) listNotices(ctx context.Context, _ *struct{}) (*listOutput[wire.NoticeObject], error) {
	out := &listOutput[wire.NoticeObject]{Body: wire.ListOf[wire.NoticeObject]{Items: []wire.NoticeObject{}}}
	me := actor(ctx).Member.ID
	if me == "" {
		return out, nil
	}
	notices, err := a.Teamwork.Notices(ctx, me)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, n := range notices {
		kind, id, _ := strings.Cut(n.Object, " ")
		o := wire.NoticeObject{ID: n.ID, Kind: string(n.Kind), Object: kind, Of: id, By: wire.Named{ID: n.By}, At: n.At}
		if err := a.nameMember(ctx, names, &o.By); err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, o)
	}
	return out, nil
}
