// Rows are kept by film id: a new order shows as movement, a new chance as a level that rises,
// and the row that has the focus keeps it.
const GLIDE = { duration: 420, easing: "cubic-bezier(.2,.7,.2,1)" };

function element(tag, className, text) {
  const node = document.createElement(tag);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

const hidden = (text) => element("span", "rs-hidden", text);

/** Write only what differs, so that nothing flickers and transitions run. */
function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function titleOf(film) {
  const title = element("div", "rs-title", `${film.title} `);
  title.append(element("span", "", film.year));
  return title;
}

function fillStrip(strip, film) {
  strip.setAttribute("aria-label", film.sure);
  while (strip.children.length > film.chances.length) strip.lastChild.remove();
  while (strip.children.length < film.chances.length) strip.append(element("i", ""));
  film.chances.forEach((chance, index) => {
    const frame = strip.children[index];
    frame.className = index >= film.starSet[0] && index <= film.starSet[1] ? "in" : "";
    frame.style.setProperty("--p", chance.toFixed(3));
  });
}

function reasonChip(reason, whose) {
  const chip = element("span", "rs-chip");
  const given = element("b", "rs-given");
  given.append(hidden(`${whose} gave `), reason.stars);
  const influence = element("em", "", reason.influence);
  influence.append(hidden(" stars"));
  chip.append(given, element("span", "", reason.title), influence);
  chip.title = `${reason.title}: ${whose} gave ${reason.stars}, which makes ${reason.influence} stars`;
  return chip;
}

function moveMark(change) {
  if (change === "new") return element("span", "rs-move up", "new");
  if (change === 0) {
    const same = element("span", "rs-move", "–");
    same.setAttribute("role", "img");
    same.setAttribute("aria-label", "same place");
    return same;
  }
  const ranks = Math.abs(change);
  const node = element("span", `rs-move ${change > 0 ? "up" : "down"}`, `${change > 0 ? "▲" : "▼"} ${ranks}`);
  node.setAttribute("role", "img");
  node.setAttribute("aria-label", `${change > 0 ? "up" : "down"} ${ranks}`);
  return node;
}

function newProgrammeRow(film) {
  const link = element("a", "rs-row");
  const rank = element("span", "rs-rank");
  rank.setAttribute("aria-hidden", "true"); // the ordered list counts already
  const sure = element("div", "rs-sure");
  const strip = element("span", "rs-strip");
  strip.setAttribute("role", "img");
  sure.append(strip, element("span", "rs-set"));
  sure.lastChild.setAttribute("aria-hidden", "true"); // the strip's name says it
  const name = element("div", "rs-name");
  name.append(titleOf(film), element("div", "rs-meta"));
  const stars = element("span", "rs-stars");
  stars.append(hidden("predicted "), element("span", ""), hidden(" stars, "));
  link.append(rank, stars, sure, name);
  return link;
}

function fillProgrammeRow(link, film, rank, whose) {
  say(link.querySelector(".rs-rank"), String(rank));
  say(link.querySelector(".rs-stars").children[1], film.stars);
  fillStrip(link.querySelector(".rs-strip"), film);
  say(link.querySelector(".rs-set"), film.reach);
  say(link.querySelector(".rs-name > .rs-meta"), film.meta);
  link.querySelectorAll(":scope > :is(.rs-why, .rs-move)").forEach((node) => node.remove());
  if (film.reasons.length) {
    const why = element("div", "rs-why");
    why.append(...film.reasons.map((reason) => reasonChip(reason, whose)));
    link.append(why);
  }
  if (film.move !== null) link.append(moveMark(film.move));
}

function newNearRow(film) {
  const link = element("a", "rs-near-row");
  link.append(titleOf(film), element("span", "rs-distance"));
  return link;
}

const KINDS = {
  programme: { className: "rs-programme", build: newProgrammeRow, fill: fillProgrammeRow },
  near: { className: "rs-near", build: newNearRow, fill: (link, film) => say(link.lastChild, film.distance) },
};

function newList(component, className) {
  const list = element("ol", className);
  list.addEventListener("click", (event) => {
    const row = event.target.closest("li");
    if (!row || event.metaKey || event.ctrlKey || event.shiftKey) return; // a new tab stays a new tab
    event.preventDefault();
    list.component.setTriggerValue("chosen", row.dataset.id);
  });
  component.parentElement.append(list);
  return list;
}

/** Put `rows` into `list` in this order, moving as few as possible. */
function arrange(list, rows) {
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const wanted = new Set(rows);
  [...list.children].forEach((row) => wanted.has(row) || row.remove());
  rows.forEach((row, index) => list.children[index] === row || list.insertBefore(row, list.children[index] ?? null));
  if (focused?.isConnected) focused.focus({ preventScroll: true });
}

function glide(rows, before) {
  if (!before.size || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const row of rows) {
    const old = before.get(row.dataset.id);
    row.getAnimations().forEach((animation) => animation.cancel()); // a glide under way starts anew from where it is
    const shift = old === undefined ? 0 : old - row.getBoundingClientRect().top;
    if (shift) row.animate([{ transform: `translateY(${shift}px)` }, { transform: "none" }], GLIDE);
    else if (old === undefined) row.animate([{ opacity: 0 }, { opacity: 1 }], GLIDE);
  }
}

export default function render(component) {
  const { data, parentElement } = component;
  const { className, build, fill } = KINDS[data.kind];
  const list = parentElement.querySelector(":scope > ol") ?? newList(component, className);
  list.component = component;
  list.setAttribute("aria-label", data.label);
  const kept = new Map([...list.children].map((row) => [row.dataset.id, row]));
  const before = new Map([...kept].map(([id, row]) => [id, row.getBoundingClientRect().top]));
  const rows = data.films.map((film, index) => {
    let row = kept.get(film.id);
    if (!row) {
      row = document.createElement("li");
      row.dataset.id = film.id;
      row.append(build(film));
    }
    row.firstChild.href = film.href;
    fill(row.firstChild, film, index + 1, data.whose);
    return row;
  });
  arrange(list, rows);
  glide(rows, before);
  list.dataset.draws = String(Number(list.dataset.draws ?? 0) + 1); // lets a test or a benchmark wait for the new order
}
