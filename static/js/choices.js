// Choosing: the keys 1 to 4 press the written ways; the chosen one stays while the others fade; a form goes out once.

function chosen(form) {
  const list = form.closest(".ways");
  if (!list) return;
  list.dataset.leaving = "";
  form.dataset.chosen = "";
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("[data-choice], [data-once]")) return;
  // One way only: a second press, or another way pressed meanwhile, goes nowhere.
  const scope = form.closest("#scene") ?? form;
  if (scope.dataset.sent !== undefined) {
    event.preventDefault();
    return;
  }
  scope.dataset.sent = "";
  form.querySelector("button[type=submit]")?.setAttribute("aria-busy", "true");
  if (form.matches("[data-choice]")) chosen(form);
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  if (!/^[1-4]$/.test(event.key)) return;
  if (event.target.closest("input, textarea, select, video, [contenteditable], [popover]")) return;
  const form = document.querySelector(`form[data-choice="${event.key}"]`);
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
});

// The page came back out of the browser's memory: everything can be pressed again.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const name of ["sent", "leaving", "chosen"]) {
    document.querySelectorAll(`[data-${name}]`).forEach((element) => delete element.dataset[name]);
  }
  document.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
});
