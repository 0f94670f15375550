// Follows the making of a piece. What changed is fetched as the page would show it, and only the parts that differ are swapped.

import { following } from "./following.js";
import { say } from "./said.js";

const SAME = { pending: "queued", generating: "processing", complete: "completed" };
const RANK = { queued: 0, processing: 1, completed: 2, failed: 2 };

const page = document.getElementById("piece");
const known = new Map(); // take -> its state, as this page shows it
const told = new Map();
let news = null;
let fetching = Promise.resolve();

const isOver = () => page.dataset.state === "completed" || page.dataset.state === "failed";

/** News of one take. */
function hear(take, { status, progress, text, outlook }) {
  const state = SAME[status] ?? status;
  if (!take || !(state in RANK)) return;
  const before = known.get(take);
  if (before !== undefined && RANK[state] < RANK[before]) return; // older than what we know
  known.set(take, state);
  if (state !== before) news.moved();
  if (outlook) for (const place of page.querySelectorAll(`[data-outlook="${take}"]`)) place.textContent = outlook;
  if (state === "processing") {
    showProgress(take, progress);
    grow(take, text);
  }
  const isNew = before === undefined && !page.querySelector(`[data-part="take-${take}"], [data-main="${take}"]`);
  if (isNew || (before !== undefined && RANK[state] >= 2 && state !== before)) queue();
}

function showProgress(take, percent) {
  const words = { text: "is being written", image: "is being painted", video: "is being filmed", speech: "is being spoken" };
  for (const place of page.querySelectorAll(`[data-doing="${take}"]`)) place.textContent = words[page.dataset.kind];
  if (typeof percent !== "number") return;
  for (const bar of page.querySelectorAll(`[data-progress="${take}"]`)) bar.value = percent;
  for (const place of page.querySelectorAll(`[data-percent="${take}"]`)) place.textContent = ` – ${percent} %`;
  // Heard at every half, not at every percent.
  if (percent >= 50 && percent < 100 && !told.has(take)) {
    told.set(take, true);
    say(`The ${page.dataset.noun}: half is done.`);
  }
}

/** Words that are being written: what is new is added where it stands, so that nothing that was read moves. */
function grow(take, text) {
  const place = page.querySelector(`[data-words="${take}"]`);
  if (!place || !text) return;
  const shown = place.textContent;
  if (shown.startsWith(text)) return;
  if (!shown) say("The words begin to appear.");
  if (text.startsWith(shown)) place.append(text.slice(shown.length));
  else place.textContent = text; // it was begun anew
}

/** Swaps happen one after the other. One that fails is news again at the next look. */
function queue() {
  fetching = fetching.then(change).catch(() => news.poll());
}

async function change() {
  const answer = await fetch(location.href, { headers: { "X-Fragment": "piece" } });
  if (!answer.ok) throw new Error(`the page answered ${answer.status}`);
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("piece");
  const fresh = document.importNode(parsed, true);
  const before = page.dataset.state;
  await loaded(fresh);
  swap(fresh);
  page.dataset.state = fresh.dataset.state;
  read();
  if (isOver() && before !== page.dataset.state) {
    say(page.dataset.state === "failed" ? page.querySelector(".print__failed")?.textContent.trim() : `The ${page.dataset.noun} is here.`);
    news.rest();
  } else if (!isOver()) news.poll();
}

function swap(fresh) {
  const typed = Array.from(page.querySelectorAll("textarea"), (field) => [field.id, field.value]);
  const at = document.activeElement;
  const held = page.contains(at) ? { id: at.id, part: at.closest("[data-part]")?.dataset.part } : null;
  for (const part of fresh.querySelectorAll("[data-part]")) {
    const old = page.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!old || old.dataset.mark === part.dataset.mark) continue;
    part.dataset.fresh = "";
    old.replaceWith(part);
  }
  const list = page.querySelector("[data-takes]");
  const takes = fresh.querySelector("[data-takes]");
  if (!list && takes) page.querySelector(".piece__stage").append(takes.closest(".takes"));
  else if (list && takes) for (const item of Array.from(takes.children)) if (!page.querySelector(`[data-part="${item.dataset.part}"]`)) list.append(item);
  for (const [id, value] of typed) {
    const field = id && document.getElementById(id);
    if (field && value && !field.value) field.value = value;
  }
  if (held && !page.contains(document.activeElement)) {
    (held.id && document.getElementById(held.id) || page.querySelector(`[data-part="${held.part}"]`))?.focus({ preventScroll: true });
  }
  mark();
}

/** Which of the takes is looked at may be another one now. */
function mark() {
  const main = page.querySelector("[data-main]")?.dataset.main;
  for (const link of page.querySelectorAll("[data-takes] .cell__link")) {
    if (link.closest("[data-part]").dataset.part === `take-${main}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

/** Resolves when the large picture can be painted without a flash, or when it will not come. */
async function loaded(fresh) {
  const source = fresh.querySelector(".print__sheet img")?.src || fresh.querySelector("video")?.poster;
  if (!source) return;
  const picture = new Image();
  picture.src = source;
  await Promise.race([picture.decode().catch(() => {}), new Promise((resolve) => setTimeout(resolve, 4000))]);
}

/** What this page shows of each take. */
function read() {
  for (const part of page.querySelectorAll("[data-part^='take-']")) {
    known.set(part.dataset.part.slice(5), part.dataset.mark.split("-")[0]);
  }
  const main = page.querySelector("[data-main]");
  if (main) known.set(main.dataset.main, main.dataset.mark.slice(main.dataset.main.length + 1).split("-")[0]);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("[data-once]")) return;
  if (form.dataset.sent !== undefined) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  form.querySelector("button[type=submit]")?.setAttribute("aria-busy", "true");
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const place = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(place.innerText);
    button.textContent = "Copied";
    say("The text is copied.");
  } catch {
    getSelection().selectAllChildren(place); // no clipboard here: it is marked, and one key away
    say("The text is marked. Copy it with the keyboard.");
  }
});

if (page) {
  read();
  news = following({
    socket: () => page.dataset.socket,
    status: () => page.dataset.status,
    hear: (said) => said.piece === page.dataset.piece && hear(said.take, said),
    learn: (said) => said.takes.forEach((take) => hear(take.id, take)),
    isOver,
  });
  news.follow();
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    page.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent);
    page.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  });
}
