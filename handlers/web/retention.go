package web

import (
	"net/http"
	"strconv"
)

// retentionFields are what the office sets in days, in the order of the form. They have the
// names of the API.
var retentionFields = []string{"dismissed", "closedChats", "audit"}

// A retentionView is how long the office keeps what.
type retentionView struct {
	Fields  []struct{ Name, Value string }
	ETag    string
	Problem *Problem
}

func (s *site) registerRetention() {
	s.page("/web/settings/retention", func(v *request) error {
		var now map[string]int
		view := retentionView{ETag: v.readTag("/api/retention", &now)}
		return v.retentionPage(http.StatusOK, view, func(name string) string { return strconv.Itoa(now[name]) })
	})
	s.post("/web/settings/retention", func(v *request) error {
		view, body := retentionView{ETag: v.r.PostFormValue("etag")}, map[string]int{}
		for _, name := range retentionFields {
			days, err := strconv.Atoi(v.r.PostFormValue(name))
			if err != nil {
				days = -1 // which the API refuses
			}
			body[name] = days
		}
		if ok, err := succeeded(refused, v.api.put("/api/retention", view.ETag, body, nil), func(p *Problem) error {
			view.Problem = p
			return v.retentionPage(p.Status, view, v.r.PostFormValue)
		}); !ok {
			return err
		}
		return v.done("/web/settings/retention", flash{Key: "sending.saved"})
	})
}

func (v *request) retentionPage(status int, view retentionView, value func(name string) string) error {
	for _, name := range retentionFields {
		view.Fields = append(view.Fields, struct{ Name, Value string }{name, value(name)})
	}
	return v.pageAs(status, "retention", view)
}
