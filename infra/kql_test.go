package infra_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"kantoorpost/shared/dev/npm"
	"kantoorpost/shared/must"
)

// The tables that queries read, with the documented columns.
// https://learn.microsoft.com/azure/azure-monitor/reference/tables/apptraces (and …/usage)
// https://learn.microsoft.com/azure/azure-monitor/logs/monitor-workspace#_logoperation-function
// https://learn.microsoft.com/azure/azure-monitor/app/data-model-complete (traces)
var logTables = map[string]string{
	"AppTraces": "(TimeGenerated: datetime, Message: string, SeverityLevel: int, OperationId: string, OperationName: string, ParentId: " +
		"string," +
		" Properties: dynamic, AppRoleName: string, AppRoleInstance: string, ItemCount: int)",
	"Usage": "(TimeGenerated: datetime, StartTime: datetime, EndTime: datetime, DataType: string, Quantity: real, QuantityUnit: string," +
		" IsBillable: bool, Solution: string)",
	"_LogOperation": "(TimeGenerated: datetime, Category: string, Operation: string, Level: string, Detail: string)",
	"traces": "(timestamp: datetime, message: string, severityLevel: int, operation_Id: string, operation_Name: string, customDimensions: " +
		"dynamic," +
		" cloud_RoleName: string, itemCount: int)",
}

// diagnose returns what Microsoft's parser says of queries.
func diagnose(t *testing.T, queries map[string]string) string {
	t.Helper()
	cache := must.Get(npm.CacheFolder())(t)
	const parser = "@kusto/language-service-next/Kusto.Language.Bridge.min.js"
	in, err := npm.Package{Folder: "kql", File: parser}.Install(t.Context(), cache, func(string) {})
	if errors.Is(err, npm.ErrNoNode) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	body := must.Get(json.Marshal(map[string]any{"tables": logTables, "queries": queries}))(t)
	c := exec.CommandContext(t.Context(), in.Node, filepath.Join("testdata", "kql.js"), filepath.Dir(in.File))
	c.Stdin = bytes.NewReader(body)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// Queries are not validated when they are deployed, since the tables come into being with
// the first line: here is where a mistake in one is found.
func TestQueriesAreValid(t *testing.T) {
	queries := map[string]string{}
	for _, environment := range environments {
		for _, r := range read(t, environment).of(queryRules) {
			of := r.at("criteria").(map[string]any)["allOf"].([]any)[0].(map[string]any)
			queries[environment+": "+r.Name] = of["query"].(string)
			for _, d := range asList(of["dimensions"]) {
				// Each dimension is a column of the answer.
				name := d.(map[string]any)["name"].(string)
				queries[environment+": "+r.Name+" by "+name] = of["query"].(string) + "\n| project " + name
			}
		}
	}
	for name, query := range workbookQueries(t) {
		queries["workbook: "+name] = strings.ReplaceAll(query, "{Time:grain}", "5m")
	}
	for _, name := range []string{"../README.md", "README.md"} {
		text := must.Get(os.ReadFile(name))(t)
		for _, m := range regexp.MustCompile("(?s)```\n((?:let|traces|AppTraces) .*?)```").FindAllStringSubmatch(string(text), -1) {
			queries["README: "+m[1][:min(40, len(m[1]))]] = m[1]
		}
	}
	if len(queries) < 3*(4+2*5)+12+2 {
		t.Errorf("%d queries", len(queries))
	}
	if found := diagnose(t, queries); found != "" {
		t.Error(found)
	}
}

// The parser does find what is wrong.
func TestTheParserFindsMistakes(t *testing.T) {
	for name, query := range map[string]string{
		"a keyword":      "AppTraces | extend about = tostring(parse_json(Message).of)",
		"another column": "AppTraces | where message has 'metrics'",
		"another table":  "AppLogs | count",
		"a type":         "AppTraces | where TimeGenerated > 15",
	} {
		if found := diagnose(t, map[string]string{name: query}); !strings.Contains(found, name+": ") {
			t.Errorf("%s is not found in %s: %q", name, query, found)
		}
	}
}

func workbookQueries(t *testing.T) map[string]string {
	t.Helper()
	var workbook struct {
		Items []struct {
			Name    string
			Content struct{ Query string }
		}
	}
	load(t, "workbook.json", &workbook)
	queries := map[string]string{}
	for _, i := range workbook.Items {
		if i.Content.Query != "" {
			queries[i.Name] = i.Content.Query
		}
	}
	return queries
}

func asList(v any) []any {
	list, _ := v.([]any)
	return list
}
