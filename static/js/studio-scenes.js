// Scenes of a film: rows come and go. The page brings as many as it would have without scripts; the empty ones at the end wait.

import { say } from "./said.js";

const FEWEST = 2;

const rows = (list) => Array.from(list.querySelectorAll("[data-scene-row]"));
const isEmpty = (row) => Array.from(row.querySelectorAll("textarea, input")).every((field) => !field.value.trim());

/** Make the list of scenes in the form, if it has one, one that grows and shrinks. */
export function scenes(form) {
  const list = form.querySelector("[data-scenes]");
  if (!list || list.dataset.grows !== undefined) return;
  list.dataset.grows = "";
  const all = rows(list);
  while (all.length > FEWEST && isEmpty(all.at(-1))) all.pop().remove();
  number(list);
  const adds = form.querySelector("[data-add-scene]");
  adds?.addEventListener("click", () => {
    const last = rows(list).at(-1);
    const row = last.cloneNode(true);
    row.querySelectorAll("textarea, input").forEach((field) => (field.value = ""));
    last.after(row);
    number(list);
    row.querySelector("textarea").focus();
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove-scene]");
    if (!button || rows(list).length <= FEWEST) return;
    const row = button.closest("[data-scene-row]");
    const beside = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    number(list);
    beside.querySelector("textarea").focus();
    say(`The scene is removed; ${rows(list).length} are left.`);
  });
}

function number(list) {
  const all = rows(list);
  all.forEach((row, place) => {
    row.querySelector("[data-number]").textContent = place + 1;
    for (const field of row.querySelectorAll("[data-id]")) field.id = `${field.dataset.id}-${place + 1}`;
    for (const label of row.querySelectorAll("[data-for]")) label.htmlFor = `${label.dataset.for}-${place + 1}`;
    row.querySelector("[data-remove-scene]").hidden = all.length <= FEWEST;
  });
  const adds = list.parentElement.querySelector("[data-add-scene]");
  if (adds) adds.hidden = all.length >= Number(list.dataset.most);
}
