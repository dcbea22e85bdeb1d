// With the focus on the map, arrows move it (or turn it), + and − zoom, 0 shows all, Escape takes the selection back.
const KEY_STEP = 0.15; // of the map's width
const KEY_ZOOM = 1.25;
const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const KEYS = "Arrow keys move the map, + and − zoom, 0 shows all of it.";

function zoomFactor(key) {
  if (key === "+" || key === "=") return KEY_ZOOM;
  return key === "-" || key === "_" ? 1 / KEY_ZOOM : 1;
}

function listenToKeys(map) {
  map.root.addEventListener("keydown", (event) => {
    if (event.target !== map.root || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    const factor = zoomFactor(event.key);
    if (event.key === "Escape") select(map, []);
    else if (event.key === "0") fly(map, wholeView(map));
    else if (arrow) moveBy(map, arrow[0] * KEY_STEP * map.width * (map.isDeep ? -0.25 : 1), arrow[1] * KEY_STEP * map.height * (map.isDeep ? -0.25 : 1));
    else if (factor !== 1) zoomAt(map, factor);
    else return;
    event.preventDefault();
    moved(map);
    settled(map);
  });
}
