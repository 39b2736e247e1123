package chat_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
	"kantoorpost/shared/wiretest"
)

// A schedule is a random sequence of what people and mail do, with the model of it.
type schedule struct {
	*bureau
	t     *testing.T
	r     *rand.Rand
	model *model
	mails map[string]int // their numbers, by id
	n     int
	log   []string
}

// teamOf are the members of a chat of a client.
func teamOf(client string) []string {
	if client == "bakker" {
		return []string{"anna", "bram"}
	}
	return []string{"anna", "carla", "dirk"}
}

func team(_ context.Context, client string, _ []string) ([]string, error) { return teamOf(client), nil }

// alone brings nobody: chats keep their members.
func alone(context.Context, string, []string) ([]string, error) { return nil, nil }

// start begins a chat with a mail.
func (s *schedule) start(client string) {
	s.n++
	c := s.started(s.t, s.n, client, teamOf(client)...)
	s.mails[c.ID] = s.n
	s.model.chats[c.ID] = newModelChat(client, teamOf(client)...)
	s.model.add(c.ID, c.ID, "")
}

// An operation is something that a person does. Do does it to the product, and to to the
// model; to gets the id of the chat that do returned.
type operation struct {
	name string
	do   func(ctx context.Context) (chat.Chat, error)
	to   func(m *model, id string)
}

// operation chooses what happens next.
func (s *schedule) operation() operation {
	live := s.model.live()
	from, into := live[s.r.IntN(len(live))], live[s.r.IntN(len(live))]
	c, at := s.model.chats[from], s.next()
	var mails []string
	for _, id := range c.messages {
		if s.mails[id] > 0 {
			mails = append(mails, id)
		}
	}
	kind := s.r.IntN(10)
	if len(mails) == 0 && kind < 5 || from == into && kind > 2 && kind < 7 {
		kind = 9
	}
	switch kind {
	case 0, 1, 2: // a split
		id := mails[s.r.IntN(len(mails))]
		move := chat.Move{Chat: from, Message: id, Check: anybody, Members: team, At: at}
		if kind == 2 {
			move.Client = "slager"
		}
		return operation{fmt.Sprintf("%s out of %s, client %q", id, from, move.Client), func(ctx context.Context) (chat.Chat,
			error) {
			return s.Move(ctx, move)
		},
			func(m *model, made string) {
				client, members := c.client, c.members
				if move.Client != "" && move.Client != c.client {
					client, members = "slager", teamOf("slager")
				}
				m.chats[made] = newModelChat(client, members...)
				m.transfer(from, made, []string{id}, true, len(c.messages) == 1)
			}}
	case 3, 4:
		id := mails[s.r.IntN(len(mails))]
		move := chat.Move{Chat: from, Message: id, Into: into, Check: anybody, Members: alone, At: at}
		return operation{fmt.Sprintf("%s from %s into %s", id, from, into),
			func(ctx context.Context) (chat.Chat, error) { return s.Move(ctx, move) },
			func(m *model, _ string) { m.transfer(from, into, []string{id}, false, len(c.messages) == 1) }}
	case 5, 6:
		return operation{fmt.Sprintf("all of %s into %s", from, into),
			func(ctx context.Context) (chat.Chat, error) { return s.Merge(ctx, from, into, anybody, alone, at) },
			func(m *model, _ string) { m.transfer(from, into, slices.Clone(m.chats[from].messages), false, true) }}
	case 7:
		client := []string{"bakker", "slager"}[s.r.IntN(2)]
		return operation{fmt.Sprintf("%s to client %s", from, client),
			func(ctx context.Context) (chat.Chat, error) {
				return s.SetClient(ctx, from, "", anybody, client, team, at)
			},
			func(m *model, _ string) { m.setClient(from, client, teamOf(client)) }}
	}
	return operation{"undo in " + from, func(ctx context.Context) (chat.Chat, error) { return s.Undo(ctx, from, "", anyUndo, "anna", at) },
		func(m *model, _ string) { m.undo(from) }}
}

