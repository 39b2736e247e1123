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
	q := url.Values{}
	for name, value := range map[string]string{"reason": f.Reason, "address": f.Address, "search": f.Search, "after": f.After} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.State != mailStates[0] {
		q.Set("state", f.State)
	}
	if f.Age > 0 {
		q.Set("age", strconv.Itoa(f.Age))
	}
	if f.Mine {
		q.Set("whose", "mine")
	}
	if f.Oldest {
		q.Set("order", "oldest")
	}
	if f.Show > pageSize {
		q.Set("show", strconv.Itoa(f.Show))
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// narrow tells whether the filter hides mail within the chosen state.
func (f filter) narrow() bool {
	return f.Reason != "" || f.Address != "" || f.Search != "" || f.Age > 0 || f.Mine
}

// waits tells whether the list is of mail that waits, now or for later.
func (f filter) waits() bool { return f.State == "parked" || f.State == "later" }

// ask is the filter as a query for the API.
func (f filter) ask(now time.Time) string {
	q := url.Values{"limit": {strconv.Itoa(f.Show)}}
	switch f.State {
	case "all":
	case "parked":
		q.Set("state", "parked")
		q.Set("later", "hidden")
	case "later":
		q.Set("state", "parked")
		q.Set("later", "only")
	default:
		q.Set("state", f.State)
	}
	if f.Mine {
		q.Set("assignee", "me")
	}
	if f.Oldest {
		q.Set("order", "oldest")
	}
	for name, value := range map[string]string{"reason": f.Reason, "address": f.Address, "search": f.Search, "after": f.After} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.Age > 0 {
		q.Set("before", now.AddDate(0, 0, -f.Age).UTC().Format(time.RFC3339))
	}
	return "/api/mails?" + q.Encode()
}
