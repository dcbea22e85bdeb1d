// Names on the map: of the films most known in view, none touching another. Films come most rated first.
const NARROW = 600; // px; below it points shrink and fewer names show
const LABEL = { size: 13, strong: 17, weight: 600, lift: 14, gap: 6, mark: 9, longest: 26, mostWhenNarrow: 9 };
const PATIENCE_MS = 140; // while the map moves, names go along and are chosen anew this often

function touches(box, other) {
  return box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3];
}

function widthOf(map, text, size) {
  const key = `${size} ${text}`;
  if (!map.widths.has(key)) {
    map.pen2d.font = `${LABEL.weight} ${size}px ${NAME_FONT}`;
    map.widths.set(key, map.pen2d.measureText(text).width);
  }
  return map.widths.get(key);
}

/** Room for `text` above (`side` = 1) or below (−1) a point; null where it would leave the map. */
function labelBox(map, text, [x, y], { size = LABEL.size, side = 1, mayLeave = false } = {}) {
  const half = widthOf(map, text, size) / 2 + LABEL.gap;
  const left = Math.min(Math.max(x - half, 0), Math.max(map.width - 2 * half, 0));
  const middle = y - side * (LABEL.lift + (size - LABEL.size) / 2);
  const box = [left, middle - 0.62 * size, left + 2 * half, middle + 0.62 * size];
  const isInside = x >= 0 && x <= map.width && y >= 0 && y <= map.height && box[1] >= 0 && box[3] <= map.height;
  return isInside || mayLeave ? box : null;
}

function markBox([x, y]) {
  return [x - LABEL.mark, y - LABEL.mark, x + LABEL.mark, y + LABEL.mark];
}

/** What is always named: the film chosen, then the people on the map. */
function wantedLabels(map) {
  const { chosen, people } = map.data;
  const film = chosen === null || chosen >= map.n ? [] : [{ text: map.films.titles[chosen], place: placeOf(map, chosen), size: LABEL.strong }];
  return [...film, ...people.map(({ name, place }) => ({ text: name, place, size: LABEL.size }))];
}

function placeOf(map, row) {
  return [map.places[3 * row], map.places[3 * row + 1], map.places[3 * row + 2]];
}

function chooseLabels(map) {
  const project = projector(map);
  const taken = [...map.fixedBoxes];
  const chosen = [];
  const take = (text, place, size, side, box) => {
    taken.push(box);
    chosen.push({ text, place, size, side });
  };
  for (const { text, place, size } of wantedLabels(map)) {
    const at = project(...place);
    if (!at[2]) continue;
    taken.push(markBox(at));
    const free = [1, -1].find((side) => !taken.slice(0, -1).some((box) => touches(labelBox(map, text, at, { size, side, mayLeave: true }), box)));
    const box = labelBox(map, text, at, { size, side: free ?? 1 });
    if (box) take(text, place, size, free ?? 1, box);
  }
  const most = map.width < NARROW ? Math.min(map.data.mostLabels, LABEL.mostWhenNarrow) : map.data.mostLabels;
  const limit = chosen.length + most;
  for (let row = 0; row < map.n && chosen.length < limit; row++) {
    const text = map.films.titles[row];
    if (text.length > LABEL.longest || row === map.data.chosen || map.alphas[row] < 0.2) continue;
    const place = placeOf(map, row);
    const at = project(...place);
    if (!at[2] || at[0] < 0 || at[0] > map.width || at[1] < 0 || at[1] > map.height) continue;
    const box = labelBox(map, text, at);
    if (box && !taken.some((other) => touches(box, other))) take(text, place, LABEL.size, 1, box);
  }
  return chosen;
}

/** Names as they stand now: chosen anew if it is time, else those of before in their new places. */
function presentLabels(map, now) {
  if (map.labels === null || now - map.labelledAt > PATIENCE_MS || !map.isMoving) {
    map.labels = chooseLabels(map);
    map.labelledAt = now;
  }
  const project = projector(map);
  return map.labels
    .map((label) => ({ ...label, at: project(...label.place) }))
    .filter(({ at }) => at[2])
    .map(({ text, at, size, side }) => ({ text, size, box: labelBox(map, text, at, { size, side, mayLeave: true }) }));
}
