// The options below a field, of which one is chosen by keys or by pointing.
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
function choices(field, found, pick) {
  found.className = "found-recipients";
  found.setAttribute("role", "listbox");
  found.hidden = true;
  field.setAttribute("aria-controls", found.id);
  field.setAttribute("aria-autocomplete", "list");
  const expanded = (is) => { if (field.role === "combobox") field.setAttribute("aria-expanded", is); };
  const current = () => found.querySelector("[aria-selected=true]");
  const close = () => { found.hidden = true; found.replaceChildren(); expanded("false"); field.removeAttribute("aria-activedescendant"); };
  const choose = (step) => {
    const options = [...found.children], at = options.indexOf(current());
    options[at]?.setAttribute("aria-selected", "false");
    const next = options[(at + step + options.length) % options.length];
    next.setAttribute("aria-selected", "true");
    next.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", next.id);
  };
  let clock, asked = 0;
  const search = (path) => {
    clearTimeout(clock);
    const now = ++asked;
    if (!path) return close();
    clock = setTimeout(async () => {
      const answer = await fetch(path, { headers: { "HX-Request": "true" } }).catch(() => null);
      const html = answer?.ok ? await answer.text() : "";
      if (now !== asked || document.activeElement !== field) return;
      found.innerHTML = html;
      [...found.children].forEach((option, i) => { option.id = `${found.id}-${i}`; });
      found.hidden = !found.children.length;
      expanded(String(!found.hidden));
      if (!found.hidden) choose(1);
    }, 150);
  };
  // Says whether the key was for the list.
  const key = (e) => {
    if (found.hidden) return false;
    if (e.key === "ArrowDown" || e.key === "ArrowUp") choose(e.key === "ArrowDown" ? 1 : -1);
    else if (e.key === "Escape") { e.stopPropagation(); close(); }
    else return false;
    e.preventDefault();
    return true;
  };
  found.addEventListener("pointerdown", (e) => { e.preventDefault(); const option = e.target.closest("[role=option]"); if (option) { pick(option); field.focus(); } });
  return { current, close, search, key, pick };
}

// Names of colleagues in a note, completed after an @.
export function mentions(area) {
  const found = document.createElement("ul");
  found.id = "found-colleagues";
  found.setAttribute("aria-label", area.dataset.found);
  const typed = () => /(?:^|[\s(])@([\p{L}\p{N}'’.-]*(?: [\p{L}\p{N}'’.-]+){0,2})$/u.exec(area.value.slice(0, area.selectionEnd))?.[1];
  const list = choices(area, found, (option) => {
    area.setRangeText(option.dataset.name + " ", area.selectionEnd - typed().length, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true })); // it is kept as any typed text
    list.close();
  });
  area.form.append(found);
  const complete = () => { const name = typed(); list.search(name !== undefined && area.dataset.mention + encodeURIComponent(name)); };
  area.addEventListener("input", complete);
  if (document.activeElement === area) complete(); // somebody typed before this script came
  area.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.isComposing || list.key(e)) return;
    if ((e.key === "Enter" || e.key === "Tab") && list.current()) { e.preventDefault(); list.pick(list.current()); }
  });
  area.addEventListener("blur", list.close);
}

// Recipients as chips, completed from contacts and team members.
export function chips(box, changed) {
  const field = box.querySelector("input"), id = field.id;
  const marks = new Map([...box.querySelectorAll(".marked")].map((m) => [m.dataset.email.toLowerCase(), [...m.querySelectorAll("[data-mark]")]]));
  box.querySelectorAll(".marked").forEach((m) => m.remove());
  const input = document.createElement("input"), row = document.createElement("ul"), found = document.createElement("ul");
  input.id = id;
  input.autocomplete = "off";
  input.spellcheck = false;
  row.className = "chips";
  found.id = id + "-found";
  found.setAttribute("aria-label", box.dataset.found);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "false");
  for (const name of ["aria-invalid", "aria-describedby"]) if (field.hasAttribute(name)) input.setAttribute(name, field.getAttribute(name));
  field.removeAttribute("id");
  field.type = "hidden";
  box.append(row, input, found);
  let all = parse(field.value);
  const draw = () => {
    field.value = all.map(label).join(", ");
    row.replaceChildren(...all.map((r) => {
      const chip = document.createElement("li"), name = document.createElement("bdi"), remove = document.createElement("button");
      chip.className = "chip";
      chip.title = r.email;
      name.textContent = r.name || r.email;
      remove.type = "button";
      remove.className = "quiet";
      remove.textContent = "×";
      remove.setAttribute("aria-label", box.dataset.remove.replace("{0}", name.textContent));
      remove.addEventListener("click", () => { all = all.filter((o) => o !== r); draw(); input.focus(); changed(); });
      chip.append(name);
      const why = marks.get(r.email.toLowerCase()) ?? (r.typed ? [box.dataset.new] : []);
      for (const mark of why) {
        const badge = mark.cloneNode?.(true) ?? Object.assign(document.createElement("span"), { className: "badge warn", textContent: mark });
        chip.append(" ", badge);
        if (badge.classList.contains("warn")) chip.classList.add("doubtful");
      }
      if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(r.email)) chip.classList.add("wrong");
      chip.append(remove);
      return chip;
    }));
  };
  const add = (more) => {
    for (const r of more) if (!all.some((o) => o.email.toLowerCase() === r.email.toLowerCase())) all.push(r);
    input.value = "";
    list.close();
    draw();
    changed();
  };
  const list = choices(input, found, (option) => add([{ name: option.dataset.name, email: option.dataset.email }]));
  input.addEventListener("input", () => {
    if (/[,;\n]/.test(input.value)) return add(parse(input.value, true));
    const text = input.value.trim();
    list.search(text.length > 1 && "/web/recipients?find=" + encodeURIComponent(text));
  });
  input.addEventListener("paste", (e) => {
    const text = e.clipboardData.getData("text");
    if (!/[,;\n]/.test(text)) return;
    e.preventDefault();
    add(parse(text, true));
  });
  input.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.isComposing || list.key(e)) return;
    if ((e.key === "Enter" || e.key === "Tab") && input.value.trim()) {
      if (e.key === "Enter") e.preventDefault();
      if (list.current()) list.pick(list.current()); else add(parse(input.value, true));
    } else if (e.key === "Enter") e.preventDefault();
    else if (e.key === "Backspace" && !input.value && all.length) { all.pop(); draw(); changed(); }
  });
  input.addEventListener("blur", () => { if (input.value.trim()) add(parse(input.value, true)); list.close(); });
  box.addEventListener("click", (e) => { if (e.target === box || e.target === row) input.focus(); });
  draw();
}

const label = (r) => (r.name && r.name !== r.email ? `${r.name.replaceAll(/[,;<>"\s]+/g, " ").trim()} <${r.email}>` : r.email);

function parse(text, typed = false) {
  return text.split(/[,;\n]/).map((part) => part.trim()).filter(Boolean).map((part) => {
    const named = /^"?([^"<]*?)"?\s*<([^>]+)>$/.exec(part);
    return named ? { name: named[1], email: named[2].trim(), typed } : { name: "", email: part, typed };
  });
}
