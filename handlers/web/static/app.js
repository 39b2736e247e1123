// What htmx and HTML do not do by themselves, for all pages. Without it, and
// without htmx, everything can be read and every form works.
"use strict";

const toasts = () => document.getElementById("toasts");

// say shows a text as a toast. Its words come from the page, in its language.
function say(text, kind = "error") {
  const box = document.createElement("div");
  box.className = "toast " + kind;
  box.textContent = text;
  toasts().replaceChildren(box);
}

document.addEventListener("click", (e) => {
  const close = e.target.closest("[data-close]");
  if (close) close.closest("." + close.dataset.close)?.remove();
  const printer = e.target.closest("[data-print]");
  if (printer?.dataset.print) import(printer.dataset.print).then((m) => m.print());
  else if (printer) print();
  const opener = e.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  const copy = e.target.closest("[data-copy]");
  if (copy) navigator.clipboard.writeText(copy.dataset.copy).then(() => { if (copy.dataset.copied) say(copy.dataset.copied, "ok"); });
});

// A request that never arrived leaves the form as it is.
for (const event of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(event, (e) => {
    if (!e.detail.elt?.hasAttribute("data-poll")) say(document.body.dataset.offline);
  });
}

// What nobody asked for does not complain, unless one must sign in again.
document.addEventListener("htmx:beforeSwap", (e) => {
  const { xhr, requestConfig } = e.detail;
  if (requestConfig?.elt?.hasAttribute("data-poll") && xhr.status >= 400 && xhr.status !== 401) e.detail.shouldSwap = false;
});

// Nothing that nobody asked for changes under a finger that presses it.
let pressed = false;
for (const [event, is] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false]]) {
  document.addEventListener(event, () => { pressed = is; }, true);
}
document.addEventListener("htmx:beforeSwap", (e) => {
  if (pressed && e.detail.requestConfig?.elt?.hasAttribute("data-poll")) e.detail.shouldSwap = false;
});

// A search was answered while it was typed: who then leaves it to press what it
// found, changes nothing.
document.addEventListener("change", (e) => { if (e.target.type === "search") e.stopPropagation(); }, true);

// Enter and the arrow down lead from the search to the first that it found.
const toFirst = () => document.querySelector("[data-list] a")?.focus();
document.addEventListener("keydown", (e) => {
  if (e.key !== "ArrowDown" || !e.target.matches?.(".filters [type=search]")) return;
  e.preventDefault();
  toFirst();
});
document.addEventListener("htmx:afterSettle", (e) => {
  const { elt, triggeringEvent } = e.detail.requestConfig ?? {};
  if (triggeringEvent?.type === "submit" && elt.matches(".filters") && elt.contains(document.activeElement)) toFirst();
});

// What nobody looks at is not asked for.
document.addEventListener("htmx:beforeRequest", (e) => {
  if (document.hidden && e.detail.elt.hasAttribute("data-poll")) e.preventDefault();
});

// A question before what cannot be taken back: its answer is the button again.
let answered;
document.addEventListener("submit", (e) => {
  const button = e.submitter, again = button === answered;
  answered = undefined;
  if (!button?.dataset.ask || again) return;
  e.preventDefault();
  e.stopImmediatePropagation();
  const ask = document.getElementById("ask");
  ask.querySelector("p").textContent = button.dataset.ask;
  ask.querySelector("[value=yes]").textContent = button.textContent.trim();
  ask.returnValue = "";
  ask.onclose = () => {
    if (ask.returnValue !== "yes" || !button.isConnected) return;
    button.focus(); // htmx sends the button that has the focus
    answered = button;
    button.form.requestSubmit(button);
  };
  ask.showModal();
}, true);

// A toast goes by itself, unless somebody is at it.
setInterval(() => {
  for (const toast of document.querySelectorAll(".toast:not(.error)")) {
    toast.dataset.age = +(toast.dataset.age ?? 0) + 1;
    if (toast.dataset.age > 20 && !toast.matches(":hover, :focus-within")) toast.remove();
  }
}, 1000);

