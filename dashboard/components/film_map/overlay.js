// Everything on the map but the films: axes, ruler, lines of equal prediction, neighbours, rings, people, names.
const AXIS_TEXT = 13;
const TOOLS_WIDE = 760; // px; on narrower maps the tools reach to the middle, and names of axes are short
const RULER = { left: 12, top: 26, most: 0.3 }; // px, px, share of the map's width

function drawOverlay(map, pen, now) {
  map.fixedBoxes = map.isDeep ? deepAxes(map, pen) : [...axisNames(map, pen), ...contours(map, pen), ...ruler(map, pen)];
  const project = projector(map);
  const at = (row) => project(...placeOf(map, row));
  neighbourLines(map, pen, at);
  rings(map, pen, at);
  for (const person of map.data.people) drawPerson(map, pen, project, person);
  selectionLine(map, pen, project);
  map.boxes = presentLabels(map, now);
  for (const { text, size, box } of map.boxes) {
    pen.text(text, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, {
      size, weight: LABEL.weight, colour: map.theme.ink, halo: map.theme.ground, isName: true,
    });
  }
}

/** Lines through the middle of all people, and at each end what lies there. Returns the room that the names take. */
function axisNames(map, pen) {
  const { width, height, theme, data } = map;
  const [across, up] = data.axes;
  const [left, top] = projector(map)(...data.zero);
  if (top > 0 && top < height) pen.line([[0, top], [width, top]], theme.line, 1);
  if (left > 0 && left < width) pen.line([[left, 0], [left, height]], theme.line, 1);
  const isNarrow = width < TOOLS_WIDE;
  const end = (words) => (isNarrow ? words.split(", ")[0] : words);
  const about = (title) => (isNarrow ? "" : title);
  const middle = Math.min(Math.max(left, 150), width - 150);
  const names = [
    [across.low && `← ${end(across.low)}`, 8, height - 14, "left"],
    [named(about(across.title), across.high && `${end(across.high)} →`), width - 8, height - 14, "right"],
    [named(about(up.title), up.high && `${end(up.high)} ↑`), middle, isNarrow ? 54 : 14, "center"],
    [up.low && `${end(up.low)} ↓`, middle, height - (isNarrow ? 34 : 14), "center"],
  ];
  return names.filter(([text]) => text).map(([text, x, y, anchor]) => {
    pen.text(text, x, y, { size: AXIS_TEXT, colour: theme.muted, halo: theme.ground, anchor });
    return textBox(text, x, y, anchor);
  });
}

function named(...parts) {
  return parts.filter(Boolean).join(" · ");
}

function textBox(text, x, y, anchor = "center") {
  const wide = text.length * 6.8;
  const from = { left: x, right: x - wide, center: x - wide / 2 }[anchor];
  return [from, y - 10, from + wide, y + 10];
}

/** A length that distances can be read by, as long as fits at this zoom. */
function ruler(map, pen) {
  const scale = scaleOf(map);
  const found = map.data.rulers.find(([length]) => length * scale <= RULER.most * map.width);
  if (!found) return [];
  const [length, text] = found;
  const y = map.width < TOOLS_WIDE ? map.height - 44 : RULER.top;
  pen.line([[RULER.left, y], [RULER.left + length * scale, y]], map.theme.ink, 2);
  pen.text(text, RULER.left, y - 11, { size: AXIS_TEXT, colour: map.theme.ink, halo: map.theme.ground, anchor: "left" });
  return [[RULER.left, y - 20, RULER.left + Math.max(length * scale, text.length * 7), y + 4]];
}

function deepAxes(map, pen) {
  const project = projector(map);
  const { zero } = map.data;
  return map.data.axes.flatMap(({ low, high, title }, axis) => {
    const reach = 0.6 * map.extent.size[axis];
    const ends = [-reach, reach].map((length) => project(...zero.map((value, k) => value + (k === axis ? length : 0))));
    if (ends.some(([, , size]) => !size)) return [];
    pen.line(ends.map(([x, y]) => [x, y]), map.theme.edge, 1, { dash: [2, 4] });
    return [low, named(title, high)].map((text, end) => {
      const [x, y] = [ends[end][0], ends[end][1] - 9];
      if (text) pen.text(text, x, y, { size: AXIS_TEXT, colour: map.theme.muted, halo: map.theme.ground });
      return textBox(text, x, y);
    });
  });
}

