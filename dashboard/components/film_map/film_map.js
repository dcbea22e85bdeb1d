// The map of films in a Streamlit component (v2). Streamlit calls the default export again whenever `data` or the
// theme changes: then only what differs is sent to the graphics card. Put together by __init__.py; the parts above.
const SIZE = { least: 3.5, most: 13, perRoot: 0.55, narrow: 0.625, roomy: 4000 }; // px, px, px per √rating
const FADED = 0.08; // of what was not circled
const GLIDE_MS = 420;
const ADDRESS_REST_MS = 350;

function newMap(component) {
  const root = document.createElement("div");
  root.className = "reelspace-map";
  root.setAttribute("role", "figure");
  root.tabIndex = 0;
  const parts = { points: document.createElement("canvas"), surface: document.createElement("canvas"), card: document.createElement("div"), news: document.createElement("p"), keys: document.createElement("p") };
  parts.card.className = "rs-map-card";
  parts.card.hidden = true;
  parts.news.className = "rs-map-news";
  parts.news.setAttribute("role", "status");
  parts.keys.className = "rs-keys";
  parts.keys.id = `keys-${component.name ?? "map"}-${component.key ?? ""}`;
  root.setAttribute("aria-describedby", parts.keys.id);
  const map = { root, parts, n: 0, view: null, tool: "move", pointed: null, labels: null, labelledAt: 0, widths: new Map(), fixedBoxes: [], boxes: [], selection: null, drawing: null, budget: Infinity, frames: 0 };
  root.map = map;
  // For whoever looks from outside: tests, benchmarks.
  map.matrix = () => matrixOf(map);
  map.at = (row) => projector(map)(...placeOf(map, row));
  map.card = openCard(parts.points);
  map.pen2d = parts.surface.getContext("2d");
  const bar = toolbar(map);
  root.append(parts.points, parts.surface, parts.card, parts.news);
  component.parentElement.append(root, bar, parts.keys);
  listenToPointer(map);
  listenToKeys(map);
  map.watcher = new ResizeObserver(() => { measure(map); if (map.n) { size(map); draw(map); } });
  map.watcher.observe(root);
  map.onPoint = ({ detail: { from, id } }) => {
    if (from === map || !map.n) return;
    const row = id === null ? -1 : map.films.ids.indexOf(id);
    map.pointed = row < 0 ? null : row;
    draw(map);
  };
  document.addEventListener("reelspace-point", map.onPoint);
  parts.points.addEventListener("webglcontextlost", (event) => event.preventDefault());
  parts.points.addEventListener("webglcontextrestored", () => { map.card = openCard(parts.points); load(map, true); });
  return map;
}

function measure(map) {
  map.width = Math.max(1, map.root.clientWidth);
  map.height = Math.max(1, map.root.clientHeight);
  map.ratio = Math.min(2, devicePixelRatio || 1);
  for (const canvas of [map.parts.points, map.parts.surface]) {
    canvas.width = Math.round(map.width * map.ratio);
    canvas.height = Math.round(map.height * map.ratio);
  }
}

/** How much larger than usual points are drawn: smaller where there are many, larger on coming closer. */
function growth(map) {
  const crowd = Math.min(1, Math.max(0.45, Math.sqrt(SIZE.roomy / map.n)));
  return crowd * Math.min(2, Math.max(1, map.view.zoom ** 0.3)) * (map.width < NARROW ? SIZE.narrow : 1);
}

function size(map) {
  map.sizes = Float32Array.from(map.columns.n, (n) => Math.min(SIZE.most, SIZE.least + SIZE.perRoot * Math.sqrt(n)));
  sendValues(map.card, "size", map.sizes);
}

/** Opacity: how sure the model is of a film's place; what was not circled fades. */
function shade(map) {
  const sure = map.columns.certainty;
  const inside = map.selection && map.selection.length > 2 ? insideOf(map.selection) : () => true;
  map.alphas = Float32Array.from({ length: map.n }, (_, row) => {
    if (!inside(map.places[3 * row], map.places[3 * row + 1])) return FADED;
    return sure ? 0.3 + 0.6 * (sure[row] / 255) : 0.85;
  });
  sendColours(map);
}

/** Even-odd rule, as core has it. */
function insideOf(polygon) {
  return (x, y) => polygon.reduce((isIn, [x0, y0], k) => {
    const [x1, y1] = polygon[(k + 1) % polygon.length];
    return y0 > y !== y1 > y && x < ((x1 - x0) * (y - y0)) / (y1 - y0) + x0 ? !isIn : isIn;
  }, false);
}

function paint(map) {
  const { column: name, low, high, scale, steps } = map.data.colouring;
  const values = map.columns[name];
  const kinds = scale === "groups";
  map.values = Float32Array.from(values, (value) => {
    if (kinds) return (value + 0.5) / steps;
    return value === UNKNOWN ? -1 : Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
  });
  map.shapes = kinds ? Float32Array.from(values, (value) => value % SHAPES.length) : new Float32Array(map.n);
  sendValues(map.card, "shape", map.shapes);
}

function takeTheme(map) {
  map.theme = readTheme(map.root);
  map.ramp = rampFor(map.theme, map.data.colouring);
}

