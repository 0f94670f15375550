// The map's drawing is shown from the place where the reader is.

const drawing = document.querySelector(".drawing");
const here = drawing?.querySelector(".node--here");

if (here) {
  const place = here.getBoundingClientRect();
  const frame = drawing.getBoundingClientRect();
  drawing.scrollLeft += place.left + place.width / 2 - (frame.left + frame.width / 2);
  drawing.scrollTop += place.top + place.height / 2 - (frame.top + frame.height / 2);
}