/** Straight lines along which one person's prediction is the same: base + slope · place = level. */
function contours(map, pen) {
  const { contours: wanted } = map.data;
  const steep = wanted ? Math.hypot(...wanted.slope) : 0;
  if (!(steep > 0)) return [];
  const { base, slope: [across, up], levels } = wanted;
  const project = projector(map);
  const far = Math.hypot(map.width, map.height) / scaleOf(map);
  const named = (0.3 * map.height) / scaleOf(map); // so far along its line a level has its name
  return levels.flatMap(([level, text]) => {
    const away = (across * map.view.x + up * map.view.y + base - level) / steep ** 2;
    const along = (reach) => project(map.view.x - away * across - (reach * up) / steep, map.view.y - away * up + (reach * across) / steep, 0).slice(0, 2);
    pen.line([along(-far), along(far)], map.theme["lamp-fill"], 1, { dash: [5, 4] });
    const [x, y] = along(up < 0 ? -named : named);
    if (x < 30 || x > map.width - 30 || y < 40 || y > map.height - 40) return [];
    pen.text(text, x, y, { size: 12, weight: 600, colour: map.theme.lamp, halo: map.theme.ground });
    return [textBox(text, x, y)];
  });
}

function neighbourLines(map, pen, at) {
  const { chosen, near, lines } = map.data;
  if (chosen !== null && chosen < map.n) {
    const from = at(chosen);
    for (const row of near) {
      const to = at(row);
      if (from[2] && to[2]) pen.line([from.slice(0, 2), to.slice(0, 2)], map.theme.ink, 1.25);
    }
    if (from[2]) pen.ring(from[0], from[1], 10, map.theme.ink, 2.5);
  }
  const project = projector(map);
  for (const { places, prediction } of lines) {
    const points = places.map((place) => project(...place)).filter((point) => point[2]).map((point) => point.slice(0, 2));
    pen.line(points, prediction ? map.theme["lamp-fill"] : map.theme.ink, 1.5);
    if (prediction) points.slice(0, -1).forEach(([x, y]) => pen.mark(x, y, 2, "circle", map.theme["lamp-fill"]));
  }
}

function rings(map, pen, at) {
  for (const [row, stars] of map.data.ratings) {
    const [x, y, size] = at(row);
    if (size && x > -20 && y > -20 && x < map.width + 20 && y < map.height + 20) pen.ring(x, y, 3.5 + stars, map.theme.ink, 1.5);
  }
  if (map.pointed !== null) {
    const [x, y, size] = at(map.pointed);
    if (size) pen.ring(x, y, 8, map.theme.act, 2);
  }
}

/** Where somebody stands, in lamp, and the way that their predictions rise. */
function drawPerson(map, pen, project, { place, direction, isMain }) {
  const [x, y, size] = project(...place);
  if (!size) return;
  const lamp = map.theme["lamp-fill"];
  if (direction) {
    const start = project(...map.data.zero);
    const end = project(...map.data.zero.map((value, axis) => value + direction[axis]));
    const length = Math.hypot(end[0] - start[0], end[1] - start[1]);
    if (start[2] && end[2] && length > 12) arrow(pen, start, end, length, lamp);
  }
  pen.mark(x, y, isMain ? 11 : 9, "spark", isMain ? lamp : map.theme.ground, 1, { colour: isMain ? map.theme.ground : lamp, width: isMain ? 1.5 : 2 });
}

function arrow(pen, start, end, length, colour) {
  const [along, aside] = [(end[0] - start[0]) / length, (end[1] - start[1]) / length];
  pen.line([start.slice(0, 2), end.slice(0, 2)], colour, 2);
  const wings = [-1, 1].map((side) => [end[0] - 10 * along + side * 5 * aside, end[1] - 10 * aside - side * 5 * along]);
  pen.line([wings[0], end.slice(0, 2), wings[1]], colour, 2);
}

function selectionLine(map, pen, project) {
  const drawn = map.drawing ?? map.selection?.map(([x, y]) => project(x, y, 0).slice(0, 2));
  if (drawn?.length > 1) pen.line(drawn, map.theme.act, 1.5, { dash: [4, 3], isClosed: true, fill: tinted(map.theme.act, 0.06) });
}

function tinted(colour, alpha) {
  return `rgba(${shares(colour).map((share) => Math.round(255 * share)).join(",")},${alpha})`;
}
