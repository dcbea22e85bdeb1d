// Where things stand on the screen. A view is {x, y, z, zoom} and, in three dimensions, {yaw, pitch}: what it looks
// at, in the films' own unit, and how large. Both kinds answer project(place) → [x px, y px, size], size 0 if unseen.
const MARGIN = { side: 48, top: 44, bottom: 48 }; // px around the whole map: axes have their names there
const START_TURN = { yaw: 0.7, pitch: 0.42 };
const DISTANCE = 3; // of the eye, in radii of the cloud
const NEAR = 0.1; // nothing closer to the eye is drawn, in distances
const FLIGHT_MS = 450;
const ZOOM_RANGE = [0.4, 400];

/** Middle and reach of the films, leaving out the few furthest: they may stand far from all others. */
function extent(places) {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let at = 0; at < places.length; at += 3) {
    for (let axis = 0; axis < 3; axis++) {
      const value = places[at + axis];
      if (value < low[axis]) low[axis] = value;
      if (value > high[axis]) high[axis] = value;
    }
  }
  const middle = low.map((value, axis) => (value + high[axis]) / 2);
  const size = low.map((value, axis) => Math.max(high[axis] - value, 1e-9));
  return { middle, size, radius: Math.hypot(...size) / 2 };
}

function wholeView(map) {
  const [x, y, z] = map.extent.middle;
  return { x, y, z, zoom: 1, ...START_TURN };
}

/** Pixels per unit when the whole map is in view. */
function wholeScale({ extent: { size, radius }, width, height, isDeep }) {
  const room = [width - 2 * MARGIN.side, height - MARGIN.top - MARGIN.bottom].map((length) => Math.max(length, 40));
  return isDeep ? Math.min(...room) / (1.3 * radius) : Math.min(room[0] / size[0], room[1] / size[1]);
}

function scaleOf(map) {
  return wholeScale(map) * map.view.zoom;
}

function turned(view) {
  const { yaw, pitch } = view;
  return { cosYaw: Math.cos(yaw), sinYaw: Math.sin(yaw), cosPitch: Math.cos(pitch), sinPitch: Math.sin(pitch) };
}

/** A function from a place to where it is seen: pixels from the left and from the top, and how large. */
function projector(map) {
  const { view, width, height } = map;
  const scale = scaleOf(map);
  const [left, top] = [width / 2, (height + MARGIN.top - MARGIN.bottom) / 2];
  if (!map.isDeep) return (x, y) => [left + (x - view.x) * scale, top - (y - view.y) * scale, 1];
  const { cosYaw, sinYaw, cosPitch, sinPitch } = turned(view);
  const eye = DISTANCE * map.extent.radius;
  return (x, y, z) => {
    const [east, north, up] = [x - view.x, y - view.y, z - view.z];
    const across = cosYaw * east - sinYaw * north;
    const away = sinYaw * east + cosYaw * north;
    const far = 1 + (cosPitch * away - sinPitch * up) / eye;
    if (far < NEAR) return [0, 0, 0];
    return [left + (scale * across) / far, top - (scale * (sinPitch * away + cosPitch * up)) / far, 1 / far];
  };
}

/** The same as a matrix (column by column) for the graphics card. */
function matrixOf(map) {
  const { view, width, height } = map;
  const scale = scaleOf(map);
  const [sx, sy] = [(2 * scale) / width, (2 * scale) / height];
  const lift = (MARGIN.bottom - MARGIN.top) / height;
  if (!map.isDeep) return new Float32Array([sx, 0, 0, 0, 0, sy, 0, 0, 0, 0, 0, 0, -view.x * sx, lift - view.y * sy, 0, 1]);
  const { cosYaw, sinYaw, cosPitch, sinPitch } = turned(view);
  const eye = DISTANCE * map.extent.radius;
  const across = [cosYaw, -sinYaw, 0];
  const up = [sinPitch * sinYaw, sinPitch * cosYaw, cosPitch];
  const far = [cosPitch * sinYaw, cosPitch * cosYaw, -sinPitch].map((part) => part / eye);
  const steep = 2 / (1 / NEAR - 1 / DISTANCE); // depth = 1 + shift − steep / far, from −1 near to 1 far away
  const shift = steep / DISTANCE;
  const rows = [across.map((part) => part * sx), null, null, far];
  rows[1] = up.map((part, axis) => part * sy + lift * far[axis]);
  rows[2] = far.map((part) => part * (1 + shift));
  const start = [view.x, view.y, view.z];
  const moved = rows.map((row) => -row.reduce((sum, part, axis) => sum + part * start[axis], 0));
  const constants = [moved[0], moved[1] + lift, moved[2] + 1 + shift - steep, moved[3] + 1];
  return new Float32Array([0, 1, 2].flatMap((axis) => rows.map((row) => row[axis])).concat(constants));
}

/** Zoom by `factor`, keeping what is under (x, y) px where it is. */
function zoomAt(map, factor, x = map.width / 2, y = (map.height + MARGIN.top - MARGIN.bottom) / 2) {
  const before = scaleOf(map);
  map.view.zoom = Math.min(ZOOM_RANGE[1], Math.max(ZOOM_RANGE[0], map.view.zoom * factor));
  if (map.isDeep) return;
  const kept = 1 / before - 1 / scaleOf(map);
  map.view.x += (x - map.width / 2) * kept;
  map.view.y -= (y - (map.height + MARGIN.top - MARGIN.bottom) / 2) * kept;
}

/** Move by pixels: a flat map goes along, a deep one turns. */
function moveBy(map, across, down) {
  if (map.isDeep) {
    map.view.yaw += across * 0.008;
    map.view.pitch = Math.min(1.5, Math.max(-1.5, map.view.pitch + down * 0.008));
  } else {
    map.view.x -= across / scaleOf(map);
    map.view.y += down / scaleOf(map);
  }
}

/** Where on a flat map (x, y) px is. */
function placeAt(map, x, y) {
  const scale = scaleOf(map);
  const top = (map.height + MARGIN.top - MARGIN.bottom) / 2;
  return [map.view.x + (x - map.width / 2) / scale, map.view.y - (y - top) / scale];
}

function isStill() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Go to another view, gliding; the last flight wins. */
function fly(map, target) {
  const start = { ...map.view };
  const begun = performance.now();
  const flight = (map.flight = {});
  const step = (now) => {
    if (map.flight !== flight) return;
    const passed = isStill() ? 1 : Math.min(1, Math.max(0, now - begun) / FLIGHT_MS);
    const eased = passed * passed * (3 - 2 * passed);
    for (const name of Object.keys(target)) {
      const glide = name === "zoom" ? start.zoom * (target.zoom / start.zoom) ** eased : undefined;
      map.view[name] = glide ?? start[name] + (target[name] - start[name]) * eased;
    }
    moved(map);
    if (passed < 1) return requestAnimationFrame(step);
    map.flight = null;
    return settled(map);
  };
  step(begun);
}