/** Put films where they belong; after a retrain they glide there. */
function place(map, target, glides) {
  const start = map.places;
  map.extent = extent(target);
  if (!glides || isStill()) {
    map.places = target;
    return sendValues(map.card, "place", target);
  }
  const begun = performance.now();
  const step = (now) => {
    if (map.wantedPlaces !== target) return;
    const passed = Math.min(1, Math.max(0, now - begun) / GLIDE_MS);
    const eased = passed * (2 - passed);
    map.places = passed === 1 ? target : target.map((value, at) => start[at] + (value - start[at]) * eased);
    sendValues(map.card, "place", map.places);
    moved(map);
    if (passed < 1) requestAnimationFrame(step);
    else settled(map);
  };
  return step(begun);
}

async function load(map, isWhole) {
  const { data } = map;
  const [films, places, known] = await Promise.all([column(data.films), column(data.places), readColumns(data.columns), document.fonts.load("600 13px Archivo")]);
  if (map.data !== data) return false; // a newer run came while these were on their way
  const before = map.wantedPlaces;
  const isSameSpace = map.space === data.space && map.films === films && before;
  Object.assign(map, { films, columns: known, n: films.ids.length, isDeep: data.axes.length === 3, wantedPlaces: places });
  if (isWhole || places !== before) place(map, places, Boolean(isSameSpace) && places !== before);
  if (!isSameSpace || isWhole || !map.sizes) size(map);
  if (map.space !== data.space || !map.view) {
    map.view = { ...wholeView(map), ...(map.view ? {} : data.view) };
    map.labels = null;
  }
  map.space = data.space;
  map.selection = data.selection;
  takeTool(map, map.tool);
  takeTheme(map);
  paint(map);
  shade(map);
  return true;
}

/** Bring a film that was chosen elsewhere (searched for, followed) into view, its neighbours with it. */
function followChosen(map) {
  const { chosen, near } = map.data;
  const id = chosen === null ? null : map.films.ids[chosen];
  const isNews = map.shownFilm !== undefined && id !== null && id !== map.shownFilm && id !== map.clicked;
  map.shownFilm = id;
  if (!isNews) return;
  const [x, y, z] = placeOf(map, chosen);
  const reach = Math.max(...near.map((row) => Math.hypot(map.places[3 * row] - x, map.places[3 * row + 1] - y)), 0);
  const fits = reach ? Math.min(map.width, map.height) / (3 * reach) / wholeScale(map) : 3;
  fly(map, { x, y, z, zoom: Math.min(Math.max(1, Math.min(fits, 6)), ZOOM_RANGE[1]) });
}

function draw(map) {
  map.frame ??= requestAnimationFrame((now) => {
    map.frame = undefined;
    if (!map.n || !map.root.isConnected) return;
    drawPoints(map, now);
    map.pen2d.setTransform(map.ratio, 0, 0, map.ratio, 0, 0);
    map.pen2d.clearRect(0, 0, map.width, map.height);
    const pen = canvasPen(map.pen2d);
    if (!map.card) penPoints(map, pen);
    drawOverlay(map, pen, now);
    map.frames += 1;
  });
}

function moved(map) {
  map.isMoving = true;
  draw(map);
}

/** At rest: names are chosen anew, and the address bar says what is in view. */
function settled(map) {
  map.isMoving = false;
  draw(map);
  clearTimeout(map.addressing);
  if (map.data?.viewParameter) map.addressing = setTimeout(() => writeView(map), ADDRESS_REST_MS);
}

function writeView(map) {
  const address = new URL(location.href);
  const { x, y, z, zoom, yaw, pitch } = map.view;
  const isWhole = Object.entries(wholeView(map)).every(([name, value]) => Math.abs(map.view[name] - value) < 1e-6);
  const numbers = map.isDeep ? [x, y, z, zoom, yaw, pitch] : [x, y, zoom];
  if (isWhole) address.searchParams.delete(map.data.viewParameter);
  else address.searchParams.set(map.data.viewParameter, numbers.map((value) => Number(value.toPrecision(4))).join("_"));
  if (address.href !== location.href) history.replaceState(history.state, "", address);
}

export default async function render(component) {
  const { data, parentElement } = component;
  const known = parentElement.querySelector(":scope > .reelspace-map");
  const map = known?.map ?? newMap(component);
  Object.assign(map, { component, data });
  map.root.setAttribute("aria-label", data.label);
  map.root.style.setProperty("--height", `${data.height}px`);
  map.parts.keys.textContent = `${KEYS} ${data.keyboard}`;
  if (!map.width) measure(map);
  try {
    if (!(await load(map, !known || !map.n))) return undefined;
    map.parts.news.textContent = "";
    followChosen(map);
    if (!map.flight) settled(map);
    map.root.dataset.draws = String(Number(map.root.dataset.draws ?? 0) + 1);
  } catch (error) {
    console.warn(error);
    map.parts.news.textContent = "Part of this map could not be fetched. Reload the page.";
  }
  return () => {
    map.watcher.disconnect();
    document.removeEventListener("reelspace-point", map.onPoint);
  };
}
