// The form in which a reply is written. Without this script it is a form with a
// field for plain text; with it, the field is an editor, recipients are chips, files
// are sent as they are chosen, and the draft is saved while it is written.

const quiet = 1200; // milliseconds without a key before the draft is saved

function begin() {
  for (const area of document.querySelectorAll("[data-rich]:not([data-ready])")) {
    if (area.closest("[data-compose]")) continue; // that is begun with its form
    area.dataset.ready = "";
    area.querySelector("[name=html]").disabled = false; // as it is, until somebody writes
    const files = { upload: (file, made) => sendFile(file, made, () => {}, () => say(area.dataset.uploadFailed)) };
    area.addEventListener("focusin", () => editor(area, () => {}, area.dataset.uploadFailed && files).catch((e) => console.error(e)), { once: true });
  }
  for (const form of document.querySelectorAll("[data-compose]:not([data-ready])")) {
    form.dataset.ready = "";
    compose(form);
  }
  for (const answer of document.querySelectorAll("dialog[data-answer][open]:not(:modal)")) ask(answer);
}
document.addEventListener("htmx:afterSettle", begin);
document.addEventListener("htmx:oobAfterSwap", begin);

function compose(form) {
  const draft = saving(form);
  const chipped = import(form.dataset.chips).then(({ chips }) => form.querySelectorAll("[data-recipients]").forEach((box) => chips(box, draft.changed)));
  for (const name of ["subject", "signature", "quote", "address", "language"]) form.elements[name]?.addEventListener?.("input", draft.changed);
  const files = attachments(form, draft.changed);
  const area = form.querySelector("[data-rich]");
  area.dataset.ready = "";
  const ready = editor(area, draft.changed, files).catch((e) => console.error(e)); // the field for plain text stays
  form.addEventListener("keydown", (e) => {
    if (e.key !== "Enter" || !(e.ctrlKey || e.metaKey) || e.isComposing) return;
    e.preventDefault();
    e.stopPropagation();
    if (!e.repeat) form.querySelector(e.shiftKey ? "[data-send-close]" : "[data-send]")?.click();
  }, true);
  Promise.all([chipped, ready]).then(() => {
    if (!form.isConnected || form.contains(document.activeElement) && !area.contains(document.activeElement)) return;
    (form.elements.to.value ? form.querySelector(".editor") ?? form.elements.text : form.querySelector("#write-to")).focus();
  });
}

// A note is sent by the same keys, to its own address.
document.addEventListener("keydown", (e) => {
  const note = e.target.closest?.("[data-note]");
  if (!note || e.key !== "Enter" || !(e.ctrlKey || e.metaKey) || e.repeat) return;
  e.preventDefault();
  note.querySelector("[data-send]").click();
});

// saving saves the draft when nothing was typed for a moment, and when the form is
// left.
function saving(form) {
  let timer, running, dirty = false;
  const save = (last) => {
    clearTimeout(timer);
    if (!dirty) return running;
    dirty = false;
    const body = new FormData(form);
    body.delete("file");
    body.delete("do");
    running = fetch(form.dataset.draft, { method: "POST", headers: { "HX-Request": "true" }, body, keepalive: last })
      .then((answer) => (answer.ok ? answer.text() : Promise.reject()))
      .then((text) => { const line = form.querySelector("#saved"); if (line) line.outerHTML = text; })
      .catch(() => { dirty = true; const line = form.querySelector("#saved"); if (line) line.textContent = form.dataset.notSaved; })
      .finally(() => { running = undefined; });
    return running;
  };
  const changed = () => {
    if (!form.dataset.draft) return; // a chat that is not there yet
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, quiet);
  };
  // What is sent is no draft any more: a save on its way would make it one again.
  form.addEventListener("submit", (e) => {
    clearTimeout(timer);
    if (!running) { dirty = false; return; }
    e.preventDefault();
    e.stopImmediatePropagation();
    running.finally(() => e.submitter?.click());
  }, true);
  form.addEventListener("htmx:responseError", changed);
  const leaving = () => { if (form.isConnected) save(true); };
  document.addEventListener("visibilitychange", () => { if (document.hidden) leaving(); });
  addEventListener("pagehide", leaving);
  document.addEventListener("htmx:beforeRequest", (e) => {
    if (!form.contains(e.detail.elt) && e.detail.target?.contains(form) || e.detail.elt.hasAttribute("data-close-writing")) leaving();
  });
  return { changed };
}

