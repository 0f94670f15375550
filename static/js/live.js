// Follows the making of the page that is being read. One socket for the story brings news; while it is not open, the
// status route is asked with growing intervals. Both say the same, so either may come first or come twice.

import { mend, sayPlate, showProgress, swapPlate } from "./plate.js";
import { say } from "./said.js";
import { keepPlace, showWords } from "./words.js";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 15000;
const GROWTH = 1.5;
const RANK = { none: 3, pending: 0, generating: 1, complete: 2, failed: 2 };
const PARTS = ["text", "image", "video"];

let page = document.getElementById("scene");
let state = read(page);
let socket = null;
let pollTimer = 0;
let pollWait = FIRST_WAIT;
let reconnectWait = FIRST_WAIT;
let fetching = Promise.resolve();

function read(article) {
  return Object.fromEntries(PARTS.map((part) => [part, article.dataset[part]]));
}

function isOver() {
  return PARTS.every((part) => RANK[state[part]] >= 2);
}

/** One piece of news about one part of this page. */
function hear(part, { status, progress, message, title, prose }) {
  if (!(status in RANK) || status === "none") return;
  if (RANK[status] < RANK[state[part]]) return; // older than what we know
  const before = state[part];
  state[part] = status;
  if (status === "generating") showProgress(part, progress);
  const hasGrown = part === "text" && status === "generating" && showWords(page, title, prose);
  if (status !== before || hasGrown) pollWait = FIRST_WAIT; // things move: look sooner again
  if (RANK[status] < 2 || status === before) return;
  if (part === "text") queue(part, before, () => turnPage(status, message));
  // Before the words are there, the page that comes with them shows the plate as it stands then.
  else if (state.text === "complete") queue(part, before, () => changePlate(part, status, message));
  if (isOver()) rest();
}

/** Swaps happen one after the other, in the order of the news. One that fails is news again at the next look. */
function queue(part, before, change) {
  fetching = fetching.then(change).catch(() => {
    state[part] = before;
    poll(pollWait);
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
  if (isOver()) rest();
  else poll(0);
}

async function changePlate(part, status, message) {
  await swapPlate(await fetchPage());
  sayPlate(part, status, message);
}

function connect() {
  if (!page.dataset.socket || socket || isOver()) return;
  const scheme = location.protocol === "https:" ? "wss://" : "ws://";
  try {
    socket = new WebSocket(scheme + location.host + page.dataset.socket);
  } catch {
    socket = null;
    return;
  }
  socket.addEventListener("open", () => {
    reconnectWait = FIRST_WAIT;
    poll(0); // once, so that nothing is missed between the page's making and now
  });
  socket.addEventListener("message", (event) => {
    let said;
    try {
      said = JSON.parse(event.data);
    } catch {
      return;
    }
    const news = said?.data;
    if (said?.type === "progress" && news?.scene === page.dataset.scene && PARTS.includes(news.part)) hear(news.part, news);
  });
  socket.addEventListener("close", () => {
    socket = null;
    if (isOver()) return;
    poll(FIRST_WAIT);
    setTimeout(connect, reconnectWait);
    reconnectWait = Math.min(reconnectWait * 2, LONGEST_WAIT);
  });
}

function poll(wait) {
  clearTimeout(pollTimer);
  pollTimer = setTimeout(ask, wait);
}

async function ask() {
  try {
    const answer = await fetch(page.dataset.status, { headers: { Accept: "application/json" } });
    if (answer.ok) {
      const said = await answer.json();
      for (const part of PARTS) hear(part, said[part]);
    }
  } catch {
    // The network is away: ask again later.
  }
  if (isOver()) return;
  // With an open socket this is only a safety net.
  const open = socket?.readyState === WebSocket.OPEN;
  poll(open ? LONGEST_WAIT : pollWait);
  pollWait = Math.min(pollWait * GROWTH, LONGEST_WAIT);
}

function rest() {
  clearTimeout(pollTimer);
  socket?.close();
}

function follow() {
  if (isOver()) return;
  pollWait = FIRST_WAIT;
  connect();
  poll(FIRST_WAIT);
}

if (page) {
  mend((part) => {
    state[part] = "pending";
    if (part === "video" && state.image === "failed") state.image = "pending";
    say(part === "image" ? "The picture is being painted again." : "The film is being made again.");
    queue(part, "pending", async () => swapPlate(await fetchPage()));
    follow();
  });
  follow();
  // Back from the browser's memory, or awake again after a long sleep: look at once.
  addEventListener("pageshow", (event) => event.persisted && follow());
  addEventListener("online", follow);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && !isOver() && poll(0));
}
