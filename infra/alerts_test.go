package infra_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kantoorpost/infra"
	"kantoorpost/shared/dev/cost"
	"kantoorpost/shared/metrics"
	"kantoorpost/shared/must"
)

const queryRules = "Microsoft.Insights/scheduledQueryRules"

// queryOf returns the query of the rule whose name ends so.
func queryOf(t *testing.T, s snapshot, name string) (query string, r resource) {
	t.Helper()
	for _, r := range s.of(queryRules) {
		if strings.HasSuffix(r.Name, "-"+name) {
			of := r.at("criteria").(map[string]any)["allOf"].([]any)[0].(map[string]any)
			return of["query"].(string), r
		}
	}
	t.Fatalf("no rule %s", name)
	return "", resource{}
}

// The queries count what alerts.json says, and read the fields of the line of a tick:
// the tests of the app make each condition happen with the same file. Azure charges for
// each rule, so there are few.
func TestQueriesAreThoseOfTheFile(t *testing.T) {
	alerts := must.Get(infra.ReadAlerts())(t)
	for _, environment := range environments {
		s := read(t, environment)
		if n := len(s.of(queryRules)); n != len(alerts.Rules)+2 || n > 4 {
			t.Errorf("%s: %d rules", environment, n)
		}
		if text := fmt.Sprint(s.of(queryRules)); strings.Count(text, "evaluationFrequency:PT5M") != 1 {
			t.Errorf("%s: the prices count one rule that looks every five minutes", environment)
		}
		for _, c := range alerts.AlertOnMetric {
			query, r := queryOf(t, s, c.Rule)
			least, most := -1e6, 1e9
			if c.AtLeast != nil {
				least = *c.AtLeast
			}
			if c.AtMost != nil {
				most = *c.AtMost
			}
			row := fmt.Sprintf(`"%s", "%s", %.0f, %.0f, %d, "%s", "%s", "%s"`, c.Alert, c.Metric, least, most, c.Lines, c.NL, c.EN, c.Page)
			if !strings.Contains(query, row) {
				t.Errorf("%s: the query of %s has no row %s", environment, c.Rule, row)
			}
			if r.at("severity") != float64(alerts.Rules[c.Rule].Severity) || r.at("windowSize") != alerts.Rules[c.Rule].Window {
				t.Errorf("%s: %s is not that of the file", environment, r.Name)
			}
			if len(c.NL) < 40 || len(c.EN) < 40 || strings.Contains(c.NL+c.EN, `"`) {
				t.Errorf("%s does not say what to do in both languages", c.Alert)
			}
		}
		for name := range alerts.Rules {
			query, _ := queryOf(t, s, name)
			for _, part := range []string{`has "` + alerts.Line.List + `"`, "line." + alerts.Line.List, "m." + alerts.Line.Name,
				`m["` + alerts.Line.Of + `"]`,
				"m." + alerts.Line.Value, "value >= atLeast and value <= atMost", "found >= lines"} {
				if !strings.Contains(query, part) {
					t.Errorf("%s: the query of %s has no %s", environment, name, part)
				}
			}
		}
		query, r := queryOf(t, s, "no-tick")
		if !strings.Contains(query, `line.msg == "`+alerts.Line.Message+`"`) ||
			!strings.Contains(query, fmt.Sprintf("ago(%dm)", alerts.Tick.WithinMinutes)) ||
			r.at("windowSize") != fmt.Sprintf("PT%dM", alerts.Tick.WindowMinutes) {
			t.Errorf("%s: %s", environment, query)
		}
		for _, r := range s.of(queryRules) {
			said, _ := r.at("description").(string)
			if r.at("enabled") != true || r.at("skipQueryValidation") != true || !strings.Contains(fmt.Sprint(r.at("actions")), "actionGroups") ||
				len(said) < 100 {
				t.Errorf("%s: %s calls nobody, or does not say what to do", environment, r.Name)
			}
		}
	}
	if alerts.Line.Message != metrics.Line {
		t.Errorf("the rules count lines %q, a tick writes %q", alerts.Line.Message, metrics.Line)
	}
}

// The workbook shows metrics that exist, from the line that a tick writes.
func TestTheWorkbookShowsWhatIsMeasured(t *testing.T) {
	text := must.Get(os.ReadFile("workbook.json"))(t)
	code := must.Get(os.ReadFile("../shared/metrics/metrics.go"))(t)
	var measured []string
	for _, m := range regexp.MustCompile(`Name = "([^"]+)"`).FindAllStringSubmatch(string(code), -1) {
		measured = append(measured, m[1])
	}
	prices, err := cost.ListPrices()
	if err != nil || !strings.Contains(workbookQueries(t)["Logs by table and estimated cost"], fmt.Sprint(prices.Prices["logGB"].Price)) {
		t.Errorf("the price of logs is not that of the price file: %v", err)
	}
	counts := map[string]float64{"pollGraphCalls": cost.PollGraphCalls, "mailGraphCalls": cost.MailGraphCalls,
		"tickTableCalls": cost.TickTableCalls, "jobTableReads": cost.JobTableReads, "mailTableTransactions": cost.MailTableTransactions,
		"tickQueueCalls": cost.TickQueueCalls, "mailQueueMessages": cost.MailQueueMessages, "hostPerMessage": cost.HostPerMessage,
		"perFetch": cost.MailboxesPerJob}
	figures := regexp.MustCompile(`let (\w+) = ([0-9.]+);`).FindAllStringSubmatch(workbookQueries(t)["Operations and estimated cost"], -1)
	for _, m := range figures {
		want, counted := counts[m[1]]
		if !counted {
			want = prices.Prices[m[1]].Price
		}
		if got, err := strconv.ParseFloat(m[2], 64); err != nil || got != want {
			t.Errorf("the workbook says that %s is %s, not %g", m[1], m[2], want)
		}
	}
	if len(figures) != len(counts)+3 {
		t.Errorf("the workbook estimates from %d figures", len(figures))
	}
	shown := 0
	for _, query := range workbookQueries(t) {
		for _, m := range regexp.MustCompile(`metric (?:in \(([^)]*)\)|== ("[^"]+"))`).FindAllStringSubmatch(query, -1) {
			for _, name := range strings.Split(m[1]+m[2], ", ") {
				shown++
				if !slices.Contains(measured, strings.Trim(name, `"`)) {
					t.Errorf("%s is not measured", name)
				}
			}
		}
	}
	if shown < 12 || !strings.Contains(string(text), `has 'metrics'`) {
		t.Errorf("%d metrics are shown", shown)
	}
}
