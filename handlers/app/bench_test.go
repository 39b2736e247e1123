package app_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/dev/calibration"
)

// BenchmarkMail is the whole way of a mail of 6 KB, from Graph to its chat, in bursts of
// a hundred. Its figure is the time of the product: that of the doubles is taken off. It is
// also given in loops of calibration, which are run between the bursts.
func BenchmarkMail(b *testing.B) {
	words := strings.Fields("aangifte loon factuur bedrag kwartaal betaling graag morgen overleg stukken balans")
	letter := func(line func(*rand.Rand) string, end string) func(*rand.Rand) string {
		return func(random *rand.Rand) string {
			var text strings.Builder
			for text.Len() < 6000 {
				for range 12 {
					text.WriteString(words[random.IntN(len(words))] + " ")
				}
				text.WriteString(line(random) + "\r\n")
			}
			return text.String() + end
		}
	}
	for _, kind := range []struct {
		name string
		text func(*rand.Rand) string
	}{
		{"plain", letter(func(*rand.Rand) string { return "alstublieft" }, "")},
		{"numbers", letter(func(r *rand.Rand) string { return "alstublieft" },
			"\r\nMet vriendelijke groet,\r\nJan Jansen\r\nKvK 12345678\r\nBtw NL123456782B90\r\n")},
		{"words", letter(func(r *rand.Rand) string {
			return fmt.Sprintf("debiteur %d: € %d,%02d op %d-%d-2026", r.IntN(1e5), r.IntN(1e4), r.IntN(100), 1+r.IntN(28), 1+r.IntN(12))
		}, "")},
	} {
		b.Run(kind.name, func(b *testing.B) {
			w := newWorld(b)
			w.mailboxes(1)
			w.clients(50)
			var took, loops time.Duration
			n := 0
			for b.Loop() {
				b.StopTimer()
				w.burst(100, 50, kind.text)
				w.reset()
				for range 10 {
					loops += calibration.Loop()
					n++
				}
				b.StartTimer()
				start := time.Now()
				w.Tick()
				took += time.Since(start)
				for _, wire := range w.Transports() {
					for _, call := range wire.Calls() {
						took -= call.Served
					}
				}
			}
			b.ReportMetric(float64(took.Microseconds())/float64(w.sent), "product-µs/mail")
			b.ReportMetric(float64(took)/float64(w.sent)/(float64(loops)/float64(n)), "loops/mail")
		})
	}
}