// The editor: Squire. https://github.com/neilj/Squire
async function editor(area, changed, files) {
  const [{ default: Squire }] = await Promise.all([import(area.dataset.squire), import(area.dataset.purify)]);
  const text = area.querySelector("textarea"), hidden = area.querySelector("[name=html]");
  const field = document.createElement("div");
  field.className = "editor";
  for (const [name, value] of [["role", "textbox"], ["aria-multiline", "true"], ["aria-label", text.labels[0].textContent], ["tabindex", "0"]]) field.setAttribute(name, value);
  const typed = text.value, focused = document.activeElement === text;
  text.after(field);
  const squire = new Squire(field, { blockTag: "DIV", sanitizeToDOMFragment: clean, addLinks: true });
  squire.setHTML(hidden.value && text.value === text.defaultValue ? hidden.value.replaceAll(/\bsrc="cid:([a-z0-9]+)"/g, 'src="/api/uploads/$1"') : typed.split("\n").map((line) => `<div>${escape(line) || "<br>"}</div>`).join(""));
  squire.moveCursorToStart();
  text.hidden = true;
  text.disabled = true; // the field with HTML is sent instead
  hidden.disabled = false;
  const sync = () => {
    const html = squire.getHTML().replaceAll(/\bsrc="\/api\/uploads\/([a-z0-9]+)"/g, 'src="cid:$1"');
    hidden.value = field.textContent.trim() || field.querySelector("img, table, hr") ? html : "";
  };
  sync();
  squire.addEventListener("input", () => { sync(); changed(); });
  // Who goes on writing after a pasted table is below it, not in its last cell.
  squire.addEventListener("willPaste", ({ detail: { fragment } }) => {
    if (fragment?.lastElementChild?.matches("table")) fragment.append(Object.assign(document.createElement("div"), { innerHTML: "<br>" }));
  });
  squire.addEventListener("pasteImage", (e) => {
    e.preventDefault();
    if (!files) return;
    for (const item of e.detail.clipboardData.items) if (item.kind === "file" && item.type.startsWith("image/")) picture(item.getAsFile());
  });
  const picture = (file) => files.upload(file, (made) => { squire.insertImage("/api/uploads/" + made.id, { alt: made.name }); sync(); changed(); });
  area.querySelector("[data-picture]")?.addEventListener("change", (e) => { for (const file of e.target.files) picture(file); e.target.value = ""; });
  tools(area, squire);
  if (focused) squire.focus();
}

const escape = (s) => s.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

// What the policy of the page stops anyway, it would complain about.
const stopped = /<style\b[^]*?<\/style>|\s(style|on\w+)\s*=\s*("[^"]*"|'[^']*')/gi;

