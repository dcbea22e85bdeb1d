// Every moment of a training is here already: a step forward or back only shows another one, so it is exact both ways.
const SVG = "http://www.w3.org/2000/svg";
const PLAY_MS = 120;
const CALM_MS = 700; // where motion is to be reduced, whole passes follow each other slowly
const WIDE = 320, HIGH = 90, EDGE = 4; // units of the curve's picture
const DEEPEST = 50; // per cent of tint: more, and the numeral would not stand out
const WORST = 2; // stars of error from which on a cell has its full tint

const make = (tag, properties, ...children) => {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
};
const draw = (tag, attributes) => {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
};
const dot = (p, q) => p.reduce((sum, value, index) => sum + value * q[index], 0);

/** Numbers as bars above and below a line: one <i> each. */
function bars(n, label) {
  const list = make("span", { className: "rs-bars" });
  list.setAttribute("role", "img");
  for (let index = 0; index < n; index += 1) list.append(make("i", {}));
  list.show = (numbers, reach) => {
    numbers.forEach((value, index) => {
      list.children[index].className = value < 0 ? "down" : "up";
      list.children[index].style.setProperty("--v", Math.min(1, Math.abs(value) / reach).toFixed(3));
    });
    list.setAttribute("aria-label", `${label}: ${numbers.map((value) => value.toFixed(1)).join(", ")}`);
  };
  return list;
}

function table({ caption, people, films, n_factors, known }) {
  const given = new Map(known.map(([person, film, stars]) => [`${person}/${film}`, stars]));
  const head = make("tr", {}, make("td", {}), make("td", {}));
  const filmBars = films.map((title) => bars(n_factors, `Numbers of ${title}`));
  films.forEach((title, film) => {
    const cell = make("th", { scope: "col" }, make("span", { textContent: title, title }), filmBars[film]);
    head.append(cell);
  });
  const body = make("tbody", {});
  const personBars = people.map((name) => bars(n_factors, `Numbers of ${name}`));
  const cells = people.map((name, person) => {
    const row = make("tr", {}, make("th", { scope: "row", textContent: name }), make("td", {}, personBars[person]));
    const made = films.map((_, film) => {
      const stars = given.get(`${person}/${film}`);
      const value = make("b", {});
      const cell = make("td", { className: stars === undefined ? "hole" : "known" }, value);
      if (stars !== undefined) cell.append(make("small", { textContent: stars }));
      cell.value = value;
      cell.stars = stars;
      row.append(cell);
      return cell;
    });
    body.append(row);
    return made;
  });
  const whole = make("table", { className: "rs-crosstab rs-learning" },
    make("caption", { className: "rs-hidden", textContent: caption }), make("thead", {}, head), body);
  return { whole, filmBars, personBars, cells };
}

function curve({ errors, label }) {
  const most = Math.max(...errors), last = Math.max(1, errors.length - 1);
  const x = (place) => EDGE + (place / last) * (WIDE - 2 * EDGE);
  const y = (error) => HIGH - EDGE - (error / most) * (HIGH - 2 * EDGE);
  const picture = draw("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", "aria-hidden": "true" });
  const points = errors.map((error, place) => `${x(place).toFixed(1)},${y(error).toFixed(1)}`).join(" ");
  const here = draw("line", { y1: 0, y2: HIGH, class: "here" });
  picture.append(draw("line", { x1: 0, x2: WIDE, y1: y(0), y2: y(0), class: "zero" }), draw("polyline", { points }), here);
  const value = make("b", {});
  const figure = make("figure", { className: "rs-learning-curve" },
    make("figcaption", {}, make("span", { textContent: label }), value, make("small", { textContent: "stars" })), picture);
  figure.show = (place) => {
    here.setAttribute("x1", x(place));
    here.setAttribute("x2", x(place));
    value.textContent = errors[place].toFixed(2);
  };
  return figure;
}

