// The page's one voice for screen readers: says a sentence politely.

export function say(sentence) {
  const place = document.getElementById("said");
  if (!place || !sentence) return;
  // The same sentence twice is only heard twice when the place was empty in between.
  place.textContent = "";
  setTimeout(() => (place.textContent = sentence), 60);
}
