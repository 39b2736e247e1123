package web

import (
	"net/url"
	"slices"
	"strconv"
	"time"
)

// A filter says which mails the list shows. It is in the query of every path
// below /web/mails.
type filter struct {
	State, Reason, Address, Search string
	Age                            int  // only mail that is older, in days
	Mine                           bool // only mail that the user looks after
	Oldest                         bool // the oldest first
	Show                           int  // how many mails are shown at once
	After                          string
}

const pageSize = 50

// maxShow is how many mails the API lists at once.
const maxShow = 200

var mailStates = []string{"parked", "later", "new", "processed", "dismissed", "all"}

func filterOf(q url.Values) filter {
	f := filter{State: q.Get("state"), Reason: q.Get("reason"), Address: q.Get("address"), Search: q.Get("search"), After: q.Get("after")}
	if !slices.Contains(mailStates, f.State) {
		f.State = mailStates[0]
	}
	f.Mine, f.Oldest = q.Get("whose") == "mine", q.Get("order") == "oldest" && f.waits()
	f.Age, _ = strconv.Atoi(q.Get("age"))
	f.Age = min(max(f.Age, 0), 365)
	f.Show, _ = strconv.Atoi(q.Get("show"))
	f.Show = min(max(f.Show, pageSize), maxShow)
	return f
}

// query is the filter as part of a URL, "" for the default filter.
func (f filter) query() string {
	return queryOf("reason", f.Reason, "address", f.Address, "search", f.Search, "after", f.After,
		"state", other(f.State, mailStates[0]), "age", when(f.Age > 0, strconv.Itoa(f.Age)), "whose", when(f.Mine, "mine"),
		"order", when(f.Oldest, "oldest"), "show", when(f.Show > pageSize, strconv.Itoa(f.Show)))
}

// queryOf is the query of the pairs of name and value whose value is not empty, with its
// question mark; "" for none.
func queryOf(pairs ...string) string {
	q := url.Values{}
	for pair := range slices.Chunk(pairs, 2) {
		if pair[1] != "" {
			q.Set(pair[0], pair[1])
		}
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// when is a value if a condition holds, else "".
func when(holds bool, value string) string {
	if holds {
		return value
	}
	return ""
}

// other is a value, "" when it is the usual one.
func other(value, usual string) string { return when(value != usual, value) }

func (f filter) isFiltered() bool {
	return f.Reason != "" || f.Address != "" || f.Search != "" || f.Age > 0 || f.Mine
}

// waits tells whether the list is of mail that waits, now or for later.
func (f filter) waits() bool { return f.State == "parked" || f.State == "later" }

// apiPath is the list of the API that the filter asks for.
func (f filter) apiPath(now time.Time) string {
	state, later := f.State, ""
	switch f.State {
	case "all":
		state = ""
	case "parked":
		later = "hidden"
	case "later":
		state, later = "parked", "only"
	}
	before := now.AddDate(0, 0, -f.Age).UTC().Format(time.RFC3339)
	return "/api/mails" + queryOf("limit", strconv.Itoa(f.Show), "state", state, "later", later, "assignee", when(f.Mine, "me"),
		"order", when(f.Oldest, "oldest"), "reason", f.Reason, "address", f.Address, "search", f.Search, "after", f.After,
		"before", when(f.Age > 0, before))
}