function build(component) {
  const { data } = component;
  const { moments, errors, per_epoch: perEpoch } = data;
  const last = moments.length - 1;
  const box = make("div", { className: "rs-player" });
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", data.caption);
  const said = make("p", { className: "rs-note" });
  said.setAttribute("aria-live", "polite");
  const parts = table(data);
  const errorCurve = curve(data);
  const slider = make("input", { type: "range", min: 0, max: last, value: 0 });
  slider.setAttribute("aria-label", "Batches learned");
  const play = make("button", { type: "button" });
  let place = 0, timer;

  const show = (next) => {
    place = Math.max(0, Math.min(last, next));
    const { users, items, batch } = moments[place];
    const reach = Math.max(...users.flat().map(Math.abs), ...items.flat().map(Math.abs)) || 1;
    parts.filmBars.forEach((list, film) => list.show(items[film], reach));
    parts.personBars.forEach((list, person) => list.show(users[person], reach));
    parts.cells.forEach((row, person) => row.forEach((cell, film) => {
      const predicted = dot(users[person], items[film]);
      const text = predicted.toFixed(1);
      cell.value.textContent = Number(text) === 0 ? "0.0" : text.replace("-", "−");
      if (cell.stars === undefined) return;
      const error = Math.min(1, Math.abs(predicted - cell.stars) / WORST);
      cell.style.setProperty("--v", `${Math.round(error * DEEPEST)}%`);
      cell.classList.toggle("now", false);
    }));
    for (const number of batch) {
      const [person, film] = data.known[number];
      parts.cells[person][film].classList.add("now");
    }
    errorCurve.show(place);
    slider.value = place;
    const epoch = Math.ceil(place / perEpoch);
    said.textContent = place
      ? `Pass ${epoch}, batch ${place - (epoch - 1) * perEpoch} of ${perEpoch}: typically ${errors[place].toFixed(2)} stars off. Outlined: the ratings this step looked at.`
      : `All numbers are random: typically ${errors[0].toFixed(2)} stars off.`;
    slider.setAttribute("aria-valuetext", said.textContent);
    box.dataset.place = place;
    box.dataset.error = errors[place];
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    play.textContent = "Play";
    said.setAttribute("aria-live", "polite");
  };
  const go = (next) => { stop(); show(next); };
  play.onclick = () => {
    if (timer !== undefined) { stop(); return; }
    if (place === last) show(0);
    said.setAttribute("aria-live", "off"); // a picture that moves by itself is not read out batch by batch
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    timer = setInterval(() => {
      show(place + (calm ? perEpoch : 1));
      if (place === last || !box.isConnected) stop();
    }, calm ? CALM_MS : PLAY_MS);
    play.textContent = "Pause";
  };
  const button = (textContent, next) => make("button", { type: "button", textContent, onclick: () => go(next()) });
  const nextEpoch = () => (Math.floor(place / perEpoch) + 1) * perEpoch;
  const epochBefore = () => (Math.ceil(place / perEpoch) - 1) * perEpoch;
  slider.oninput = () => go(Number(slider.value));
  box.addEventListener("keydown", (event) => {
    if (event.target === slider || event.altKey || event.ctrlKey || event.metaKey) return;
    const steps = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: last };
    if (!(event.key in steps)) return;
    event.preventDefault();
    go(steps[event.key]);
  });
  const wide = make("div", { className: "rs-wide" }, parts.whole);
  wide.tabIndex = 0;
  wide.setAttribute("role", "region");
  wide.setAttribute("aria-label", data.caption);
  box.append(
    make("div", { className: "rs-player-bar" },
      button("Start", () => 0), button("Pass back", epochBefore), button("Batch back", () => place - 1), button("Batch on", () => place + 1),
      button("Pass on", nextEpoch), button("End", () => last), play, slider),
    said, errorCurve, wide,
  );
  box.leave = stop;
  stop();
  show(0);
  component.parentElement.append(box);
  return box;
}

export default function render(component) {
  const { data, parentElement } = component;
  const shown = parentElement.querySelector(":scope > .rs-player");
  if (shown?.dataset.training === data.training) return;
  shown?.leave();
  shown?.remove();
  build(component).dataset.training = data.training;
}
