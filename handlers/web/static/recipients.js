// Recipients as chips, completed from contacts and team members.
export function chips(box, changed) {
  const field = box.querySelector("input"), id = field.id;
  const marks = new Map([...box.querySelectorAll(".marked")].map((m) => [m.dataset.email.toLowerCase(), [...m.querySelectorAll("[data-mark]")]]));
  box.querySelectorAll(".marked").forEach((m) => m.remove());
  const input = document.createElement("input"), list = document.createElement("ul"), found = document.createElement("ul");
  input.id = id;
  input.autocomplete = "off";
  input.spellcheck = false;
  list.className = "chips";
  found.className = "found-recipients";
  found.id = id + "-found";
  found.setAttribute("role", "listbox");
  found.setAttribute("aria-label", box.dataset.found);
  found.hidden = true;
  for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-controls", found.id], ["aria-autocomplete", "list"]]) input.setAttribute(name, value);
  for (const name of ["aria-invalid", "aria-describedby"]) if (field.hasAttribute(name)) input.setAttribute(name, field.getAttribute(name));
  field.removeAttribute("id");
  field.type = "hidden";
  box.append(list, input, found);
  let all = parse(field.value);
  const draw = () => {
    field.value = all.map(label).join(", ");
    list.replaceChildren(...all.map((r) => {
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
    close();
    draw();
    changed();
  };
  const close = () => { found.hidden = true; found.replaceChildren(); input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const pick = (option) => add([{ name: option.dataset.name, email: option.dataset.email }]);
  const current = () => found.querySelector("[aria-selected=true]");
  const choose = (step) => {
    const options = [...found.children], at = options.indexOf(current());
    options[at]?.setAttribute("aria-selected", "false");
    const next = options[(at + step + options.length) % options.length];
    next.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", next.id);
  };
  let clock, asked = 0;
  const search = () => {
    clearTimeout(clock);
    const text = input.value.trim(), now = ++asked;
    if (text.length < 2) return close();
    clock = setTimeout(async () => {
      const answer = await fetch("/web/recipients?find=" + encodeURIComponent(text), { headers: { "HX-Request": "true" } }).catch(() => null);
      const html = answer?.ok ? await answer.text() : "";
      if (now !== asked || document.activeElement !== input) return;
      found.innerHTML = html;
      [...found.children].forEach((option, i) => { option.id = `${found.id}-${i}`; });
      found.hidden = !found.children.length;
      input.setAttribute("aria-expanded", String(!found.hidden));
      if (!found.hidden) choose(1);
    }, 150);
  };
  input.addEventListener("input", () => {
    if (/[,;\n]/.test(input.value)) return add(parse(input.value, true));
    search();
  });
  input.addEventListener("paste", (e) => {
    const text = e.clipboardData.getData("text");
    if (!/[,;\n]/.test(text)) return;
    e.preventDefault();
    add(parse(text, true));
  });
  input.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.isComposing) return;
    if (!found.hidden && (e.key === "ArrowDown" || e.key === "ArrowUp")) { e.preventDefault(); choose(e.key === "ArrowDown" ? 1 : -1); }
    else if (e.key === "Escape" && !found.hidden) { e.preventDefault(); e.stopPropagation(); close(); }
    else if ((e.key === "Enter" || e.key === "Tab") && input.value.trim()) {
      if (e.key === "Enter") e.preventDefault();
      if (current()) pick(current()); else add(parse(input.value, true));
    } else if (e.key === "Enter") e.preventDefault();
    else if (e.key === "Backspace" && !input.value && all.length) { all.pop(); draw(); changed(); }
  });
  found.addEventListener("pointerdown", (e) => { e.preventDefault(); const option = e.target.closest("[role=option]"); if (option) { pick(option); input.focus(); } });
  input.addEventListener("blur", () => { if (input.value.trim()) add(parse(input.value, true)); close(); });
  box.addEventListener("click", (e) => { if (e.target === box || e.target === list) input.focus(); });
  draw();
}

const label = (r) => (r.name && r.name !== r.email ? `${r.name.replaceAll(/[,;<>"\s]+/g, " ").trim()} <${r.email}>` : r.email);

function parse(text, typed = false) {
  return text.split(/[,;\n]/).map((part) => part.trim()).filter(Boolean).map((part) => {
    const named = /^"?([^"<]*?)"?\s*<([^>]+)>$/.exec(part);
    return named ? { name: named[1], email: named[2].trim(), typed } : { name: "", email: part, typed };
  });
}
