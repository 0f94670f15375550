// Reading settings, set on <html> before the first paint. Not a module: it must run before the page is drawn.
// Kept on this device under "fablewright.reading"; settings.js writes them, css/tokens.css reads the attributes.
(function () {
  const root = document.documentElement;
  root.dataset.js = "";
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem("fablewright.reading")) || {};
  } catch {
    // No storage here, or somebody else's words in it: the page keeps its usual look.
  }
  for (const name of ["lamp", "size", "face", "spacing", "motion"]) {
    if (typeof kept[name] === "string") root.dataset[name] = kept[name];
  }
  if (kept.autoplay === true) root.dataset.autoplay = "";
})();
