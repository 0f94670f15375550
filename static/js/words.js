// The words of a page while they are being written. The server says all of them so far with each piece of news; here they
// grow where they stand, so that nothing that was read moves. A screen reader hears that they have begun, not every piece:
// the finished page takes the focus to its heading, and is read from there.

import { say } from "./said.js";

const OPENING_SIGN = /^["“”„«»‘’‚‹—–\-…*(['[]/;

/** Show the words so far in the waiting page. True where there are more of them than before. */
export function showWords(page, title, prose) {
  const place = page.querySelector("[data-words]");
  if (!place || !prose) return false;
  const shown = Array.from(place.children, (paragraph) => paragraph.textContent).join("\n\n");
  if (shown.startsWith(prose)) return false; // old news
  const goesOn = prose.startsWith(shown);
  if (!goesOn) place.replaceChildren(); // it was begun anew
  fill(place, prose.split("\n\n"));
  place.classList.toggle("prose--speech", OPENING_SIGN.test(prose));
  if (title) page.querySelector("#scene-title").textContent = title;
  if (place.hidden) begin(page, place);
  else if (!goesOn) say("The page is being written anew.");
  return true;
}

function begin(page, place) {
  place.hidden = false;
  for (const element of page.querySelectorAll("[data-before-words]")) element.hidden = true;
  say("The words begin to appear. You will hear when the page is whole.");
}

function fill(place, paragraphs) {
  paragraphs.forEach((text, number) => {
    let paragraph = place.children[number];
    if (!paragraph) {
      paragraph = document.createElement("p");
      paragraph.dir = "auto";
      place.append(paragraph);
    }
    const before = paragraph.textContent.length;
    if (text.length <= before) return;
    const piece = document.createElement("span");
    piece.textContent = text.slice(before);
    paragraph.append(piece);
  });
}

/** Swap the waiting page for the finished one without moving the words on the screen. True where there were any. */
export function keepPlace(page, fresh, swap) {
  const words = page.querySelector("[data-words]:not([hidden])");
  const before = words?.getBoundingClientRect().top;
  const whole = fresh.querySelector(".prose");
  if (words) whole?.classList.add("prose--growing");
  swap();
  if (!words || !whole) return false;
  const after = whole.getBoundingClientRect().top;
  scrollBy({ top: after - before, behavior: "instant" });
  return true;
}
