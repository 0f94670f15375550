// The form at which things are made. It works without this; with it, the settings follow the model and the mode at once,
// pictures are sent as soon as they are chosen, the button says the price of what stands there now, and scenes come and go.

import { say } from "./said.js";
import { scenes } from "./studio-scenes.js";

const PRICE_AFTER = 350;
const form = document.querySelector("[data-desk]");
let priceTimer = 0;
let asked = 0;

/** Ask the server for the form as it stands, and put its parts in the place of ours. The words stay untouched. */
async function refresh(extra = {}) {
  const body = new FormData(form);
  for (const name of ["make", "read", "drop"]) body.delete(name);
  body.set("show", "1");
  for (const [name, value] of Object.entries(extra)) body.set(name, value);
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Fragment": "form" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("desk");
    if (!fresh) throw new Error(`the form answered ${answer.status}`);
    swap(fresh);
    return true;
  } catch {
    say("That did not get through. Try again in a moment.");
    return false;
  } finally {
    form.removeAttribute("aria-busy");
  }
}

function swap(fresh) {
  const at = document.activeElement;
  const key = at && form.contains(at) ? { id: at.id, name: at.name, value: at.value, type: at.type } : null;
  for (const part of fresh.querySelectorAll("[data-swap]")) {
    const old = form.querySelector(`[data-swap="${part.dataset.swap}"]`);
    if (!old) continue;
    const isOpen = old.querySelector("details.fold")?.open;
    const here = document.importNode(part, true);
    if (isOpen && here.querySelector("details.fold")) here.querySelector("details.fold").open = true;
    if (!old.isEqualNode(here)) old.replaceWith(here);
  }
  if (key && !form.contains(document.activeElement)) again(key)?.focus({ preventScroll: true });
  scenes(form);
  const wrong = form.querySelector(".problems");
  if (wrong) say(wrong.textContent.trim());
}

/** The field that had the focus, in its new shape. */
function again({ id, name, value, type }) {
  const named = Array.from(form.elements).filter((field) => field.name === name);
  if (type === "radio") return named.find((field) => field.value === value);
  return (id && document.getElementById(id)) || named[0];
}

function priceSoon() {
  clearTimeout(priceTimer);
  priceTimer = setTimeout(price, PRICE_AFTER);
}

async function price() {
  const button = form.querySelector("[data-label]");
  if (!button) return;
  const body = new FormData(form);
  for (const [name, value] of Array.from(body.entries())) if (value instanceof File) body.delete(name);
  const mine = ++asked;
  const answer = await fetch(form.dataset.price, { method: "POST", body }).catch(() => null);
  const said = answer?.ok ? await answer.json().catch(() => null) : null;
  if (!said || mine !== asked) return;
  const now = form.querySelector("[data-label]");
  if (now) now.textContent = said.label;
  const small = form.querySelector("[data-preview-label]");
  if (small && said.preview_label) small.textContent = said.preview_label;
  const place = form.querySelector("[data-said]");
  if (!place) return;
  place.dataset.usual ??= place.textContent;
  const hasWords = form.querySelector("[data-prompt]").value.trim() !== "";
  const sentence = said.problem && hasWords ? said.problem : place.dataset.usual;
  if (place.textContent !== sentence) {
    place.textContent = sentence;
    if (sentence !== place.dataset.usual) say(sentence);
  }
  place.toggleAttribute("data-wrong", sentence !== place.dataset.usual);
}

function follow() {
  form.addEventListener("change", async (event) => {
    const field = event.target;
    if (field.matches("[data-refresh]") || (field.matches("[data-pictures]") && field.files.length)) {
      const isPictures = field.matches("[data-pictures]");
      if (await refresh()) {
        if (isPictures && !form.querySelector(".problems")) say("The picture is here.");
        else if (!isPictures) say("The settings are those of the model now.");
        priceSoon();
      }
      return;
    }
    priceSoon();
  });
  form.addEventListener("input", priceSoon);
  form.addEventListener("submit", async (event) => {
    const pressed = event.submitter;
    if (pressed?.name === "drop") {
      event.preventDefault();
      if (await refresh({ drop: pressed.value })) {
        say("The picture is removed.");
        priceSoon();
      }
      return;
    }
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "";
    pressed?.setAttribute("aria-busy", "true");
  });
  // Enter belongs to the words; with Ctrl or Cmd it makes what they say.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector(".button--go"));
  });
  // In a line of its own, Enter would press the first button there is: the one that only shows the form again.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input:not([type=file], [type=submit])") && !event.isComposing) {
      event.preventDefault();
    }
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  });
}

if (form) {
  follow();
  scenes(form);
  if (form.querySelector("[data-prompt]").value) priceSoon();
}
