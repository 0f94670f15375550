// Turning the pages of a finished story: arrow keys and swipes follow the links that are there.

import "./plate.js";

const FAR = 60;
const pages = document.querySelector("[data-pages]");
const isFromRight = () => pages.querySelector(".prose")?.matches(":dir(rtl)") ?? false;

function turn(direction) {
  const link = document.querySelector(`.leaves a[rel="${direction}"]`);
  if (link) link.click();
}

/** In a book that is read from right to left, the next page lies on the left. */
function sideways(right) {
  turn(right !== isFromRight() ? "next" : "prev");
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("input, textarea, select, video, [popover]")) return;
  if (event.key === "ArrowRight") sideways(true);
  else if (event.key === "ArrowLeft") sideways(false);
});

if (pages) {
  let from = null;
  pages.addEventListener("touchstart", (event) => {
    const alone = event.touches.length === 1 && !event.target.closest("video");
    from = alone ? { x: event.touches[0].clientX, y: event.touches[0].clientY } : null;
  }, { passive: true });
  pages.addEventListener("touchend", (event) => {
    if (!from || !getSelection().isCollapsed) return;
    const { clientX, clientY } = event.changedTouches[0];
    const across = clientX - from.x;
    const isZoomed = (visualViewport?.scale ?? 1) > 1.05;
    if (!isZoomed && Math.abs(across) > FAR && Math.abs(across) > 2 * Math.abs(clientY - from.y)) sideways(across < 0);
    from = null;
  }, { passive: true });
}
