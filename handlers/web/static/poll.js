// Parts of a page that ask again by themselves. data-poll is after how many seconds they
// do while somebody is at the page; the longer nobody is, the less they ask.
"use strict";

// pauseOf returns after how many seconds a part with this data-poll asks again, for a
// person who did nothing for idle seconds. A part tells when it also makes notifications.
function pauseOf(pace, idle, hidden, tells) {
  if (hidden) return tells ? Math.max(pace, 60) : Infinity;
  if (idle < 30) return pace;
  if (idle < 600) return Math.max(pace, 20);
  return idle < 3600 || tells ? Math.max(pace, 300) : Infinity;
}

let used = Date.now(); // when somebody last did something here
const asked = new WeakMap(); // when a part last asked, or came

function poll() {
  const now = Date.now();
  for (const part of document.querySelectorAll("[data-poll]:not([data-poll=''])")) {
    if (!asked.has(part)) asked.set(part, now);
    const counts = part.hasAttribute("data-counts");
    // The numbers come with the list.
    if (counts && !document.hidden && document.querySelector("[data-with-counts]")) continue;
    const pause = pauseOf(+part.dataset.poll, (now - used) / 1000, document.hidden, counts && wantsNotices());
    if (now - asked.get(part) < pause * 1000) continue;
    asked.set(part, now);
    htmx.trigger(part, "poll");
  }
}
setInterval(poll, 1000);

// Who comes back sees at once what is due.
for (const event of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "focus", "visibilitychange"]) {
  window.addEventListener(event, () => {
    if (document.hidden) return;
    const was = used;
    used = Date.now();
    if (used - was >= 30000) poll();
  }, { capture: true, passive: true });
}

// A part says what it shows, so that nothing is sent when it would be the same: the server
// gives data-version, or the tag of the last answer is kept. What is the same is not put
// there again: somebody may have opened a part of it.
document.addEventListener("htmx:configRequest", (e) => {
  const part = e.detail.elt, polls = e.detail.triggeringEvent?.type === "poll";
  const tag = part.dataset.version ?? (polls ? part.dataset.etag : undefined);
  if (polls && part.hasAttribute("data-with-counts")) e.detail.headers["Poll"] = "counts";
  if (tag) e.detail.headers["If-None-Match"] = tag;
});

// The tag of an answer says what is shown until another answer changes a part of it.
document.addEventListener("htmx:afterSwap", (e) => {
  for (const part of document.querySelectorAll("[data-etag]")) delete part.dataset.etag;
  const { elt, xhr, requestConfig } = e.detail;
  if (requestConfig?.triggeringEvent?.type !== "poll" || !elt?.hasAttribute("data-poll")) return;
  const part = (elt.id && document.getElementById(elt.id)) || elt, tag = xhr.getResponseHeader("ETag");
  if (tag) part.dataset.etag = tag;
});
