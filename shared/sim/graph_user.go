package sim

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// userProperties are the properties of a user, the default ones first.
//
// https://learn.microsoft.com/graph/api/resources/user
var userProperties = []property[*mailbox]{
	{name: "businessPhones", value: func(*mailbox) any { return []string{} }},
	{name: "displayName", value: func(b *mailbox) any { return b.options.Name }},
	{name: "givenName", value: func(b *mailbox) any { return b.names(0) }},
	{name: "jobTitle", value: func(*mailbox) any { return nil }},
	{name: "mail", value: func(b *mailbox) any { return b.options.Address }},
	{name: "mobilePhone", value: func(*mailbox) any { return nil }},
	{name: "officeLocation", value: func(*mailbox) any { return nil }},
	{name: "preferredLanguage", value: func(*mailbox) any { return nil }},
	{name: "surname", value: func(b *mailbox) any { return b.names(1) }},
	{name: "userPrincipalName", value: func(b *mailbox) any { return b.options.Address }},
	{name: "id", value: func(b *mailbox) any { return b.id }},
	{name: "accountEnabled", value: func(b *mailbox) any { return !b.options.Shared }, selected: true},
	{name: "userType", value: func(*mailbox) any { return "Member" }, selected: true},
	{name: "proxyAddresses", value: func(b *mailbox) any { return b.proxyAddresses() }, selected: true},
	{name: "mailNickname", value: func(b *mailbox) any { return b.localPart() }, selected: true},
	{name: "assignedPlans", value: func(b *mailbox) any { return b.plans() }, selected: true},
}

// names returns the first word of a person's display name, or the rest of it.
func (b *mailbox) names(part int) any {
	given, rest, ok := strings.Cut(b.options.Name, " ")
	if b.options.Shared || !ok {
		return nil
	}
	return [...]string{given, rest}[part]
}

func (b *mailbox) proxyAddresses() []string {
	all := []string{"SMTP:" + b.options.Address}
	for _, a := range b.options.Aliases {
		all = append(all, "smtp:"+a)
	}
	return all
}

func (b *mailbox) plans() []map[string]any {
	if b.localPart() == "unlicensed" {
		return []map[string]any{}
	}
	return []map[string]any{{
		"assignedDateTime": "2024-01-08T09:00:00Z", "capabilityStatus": "Enabled",
		"service": "exchange", "servicePlanId": "efb87545-963c-4e0d-99df-69c6916d9eb0",
	}}
}

const (
	userPage    = 100
	maxUserPage = 999
)

// listUsers returns a page of the tenant's users.
//
// https://learn.microsoft.com/graph/api/user-list
func (t *Tenant) listUsers(c *graphCall) (answer, error) {
	query := c.r.URL.Query()
	sel, err := selectOf(c.r, "microsoft.graph.user", userProperties)
	if err != nil {
		return answer{}, err
	}
	match, err := userMatch(query.Get("$filter"), query.Get("$search"))
	if err != nil {
		return answer{}, err
	}
	// https://learn.microsoft.com/graph/aad-advanced-queries
	if query.Get("$search") != "" && !strings.EqualFold(c.r.Header.Get("ConsistencyLevel"), "eventual") {
		return answer{}, refuse(http.StatusBadRequest, "Request_UnsupportedQuery",
			"Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'.")
	}
	size := userPage
	if top := query.Get("$top"); top != "" {
		if size, err = strconv.Atoi(top); err != nil || size < 1 || size > maxUserPage {
			return answer{}, refuse(http.StatusBadRequest, "Request_UnsupportedQuery",
				"Invalid page size specified: '"+top+"'. Must be between 1 and 999 inclusive.")
		}
	}
	start, err := skipped(query.Get("$skiptoken"))
	if err != nil {
		return answer{}, err
	}

	context := t.base(c.r) + "/$metadata#users"
	if sel != nil {
		context += "(" + strings.Join(sel, ",") + ")"
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var page []*mailbox
	next := 0
	for i, box := range t.boxes {
		switch {
		case i < start || !match(box):
		case len(page) < size:
			page = append(page, box)
		case next == 0:
			next = i
		}
	}
	return respond(http.StatusOK, context, func(o *object) {
		if next > 0 {
			query.Set("$skiptoken", base64.RawURLEncoding.EncodeToString([]byte("user "+strconv.Itoa(next))))
			o.put("@odata.nextLink", t.base(c.r)+"/users?"+strings.ReplaceAll(encode(query), "%24", "$"))
		}
		writeList(o, "value", page, func(box *mailbox) {
			item := open(o.out)
			write(item, box, userProperties, sel)
			item.close()
		})
	})
}

// encode encodes a query with blanks as %20, as in Graph's links.
func encode(q url.Values) string { return strings.ReplaceAll(q.Encode(), "+", "%20") }

func skipped(token string) (int, error) {
	if token == "" {
		return 0, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(token)
	number, found := strings.CutPrefix(string(text), "user ")
	n, bad := strconv.Atoi(number)
	if err != nil || !found || bad != nil || n < 0 {
		return 0, refuse(http.StatusBadRequest, "Directory_ExpiredPageToken",
			"The specified page token value has expired and can no longer be included in your request.")
	}
	return n, nil
}

func (t *Tenant) getUser(c *graphCall) (answer, error) {
	sel, err := selectOf(c.r, "microsoft.graph.user", userProperties)
	if err != nil {
		return answer{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	box := t.user(c.r.PathValue("user"))
	if box == nil {
		return answer{}, refuse(http.StatusNotFound, "Request_ResourceNotFound",
			"Resource '"+c.r.PathValue("user")+"' does not exist or one of its queried reference-property objects are not present.")
	}
	return respond(http.StatusOK, t.base(c.r)+"/$metadata#users/$entity", func(o *object) { write(o, box, userProperties, sel) })
}
