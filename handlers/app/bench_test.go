package app_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"kantoorpost/handlers/app/apptest"
)

// BenchmarkMail is the whole way of a mail of 6 KB, from Graph to its chat. What
// the doubles do is in it, so it is of use in comparison only.
func BenchmarkMail(b *testing.B) {
	w := newWorld(b)
	w.mailboxes(1)
	to := "box00000@" + apptest.Domain
	random := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("aangifte btw loon factuur bedrag kwartaal betaling graag morgen overleg stukken balans")
	sent := 0
	for b.Loop() {
		b.StopTimer()
		for range 100 {
			var text strings.Builder
			for text.Len() < 6000 {
				fmt.Fprintf(&text, "%s %d ", words[random.IntN(len(words))], random.IntN(1000))
			}
			w.Send("jan@bakker.example", []string{to},
				apptest.Letter("jan@bakker.example", to, fmt.Sprint("Vraag ", sent), fmt.Sprint("m", sent))+text.String())
			sent++
		}
		b.StartTimer()
		w.Tick()
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(sent), "µs/mail")
}
