// Pointer, wheel and fingers. The tool in hand decides what a drag does.
const CLICK_SLACK_PX = 4;
const MOST_CORNERS = 40; // of a lasso: it stands in the address bar
const WHEEL = 0.0016;

function listenToPointer(map) {
  const { surface } = map.parts;
  const fingers = new Map();
  let pressed = null;
  const at = (event) => {
    const box = surface.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  surface.addEventListener("pointerdown", (event) => {
    surface.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, at(event));
    pressed = fingers.size === 1 ? { start: at(event), last: at(event), path: [at(event)], isDrag: false } : null;
    map.flight = null;
    map.root.focus({ preventScroll: true });
  });
  surface.addEventListener("pointermove", (event) => {
    if (fingers.size === 2 && fingers.has(event.pointerId)) return pinch(map, fingers, event.pointerId, at(event));
    if (!pressed) return event.pointerType === "touch" ? undefined : point(map, at(event));
    return drag(map, pressed, at(event));
  });
  const lift = (event) => {
    fingers.delete(event.pointerId);
    if (pressed) release(map, pressed, at(event));
    pressed = null;
    settled(map);
  };
  surface.addEventListener("pointerup", lift);
  surface.addEventListener("pointercancel", (event) => { map.drawing = null; pressed = null; lift(event); });
  surface.addEventListener("pointerleave", () => pressed || showCard(map, null));
  surface.addEventListener("wheel", (event) => {
    event.preventDefault();
    map.flight = null;
    zoomAt(map, Math.exp(-event.deltaY * WHEEL), ...at(event));
    moved(map);
    clearTimeout(map.wheelEnd);
    map.wheelEnd = setTimeout(() => settled(map), 200);
  }, { passive: false });
  surface.addEventListener("dblclick", (event) => filmAt(map, ...at(event)) === null && fly(map, wholeView(map)));
}

function point(map, [x, y]) {
  map.pointer = [x, y]; // looked up once a frame: pointers move more often
  map.pointing ??= requestAnimationFrame(() => {
    map.pointing = undefined;
    if (map.n) showCard(map, filmAt(map, ...map.pointer));
  });
}

function drag(map, pressed, [x, y]) {
  if (!pressed.isDrag && Math.hypot(x - pressed.start[0], y - pressed.start[1]) <= CLICK_SLACK_PX) return;
  pressed.isDrag = true;
  showCard(map, null);
  if (map.tool === "move") {
    moveBy(map, x - pressed.last[0], y - pressed.last[1]);
    pressed.last = [x, y];
    return moved(map);
  }
  const last = pressed.path.at(-1);
  if (Math.hypot(x - last[0], y - last[1]) > 5) pressed.path.push([x, y]);
  map.drawing = map.tool === "lasso" ? pressed.path : corner(pressed.start, [x, y]);
  return draw(map);
}

function corner([x0, y0], [x1, y1]) {
  return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
}

function release(map, pressed, [x, y]) {
  const drawn = map.drawing;
  map.drawing = null;
  if (!pressed.isDrag) return click(map, filmAt(map, x, y));
  if (map.tool === "zoom") return zoomTo(map, pressed.start, [x, y]);
  if (drawn && map.tool !== "move") return select(map, thinned(drawn).map((corners) => placeAt(map, ...corners)));
  return undefined;
}

function click(map, row) {
  if (row === null) return;
  map.clicked = map.films.ids[row];
  map.component.setTriggerValue("clicked", String(map.clicked));
}

/** Fewer corners along the same line. */
function thinned(path) {
  const step = Math.max(1, path.length / MOST_CORNERS);
  return Array.from({ length: Math.min(path.length, MOST_CORNERS) }, (_, k) => path[Math.floor(k * step)]);
}

function zoomTo(map, [x0, y0], [x1, y1]) {
  if (Math.abs(x1 - x0) < 8 || Math.abs(y1 - y0) < 8) return draw(map);
  const [x, y] = placeAt(map, (x0 + x1) / 2, (y0 + y1) / 2);
  const factor = Math.min(map.width / Math.abs(x1 - x0), map.height / Math.abs(y1 - y0));
  return fly(map, { x, y, zoom: Math.min(ZOOM_RANGE[1], map.view.zoom * factor) });
}

/** Tell Python what was circled: a polygon in the films' own unit. An empty one takes the selection back. */
function select(map, polygon) {
  map.component.setTriggerValue("selected", polygon.map((place) => place.map((value) => Number(value.toPrecision(5)))));
  map.selection = polygon.length ? polygon : null;
  shade(map);
  draw(map);
}

function pinch(map, fingers, id, now) {
  const [other] = [...fingers].find(([key]) => key !== id).slice(1);
  const before = fingers.get(id);
  fingers.set(id, now);
  const distance = (place) => Math.max(20, Math.hypot(place[0] - other[0], place[1] - other[1]));
  zoomAt(map, distance(now) / distance(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
  if (!map.isDeep) moveBy(map, (now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
  moved(map);
}
