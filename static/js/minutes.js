// Where a tier counts minutes: tells twice a minute that this page can be seen. A page in the background tells nothing.

const EVERY = 30000;
const page = document.querySelector("[data-status]");

function tell() {
  if (document.visibilityState !== "visible") return;
  fetch(page.dataset.status, { headers: { Accept: "application/json", "X-Reading": "visible" } }).catch(() => {});
}

if (page) {
  setInterval(tell, EVERY);
  // The last part of a minute, before the page is left or covered.
  document.addEventListener("visibilitychange", tell);
}