// event lets a mail, a note or a look at a chat happen.
func (s *schedule) event() {
	live := s.model.live()
	id := live[s.r.IntN(len(live))]
	s.n++
	switch s.r.IntN(6) {
	case 4:
		state := []chat.State{chat.Open, chat.Closed}[s.r.IntN(2)]
		s.log = append(s.log, id+" is "+string(state))
		must.Get(s.SetState(s.t.Context(), id, "", anybody, state))(s.t)
	case 5:
		who := s.model.chats[id].members[0]
		s.log = append(s.log, who+" makes unread "+id)
		must.Do(s.t, s.MarkUnread(s.t.Context(), s.get(s.t, id), who))
		s.model.chats[id].vague[who] = true
	case 0:
		s.log = append(s.log, "mail into "+id)
		it := s.joined(s.t, s.n, "info@x.example", id, chat.Entry{ByMessageID: true})
		s.mails[it.ID] = s.n
		s.model.add(id, it.ID, "")
	case 1:
		s.log = append(s.log, "note in "+id)
		note := must.Get(s.AddNote(s.t.Context(), id, "anna", fmt.Sprint(s.n), chat.Note{Text: "Ik bel."}, anybody, s.next()))(s.t)
		s.model.add(id, note.ID, "anna")
	default:
		who := s.model.chats[id].members[s.r.IntN(len(s.model.chats[id].members))]
		s.log = append(s.log, who+" reads "+id)
		s.markSeen(s.t, s.get(s.t, id), who)
		s.model.read(id, who)
	}
}

// killed does an operation, and lets the process die at a call to the tables, before or
// after that took effect; -1 for none.
func (s *schedule) killed(d operation, at int, fault wiretest.Fault) (chat.Chat, error) {
	ctx, cancel := context.WithCancel(audit.As(s.t.Context(), "anna"))
	defer cancel()
	s.wire.Reset()
	s.wire.Fault(func(n int, _ *http.Request) wiretest.Fault {
		switch {
		case at < 0 || n < at:
			return wiretest.Pass
		case n > at:
			cancel()
		}
		return fault
	})
	defer s.wire.Fault(nil)
	return d.do(ctx)
}

// step does one operation, perhaps dying on the way, and finds out what became of it.
func (s *schedule) step() {
	d := s.operation()
	at, fault := -1, wiretest.Pass
	if s.r.IntN(3) > 0 {
		at, fault = s.r.IntN(60), []wiretest.Fault{wiretest.Refuse, wiretest.Lose}[s.r.IntN(2)]
	}
	undo := strings.HasPrefix(d.name, "undo")
	mustRefuse, mustWork := false, false
	if i := s.model.newest(strings.TrimPrefix(d.name, "undo in ")); undo && i >= 0 {
		mustRefuse, mustWork = s.model.tooLate(i), !s.model.changes[i].touched
	}
	c, err := s.killed(d, at, fault)
	s.log = append(s.log, fmt.Sprintf("%s, dies at %d (%v): %v", d.name, at, fault, err))
	later := (*chat.LaterError)(nil)
	switch {
	case errors.As(err, &later) || errors.Is(err, chat.ErrNothing) || errors.Is(err, chat.ErrOnly):
		if mustWork {
			s.t.Errorf("%s: %v", d.name, err)
		}
		s.check(s.model)
		return
	case err != nil && at < 0:
		s.t.Fatal(d.name, ": ", err)
	case err == nil && mustRefuse:
		s.t.Errorf("%s was not refused", d.name)
	}
	if err := s.Resume(s.t.Context(), s.at.Add(time.Hour)); err != nil {
		s.t.Fatal("resume: ", err)
	}
	after := s.model.clone()
	id := c.ID
	if err != nil {
		if id = s.unknown(); id == "" && (strings.Contains(d.name, "out of") || s.same(s.model)) {
			s.check(s.model) // it had no effect
			return
		}
	}
	d.to(after, id)
	s.model = after
	s.check(after)
}

// unknown is the id of a chat that the model does not know.
func (s *schedule) unknown() string {
	list, _, err := s.List(s.t.Context(), chat.Query{Limit: 200})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, c := range list {
		if s.model.chats[c.ID] == nil {
			return c.ID
		}
	}
	return ""
}

// same says whether the chats have the messages and clients of a model.
func (s *schedule) same(m *model) bool {
	for id, c := range m.chats {
		now := must.Get(s.Get(s.t.Context(), id))(s.t)
		if c.into != "" {
			continue
		}
		got, _ := s.thread(s.t, id)
		if now.ID != id || now.Client != c.client || !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(c.messages))) {
			return false
		}
	}
	return true
}

// whichUnread returns the ids of the messages of a chat that are unread for a person.
func (s *schedule) whichUnread(c chat.Chat, person string) map[string]bool {
	s.t.Helper()
	all, _, err := s.Messages(s.t.Context(), c.ID, 200, "")
	count, which, errUnread := s.Unread(s.t.Context(), c, person)
	if err = errors.Join(err, errUnread); err != nil {
		s.t.Fatal(err)
	}
	all = slices.DeleteFunc(all, func(m chat.Message) bool { return m.Kind == chat.KindEvent })
	slices.SortFunc(all, func(a, b chat.Message) int { return cmp.Compare(b.Sequence, a.Sequence) })
	unread := map[string]bool{}
	for i, m := range all {
		at := func(p chat.Span) bool { return p.First <= int64(i+1) && int64(i+1) <= p.Last }
		if which == nil && int64(i) < count || slices.ContainsFunc(which, at) {
			unread[m.ID] = true
		}
	}
	return unread
}

