package learn

import (
	"context"
	"slices"

	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
)

// suggestPassedOn suggests whose mail a colleague forwarded, if it is
// forwarded.
func suggestPassedOn(ctx context.Context, office Office, m Mail) ([]Suggestion, error) {
	f := m.Text.Forwarded
	if f == nil || f.From == (mail.Address{}) {
		return []Suggestion{dismissal(Once, colleagueWrote, reason("colleague"))}, nil
	}
	by := original(m)
	anyway := dismissal(Once, passedOnAnyway, reason("colleague"))
	if m.Own != nil && m.Own(by.from.Email) {
		return []Suggestion{dismissal(Once, colleagueWrote, reason("colleague"))}, nil
	}
	if by.from.Email != "" {
		c, known, err := office.ContactByAddress(ctx, by.from.Email)
		if err != nil {
			return nil, err
		}
		if known {
			return []Suggestion{{Action: item.LinkContact, Contact: &c, Score: originalSender, Reasons: []Reason{reason("forwarded-sender")}}, anyway}, nil
		}
	}
	list, err := suggestPeople(ctx, office, m, by)
	return append(list, anyway), err
}

// suggestNobody suggests who wrote a mail without a sender: its signature may
// tell.
func suggestNobody(ctx context.Context, office Office, m Mail) ([]Suggestion, error) {
	nothing := dismissal(Once, doubted, reason("no-sender"))
	by := written(m)
	if by.name.first == "" || by.card == (mailtext.Card{}) {
		return []Suggestion{nothing}, nil
	}
	list, err := suggestPeople(ctx, office, m, by)
	list = slices.DeleteFunc(list, func(s Suggestion) bool {
		return s.Action == item.Dismiss && s.Scope == Sender || s.Action == item.CreateContact // a contact has an address
	})
	return append(list, nothing), err
}
