package stories_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// drawn waits until the page, where it runs scripts, knows what is in sight.
const drawn = `new Promise((done) => window.htmx ? requestAnimationFrame(() => requestAnimationFrame(() => done(true))) : done(true))`

// arrived tells whether what the page asks for by itself is there, the letters in
// its frames among it, but for frames of a thread that are not scrolled to.
const arrived = `!document.querySelector(".htmx-request") && [...document.querySelectorAll("iframe")].every((e) => {
  const letter = e.getBoundingClientRect(), sight = e.closest(".chat-scroll")?.getBoundingClientRect() ?? letter;
  return !e.checkVisibility() || letter.bottom < sight.top || letter.top > sight.bottom || performance.getEntriesByName(e.src).length > 0;
})`

// picture writes what the tab shows, to its end, into a file. The window is made
// as high as the page first: what is outside of it would be asked for by nobody.
func (b *tab) picture(file string) {
	b.t.Helper()
	size, err := eval[[]int64](b, `[innerWidth, innerHeight, Math.min(Math.max(document.documentElement.scrollHeight, 400), 6000)]`)
	b.must(err)
	width, height, all := size[0], size[1], size[2]
	window := func(height int64) {
		b.call(command(emulation.SetDeviceMetricsOverride,
			emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1}))
	}
	if all > height {
		window(all)
		defer window(height)
	}
	if _, err := eval[bool](b, drawn, chromedp.EvalAwaitPromise); err != nil {
		b.fail("a frame that is drawn", err)
	}
	b.until("what the page asks for", arrived)
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	res, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatPng})
	b.must(err)
	if bytes.HasPrefix(res.Data, []byte("\x89PNG")) {
		b.must(os.WriteFile(file, res.Data, 0o644))
	}
}

// shot keeps pictures of this state of a page, as each device shows it, when
// SHOTS names a folder.
func (b *tab) shot(state string) {
	b.t.Helper()
	dir := os.Getenv("SHOTS")
	if dir == "" {
		return
	}
	for _, theme := range []string{"light", "dark"} {
		for _, width := range []int64{1280, 360} {
			b.look(theme, width)
			b.picture(fmt.Sprintf("%s/%s-%s-%s-%d.png", dir, fileName(state), b.lang, theme, width))
		}
	}
	b.look("light", 1280)
}

var notInFileNames = regexp.MustCompile(`[^a-zA-Z0-9.]+`)

func fileName(s string) string { return strings.Trim(notInFileNames.ReplaceAllString(s, "-"), "-") }
