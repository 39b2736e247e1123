// Plays a working day of one person before a page with the real script static/poll.js, in
// virtual time, and prints how often each part asks: node day.js poll.js
"use strict";
const fs = require("node:fs"), vm = require("node:vm");

let now = Date.UTC(2026, 5, 1, 8), hidden = false, tick;
const hears = {}, parts = {}, asks = {}, minute = 60000;
function part(name, pace, ...has) {
  parts[name] = { dataset: { poll: pace }, name, hasAttribute: (a) => has.includes(a) };
}
const page = vm.createContext({
  Date: { now: () => now }, WeakMap, Infinity, Math,
  document: {
    get hidden() { return hidden; },
    querySelectorAll: (s) => (s.startsWith("[data-poll]") ? Object.values(parts) : []),
    querySelector: () => Object.values(parts).find((p) => p.hasAttribute("data-with-counts")),
    addEventListener() {},
  },
  window: { addEventListener: (event, f) => { hears[event] = f; } },
  htmx: { trigger: (p) => { asks[p.name] = (asks[p.name] ?? 0) + 1; } },
  wantsNotices: () => false, setInterval: (f) => { tick = f; },
});
vm.runInContext(fs.readFileSync(process.argv[2], "utf8"), page);

// go lets minutes pass: with a movement every pause seconds, 0 for none.
function go(minutes, pause) {
  for (const end = now + minutes * minute; now < end; now += 1000) {
    if (pause && !hidden && (now / 1000) % pause === 0) hears.pointermove();
    tick();
  }
}
function look(away) { hidden = away; hears.visibilitychange(); }

part("list", "60", "data-with-counts");
part("counts", "60", "data-counts");
for (let hour = 0; hour < 8; hour++) {
  look(false);
  part("open", "5");
  go(15, 10); // at a mail or chat
  delete parts.open;
  go(15, 20); // at the list
  part("open", "5");
  go(10, 0); // on the telephone, with something open
  look(true);
  go(20, 0); // in another program
}
look(false);
go(16 * 60, 0); // the evening and the night: the page is left as it is
console.log(JSON.stringify(asks));
