package sim

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

var (
	orWord     = regexp.MustCompile(`(?i)\s+or\s+`)
	mailIs     = regexp.MustCompile(`(?i)^mail\s+eq\s+'((?:[^']|'')*)'$`)
	anyAddress = regexp.MustCompile(`(?i)^proxyAddresses/any\(\w+:\s*\w+\s+eq\s+'((?:[^']|'')*)'\)$`)
	searchTerm = regexp.MustCompile(`^"(displayName|mail|userPrincipalName):(.*)"$`)
)

// userMatch supports the $filter of users by mail and proxyAddresses/any, and $search
// at the beginnings of words, with terms that are joined by or. It does not support a
// quoted text with " or " in it.
//
// https://learn.microsoft.com/graph/filter-query-parameter
// https://learn.microsoft.com/graph/search-query-parameter#using-search-on-directory-object-collections
func userMatch(filter, search string) (func(*mailbox) bool, error) {
	matches := func(*mailbox) bool { return true }
	for _, query := range []struct {
		text string
		term func(string) func(*mailbox) bool
		code string
	}{{filter, userTerm, "Request_UnsupportedQuery"}, {search, searchedUser, "Request_BadRequest"}} {
		if strings.TrimSpace(query.text) == "" {
			continue
		}
		var some []func(*mailbox) bool
		for _, text := range orWord.Split(query.text, -1) {
			one := query.term(strings.TrimSpace(text))
			if one == nil {
				return nil, refuse(http.StatusBadRequest, query.code,
					"Unsupported or invalid query filter clause specified for property of resource 'User': "+text)
			}
			some = append(some, one)
		}
		before := matches
		matches = func(b *mailbox) bool {
			return before(b) && slices.ContainsFunc(some, func(one func(*mailbox) bool) bool { return one(b) })
		}
	}
	return matches, nil
}

func userTerm(term string) func(*mailbox) bool {
	if p := mailIs.FindStringSubmatch(term); p != nil {
		return func(b *mailbox) bool { return strings.EqualFold(b.options.Address, unquote(p[1])) }
	}
	if p := anyAddress.FindStringSubmatch(term); p != nil {
		same := func(a string) bool { return strings.EqualFold(a, unquote(p[1])) }
		return func(b *mailbox) bool { return slices.ContainsFunc(b.proxyAddresses(), same) }
	}
	return nil
}

func unquote(s string) string { return strings.ReplaceAll(s, "''", "'") }

func searchedUser(term string) func(*mailbox) bool {
	p := searchTerm.FindStringSubmatch(term)
	if p == nil {
		return nil
	}
	want := strings.ToLower(p[2])
	return func(b *mailbox) bool {
		have := strings.ToLower(b.options.Address)
		if p[1] == "displayName" {
			have = strings.ToLower(b.options.Name)
		}
		for i := range have {
			if (i == 0 || strings.ContainsRune(" .@-_", rune(have[i-1]))) && strings.HasPrefix(have[i:], want) {
				return true
			}
		}
		return false
	}
}
