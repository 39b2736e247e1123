package learn

import (
	"context"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

// suggestUnverified suggests what to do with mail whose sender Exchange doubts.
// To dismiss it comes first: a missing mail is asked for again, and a false one
// may cost a client money.
func suggestUnverified(ctx context.Context, office Office, m Mail) ([]Suggestion, error) {
	p, err := historyOf(ctx, office, m)
	if err != nil {
		return nil, err
	}
	genuine, fake := clues{unfitted: true}, clues{unfitted: true}
	if p.known {
		genuine.add(contactWrote, reason("is-contact"))
	}
	if a := m.Answered; a != nil && p.known && a.Contact == p.contact.ID {
		genuine.add(contactAnswers, reason("answers-chat"))
	}
	if len(p.near) > 0 && !p.known {
		genuine.add(contactWrote, counted("same-domain", 1, directory.Domain(m.Item.From.Email)))
	}
	if p.known && m.Trusted {
		genuine.add(trustedBefore, reason("trusted-before"))
	}
	if n := p.acceptedSender.Count; n > 0 {
		genuine.add(often(releasedBefore, n), counted("released", int(n)))
	}
	by := written(m)
	if by.card.Phone != "" && plainPhone(by.card.Phone) == plainPhone(p.contact.Phone) {
		genuine.add(phoneOfContact, reason("same-phone", by.card.Phone))
	}
	fake.add(doubted, reason("doubted"))
	if !p.known {
		fake.add(strangerDoubted, reason("unknown"))
	}
	if n := max(phrases(by.own, urging), moneyIn(by.own).asks()); n > 0 {
		fake.add(often(alarming, int64(n)), reason("alarming"))
	}
	if n := p.dismissedSender.Count; n > 0 {
		fake.add(often(dismissedBefore, n), counted("dismissed", int(n)))
	}
	yes := genuine.score() * (1 - fake.score())
	no := fake.score() * (1 - genuine.score())
	chance := max(unlikely, yes/(yes+no))
	return []Suggestion{dismissal(Once, 1-chance, fake.reasons()...), release(Once, chance, append(genuine.reasons(), reason("release"))...)}, nil
}

// suggestUnread suggests what to do with mail that could not be read
// completely.
func suggestUnread(ctx context.Context, office Office, m Mail) ([]Suggestion, error) {
	p, err := historyOf(ctx, office, m)
	if err != nil {
		return nil, err
	}
	if !p.known || m.Item.Reason == item.Undecodable {
		return []Suggestion{dismissal(Once, unreadContact, reason("unread"))}, nil
	}
	return []Suggestion{release(Once, unreadContact, reason("is-contact")), dismissal(Once, 1-unreadContact, reason("unread"))}, nil
}
