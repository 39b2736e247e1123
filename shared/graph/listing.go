package graph

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/mail"
)

// profile are the properties of a user that are requested.
func profile() []string {
	return []string{"id", "displayName", "mail", "userPrincipalName", "proxyAddresses", "accountEnabled", "userType"}
}

// A listing is the request of one page of users.
type listing struct {
	search string
	server bool   // Graph searches; otherwise we filter what it lists
	skip   string // Graph's token for the page, "" for the first
}

// newListing starts a listing, or continues at the position after.
func newListing(search, after string) (listing, error) {
	l := listing{search: strings.ToLower(strings.TrimSpace(search))}
	if after == "" {
		l.server = l.words() != ""
		return l, nil
	}
	who, skip, _ := strings.Cut(after, ":")
	if skip == "" || (who != "s" && who != "h") {
		return l, fault.Final(errors.New("graph: mailboxes: after is not what an earlier page gave"))
	}
	l.server, l.skip = who == "s" && l.words() != "", skip
	return l, nil
}

// next returns the position after which this listing continues.
func (l listing) next() string {
	switch {
	case l.skip == "":
		return ""
	case l.server:
		return "s:" + l.skip
	}
	return "h:" + l.skip
}

// words returns the search without what cannot be inside Graph's quotes.
func (l listing) words() string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" .-_@'", r) {
			return r
		}
		return ' '
	}, l.search))
}

func (l listing) query() url.Values {
	q := url.Values{"$select": {strings.Join(profile(), ",")}, "$top": {"100"}}
	if l.server {
		w := l.words()
		q.Set("$search", `"displayName:`+w+`" OR "mail:`+w+`" OR "userPrincipalName:`+w+`"`)
	}
	if l.skip != "" {
		q.Set("$skiptoken", l.skip)
	}
	return q
}

// filter searches in boxes, if Graph did not search.
func (l listing) filter(boxes []mail.Mailbox) []mail.Mailbox {
	if l.server || l.search == "" {
		return boxes
	}
	return slices.DeleteFunc(boxes, func(b mail.Mailbox) bool {
		return !strings.Contains(strings.ToLower(strings.Join(append([]string{b.Name, b.Address}, b.Aliases...), "\n")), l.search)
	})
}
