package sim

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	listPage    = 10 // default number of messages in a page
	maxListPage = 1000
)

// listMessages lists the messages of a mailbox, or of one of its folders, newest first.
//
// https://learn.microsoft.com/graph/api/user-list-messages
func (t *Tenant) listMessages(c *graphCall) (answer, error) {
	sel, err := selectOf(c.r, messageKind, messageProperties)
	if err != nil {
		return answer{}, err
	}
	e, err := expansionOf(c.r)
	if err != nil {
		return answer{}, err
	}
	query := c.r.URL.Query()
	match, exact, err := messageFilter(query.Get("$filter"))
	if err != nil {
		return answer{}, err
	}
	skip := 0
	if v := query.Get("$skip"); v != "" {
		if skip, err = strconv.Atoi(v); err != nil || skip < 0 {
			return answer{}, errBadRequest("Invalid value for $skip.")
		}
	}
	t.mu.Lock()
	found, err := t.matching(c, match, query.Get("$filter") != "", exact)
	t.mu.Unlock()
	if err != nil {
		return answer{}, err
	}
	slices.SortFunc(found, func(a, b *Message) int {
		return cmp.Or(b.Received.Compare(a.Received), cmp.Compare(b.number, a.number))
	})
	from := min(skip, len(found))
	to := min(from+c.pageSize(listPage, maxListPage), len(found))
	return respond(http.StatusOK, strings.TrimSuffix(t.messageContext(c, sel), "/$entity"), func(o *object) {
		writeList(o, "value", found[from:to], func(m *Message) { c.expanded(o.out, m, sel, e, "") })
		if to < len(found) {
			query.Set("$skip", strconv.Itoa(to))
			o.put("@odata.nextLink", strings.TrimSuffix(t.base(c.r), "/v1.0")+c.r.URL.EscapedPath()+"?"+query.Encode())
		}
	})
}

// matching returns the messages that the filter lets through. The caller holds mu.
func (t *Tenant) matching(c *graphCall, match func(*Message) bool, filtered, exact bool) (found []*Message, err error) {
	folder := ""
	if asked := c.r.PathValue("folder"); asked != "" {
		known := false
		if folder, known = c.box.folderNamed(asked); !known {
			return nil, errNotFound()
		}
	}
	searched := t.now().Add(-time.Duration(t.behaviour.SearchSeconds) * time.Second)
	for _, it := range c.box.items {
		switch {
		case folder != "" && it.folder != folder:
		case filtered && it.message.Modified.After(searched):
		// Only a filter on its Message-ID finds the out-of-office mail of a colleague.
		case it.message.isHidden() && !exact:
		case t.behaviour.IgnoreFilters || match(it.message):
			found = append(found, it.message)
		}
	}
	return found, nil
}

var (
	idTerm    = regexp.MustCompile(`(?i)^internetMessageId\s+eq\s+'((?:[^']|'')*)'$`)
	draftTerm = regexp.MustCompile(`(?i)^isDraft\s+eq\s+(true|false)$`)
)

// messageFilter reads a $filter of terms that are joined by and. exact says that it
// names one mail by its Message-ID.
func messageFilter(filter string) (match func(*Message) bool, exact bool, err error) {
	var all []func(*Message) bool
	for _, term := range andTerms(filter) {
		exact = exact || idTerm.MatchString(term)
		one, err := messageTerm(term)
		if err != nil {
			return nil, false, err
		}
		all = append(all, one)
	}
	return func(m *Message) bool {
		return !slices.ContainsFunc(all, func(one func(*Message) bool) bool { return !one(m) })
	}, exact, nil
}

// andTerms splits a filter at each " and " that stands in no parentheses and quotes.
func andTerms(filter string) (terms []string) {
	var term []string
	for _, word := range splitTop(strings.TrimSpace(filter), ' ') {
		if strings.EqualFold(word, "and") {
			terms, term = append(terms, strings.Join(term, " ")), nil
			continue
		}
		term = append(term, word)
	}
	if last := strings.Join(term, " "); last != "" {
		terms = append(terms, last)
	}
	return terms
}

func messageTerm(term string) (func(*Message) bool, error) {
	if strings.HasPrefix(strings.ToLower(term), "singlevalueextendedproperties/") {
		return extendedFilter(term)
	}
	if p := idTerm.FindStringSubmatch(term); p != nil {
		return func(m *Message) bool { return strings.EqualFold(m.InternetMessageID, unquote(p[1])) }, nil
	}
	if p := draftTerm.FindStringSubmatch(term); p != nil {
		return func(m *Message) bool { return m.IsDraft == strings.EqualFold(p[1], "true") }, nil
	}
	return nil, refuse(http.StatusBadRequest, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes: "+term)
}
