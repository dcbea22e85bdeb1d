// The card that hovers beside a film: at most seven lines, made of text alone.
function cardLines(map, row) {
  const { films, data, columns: known } = map;
  const predicted = known.predicted?.[row];
  const given = data.ratings.find(([rated]) => rated === row)?.[1];
  const lines = [["meta", films.genres[row].map((genre) => films.genreNames[genre]).join(", ") || "no genre known"]];
  if (predicted !== undefined && predicted !== UNKNOWN) lines.push(["predicted", `predicted ${(predicted / 1000).toFixed(1)} for ${data.whose}`]);
  if (given !== undefined) lines.push(["given", `rated ${starText(given)} by ${data.whose}`]);
  const mean = known.mean?.[row];
  const n = known.n[row];
  if (data.ofFilms) lines.push(["meta", `${n.toLocaleString("en")} ${n === 1 ? "rating" : "ratings"}${mean === undefined || mean === UNKNOWN ? "" : `, mean ${(mean / 1000).toFixed(1)}`}`]);
  for (const { column: name, text, of } of data.cardNotes) {
    if (known[name] && known[name][row] !== UNKNOWN) lines.push(["meta", `${text} ${(known[name][row] / 1000).toFixed(of === "count" ? 0 : 1)}`]);
  }
  return lines.slice(0, 6);
}

function starText(stars) {
  const whole = Math.floor(stars);
  if (stars - whole === 0.5) return `${whole || ""}½`;
  return String(stars);
}

function showCard(map, row) {
  const { card: box } = map.parts;
  if (row === map.pointed) return;
  map.pointed = row;
  map.root.classList.toggle("on-point", row !== null);
  box.hidden = row === null;
  if (row !== null) {
    const title = document.createElement("p");
    title.className = "rs-title";
    title.textContent = map.films.titles[row];
    const year = document.createElement("span");
    year.textContent = map.films.years[row] === null ? "" : ` ${map.films.years[row]}`;
    title.append(year);
    const lines = cardLines(map, row).map(([kind, text]) => {
      const line = document.createElement("p");
      line.className = `rs-card-${kind}`;
      line.textContent = text;
      return line;
    });
    box.replaceChildren(title, ...lines);
    const [x, y] = projector(map)(...placeOf(map, row));
    const { offsetWidth: wide, offsetHeight: high } = box;
    box.style.left = `${Math.max(4, x + 16 + wide > map.width ? x - 16 - wide : x + 16)}px`;
    box.style.top = `${Math.min(Math.max(4, y - high / 2), map.height - high - 4)}px`;
  }
  document.dispatchEvent(new CustomEvent("reelspace-point", { detail: { from: map, id: row === null ? null : map.films.ids[row] } }));
  draw(map);
}

/** The film under the pointer: the nearest within reach, small ones before the large ones that they lie on. */
function filmAt(map, x, y, reach = 8) {
  const project = projector(map);
  const grown = growth(map);
  let [best, least] = [null, Infinity];
  for (let row = 0; row < map.n; row++) {
    const [px, py, size] = project(map.places[3 * row], map.places[3 * row + 1], map.places[3 * row + 2]);
    if (!size || Math.abs(px - x) > 24 || Math.abs(py - y) > 24 || map.alphas[row] < 0.05) continue;
    const distance = Math.hypot(px - x, py - y);
    const edge = distance - 0.5 * map.sizes[row] * grown * size;
    if (edge <= reach && distance < least) [best, least] = [row, distance];
  }
  return best;
}
