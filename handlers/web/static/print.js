// A printed chat is for the file: all of its mails are on paper as a whole, also those
// that are folded on the screen. What was never open is loaded first; the browser's own
// command to print cannot wait for that, so its keys are taken over, and from its menu
// what was loaded is printed.
function loaded(frame) {
  const page = frame.contentDocument;
  frame.loading = "eager";
  if (page?.readyState === "complete" && page.URL !== "about:blank") return;
  return new Promise((done) => { frame.addEventListener("load", done, { once: true }); setTimeout(done, 10000); });
}
export async function print() {
  open();
  await Promise.all([...document.querySelectorAll(".thread iframe")].map(loaded));
  for (let frames = 2; frames--;) await new Promise(requestAnimationFrame); // until all are as high as their text
  window.print();
}
let folded = [];
function open() {
  const closed = document.querySelectorAll(".thread :is(li > details, details.recipients):not([open])");
  folded.push(...closed);
  for (const d of closed) d.open = true;
}
addEventListener("beforeprint", open);
addEventListener("afterprint", () => {
  for (const d of folded) d.open = false;
  folded = [];
});
