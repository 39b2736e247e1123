package stories_test

import (
	"encoding/json"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// found is JavaScript for the element that people would call so: what can be
// pressed, by its words, or a field, by its label. Words that are not shown do
// not count. The beginning of the words is enough where one thing begins so:
// of two, none is found, since the test could press either.
const found = `((name, field) => {
  const tidy = (s) => (s ?? "").replace(/\s+/g, " ").trim();
  const called = (e) => {
    if (e.getAttribute("aria-label")) return tidy(e.getAttribute("aria-label"));
    const whole = field ? e.labels?.[0] ?? e : e, copy = whole.cloneNode(true), parts = [...copy.querySelectorAll("*")];
    [...whole.querySelectorAll("*")].forEach((k, i) => {
      if (k.matches("kbd, select, textarea, .mistake, [aria-hidden=true]") || getComputedStyle(k).display === "none") parts[i].remove();
    });
    return tidy(copy.textContent) || tidy(e.title);
  };
  const all = [...document.querySelectorAll(field ? "input:not([type=hidden]), select, textarea"
    : "button, a, summary, [role=button], input[type=submit], label.check")]
    .filter((e) => e.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) &&
      !e.disabled && !e.closest("[inert], [aria-hidden=true]"))
    .filter((e) => !document.querySelector("dialog[open]") || e.closest("dialog[open]"));
  const exact = all.find((e) => called(e) === name), begin = exact ? [exact] : all.filter((e) => called(e).startsWith(name));
  return begin.every((e) => called(e) === called(begin[0])) ? begin[0] : undefined;
})`

// at is where an element can be pressed, or why it cannot.
const at = `((e) => {
  if (!(` + loaded + `)) return { why: "the page is still loading" };
  if (!e) return { why: "it is not there" };
  e.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
  const r = e.getBoundingClientRect(), x = r.x + r.width / 2, y = r.y + r.height / 2;
  const top = document.elementFromPoint(x, y);
  if (!top || !e.contains(top) && !top.contains(e) && !e.labels?.[0]?.contains(top))
    return { why: "it is covered by " + (top?.outerHTML ?? "nothing").slice(0, 200) };
  globalThis.missed = false;
  document.addEventListener("probe", () => { globalThis.missed = true; }, { once: true });
  document.dispatchEvent(new Event("probe")); // nothing is heard in a page without script
  for (const it of [e, top]) it.addEventListener("click", () => { globalThis.missed = false; }, { once: true, capture: true });
  return { x, y };
})`

type place struct {
	X, Y float64
	Why  string
}

// press presses what an expression finds, where a finger would, and again when it moved
// under the finger.
func (b *tab) press(what, element string) {
	b.t.Helper()
	end := time.Now().Add(patience)
	pause := time.NewTicker(15 * time.Millisecond)
	defer pause.Stop()
	for before := (place{}); ; {
		p, err := eval[place](b, at+"("+element+")")
		still := p == before // a finger is not put on what moves
		before = p
		if err == nil && p.Why == "" && still {
			b.call(chromedp.MouseClickXY(p.X, p.Y))
			if missed, err := eval[bool](b, "globalThis.missed === true"); !missed || err != nil {
				return
			}
		}
		if time.Now().After(end) {
			b.fail(what+": "+p.Why, err)
		}
		<-pause.C
	}
}

func quote(s string) string {
	text, _ := json.Marshal(s)
	return string(text)
}

// click presses what has these words.
func (b *tab) click(words string) {
	b.t.Helper()
	b.press("pressing "+words, found+"("+quote(words)+", false)")
}

// unfold opens what hides more below these words.
func (b *tab) unfold(words string) {
	b.t.Helper()
	b.press("unfolding "+words,
		"[...document.querySelectorAll('summary')].find((e) => e.checkVisibility() && e.textContent.trim().startsWith("+quote(words)+"))")
}

// fill replaces what the field with this label holds.
func (b *tab) fill(label, text string) {
	b.t.Helper()
	field := found + "(" + quote(label) + ", true)"
	b.press("typing into "+label, field)
	b.until("the cursor in "+label, "document.activeElement === "+field)
	if _, err := eval[bool](b, "document.activeElement.select(), true"); err != nil {
		b.fail("selecting "+label, err)
	}
	b.keys(text)
}

// keys presses keys, wherever the focus is. A key comes as from a keyboard: what
// prevents it from being pressed prevents it from being written.
func (b *tab) keys(keys string) {
	b.t.Helper()
	b.until("the whole page", "true")
	for _, key := range keys {
		down, up := strokes(key)
		b.call(command(input.DispatchKeyEvent, down), command(input.DispatchKeyEvent, up))
	}
}

// hold keeps a key down until something is there, so long that the keyboard
// repeats it, and lets go.
func (b *tab) hold(key rune, until func()) {
	b.t.Helper()
	down, up := strokes(key)
	press := func(again bool) {
		down.AutoRepeat = &again
		b.call(command(input.DispatchKeyEvent, down))
	}
	press(false)
	until()
	press(true)
	press(false) // some programs that type do not say that they repeat
	b.call(command(input.DispatchKeyEvent, up))
}

// strokes are a key that goes down, and up.
func strokes(key rune) (down, up input.DispatchKeyEventParams) {
	var text string
	for _, e := range kb.Encode(key) {
		switch e.Type {
		case input.DispatchKeyEventTypeChar:
			text = e.Text
		case input.DispatchKeyEventTypeKeyUp:
			up = *e
		default:
			down = *e
		}
	}
	if text != "" {
		down.Type, down.Text = input.DispatchKeyEventTypeKeyDown, text
	}
	return down, up
}
