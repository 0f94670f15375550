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

// What a first page costs at most, by the makers that are chosen: the sum that the page came with is of the usual ones.
const told = document.querySelector("[data-begin-most]");

function tell() {
  const chosen = [...form.querySelectorAll("select option:checked, [data-most]:is(:checked)")];
  const micros = [...new Set(chosen)].reduce((sum, one) => sum + Number(one.dataset.most ?? 0), 0);
  const [whole, rest] = (micros / 1e6).toFixed(6).split(".");
  told.hidden = !micros;
  told.textContent = micros ? `at most ${whole}.${rest.replace(/0+$/, "").padEnd(2, "0")} ${told.dataset.currency}` : "";
}

if (form && told) {
  form.addEventListener("change", tell);
  tell();
}

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
