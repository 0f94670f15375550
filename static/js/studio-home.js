// The dashboard while something is under way: what is running and what is there is looked at again, ever less often.

import { say } from "./said.js";

const FIRST_WAIT = 1500;
const LONGEST_WAIT = 15000;
const GROWTH = 1.3;

const place = document.querySelector("[data-results]");
let wait = FIRST_WAIT;
let timer = 0;

const running = () => Number(place.querySelector("[data-running]")?.dataset.running ?? 0);

function next() {
  clearTimeout(timer);
  if (running() && document.visibilityState === "visible") timer = setTimeout(look, wait);
}

async function look() {
  const before = running();
  try {
    const answer = await fetch(location.href, { headers: { "X-Fragment": "results" } });
    if (answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const at = document.activeElement?.getAttribute("href");
      const held = place.contains(document.activeElement);
      place.replaceChildren(...document.importNode(fresh.body, true).childNodes);
      if (held && at) place.querySelector(`a[href="${CSS.escape(at)}"]`)?.focus({ preventScroll: true });
    }
  } catch {
    // The network is away: look again later.
  }
  if (running() < before) {
    say(running() ? "One more is finished." : "All that was under way is finished.");
    wait = FIRST_WAIT;
  }
  wait = Math.min(wait * GROWTH, LONGEST_WAIT);
  next();
}

if (place) {
  next();
  addEventListener("pageshow", (event) => event.persisted && look());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && running() && look());
}
