// The plate: shows how far the picture or the film is, swaps the figure when it has come, starts films where the reader
// wants that, and asks again for what failed.

import { say } from "./said.js";

const NAMES = { text: "The page", image: "The picture", video: "The film" };
const told = new Map();

export function showProgress(part, percent) {
  // From waiting to being made, in the words that the page brought along.
  for (const words of document.querySelectorAll(`[data-doing="${part}"]`)) words.textContent = words.dataset.generating;
  if (typeof percent !== "number") return;
  for (const bar of document.querySelectorAll(`[data-progress="${part}"]`)) bar.value = percent;
  for (const words of document.querySelectorAll(`[data-percent="${part}"]`)) {
    words.textContent = part === "text" ? `${percent} %. ` : ` – ${percent} %`;
  }
  // Heard at every quarter, not at every percent.
  const quarter = Math.floor(percent / 25) * 25;
  if (quarter > 0 && quarter < 100 && quarter > (told.get(part) ?? 0)) {
    told.set(part, quarter);
    say(`${NAMES[part]}: ${quarter} percent.`);
  }
}

/** The place in the queue and about how long it takes, in the server's words. Not spoken: it changes too often. */
export function showOutlook(part, outlook) {
  if (!outlook) return;
  for (const words of document.querySelectorAll(`[data-outlook="${part}"]`)) words.textContent = outlook;
}

/** Put the figure of a freshly fetched page in the place of the one that stands here. */
export async function swapPlate(fresh) {
  const figure = fresh.querySelector("[data-plate]");
  const old = document.querySelector("[data-plate]");
  if (!figure || !old) return;
  await loaded(figure);
  const held = old.contains(document.activeElement);
  old.replaceWith(figure);
  figure.dataset.fresh = "";
  if (held) figure.focus({ preventScroll: true });
  startFilm();
}

export function sayPlate(part, status, message) {
  told.delete(part);
  const figure = document.querySelector("[data-plate]");
  if (status === "failed") say(message || `${NAMES[part]} could not be made.`);
  else if (status === "waits") say(message);
  else if (part === "image") say(`The picture is here: ${figure?.querySelector("img")?.alt ?? ""}`);
  else say("The film is here.");
}

/** Resolves when the picture can be painted without a flash, or when it will not come. */
async function loaded(figure) {
  const source = figure.querySelector("img")?.src || figure.querySelector("video")?.poster;
  if (!source) return;
  const picture = new Image();
  picture.src = source;
  const patience = new Promise((resolve) => setTimeout(resolve, 4000));
  await Promise.race([picture.decode().catch(() => {}), patience]);
}

export function startFilm() {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches || document.documentElement.dataset.motion === "still";
  const film = document.querySelector("[data-film]");
  if (!film || still || !("autoplay" in document.documentElement.dataset)) return;
  film.muted = true;
  film.play().catch(() => {});
}

/** "Try again" of a picture or a film. `begun` is called when it was asked for. */
export function mend(begun) {
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-mend]");
    if (!form) return;
    event.preventDefault();
    const button = form.querySelector("button");
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    const answer = await fetch(form.dataset.mend, {
      method: "POST",
      headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, Accept: "application/json" },
    }).catch(() => null);
    if (answer?.ok) {
      begun(form.elements.part.value);
      return;
    }
    button.removeAttribute("aria-disabled");
    const said = await answer?.json().catch(() => null);
    const sentence = said?.error || "That did not get through. Try again in a moment.";
    form.previousElementSibling.textContent = sentence;
    say(sentence);
  });
}

startFilm();
