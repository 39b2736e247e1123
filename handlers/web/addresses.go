package web

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/sorting"
)

// An addressObject is an activated address as the API shows it.
type addressObject struct {
	wire.AddressObject

	wire.SignaturesObject
}

// A membersPreview lists who would join by a link of a kind.
type membersPreview struct {
	Kind, Address string
	wire.JoinersObject
}

func (a addressObject) path(do string) string {
	p := "/web/connectors/" + url.PathEscape(a.Connector) + "/addresses/" + url.PathEscape(a.ID)
	if do != "" {
		p += "/" + do
	}
	return p
}

// level is the severity of the state, as the colours are named.
func (a addressObject) level() string {
	switch {
	case !a.Active:
		return "off"
	case a.State == "throttled":
		return "warn"
	case a.State != "" || a.Failures > 0:
		return "error"
	case a.Reading != nil || a.LastRound == nil:
		return "info"
	}
	return "ok"
}

// condition names the state: address.state.<condition>.
func (a addressObject) condition() string {
	switch {
	case !a.Active:
		return "paused"
	case a.State != "":
		return a.State
	case a.Failures > 0:
		return "unreachable"
	case a.Reading != nil:
		return "reading"
	case a.LastRound == nil:
		return "waiting"
	}
	return "works"
}

// maxAddresses is how many addresses a page shows at most.
const maxAddresses = 1000

// An addressList lists the activated addresses of a connector.
type addressList struct {
	All  []addressObject
	More bool // more than the page shows
}

func (l addressList) active() (n int) {
	for _, a := range l.All {
		if a.Active {
			n++
		}
	}
	return n
}

func (v *request) addresses(c connectorObject, withJoiners bool) (out addressList) {
	if v.failed == nil {
		out.All, out.More, v.failed = pages[addressObject](v, "/api/connectors/"+url.PathEscape(c.ID)+"/addresses", maxAddresses,
			"joiners", strconv.FormatBool(withJoiners))
	}
	// Paused addresses come last.
	sorting.By(out.All, func(a, b addressObject) int {
		if a.Active != b.Active {
			if a.Active {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Address, b.Address)
	})
	return out
}

// A boxList lists the mailboxes that can be activated and match a search.
type boxList struct {
	Search  string
	Boxes   []wire.Candidate
	More    string // where the list continues
	Problem *Problem
}

// connectorAddresses shows the activated addresses of a connector. The page
// loads the mailboxes of the tenant separately, because Microsoft may answer
// slowly.
func (s *site) connectorAddresses(v *request) error {
	view := v.connectorOf("addresses")
	view.Addresses = v.addresses(view.Connector, true)
	return v.page("connector", view)
}

func (s *site) connectorMailboxes(v *request) error {
	q := v.r.URL.Query()
	view := v.connectorOf("addresses")
	view.Boxes = v.mailboxes(view.Connector, strings.TrimSpace(q.Get("search")), q.Get("after"))
	if isPart(v.r) {
		v.w.Header().Set("HX-Push-Url", "false")
		return v.part("connector", "boxes", view)
	}
	view.Addresses = v.addresses(view.Connector, true)
	return v.page("connector", view)
}

func (v *request) mailboxes(c connectorObject, search, after string) *boxList {
	var boxes wire.ListOf[wire.Candidate]
	p := v.tryRead(mendable, v.connectorAPI()+"/mailboxes"+queryOf("limit", "50", "search", search, "after", after), &boxes)
	out := &boxList{Search: search, Boxes: boxes.Items, Problem: p}
	if boxes.Next != "" {
		out.More = c.path("mailboxes") + queryOf("search", search, "after", boxes.Next)
	}
	return out
}

// activate is the path for activating a mailbox.
func (c connectorView) activate(address string) string {
	return c.Connector.path("activate") + "?address=" + url.QueryEscape(address)
}

// status is the HTTP status of a page that may show a problem.
func (p *Problem) status() int {
	if p == nil {
		return http.StatusOK
	}
	return p.Status
}