// check compares all that is stored with the model.
func (s *schedule) check(m *model) {
	t := s.t
	t.Helper()
	if !s.same(m) {
		t.Error("other messages or clients than in the model")
	}
	rows := map[string]table.Row{}
	for _, r := range s.server.Snapshot(t)["mails"] {
		rows[r.Key] = r
		if strings.HasPrefix(r.Key, "a|open|") {
			t.Errorf("%s is left", r.Key)
		}
	}
	lists := map[string]bool{}
	for id, c := range m.chats {
		if c.into != "" {
			continue
		}
		now := s.get(t, id)
		if now.Change != "" || !slices.Equal(slices.Sorted(slices.Values(now.Members)), slices.Sorted(slices.Values(c.members))) {
			t.Errorf("%+v, want members %v", now, c.members)
		}
		s.checkCounts(now, c)
		lists["n|"+now.Client+"|"+id] = true
		for _, p := range c.members {
			lists["u|"+p+"|"+id] = true
			n := s.unread(t, now, p)
			if _, row := rows["1|"+p+"|"+id]; row != (n > 0 && now.State == chat.Open) {
				t.Errorf("%s: %d unread for %s, and a row that says so: %v", id, n, p, row)
			}
			lists["1|"+p+"|"+id] = true
			if n != int64(len(c.unread[p])) && !c.vague[p] {
				t.Errorf("%s: %s has %d unread, want %d", id, p, n, len(c.unread[p]))
			}
			if got := s.whichUnread(now, p); !maps.Equal(got, c.unread[p]) && !c.vague[p] {
				t.Errorf("%s: unread for %s is %v, want %v", id, p, got, c.unread[p])
			}
		}
		for key := range lists {
			if key[0] != '1' && strings.HasSuffix(key, id) && rows[key].Props["data"] != rows["c|"+id].Props["data"] {
				t.Errorf("%s says otherwise than the chat", key)
			}
		}
		for _, message := range c.messages {
			if n := s.mails[message]; n > 0 {
				it, err := s.items.Get(t.Context(), message)
				if err != nil || it.Chat != id || s.answers(t, n) != id {
					t.Errorf("mail %s is in %s, answers come to %s, want %s, %v", message, it.Chat, s.answers(t, n), id, err)
				}
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		if strings.ContainsRune("1nu", rune(key[0])) && !strings.HasSuffix(key, "|seen") && !lists[key] {
			t.Errorf("%s is left", key)
		}
	}
	if t.Failed() {
		t.Fatal(strings.Join(s.log, "\n"))
	}
}

// checkCounts compares what a chat says about its messages with its messages.
func (s *schedule) checkCounts(now chat.Chat, c *modelChat) {
	all, _, err := s.Messages(s.t.Context(), now.ID, 200, "")
	if err != nil {
		s.t.Fatal(err)
	}
	var last chat.Message
	notes, sequences := int64(0), map[int64]bool{}
	for _, m := range all {
		if m.Kind == chat.KindNote {
			notes++
		}
		if m.Kind != chat.KindEvent && m.Received.After(last.Received) {
			last = m
		}
		if sequences[m.Sequence] || m.Sequence > now.Sequence {
			s.t.Errorf("%s: sequence %d of %d comes twice or is too high", m.ID, m.Sequence, now.Sequence)
		}
		sequences[m.Sequence] = true
	}
	if last.ID == "" { // all went into other chats
		last.Received = now.Last
	}
	if now.Messages != int64(len(c.messages)) || now.Notes != notes || !now.Last.Equal(last.Received) || now.Preview != last.Preview {
		s.t.Errorf("%+v of %d messages, %d notes, last %+v", now, len(c.messages), notes, last)
	}
}

// Whatever people do with chats, and wherever the process dies, everything is in one
// chat, and all that chats say about it is right.
func TestRandomSchedules(t *testing.T) {
	seeds := 10
	if testing.Short() {
		seeds = 4
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &schedule{bureau: newBureau(t), t: t, r: rand.New(rand.NewPCG(uint64(seed), 13)),
					model: &model{chats: map[string]*modelChat{}}, mails: map[string]int{}}
				for range 4 {
					s.start("bakker")
				}
				for range 25 {
					s.event()
					s.step()
				}
			})
		})
	}
}
