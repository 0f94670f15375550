// The reading settings: what is chosen is seen at once and kept on this device. lamp.js applies it on the next page.

const KEY = "fablewright.reading";
const form = document.querySelector("[data-settings]");
const root = document.documentElement;

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) || {};
  } catch {
    return {};
  }
}

function show(settings) {
  for (const [name, value] of Object.entries(settings)) {
    if (name === "autoplay") {
      form.elements.autoplay.checked = value === true;
      root.toggleAttribute("data-autoplay", value === true);
    } else if (form.elements[name]) {
      form.elements[name].value = value;
      root.dataset[name] = value;
    }
  }
}

function keep() {
  const chosen = Object.fromEntries(new FormData(form));
  chosen.autoplay = form.elements.autoplay.checked;
  show(chosen);
  try {
    localStorage.setItem(KEY, JSON.stringify(chosen));
  } catch {
    // Storage is full or forbidden: the choice lasts for this page.
  }
}

if (form) {
  show(kept());
  form.addEventListener("change", keep);
  form.addEventListener("submit", (event) => event.preventDefault());
  // Another tab changed the lamp: this one follows.
  addEventListener("storage", (event) => event.key === KEY && show(kept()));
}
