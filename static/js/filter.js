// Finding on the shelf that is shown: answers while typing, every word must be there somewhere.

const field = document.querySelector("[data-filter]");
const list = field && document.getElementById(field.dataset.filter);
const said = document.querySelector("[data-filter-said]");

// Letters without their marks, so that "elan" finds "Élan".
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

function filter() {
  const words = plain(field.value).split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const item of list.children) {
    const isFound = words.every((word) => plain(item.dataset.words).includes(word));
    item.hidden = !isFound;
    if (isFound) shown += 1;
  }
  if (!words.length) said.textContent = "";
  else if (shown === 0) said.textContent = "No story here has these words.";
  else said.textContent = shown === 1 ? "1 story" : `${shown} stories`;
}

if (list) {
  field.addEventListener("input", filter);
  if (field.value) filter();
}
