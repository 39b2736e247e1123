package sim

import (
	"net/http"
	"regexp"
	"strings"
)

var (
	orWord     = regexp.MustCompile(`(?i)\s+or\s+`)
	andWord    = regexp.MustCompile(`(?i)\s+and\s+`)
	startsWith = regexp.MustCompile(`(?i)^startswith\((\w+),\s*'((?:[^']|'')*)'\)$`)
	compares   = regexp.MustCompile(`(?i)^(\w+)\s+(eq|ne)\s+(?:'((?:[^']|'')*)'|(true|false))$`)
	anyAddress = regexp.MustCompile(`(?i)^proxyAddresses/any\((\w+):\s*\w+\s+eq\s+'((?:[^']|'')*)'\)$`)
	searchTerm = regexp.MustCompile(`^"(\w+):(.*)"$`)
)

type userMatch func(*mailbox) bool

// userFilter supports the common filters and searches of users: startswith, eq, ne
// and proxyAddresses/any, joined by and, or. advanced says that the query needs
// eventual consistency. It does not support a quoted text with " or " or " and "
// in it.
//
// https://learn.microsoft.com/graph/aad-advanced-queries
func userFilter(filter, search string) (match userMatch, advanced bool, err error) {
	all := []userMatch{}
	if filter = strings.TrimSpace(filter); filter != "" {
		m, adv, err := anyOf(filter)
		if err != nil {
			return nil, false, err
		}
		all, advanced = append(all, m), adv
	}
	if search = strings.TrimSpace(search); search != "" {
		m, err := userSearch(search)
		if err != nil {
			return nil, false, err
		}
		all, advanced = append(all, m), true
	}
	return func(b *mailbox) bool {
		for _, m := range all {
			if !m(b) {
				return false
			}
		}
		return true
	}, advanced, nil
}

func anyOf(text string) (userMatch, bool, error) {
	var some []userMatch
	advanced := false
	for _, part := range orWord.Split(text, -1) {
		var every []userMatch
		for _, term := range andWord.Split(part, -1) {
			m, adv, err := userTerm(strings.TrimSpace(term))
			if err != nil {
				return nil, false, err
			}
			every, advanced = append(every, m), advanced || adv
		}
		some = append(some, func(b *mailbox) bool {
			for _, m := range every {
				if !m(b) {
					return false
				}
			}
			return true
		})
	}
	return func(b *mailbox) bool {
		for _, m := range some {
			if m(b) {
				return true
			}
		}
		return false
	}, advanced, nil
}

func userTerm(term string) (m userMatch, advanced bool, err error) {
	if p := startsWith.FindStringSubmatch(term); p != nil && userText(p[1]) != nil {
		get, prefix := userText(p[1]), strings.ToLower(unquote(p[2]))
		return func(b *mailbox) bool { return strings.HasPrefix(strings.ToLower(get(b)), prefix) }, false, nil
	}
	if p := anyAddress.FindStringSubmatch(term); p != nil {
		want := unquote(p[2])
		return func(b *mailbox) bool {
			for _, a := range b.proxyAddresses() {
				if strings.EqualFold(a, want) {
					return true
				}
			}
			return false
		}, false, nil
	}
	if p := compares.FindStringSubmatch(term); p != nil {
		same := strings.EqualFold(p[2], "eq")
		if strings.EqualFold(p[1], "accountEnabled") && p[4] != "" {
			enabled := strings.EqualFold(p[4], "true")
			return func(b *mailbox) bool { return (!b.options.Shared == enabled) == same }, !same, nil
		}
		if get := userText(p[1]); get != nil && p[4] == "" {
			want := unquote(p[3])
			return func(b *mailbox) bool { return strings.EqualFold(get(b), want) == same }, !same, nil
		}
	}
	return nil, false, refuse(http.StatusBadRequest, "Request_UnsupportedQuery",
		"Unsupported or invalid query filter clause specified for property of resource 'User': "+term)
}

func unquote(s string) string { return strings.ReplaceAll(s, "''", "'") }

func userText(property string) func(*mailbox) string {
	switch strings.ToLower(property) {
	case "id":
		return func(b *mailbox) string { return b.id }
	case "mail", "userprincipalname":
		return func(b *mailbox) string { return b.options.Address }
	case "displayname":
		return func(b *mailbox) string { return b.options.Name }
	case "usertype":
		return func(*mailbox) string { return "Member" }
	}
	return nil
}

// userSearch matches the beginnings of words.
//
// https://learn.microsoft.com/graph/search-query-parameter#using-search-on-directory-object-collections
func userSearch(text string) (userMatch, error) {
	var some []userMatch
	for _, term := range orWord.Split(text, -1) {
		p := searchTerm.FindStringSubmatch(strings.TrimSpace(term))
		if p == nil || userText(p[1]) == nil {
			return nil, refuse(http.StatusBadRequest, "Request_BadRequest", "Unrecognized search term: "+term)
		}
		get, want := userText(p[1]), strings.ToLower(p[2])
		some = append(some, func(b *mailbox) bool {
			have := strings.ToLower(get(b))
			for i := range have {
				if (i == 0 || strings.ContainsRune(" .@-_", rune(have[i-1]))) && strings.HasPrefix(have[i:], want) {
					return true
				}
			}
			return false
		})
	}
	return func(b *mailbox) bool {
		for _, m := range some {
			if m(b) {
				return true
			}
		}
		return false
	}, nil
}
