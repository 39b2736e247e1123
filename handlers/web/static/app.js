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

// What nobody looks at is not asked for.
document.addEventListener("htmx:beforeRequest", (e) => {
  if (document.hidden && e.detail.elt.hasAttribute("data-poll")) e.preventDefault();
});

// A question before what cannot be taken back, in the words of the button.
document.addEventListener("submit", (e) => {
  const question = e.submitter?.dataset.ask;
  if (question && !window.confirm(question)) { e.preventDefault(); e.stopImmediatePropagation(); }
}, true);
