package sim

import (
	"bytes"
	"cmp"
	"net/http"
	"net/url"
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

// listMessages lists the messages of a mailbox, or of one of its folders, newest
// first.
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
	top, skip, err := c.window(query)
	if err != nil {
		return answer{}, err
	}
	order := query.Get("$orderby")
	if order != "" && !slices.Contains([]string{"receivedDateTime", "receivedDateTime asc", "receivedDateTime desc"}, order) {
		return answer{}, refuse(http.StatusBadRequest, "ErrorInvalidUrlQuery", "Only receivedDateTime is supported in $orderby.")
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
	if order == "receivedDateTime" || order == "receivedDateTime asc" {
		slices.Reverse(found)
	}
	return t.respondList(c, found, sel, e, top, skip)
}

// matching returns the messages that the filter lets through. The caller holds mu.
func (t *Tenant) matching(c *graphCall, match func(*Message) bool, filtered, exact bool) ([]*Message, error) {
	folder := ""
	if name := c.r.PathValue("folder"); name != "" {
		known := false
		if folder, known = c.box.folderNamed(name); !known {
			return nil, errNotFound()
		}
	}
	var found []*Message
	searched := t.now().Add(-time.Duration(t.behaviour.SearchSeconds) * time.Second)
	for _, it := range c.box.items {
		switch {
		case filtered && it.message.Modified.After(searched):
		case folder != "" && it.folder != folder:
		// Only a filter on its Message-ID finds the out-of-office mail of a colleague.
		case it.message.isHidden() && !exact:
		case t.behaviour.IgnoreFilters || match(it.message):
			found = append(found, it.message)
		}
	}
	return found, nil
}

func (t *Tenant) respondList(c *graphCall, found []*Message, sel selection, e expansion, top, skip int) (answer, error) {
	from, to := min(skip, len(found)), min(skip+top, len(found))
	out := &bytes.Buffer{}
	o := open(out)
	o.put("@odata.context", strings.TrimSuffix(t.messageContext(c, sel), "/$entity"))
	if c.r.URL.Query().Get("$count") == "true" {
		o.put("@odata.count", len(found))
	}
	o.name("value")
	out.WriteByte('[')
	for i, m := range found[from:to] {
		if i > 0 {
			out.WriteByte(',')
		}
		c.expanded(out, m, sel, e, "")
	}
	out.WriteByte(']')
	if to < len(found) {
		next := c.r.URL.Query()
		next.Set("$skip", strconv.Itoa(to))
		o.put("@odata.nextLink", strings.TrimSuffix(t.base(c.r), "/v1.0")+c.r.URL.EscapedPath()+"?"+next.Encode())
	}
	o.close()
	return ok(out)
}

// window reads $top and $skip.
func (c *graphCall) window(query url.Values) (top, skip int, err error) {
	top = c.pageSize(listPage, maxListPage)
	if v := query.Get("$top"); v != "" {
		if top, err = strconv.Atoi(v); err != nil || top < 1 || top > maxListPage {
			return 0, 0, errBadRequest("Invalid value for $top.")
		}
	}
	if v := query.Get("$skip"); v != "" {
		if skip, err = strconv.Atoi(v); err != nil || skip < 0 {
			return 0, 0, errBadRequest("Invalid value for $skip.")
		}
	}
	return top, skip, nil
}

var (
	textTerm = regexp.MustCompile(`(?i)^(internetMessageId|conversationId|subject|from/emailAddress/address)\s+eq\s+'((?:[^']|'')*)'$`)
	boolTerm = regexp.MustCompile(`(?i)^(isDraft|isRead|hasAttachments)\s+eq\s+(true|false)$`)
	timeTerm = regexp.MustCompile(
		`(?i)^(receivedDateTime|sentDateTime|createdDateTime|lastModifiedDateTime)\s+(ge|gt|le|lt)\s+([0-9TZ:.+-]+)$`,
	)
)

// messageFilter reads a $filter of terms that are joined by and. exact says that it
// names one mail by its Message-ID.
func messageFilter(filter string) (match func(*Message) bool, exact bool, err error) {
	var all []func(*Message) bool
	for _, term := range andTerms(filter) {
		if strings.HasPrefix(strings.ToLower(term), "internetmessageid ") {
			exact = true
		}
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
	if p := textTerm.FindStringSubmatch(term); p != nil {
		want, get := unquote(p[2]), messageText(strings.ToLower(p[1]))
		return func(m *Message) bool { return strings.EqualFold(get(m), want) }, nil
	}
	if p := boolTerm.FindStringSubmatch(term); p != nil {
		want, name := strings.EqualFold(p[2], "true"), strings.ToLower(p[1])
		return func(m *Message) bool {
			return map[string]bool{"isdraft": m.IsDraft, "isread": m.IsRead, "hasattachments": m.HasAttachments}[name] == want
		}, nil
	}
	if p := timeTerm.FindStringSubmatch(term); p != nil {
		when, err := time.Parse(time.RFC3339, p[3])
		if err != nil {
			return nil, errBadRequest("Invalid filter clause: '" + p[3] + "' is no date and time.")
		}
		name, operator := strings.ToLower(p[1]), strings.ToLower(p[2])
		return func(m *Message) bool { return compared(messageTime(m, name).Compare(when), operator) }, nil
	}
	return nil, refuse(http.StatusBadRequest, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes: "+term)
}

func messageText(name string) func(*Message) string {
	switch name {
	case "internetmessageid":
		return func(m *Message) string { return m.InternetMessageID }
	case "conversationid":
		return func(m *Message) string { return m.ConversationID }
	case "subject":
		return func(m *Message) string { return m.Subject }
	}
	return func(m *Message) string {
		if m.From == nil {
			return ""
		}
		return m.From.EmailAddress.Address
	}
}

func messageTime(m *Message, name string) time.Time {
	switch name {
	case "sentdatetime":
		return m.Sent
	case "createddatetime":
		return m.Created
	case "lastmodifieddatetime":
		return m.Modified
	}
	return m.Received
}

func compared(c int, operator string) bool {
	switch operator {
	case "ge":
		return c >= 0
	case "gt":
		return c > 0
	case "le":
		return c <= 0
	}
	return c < 0
}
