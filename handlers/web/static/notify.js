// Notifications of the browser, for who asked for them on the page "notices": they say
// that there is something, and nothing of what mail says.
"use strict";

const wantsNotices = () => localStorage.getItem("notify") === "on" && globalThis.Notification?.permission === "granted";

// Whoever wants notifications is told of them at another tab too: only then a page that
// nobody looks at asks.
document.addEventListener("htmx:beforeRequest", (e) => {
  if (document.hidden && e.detail.elt.hasAttribute("data-counts") && wantsNotices()) e.stopImmediatePropagation();
}, true);

document.addEventListener("htmx:oobAfterSwap", () => {
  const newest = document.querySelector("#newest-notice [data-id]");
  if (!newest || newest.dataset.id === localStorage.getItem("notified")) return;
  localStorage.setItem("notified", newest.dataset.id); // one of several tabs says so
  if (!wantsNotices()) return;
  const shown = new Notification("Kantoorpost", { body: newest.textContent, tag: newest.dataset.id, icon: document.querySelector("link[rel=icon]")?.href });
  shown.addEventListener("click", () => {
    focus();
    location.assign(newest.dataset.path);
    shown.close();
  });
});

function offer() {
  const card = document.querySelector("[data-notify]");
  if (!card || !globalThis.Notification) return;
  card.hidden = false;
  card.querySelector("[data-notify-on]").hidden = wantsNotices() || Notification.permission === "denied";
  card.querySelector("[data-notify-off]").hidden = !wantsNotices();
  card.querySelector("[data-notify-refused]").hidden = Notification.permission !== "denied";
}
document.addEventListener("click", async (e) => {
  if (e.target.closest("[data-notify-on]") && (await Notification.requestPermission()) === "granted") localStorage.setItem("notify", "on");
  if (e.target.closest("[data-notify-off]")) localStorage.removeItem("notify");
  if (e.target.closest("[data-notify]")) offer();
});
offer();
