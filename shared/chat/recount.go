package chat

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/sorting"
)

// A Span is a range of numbers, both ends included. The nth message that raised the
// ActivitySequence of a chat has the activity number n.
type Span struct {
	First int64 `json:"first"`
	Last  int64 `json:"last"`
}

// maxGone is how many spans a chat keeps. Older ones only matter to members who have
// not looked at the chat for very long: to them a message counts that left.
const maxGone = 200

// joined returns spans in order, without those that overlap or touch.
func joined(spans ...Span) (all []Span) {
	sorting.By(spans, func(a, b Span) int { return cmp.Compare(a.First, b.First) })
	for _, s := range spans {
		if n := len(all); n > 0 && s.First <= all[n-1].Last+1 {
			all[n-1].Last = max(all[n-1].Last, s.Last)
			continue
		}
		all = append(all, s)
	}
	return all
}

func contains(spans []Span, number int64) bool {
	return slices.ContainsFunc(spans, func(s Span) bool { return s.First <= number && number <= s.Last })
}

// withoutActivity notes that the message with an activity number left the chat.
func (c *Chat) withoutActivity(number int64) {
	if number <= 0 {
		return
	}
	all := joined(append(slices.Clone(c.Gone), Span{number, number})...)
	c.Gone = all[max(0, len(all)-maxGone):]
}

// withActivity notes that the message with an activity number is back. Without such
// a number it counts as new.
func (c *Chat) withActivity(number int64) {
	var rest []Span
	found := false
	for _, s := range c.Gone {
		if number < s.First || number > s.Last {
			rest = append(rest, s)
			continue
		}
		found = true
		if s.First < number {
			rest = append(rest, Span{s.First, number - 1})
		}
		if number < s.Last {
			rest = append(rest, Span{number + 1, s.Last})
		}
	}
	if c.Gone = rest; !found {
		c.ActivitySequence++
	}
}

// unreadAfter returns how much of c is unread for a member who has seen this.
func (c Chat) unreadAfter(v seen) int64 {
	read := c.Gone
	if len(v.Also) > 0 {
		read = joined(slices.Concat(c.Gone, v.Also)...)
	}
	unread := c.ActivitySequence - v.ActivitySequence
	for _, s := range read {
		unread -= max(s.Last-max(s.First, v.ActivitySequence+1)+1, 0)
	}
	return max(unread, 0)
}

// unreadAt returns which of the messages that count are unread: the newest in the order
// of the chat is number 1. It is nil when the newest are.
func (c Chat) unreadAt(v seen) (unread []Span) {
	if len(v.Also) == 0 {
		return nil
	}
	place := int64(0)
	for number := c.ActivitySequence; number > v.ActivitySequence; number-- {
		if contains(c.Gone, number) {
			continue
		}
		if place++; !contains(v.Also, number) {
			unread = joined(append(unread, Span{place, place})...)
		}
	}
	return unread
}

// isActivity says whether members should look at the message.
func (m Message) isActivity() bool {
	return m.Kind == KindMail || m.Kind == KindNote || m.Kind == KindReply && (m.State == replySent || m.State == replyBounced)
}

// The states of replies that this package knows; package outbox names them.
const (
	replySent    = "sent"
	replyBounced = "bounced"
	replyUnknown = "unknown"
)

// mayStillLeave says whether the message is a reply that can leave by itself.
func (m Message) mayStillLeave() bool {
	return m.Kind == KindReply && slices.Contains([]string{"held", "scheduled", "approval", "sending"}, m.State)
}

// activityNumber returns the activity number of a message of c, 0 when it has none.
// Messages do not hold it: it follows from their order.
func (c Chat) activityNumber(all []Message, id string) int64 {
	active := slices.DeleteFunc(slices.Clone(all), func(m Message) bool { return !m.isActivity() })
	sorting.By(active, func(a, b Message) int { return inOrder(b, a) }) // the last that came in first
	place := slices.IndexFunc(active, func(m Message) bool { return m.ID == id })
	if place < 0 {
		return 0
	}
	gone := c.Gone
	for number := c.ActivitySequence; number > 0; number-- {
		for len(gone) > 0 && gone[len(gone)-1].First > number {
			gone = gone[:len(gone)-1]
		}
		if len(gone) > 0 && gone[len(gone)-1].Last >= number {
			continue
		}
		if place == 0 {
			return number
		}
		place--
	}
	return 0
}

// inOrder compares messages by the order in which they came into their chat.
func inOrder(a, b Message) int {
	return cmp.Or(cmp.Compare(a.Sequence, b.Sequence), a.Received.Compare(b.Received), cmp.Compare(b.ID, a.ID))
}

// recount sets what c says about its messages to what they are. Events do not count.
func (c *Chat) recount(all []Message) {
	c.Messages, c.Notes, c.Preview = 0, 0, "" // what a chat without messages showed is in another
	var last *Message
	for i, m := range all {
		if m.Kind == KindEvent {
			continue
		}
		c.Messages++
		if m.Kind == KindNote {
			c.Notes++
		}
		better := last == nil || m.isActivity() && !last.isActivity() || m.isActivity() == last.isActivity() && m.Received.After(last.Received)
		if better {
			last = &all[i]
		}
	}
	if last != nil {
		c.Last, c.Preview = last.Received, last.Preview
	}
}

// allMessages returns the messages of a chat, newest first, with the versions of
// their rows by id.
func (s *Store) allMessages(ctx context.Context, chat string) ([]Message, map[string]string, error) {
	var all []Message
	tags := map[string]string{}
	prefix := messageKey(chat, "")
	for r, err := range s.table.Rows(ctx, prefix, prefix+ids.Above) {
		if err != nil {
			return nil, nil, fmt.Errorf("list the messages of chat %s: %w", chat, err)
		}
		var m Message
		if err := r.Document(&m); err != nil {
			return nil, nil, err
		}
		all = append(all, m)
		tags[m.ID] = r.ETag
	}
	return all, tags, nil
}
