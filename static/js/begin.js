// Beginning a story: the form goes out once, and Enter in the sentence begins.

const form = document.querySelector(".begin");
const field = document.getElementById("prompt");

form?.addEventListener("submit", (event) => {
  if (form.dataset.sent !== undefined) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  event.submitter?.setAttribute("aria-busy", "true");
});

addEventListener("pageshow", (event) => {
  if (!event.persisted || !form) return;
  delete form.dataset.sent;
  form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
});

// Enter begins, as in a line; Shift and Enter makes a new line. While letters are being composed, Enter belongs to them.
field?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || !field.value.trim()) return;
  event.preventDefault();
  form.requestSubmit();
});
