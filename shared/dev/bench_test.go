package main

import "testing"

func TestBenchTableOfTestOutput(t *testing.T) {
	got := benchTable("=== RUN   TestMailBudget\n    budget_test.go:95: 100 mails: {graph:112}\n--- PASS: TestMailBudget (0.50s)\n" +
		"BenchmarkMail/plain\nBenchmarkMail/plain-2 \t  7\t 514695966 ns/op\t 345.0 product-µs/mail\t 0.9 loops/mail\nPASS\n")
	want := "| Mail/plain | 345.0 product-µs/mail, 0.9 loops/mail |\n| Mail | 100 mails: {graph:112} |\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