// clean lets through what a mail of the office says; the server decides anew. A
// pasted picture that is kept elsewhere does not come along.
function clean(html) {
  const fragment = DOMPurify.sanitize(html.replaceAll(stopped, ""), {
    ALLOWED_TAGS: ["a", "b", "strong", "i", "em", "u", "s", "sub", "sup", "p", "div", "br", "hr", "ul", "ol", "li", "blockquote", "img", "pre", "code",
      "table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "h1", "h2", "h3", "h4", "span", "#text"],
    ALLOWED_ATTR: ["href", "src", "alt", "colspan", "rowspan", "align", "border", "cellpadding", "cellspacing", "dir"],
    ALLOW_DATA_ATTR: false, RETURN_DOM_FRAGMENT: true, WHOLE_DOCUMENT: false, FORBID_CONTENTS: ["style", "script", "title", "head"],
  });
  for (const img of fragment.querySelectorAll("img")) if (!/^\/api\/uploads\/[a-z0-9]+$/.test(img.getAttribute("src") ?? "")) img.remove();
  for (const table of fragment.querySelectorAll("table")) for (const [name, value] of [["border", "1"], ["cellpadding", "4"], ["cellspacing", "0"]]) table.setAttribute(name, value);
  return fragment;
}

const formats = {
  bold: ["B", "bold", "removeBold"], italic: ["I", "italic", "removeItalic"], list: ["UL", "makeUnorderedList", "removeList"],
  numbers: ["OL", "makeOrderedList", "removeList"], quote: ["BLOCKQUOTE", "increaseQuoteLevel", "decreaseQuoteLevel"],
};

function tools(area, squire) {
  const bar = area.querySelector(".tools"), linking = area.querySelector(".linking"), where = linking.querySelector("input");
  bar.hidden = false;
  // One stop for Tab; the arrows lead on. https://www.w3.org/WAI/ARIA/apg/patterns/toolbar/
  const stops = [...bar.querySelectorAll("button, input")];
  stops.forEach((stop, i) => { stop.tabIndex = i ? -1 : 0; });
  bar.addEventListener("keydown", (e) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key], next = step && stops[stops.indexOf(e.target) + step];
    if (!next) return;
    e.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
  const link = () => {
    if (squire.hasFormat("A")) return squire.removeLink();
    linking.hidden = false;
    where.value = /^\S+\.\S+$/.test(squire.getSelectedText()) ? squire.getSelectedText() : "";
    where.focus();
  };
  const set = () => {
    const url = where.value.trim();
    linking.hidden = true;
    squire.focus();
    if (url) squire.makeLink(/^(https?:|mailto:|tel:)/i.test(url) ? url : url.includes("@") ? "mailto:" + url : "https://" + url);
  };
  linking.querySelector("button").addEventListener("click", set);
  where.addEventListener("keydown", (e) => {
    if (e.key !== "Enter" && e.key !== "Escape") return;
    e.preventDefault();
    e.stopPropagation();
    if (e.key === "Escape") where.value = "";
    set();
  });
  bar.addEventListener("click", (e) => {
    const button = e.target.closest("[data-format]"), format = formats[button?.dataset.format];
    if (!button) return;
    if (!format) return link();
    squire[squire.hasFormat(format[0]) ? format[2] : format[1]]();
    squire.focus();
    show();
  });
  const show = () => {
    for (const [name, [tag]] of Object.entries(formats)) bar.querySelector(`[data-format=${name}]`).setAttribute("aria-pressed", squire.hasFormat(tag));
  };
  squire.addEventListener("pathChange", show);
  squire.addEventListener("select", show);
  const mac = /Mac|iP(hone|ad)/.test(navigator.platform);
  squire.setKeyHandler(mac ? "Meta-k" : "Ctrl-k", (self, e) => { e.preventDefault(); link(); });
}

const nameOf = (file) => file.name || "afbeelding.png";

function sendFile(file, made, progress, failed) {
  const request = new XMLHttpRequest();
  request.open("POST", "/api/uploads?name=" + encodeURIComponent(nameOf(file)));
  request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
  request.upload.onprogress = (e) => { if (e.lengthComputable) progress(e.loaded / e.total); };
  request.onloadend = () => (request.status === 201 || request.status === 200 ? made(JSON.parse(request.responseText)) : failed());
  request.send(file);
}

// Files are sent one by one as they are chosen, dropped or pasted.
function attachments(form, changed) {
  const limit = +form.dataset.limit || Infinity;
  const list = () => form.querySelector("#compose-files .files");
  const total = () => [...form.querySelectorAll("[name=attachment]")].reduce((sum, field) => sum + +field.value.split(" ")[1], 0);
  const upload = (file, made) => {
    if (total() + file.size > limit) return say(form.dataset.tooLarge);
    const row = document.createElement("li"), bar = document.createElement("progress");
    const name = document.createElement("bdi");
    name.textContent = nameOf(file);
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", name.textContent);
    row.append(name, bar);
    list().append(row);
    sendFile(file, (answer) => { row.remove(); made(answer, file); }, (part) => { bar.value = part; }, () => { row.remove(); say(form.dataset.uploadFailed); });
  };
  const attach = (made, file) => {
    const model = form.querySelector("#attached"), row = model.content.cloneNode(true).firstElementChild;
    const input = row.querySelector("input"), drop = row.querySelector("button");
    row.querySelector("bdi").textContent = made.name;
    row.querySelector("small").textContent = size(made.size ?? file.size);
    input.name = "attachment";
    input.value = `${made.id} ${made.size ?? file.size} ${made.name}`;
    drop.value = "drop " + made.id;
    drop.querySelector(".hidden").textContent = model.dataset.remove.replace("{0}", made.name);
    list().append(row);
    changed();
  };
  form.addEventListener("change", (e) => {
    if (!e.target.matches("[type=file][name=file]")) return;
    for (const file of e.target.files) upload(file, attach);
    e.target.value = "";
  });
  form.addEventListener("click", (e) => {
    const drop = e.target.closest("[value^='drop ']");
    if (!drop) return;
    e.preventDefault();
    drop.closest("li").remove();
    changed();
  });
  for (const event of ["dragover", "drop"]) {
    form.addEventListener(event, (e) => {
      if (!e.dataTransfer?.types.includes("Files")) return;
      e.preventDefault();
      if (event === "drop") for (const file of e.dataTransfer.files) upload(file, attach);
    });
  }
  return { upload };
}

const size = (n) => (n < 1e6 ? Math.max(1, Math.round(n / 1000)) + " kB" : Math.round(n / 1e6) + " MB");

// What the server asks back before a reply leaves is one dialog.
function ask(dialog) {
  dialog.removeAttribute("open"); // close() would be heard below
  dialog.showModal();
  dialog.querySelector("[data-first]")?.focus();
  dialog.addEventListener("close", () => {
    const form = dialog.closest("form");
    dialog.parentElement?.replaceChildren(); // what it confirms holds for this question only
    form?.querySelector(".editor")?.focus();
  });
  dialog.querySelector("[data-dismiss]").addEventListener("click", () => dialog.close());
}

begin();
