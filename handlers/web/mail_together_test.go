package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"kantoorpost/handlers/api/wire"
)

// Many mails of one sender are one row that opens; two are two rows.
func TestMailsOfOneSenderAreOneRow(t *testing.T) {
	for n, want := range map[int]string{2: "!van deze afzender", 3: "Nog 2 van deze afzender", 12: "Nog 11 van deze afzender"} {
		api := waiting()
		first := api.answers["GET /api/mails/"+one].(mailObject)
		var mails []mailObject
		for i := range n {
			m := first
			m.ID = fmt.Sprintf("%013d-%s", i, one[14:])
			mails = append(mails, m)
		}
		other := first
		other.ID, other.From.Email = two, "els@elders.example"
		api.answers["GET /api/mails"] = wire.ListOf[mailObject]{Items: append(mails, other)}
		w := browse(t, api, "GET", "/web/mails", "")
		wants(t, w, 200, want)
		if rows := strings.Count(w.Body.String(), `class="mail-row"`); rows != n+1 {
			t.Errorf("%d rows for %d mails", rows, n+1)
		}
		wants(t, browse(t, api, "GET", "/web/mails?state=processed", ""), 200, "!van deze afzender")
	}
}

// A selection of one sender is solved at once.
func TestMailsAreSolvedTogether(t *testing.T) {
	api := waiting()
	w := browse(t, api, "POST", "/web/mails/bulk?reason=bounce", "do=together&mail="+one+"&mail="+two)
	if to := w.Header().Get("Location"); w.Code != http.StatusSeeOther || to != "/web/mails/"+one+"?reason=bounce&also="+two {
		t.Fatal(w.Code, to)
	}
	// By script the whole page opens: the form itself would get only the list.
	w = browse(t, api, "POST", "/web/mails/bulk", "do=together&mail="+one+"&mail="+two, "HX-Request", "true", "HX-Target", "mail-list")
	if w.Code != http.StatusNoContent || w.Header().Get("HX-Redirect") != "/web/mails/"+one+"?also="+two {
		t.Error(w.Code, w.Header())
	}
	wants(t, browse(t, api, "GET", "/web/mails/"+one+"?also="+two, ""), 200, "ook voor 1 ander bericht", "/solve?also="+two+`"`)
	solved := api.answers["GET /api/mails/"+one].(mailObject)
	solved.State = "processed"
	for _, id := range []string{one, two} {
		api.answers["POST /api/mails/"+id+"/solve"] = map[string]any{"mail": solved, "released": 1}
	}
	w = browse(t, api, "POST", "/web/mails/"+one+"/solve?also="+two, "action=choose-client&client=k1")
	if w.Code != http.StatusSeeOther || !strings.Contains(fmt.Sprint(w.Result().Cookies()), "flash=mails.solved:2:") {
		t.Error(w.Code, w.Result().Cookies())
	}
	if got := api.bodies["POST /api/mails/"+two+"/solve"]; got != `{"action":"choose-client","client":"k1"}`+"\n" {
		t.Error(got)
	}
	other := solved
	other.From.Email = "els@elders.example"
	api.answers["GET /api/mails/"+two] = other
	if w := browse(t, api, "POST", "/web/mails/bulk",
		"do=together&mail="+one+"&mail="+two); !strings.Contains(fmt.Sprint(w.Result().Cookies()), "mails.not-one-sender") {
		t.Error(w.Result().Cookies())
	}
}
