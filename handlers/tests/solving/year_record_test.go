package solving_test

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"kantoorpost/shared/must"
	"kantoorpost/shared/sim/year"
)

// A record writes what happens in a year to files, for somebody who wants to know why.
type record struct {
	failures, examples io.Writer // nil when nobody asked
	mu                 sync.Mutex
}

// newRecord opens the files that YEAR_FAILURES and YEAR_EXAMPLES name.
func newRecord(t *testing.T) *record {
	t.Helper()
	open := func(name string) io.Writer {
		if os.Getenv(name) == "" {
			return nil
		}
		f := must.Get(os.Create(os.Getenv(name)))(t)
		t.Cleanup(func() {
			if err := f.Close(); err != nil {
				t.Error(err)
			}
		})
		return f
	}
	return &record{failures: open("YEAR_FAILURES"), examples: open("YEAR_EXAMPLES")}
}

func (r *record) line(to io.Writer, text string) {
	if to == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	io.WriteString(to, text+"\n") // a file that is full shows by its end
}

// note writes that something went wrong with a mail, and keeps it for the figures.
func (p *play) note(what string, m object, tr year.Truth, how string) {
	if !p.learning {
		return
	}
	files := ""
	if m["hasAttachments"] == true {
		var list struct{ Items []object }
		p.Ask(manager, "GET", "/api/mails/"+m["id"].(string)+"/attachments", nil, &list)
		for _, f := range list.Items {
			files += fmt.Sprintf(" [%v]", f["name"])
		}
	}
	known := "knowable"
	if !tr.Knowable {
		known = "nobody could know"
	}
	from := m["from"].(object)
	text := fmt.Sprintf("%-18s %-8s %v %q <%v> %q%s %q\n    %s; waits for %v; should be %s client %s of %s (%s), who writes for %v", tr.Sort,
		what, m["received"],
		from["name"], from["email"], m["subject"], files, oneLine(fmt.Sprint(m["preview"]), 220), how, m["reason"], tr.Kind, tr.Client, tr.Name,
		known, tr.Clients)
	p.failed = append(p.failed, failure{tr.Sort, what, text})
	p.record.line(p.record.failures, text)
}

// A failure is a mail that went wrong, in words.
type failure struct {
	sort       year.Sort
	what, text string
}

func oneLine(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > most {
		s = s[:most]
	}
	return s
}

// example writes what was suggested for a mail, and which of it was right; -1 for none.
func (p *play) example(m object, tr year.Truth, items []object, right int) {
	if p.record.examples == nil {
		return
	}
	var short []object
	for _, s := range items {
		var reasons []object
		all, _ := s["reasons"].([]any)
		for _, r := range all {
			r := r.(object)
			reasons = append(reasons, object{"code": r["code"], "weight": r["weight"], "params": r["params"]})
		}
		short = append(short, object{"action": s["action"], "score": s["score"], "solve": s["solve"], "reasons": reasons})
	}
	class := string(tr.Sort)
	if tr.Cue != "" {
		class += "/" + string(tr.Cue)
	}
	text, err := json.Marshal(object{"class": class, "seed": p.seed, "reason": m["reason"], "fraud": tr.Fraud, "items": short, "right": right})
	if err != nil {
		p.T.Error(err)
	}
	p.record.line(p.record.examples, string(text))
}

// suggested are the first suggestions in words.
func suggested(items []object) string {
	var b strings.Builder
	for i, s := range items[:min(3, len(items))] {
		fmt.Fprintf(&b, " %d) %v", i+1, s["action"])
		for _, what := range []string{"contact", "client"} {
			if o, ok := s[what].(object); ok {
				fmt.Fprintf(&b, " %v", o["name"])
			}
		}
		reasons, _ := s["reasons"].([]any)
		var codes []string
		for _, r := range reasons {
			codes = append(codes, fmt.Sprint(r.(object)["code"]))
		}
		fmt.Fprintf(&b, " %.2f %s", s["score"], strings.Join(slices.Compact(codes), ","))
	}
	if b.Len() == 0 {
		return " nothing"
	}
	return b.String()
}
