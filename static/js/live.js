// Follows the making of the page that is being read: one socket for the story, and the page's status route.

import { following } from "./following.js";
import { mend, sayPlate, showOutlook, showProgress, swapPlate } from "./plate.js";
import { say } from "./said.js";
import { keepPlace, showWords } from "./words.js";

// What waits for somebody to look at it (“waits”) may take until tomorrow: nobody asks for it again and again.
const RANK = { none: 3, pending: 0, generating: 1, waits: 2, complete: 2, failed: 2 };
const PARTS = ["text", "image", "video"];

let page = document.getElementById("scene");
let state = read(page);
let news = null;
let fetching = Promise.resolve();

function read(article) {
  return Object.fromEntries(PARTS.map((part) => [part, article.dataset[part]]));
}

function isOver() {
  return PARTS.every((part) => RANK[state[part]] >= 2);
}

/** One piece of news about one part of this page. */
function hear(part, { status: said, waits_for, progress, message, title, prose, outlook }) {
  const status = waits_for ? "waits" : said;
  if (!(status in RANK) || status === "none") return;
  if (RANK[status] < RANK[state[part]]) return; // older than what we know
  const before = state[part];
  state[part] = status;
  if (RANK[status] < 2) showOutlook(part, outlook);
  if (status === "generating") showProgress(part, progress);
  const hasGrown = part === "text" && status === "generating" && showWords(page, title, prose);
  if (status !== before || hasGrown) news.moved();
  if (RANK[status] < 2 || status === before) return;
  if (part === "text") queue(part, before, () => turnPage(status, message));
  // Before the words are there, the page that comes with them shows the plate as it stands then.
  else if (state.text === "complete") queue(part, before, () => changePlate(part, status, message));
  if (isOver()) news.rest();
}

/** Swaps happen one after the other, in the order of the news. One that fails is news again at the next look. */
function queue(part, before, change) {
  fetching = fetching.then(change).catch(() => {
    state[part] = before;
    news.poll();
  });
}

async function fetchPage() {
  const answer = await fetch(location.href, { headers: { "X-Fragment": "scene" } });
  if (!answer.ok) throw new Error(`the page answered ${answer.status}`);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("scene");
  // A copy made by this document: a film that was parsed in one without a window has already given up loading.
  return document.importNode(fresh, true);
}

async function turnPage(status, message) {
  const fresh = await fetchPage();
  const at = document.activeElement;
  const isFree = !at || at === document.body || at.closest("main") !== null;
  // Words that were read while they came stay where they are; only what is new under them moves.
  const hadWords = keepPlace(page, fresh, () => page.replaceWith(fresh));
  page = fresh;
  page.dataset.fresh = hadWords ? "ways" : "";
  // The fetched page may know more than the news that made us fetch it.
  const known = read(fresh);
  for (const part of PARTS) if (RANK[known[part]] >= RANK[state[part]]) state[part] = known[part];
  if (fresh.dataset.title) document.title = fresh.dataset.title;
  // Whoever waits on this page goes on at its heading; whoever is busy in the bar or the settings stays there.
  if (isFree) document.getElementById("scene-title")?.focus({ preventScroll: true });
  say(status === "failed" ? message || "The page could not be written." : "The page is here.");
  if (isOver()) news.rest();
  else news.poll(0);
}

async function changePlate(part, status, message) {
  await swapPlate(await fetchPage());
  sayPlate(part, status, message);
}

if (page) {
  news = following({
    socket: () => page.dataset.socket,
    status: () => page.dataset.status,
    hear: (said) => said.scene === page.dataset.scene && PARTS.includes(said.part) && hear(said.part, said),
    learn: (said) => PARTS.forEach((part) => hear(part, said[part])),
    isOver,
  });
  mend((part) => {
    state[part] = "pending";
    if (part === "video" && state.image === "failed") state.image = "pending";
    say(part === "image" ? "The picture is being painted again." : "The film is being made again.");
    queue(part, "pending", async () => swapPlate(await fetchPage()));
    news.follow();
  });
  news.follow();
}
