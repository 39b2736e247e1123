// What forms do beyond HTML: text that is half typed stays, dates can be picked, and
// what a search finds is reached with keys. Without it every form works.
"use strict";

// What was typed into a form with data-keep stays in this tab until it was sent, or
// until whoever typed it signs out.
const keptAs = (name) => "typed " + name;
const keepable = (field) => field.name && field.matches("textarea, input:not([type=hidden], [type=search], [type=checkbox], [type=radio], [type=file])");

document.addEventListener("input", (e) => {
  const form = e.target.form;
  if (!form?.dataset.keep || !keepable(e.target)) return;
  const typed = [...form.elements].filter((field) => keepable(field) && field.value !== field.defaultValue).map((field) => [field.name, field.value]);
  if (typed.length) sessionStorage.setItem(keptAs(form.dataset.keep), JSON.stringify(typed));
  else sessionStorage.removeItem(keptAs(form.dataset.keep));
});

function restore() {
  for (const form of document.querySelectorAll("form[data-keep]:not([data-restored])")) {
    form.dataset.restored = "";
    const typed = JSON.parse(sessionStorage.getItem(keptAs(form.dataset.keep)) ?? "[]");
    for (const [name, value] of typed) if (form.elements[name]) form.elements[name].value = value;
    const panel = form.closest("details");
    if (typed.length && panel && !panel.parentElement.querySelector("details[open]")) panel.open = true;
  }
  // A form that is closed says that something waits in it.
  for (const opener of document.querySelectorAll("[data-kept]")) {
    opener.classList.toggle("kept", sessionStorage.getItem(keptAs(opener.dataset.kept)) !== null);
  }
  for (const area of document.querySelectorAll("[data-mention]:not([data-completes])")) {
    area.dataset.completes = "";
    import(area.dataset.script).then(({ mentions }) => mentions(area));
  }
  for (const button of document.querySelectorAll("[data-pick][hidden]")) button.hidden = !HTMLInputElement.prototype.showPicker;
  for (const label of document.querySelectorAll(".file-field > [hidden]")) {
    label.hidden = false;
    label.parentElement.classList.add("styled");
  }
}
document.addEventListener("htmx:beforeSwap", (e) => { // before what comes instead asks for it
  const name = e.detail.requestConfig?.elt?.dataset?.keep;
  if (name && e.detail.xhr.status < 400) sessionStorage.removeItem(keptAs(name));
});
document.addEventListener("click", (e) => {
  if (e.target.closest("[data-forget]")) sessionStorage.removeItem(keptAs(e.target.closest("[data-forget]").dataset.forget));
  if (e.target.closest("a[href^='/.auth/logout']")) sessionStorage.clear();
});
for (const event of ["htmx:afterSwap", "htmx:afterSettle"]) document.addEventListener(event, restore);
restore();

// A day is typed as the office writes it, or picked in the browser's own calendar.
const two = (n) => String(n).padStart(2, "0");
document.addEventListener("click", (e) => {
  const button = e.target.closest("[data-pick]");
  if (!button) return;
  e.preventDefault();
  const field = button.previousElementSibling, picker = document.createElement("input");
  picker.type = button.dataset.pick;
  picker.className = "picker";
  picker.tabIndex = -1;
  const [, day, month, year, time] = /^(\d{1,2})-(\d{1,2})-(\d{4})(?: (\d\d:\d\d))?$/.exec(field.value) ?? [];
  if (year) picker.value = `${year}-${two(month)}-${two(day)}` + (picker.type === "date" ? "" : `T${time ?? "09:00"}`);
  button.parentElement.querySelector(".picker")?.remove();
  button.after(picker);
  picker.addEventListener("change", (change) => {
    change.stopPropagation();
    const [date, at] = picker.value.split("T");
    if (!date) return;
    field.value = date.split("-").reverse().join("-") + (at ? " " + at : "");
    for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
  });
  picker.showPicker();
});

// The name of a chosen file, beside a button in the language of the page.
document.addEventListener("change", (e) => {
  const out = e.target.closest?.(".file-field")?.querySelector("output");
  if (out) out.textContent = [...e.target.files].map((file) => file.name).join(", ");
});

// What a search finds: the arrows go through it, and Enter takes the first, as soon as
// it answers what is in the field.
const results = (field) => field.closest("form, fieldset")?.parentElement.querySelector("[data-found]");
document.addEventListener("keydown", (e) => {
  const field = e.target.matches?.(":is(.find, .finding) input[type=search]") ? e.target : null;
  const box = field ? results(field) : e.target.closest?.("[data-found]");
  if (!box || e.isComposing || e.ctrlKey || e.altKey || e.metaKey) return;
  const buttons = [...box.querySelectorAll("button, a.button")], at = buttons.indexOf(document.activeElement);
  if (e.key === "ArrowDown" || e.key === "ArrowUp") {
    const next = at + (e.key === "ArrowDown" ? 1 : -1);
    if (field && next < 0) return;
    (buttons[Math.min(next, buttons.length - 1)] ?? box.parentElement.querySelector("input[type=search]"))?.focus();
    e.preventDefault();
  } else if (field && e.key === "Enter" && !e.repeat && buttons.length && box.dataset.found === field.value.trim()) {
    e.preventDefault();
    if (mayPress(buttons[0])) buttons[0].click();
  }
});
// The first of them is in sight.
document.addEventListener("htmx:afterSettle", (e) => {
  const box = e.detail.target;
  if (box?.matches?.("[data-found]")) box.querySelector("button")?.scrollIntoView({ block: "nearest" });
});
