package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// progress shows what is being waited for, and for how long: on a terminal in one
// line that is updated every second, elsewhere in a new line from time to time.
// Other output goes through it, so that the lines do not mix.
type progress struct {
	out      io.Writer
	terminal bool

	mu     sync.Mutex
	active []*step
}

type step struct {
	what  string
	start time.Time
	said  time.Time
}

// remindEvery is the interval of the lines about a long step, where no line can be
// updated.
const remindEvery = 15 * time.Second

func newProgress(out io.Writer) *progress {
	p := &progress{out: out}
	if f, ok := out.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// run updates the line until stop is closed.
func (p *progress) run(stop <-chan struct{}) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case now := <-tick.C:
			p.mu.Lock()
			p.remind(now)
			p.mu.Unlock()
		}
	}
}

// start begins a step; the returned function ends it.
func (p *progress) start(what string) (done func(error)) {
	s := &step{what: what, start: time.Now(), said: time.Now()}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.active = append(p.active, s)
	if p.terminal {
		p.remind(s.start)
	} else {
		fmt.Fprintf(p.out, "%s ...\n", what)
	}
	return func(err error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.clear()
		p.active = slices.DeleteFunc(p.active, func(other *step) bool { return other == s })
		if err == nil {
			fmt.Fprintf(p.out, "%s: done, %s\n", s.what, seconds(time.Since(s.start)))
		}
		p.remind(time.Now())
	}
}

// Write shows other output.
func (p *progress) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	n, err := p.out.Write(b)
	p.remind(time.Now())
	return n, err
}

func (p *progress) clear() {
	if p.terminal && len(p.active) > 0 {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

func (p *progress) remind(now time.Time) {
	var line []string
	for _, s := range p.active {
		text := s.what + " " + seconds(now.Sub(s.start))
		line = append(line, text)
		if !p.terminal && now.Sub(s.said) >= remindEvery {
			s.said = now
			fmt.Fprintln(p.out, text)
		}
	}
	if p.terminal && len(line) > 0 {
		fmt.Fprint(p.out, "\r\x1b[K"+strings.Join(line, " · "))
	}
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.0f s", d.Seconds()) }
