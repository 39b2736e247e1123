package seed

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"kantoorpost/shared/must"
	"kantoorpost/shared/sim"
)

// api is the part of the API that roles need: a list in pages of two, and status
// 409 for an object that somebody else adds at the same moment.
func api(t *testing.T, roles ...string) (s *seeder, added func() []string) {
	t.Helper()
	var posts []string
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"items":[]}`) })
	mux.HandleFunc("GET /api/roles", func(w http.ResponseWriter, r *http.Request) {
		from := 0
		_, _ = fmt.Sscan(r.URL.Query().Get("after"), &from)
		var page struct {
			Items []item `json:"items"`
			Next  string `json:"next,omitempty"`
		}
		for i := from; i < min(from+2, len(roles)); i++ {
			page.Items = append(page.Items, item{ID: fmt.Sprint("id", i), Name: roles[i]})
		}
		if from+2 < len(roles) {
			page.Next = fmt.Sprint(from + 2)
		}
		_ = json.NewEncoder(w).Encode(page)
	})
	mux.HandleFunc("POST /api/roles", func(w http.ResponseWriter, r *http.Request) {
		var in item
		if json.NewDecoder(r.Body).Decode(&in) != nil || r.Header.Get("Authorization") != "Bearer local:anna@kantoor.example" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		switch posts = append(posts, in.Name); in.Name {
		case "Raced":
			w.WriteHeader(http.StatusConflict)
			fmt.Fprint(w, `{"detail":"there is a role with this name","existing":"other"}`)
		case "Refused":
			w.WriteHeader(http.StatusUnprocessableEntity)
			fmt.Fprint(w, `{"detail":"body.name: expected another"}`)
		default:
			fmt.Fprint(w, `{"id":"new"}`)
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return &seeder{client: client{base: server.URL, email: "anna@kantoor.example"}}, func() []string { return posts }
}

func TestOnlyWhatIsMissingIsAdded(t *testing.T) {
	s, added := api(t, "Assistent", "Fiscalist", "relatiebeheerder")
	s.Office = sim.Office{Roles: []string{"Relatiebeheerder", "Assistent", "Loonadviseur", "Raced"}}
	must.Do(t, s.objects(t.Context()))
	if got := strings.Join(added(), ","); got != "Loonadviseur,Raced" {
		t.Errorf("added %s", got)
	}
	if s.roleIDs["relatiebeheerder"] != "id2" || s.roleIDs["loonadviseur"] != "new" || s.roleIDs["raced"] != "other" {
		t.Errorf("ids %v", s.roleIDs)
	}
}

func TestARefusalIsToldWithItsReason(t *testing.T) {
	s, _ := api(t)
	s.Office = sim.Office{Roles: []string{"Refused"}}
	if err := s.objects(t.Context()); err == nil || !strings.Contains(err.Error(), "Refused") ||
		!strings.Contains(err.Error(), "expected another") {
		t.Errorf("error = %v", err)
	}
}
