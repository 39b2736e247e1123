package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestAListRefusesThePositionOfAnother(t *testing.T) {
	o := newOffice(t)
	for i := range 3 {
		o.ok(t, "administrator", "POST /api/roles", fmt.Sprintf(`{"name":"Rol %d"}`, i))
	}
	foreign := map[string]string{}
	for _, list := range []string{"/api/roles", "/api/audit"} {
		next, _ := o.ok(t, "administrator", "GET "+list+"?limit=1", "").body["next"].(string)
		if _, position, marked := strings.Cut(next, "."); !marked || position == "" {
			t.Fatalf("next of %s: %q", list, next)
		}
		foreign[list] = next
	}
	lists := 0
	o.operations(t, func(method, path string, operation map[string]any) {
		if !strings.Contains(fmt.Sprint(operation["parameters"]), "name:after") {
			return
		}
		lists++
		at := strings.NewReplacer("{", "", "}", "").Replace(path)
		for of, next := range foreign {
			if of == path {
				continue
			}
			got := o.call(t, "administrator", method+" "+at+"?after="+next, "")
			if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, `"location":"query.after"`) {
				t.Errorf("%s with the next of %s: %d %.200s", path, of, got.status, got.text)
			}
		}
	})
	if lists < 10 {
		t.Errorf("%d lists", lists)
	}
}

// A position of before there were marks continues its list.
func TestAPositionWithoutMarkIsKept(t *testing.T) {
	o := newOffice(t)
	for i := range 3 {
		o.ok(t, "administrator", "POST /api/roles", fmt.Sprintf(`{"name":"Rol %d"}`, i))
	}
	next := fmt.Sprint(o.ok(t, "administrator", "GET /api/roles?limit=1", "").body["next"])
	mark, position, _ := strings.Cut(next, ".")
	marked := o.ok(t, "administrator", "GET /api/roles?limit=1&after="+next, "")
	if old := o.ok(t, "administrator", "GET /api/roles?limit=1&after="+position, ""); old.text != marked.text {
		t.Errorf("%s; want %s", old.text, marked.text)
	}
	o.answers(t, http.StatusUnprocessableEntity, "administrator", "GET /api/roles?after="+mark+".", "")
}
