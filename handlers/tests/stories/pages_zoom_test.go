package stories_test

import "github.com/chromedp/cdproto/emulation"

// zoomed says what is wrong at 200 %, which is half as wide and as high: it scrolls sideways,
// or something that stands still covers what one clicks.
// https://www.w3.org/WAI/WCAG22/Understanding/reflow
func (b *tab) zoomed(width int64) []string {
	b.t.Helper()
	b.call(command(emulation.SetDeviceMetricsOverride,
		emulation.SetDeviceMetricsOverrideParams{Width: width / 2, Height: 400, DeviceScaleFactor: 1}))
	wrong, err := eval[[]string](b, faults+".concat("+covered+")")
	b.must(err)
	b.call(command(emulation.SetDeviceMetricsOverride,
		emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1}))
	for i := range wrong {
		wrong[i] = "at 200 %: " + wrong[i]
	}
	return wrong
}

// printed says what is wrong on paper: a letter that one sees is not there, or something to
// press is.
func (b *tab) printed(theme string, width int64) []string {
	b.t.Helper()
	const letters = `[...document.querySelectorAll(".detail-pane iframe")].filter((f) => f.checkVisibility())`
	_, err := eval[int](b, "(window.seen = "+letters+").length")
	b.must(err)
	b.call(command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}))
	wrong, err := eval[[]string](b, `[
	  ...seen.filter((f) => !`+letters+`.includes(f) || f.clientHeight < 30 || f.closest(".pane").clientHeight < f.clientHeight)
	    .map((f) => "not on paper: " + f.title),
	  ...[...document.querySelectorAll(".mail-open button, .chat :is(button, summary.button), .workspace:has(.mail) .list-pane")]
	    .filter((e) => e.checkVisibility())
	    .map((e) => "on paper: " + e.outerHTML.slice(0, 120))]`)
	b.must(err)
	b.look(theme, width)
	return wrong
}

// covered finds what cannot be clicked after scrolling to it. A page has many rows alike:
// the first forty show it.
const covered = `[...document.querySelectorAll(
  "main :is(a[href], button, input:not([type=hidden]), select, textarea, summary):not(.hidden)")]
  .filter((e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && e.getBoundingClientRect().width > 1)
  .slice(0, 40).flatMap((e) => {
    e.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const box = e.getClientRects()[0], at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return at && (e.contains(at) || at.contains(e) || at.closest("label")?.control === e) ? []
      : ["cannot be clicked: " + e.outerHTML.slice(0, 120) + ", under " + (at?.outerHTML ?? "nothing").slice(0, 120)];
  })`