// A reply that can be taken back for some seconds: what one sees counts down, what
// is read aloud was said once.
setInterval(() => {
  for (const toast of document.querySelectorAll(".toast[data-seconds]")) {
    const left = toast.dataset.seconds - 1;
    if (left < 0) { toast.remove(); continue; }
    toast.dataset.seconds = left;
    const shown = toast.querySelector("[data-left]");
    if (shown) shown.textContent = left;
  }
}, 1000);

// Shortcuts: a key that an element names in data-key presses it, opens it or
// goes there; j and k go through a list, and x chooses what they came to. From the list,
// space goes on in what is open.
const typing = (e) => e.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
// Who is in a form, or has a panel open, means no shortcut by what he types. The
// boxes of the list are no such form.
const filling = (e) => typing(e) || e.closest?.("form:not(#bulk), dialog") || document.querySelector("dialog[open], [data-one-open] details[open]");

// A key that is held down, or that a program repeats, is one press.
const held = new Set();
document.addEventListener("keyup", (e) => held.delete(e.code || e.key), true);
window.addEventListener("blur", () => held.clear()); // the keyup goes elsewhere

document.addEventListener("keydown", (e) => {
  const printer = (e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.key === "p" && document.querySelector("[data-print*=js]");
  if (printer) {
    e.preventDefault();
    return printer.click();
  }
  if (e.isComposing || e.keyCode === 229 || e.ctrlKey || e.altKey || e.metaKey || e.getModifierState("AltGraph")) return;
  if (e.key === "Escape") return leave(e);
  const code = e.code || e.key;
  const again = e.repeat || held.has(code);
  held.add(code);
  if (document.body.dataset.keys === "off" || filling(e.target)) return;
  const inList = e.target.closest?.("[data-list]");
  const step = { j: 1, k: -1, ArrowDown: inList ? 1 : 0, ArrowUp: inList ? -1 : 0 }[e.key];
  if (again && !(step && e.key.startsWith("Arrow"))) return;
  if (step) { go(step); e.preventDefault(); return; }
  const page = { " ": e.shiftKey ? -1 : 1, PageDown: 1, PageUp: -1 }[e.key];
  if (page && e.target.matches("body, [data-mail], [data-list] a")) {
    const text = document.querySelector(".chat-scroll") ?? document.querySelector("[data-mail]");
    text?.scrollBy({ top: page * text.clientHeight * 0.85 });
    if (text) e.preventDefault();
    return;
  }
  if (e.key.length !== 1) return;
  // A capital is asked for with shift, and does not come of caps lock.
  const key = e.shiftKey ? e.key.toUpperCase() : e.key.toLowerCase();
  if (key === "x") {
    const row = (inList && e.target.closest("li")) ?? document.querySelector("[data-list] a[aria-current]")?.closest("li");
    row?.querySelector("input[type=checkbox]")?.click();
    return;
  }
  const goal = document.querySelector(`[data-key~="${CSS.escape(key)}"]`);
  if (!goal || goal.offsetParent === null && !goal.dataset.all) return;
  e.preventDefault();
  if (typing(goal)) return goal.focus();
  if (!mayPress(goal)) return;
  if (goal.matches("summary")) {
    const panel = goal.parentElement;
    panel.open = true;
    (panel.querySelector("input:not([type=hidden])") ?? panel.querySelector("button") ?? goal).focus();
    panel.scrollIntoView({ block: "nearest" });
  } else goal.click();
});

// A key decides only about what was seen: a mail after it has been there for a
// moment, and nothing while the answer to what was done before is awaited. What only
// opens something, or undoes what was done a moment ago, does not wait.
const moment = 700; // milliseconds
const awaited = new Set();
document.addEventListener("htmx:beforeSend", (e) => {
  if (!e.detail.elt.matches("[data-poll], .files")) awaited.add(e.detail.xhr);
});
document.addEventListener("htmx:afterRequest", (e) => awaited.delete(e.detail.xhr));
// A request that is given up says so to the element that asked, which may be gone.
const isAwaited = () => [...awaited].some((xhr) => xhr.readyState > 0 && xhr.readyState < 4);
const mayPress = (goal) => !isAwaited() && (goal.matches("a, summary, [data-key=u]") || goal.closest("[data-mail]")?.hasAttribute("data-seen") !== false);

let coming, clock; // the mail that is to be seen, and the rest of its moment
function look() {
  const mail = document.hidden ? null : document.querySelector("[data-mail]:not([data-seen])");
  if (mail === coming) return;
  clearTimeout(clock);
  coming = mail;
  if (mail) clock = setTimeout(() => { mail.dataset.seen = ""; coming = null; }, moment);
}
document.addEventListener("visibilitychange", look);

// A menu closes when somebody presses beside it, or what leads on from it.
const menus = () => document.querySelectorAll(":is(.add, .menu-of, .later)[open]");
document.addEventListener("click", (e) => {
  for (const menu of menus()) if (!menu.contains(e.target) || e.target.closest(".add > ul a")) menu.open = false;
});

// Escape leaves a field, and closes the panel, menu or form for a reply that it is in.
function leave(e) {
  if (document.querySelector("dialog[open]")) return;
  const [menu] = menus();
  if (menu) {
    e.preventDefault();
    menu.open = false;
    return menu.querySelector("summary").focus();
  }
  const panel = e.target.closest?.("[data-one-open] details[open]") ?? document.querySelector("[data-one-open] details[open]");
  if (panel) {
    e.preventDefault(); // what was typed stays
    panel.open = false;
    panel.querySelector("summary").focus();
    return;
  }
  const closer = e.target.closest?.(".writing")?.querySelector("[data-close-writing], [data-forget]");
  if (closer) {
    e.preventDefault();
    delete closer.dataset.forget; // what was typed stays
    closer.click();
  } else if (typing(e.target)) e.target.blur();
}

let place = 0; // of what is open in the list, also after it left the list
function go(step) {
  const rows = [...document.querySelectorAll("[data-list] a")].filter((a) => a.checkVisibility());
  const at = rows.findIndex((a) => a === document.activeElement);
  const now = at >= 0 ? at : rows.findIndex((a) => a.ariaCurrent);
  const next = now < 0 ? place - (step < 0) : now + step;
  rows[Math.min(Math.max(next, 0), rows.length - 1)]?.focus();
}

// Of several ways to go on, one is open.
document.addEventListener("toggle", (e) => {
  const group = e.target.open && e.target.closest?.("[data-one-open]");
  if (group) for (const other of group.querySelectorAll("details[open]")) if (other !== e.target) other.open = false;
}, true);

// The list shows which of it is open, also when one of the two was replaced.
let open; // undefined before the first look
function mark() {
  look();
  const id = document.querySelector("[data-mail]")?.dataset.mail ?? "";
  for (const [at, a] of document.querySelectorAll("[data-list] a").entries()) {
    if (id && a.id === "m-" + id) {
      place = at;
      a.setAttribute("aria-current", "true");
      if (id !== open) a.scrollIntoView({ block: "nearest" });
    } else a.removeAttribute("aria-current");
  }
  // On a narrow screen the page is where the mail before was read to; a chat is read from
  // what is new in it.
  if (id !== open) {
    if (open !== undefined) scrollTo(0, 0);
    const last = document.getElementById("new") ?? document.querySelector(".thread ol > :last-child");
    if (last && matchMedia("(max-width: 899px)").matches) last.scrollIntoView();
  }
  open = id;
}

// A list that is looked at anew keeps what was chosen in it.
let chosen = [], unfolded = [];
document.addEventListener("htmx:beforeSwap", (e) => {
  if (e.detail.target?.matches?.(":has([data-list])")) {
    chosen = [...e.detail.target.querySelectorAll("[data-list] input:checked")].map((i) => i.value);
    unfolded = [...e.detail.target.querySelectorAll("[data-list] details[open]")].map((d) => d.id);
  }
});
// Before anything is drawn, so that nothing jumps under a finger.
document.addEventListener("htmx:afterSwap", () => {
  for (const id of chosen) {
    const box = document.querySelector(`[data-list] input[value="${CSS.escape(id)}"]`);
    if (box) box.checked = true;
  }
  for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
  chosen = unfolded = [];
  ready();
  mark();
});
document.addEventListener("htmx:afterSettle", (e) => {
  mark();
  // What had the focus may be gone: on with what came instead, or with what is
  // to be mended.
  const wrong = document.querySelector("[aria-invalid=true]");
  if (wrong?.closest("#" + CSS.escape(e.detail.target.id || "content"))) wrong.focus();
  else if (document.activeElement === document.body) document.querySelector("[data-mail]")?.focus({ preventScroll: true });
});

// The title says how much waits here, for who is at another tab.
document.addEventListener("htmx:oobAfterSwap", () => {
  const n = document.querySelector(".side a[aria-current] .count")?.textContent;
  document.title = (n ? `(${n}) ` : "") + document.title.replace(/^\(\d+\+?\) /, "");
});

// A form with data-read says that what stands before it was read: it is sent
// when it comes into view, on a page that somebody sees.
const inView = new Set();
const views = new IntersectionObserver((entries) => {
  for (const e of entries) inView[e.isIntersecting ? "add" : "delete"](e.target);
  read();
});
function read() {
  if (document.hidden || document.prerendering) return;
  for (const form of inView) {
    views.unobserve(form);
    if (!form.isConnected) continue;
    fetch(form.action, { method: "POST", headers: { "HX-Request": "true" }, body: new URLSearchParams(new FormData(form)), keepalive: true })
      .then((answer) => { if (answer.ok) htmx.trigger(document.body, "chats-changed"); })
      .catch(() => {}); // it stays unread
  }
  inView.clear();
}
for (const event of ["visibilitychange", "prerenderingchange"]) document.addEventListener(event, read);

// A mail is as high as what it says, so that nothing scrolls inside of what
// scrolls: its document can be looked at from here, and runs nothing itself.
const measured = new ResizeObserver((all) => {
  for (const { target: page } of all) {
    const frame = page.ownerDocument.defaultView?.frameElement;
    if (!frame || !page.offsetHeight) continue;
    const bar = page.scrollWidth > page.clientWidth ? 20 : 0, border = frame.offsetHeight - frame.clientHeight;
    frame.style.setProperty("--height", Math.min(page.offsetHeight + bar + border, 20000) + "px");
  }
});
function measure(frame) {
  const page = frame.contentDocument?.documentElement;
  if (page && frame.contentDocument.URL !== "about:blank") measured.observe(page);
}
document.addEventListener("load", (e) => { if (e.target.matches?.("iframe")) measure(e.target); }, true);

// Choose all and print are of no use without a script.
function ready() {
  for (const form of document.querySelectorAll("[data-read]")) views.observe(form);
  for (const all of document.querySelectorAll("[data-all], [data-print]")) all.closest("[hidden]")?.removeAttribute("hidden");
  const printer = document.querySelector("[data-print*=js]");
  if (printer) import(printer.dataset.print); // it hears that the browser prints
}
document.addEventListener("change", (e) => {
  const name = e.target.dataset?.all;
  if (name) for (const box of document.querySelectorAll(`[data-list] input[name="${name}"]`)) box.checked = e.target.checked;
});
ready();
mark();
document.querySelectorAll("iframe").forEach(measure); // what came before this script
