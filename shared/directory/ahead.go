package directory

import (
	"context"
	"strings"
	"unicode/utf8"
)

// Rows of a kind can be read ahead, a page at a time in the order of their places.

// AddressPlace returns the place of an e-mail address in ContactsAhead; "" when it has
// none there, and only ContactByAddress tells whose it is.
func AddressPlace(address string) string {
	address, err := ReceivedAddress(address)
	if err != nil {
		return ""
	}
	return inOrder(addressKey("contact-address", address))
}

// ContactsAhead returns contacts by the places of their addresses: those at or after
// from, "" for the first. All places before next are among them; next is "" at the end.
// It is one query.
func (s *Store) ContactsAhead(ctx context.Context, from string) (contacts map[string]Contact, next string, err error) {
	return readAhead[Contact](ctx, s, keyOf("contact-address", ""), from)
}

// TeamPlace returns the place of the team of a client in TeamsAhead; "" when it has none.
func TeamPlace(client string) string {
	if !isID(client) {
		return ""
	}
	return inOrder(keyOf("links", client))
}

// TeamsAhead is ContactsAhead for who works for clients, in order.
func (s *Store) TeamsAhead(ctx context.Context, from string) (teams map[string][]Link, next string, err error) {
	rows, next, err := readAhead[clientTeam](ctx, s, keyOf("links", ""), from)
	teams = make(map[string][]Link, len(rows))
	for place, t := range rows {
		teams[place] = t.Links
	}
	return teams, next, err
}

func readAhead[T any](ctx context.Context, s *Store, prefix, from string) (map[string]T, string, error) {
	if from == "" {
		from = prefix
	}
	rows, next, err := s.table.Range(ctx, from, after(prefix), searchPage)
	if err != nil {
		return nil, "", err
	}
	all := make(map[string]T, len(rows))
	for _, row := range rows {
		var v T
		if err := unpack(row, &v); err != nil {
			return nil, "", err
		}
		all[row.Key] = v
	}
	return all, next, nil
}

// inOrder returns a key, or "" when the service may order it in another way than Go:
// it compares UTF-16 units.
func inOrder(key string) string {
	if strings.ContainsFunc(key, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return ""
	}
	return key
}
