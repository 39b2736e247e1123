// A printed chat is for the file: all of its mails are on paper as a whole, also those
// that are folded on the screen. What was never open is loaded first.
function loaded(frame) {
  const page = frame.contentDocument;
  frame.loading = "eager";
  if (page?.readyState === "complete" && page.URL !== "about:blank") return;
  return new Promise((done) => { frame.addEventListener("load", done, { once: true }); setTimeout(done, 10000); });
}
export async function print() {
  const thread = document.querySelector(".thread");
  const folded = [...thread.querySelectorAll("li > details:not([open]), details.recipients:not([open])")];
  for (const d of folded) d.open = true;
  await Promise.all([...thread.querySelectorAll("iframe")].map(loaded));
  for (let frames = 2; frames--;) await new Promise(requestAnimationFrame); // until all are as high as their text
  window.print();
  for (const d of folded) d.open = false;
}
