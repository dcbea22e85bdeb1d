// Native radio buttons carry the keyboard and the screen reader; the stars are their labels.
const SETTLE_MS = 250; // arrow keys pass through values: report the one they rest on

function make(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

function words(value) {
  if (value === null) return "Not rated";
  return `${Math.floor(value) || ""}${value % 1 ? "½" : ""} ${value <= 1 ? "star" : "stars"}`;
}

/** What is asked: another film or another scale needs other buttons. */
function question({ label, lowest, highest }) {
  return [label, lowest, highest].join("|");
}

/** Every rating on offer; one that begins below the scale is left out, and its neighbour becomes a whole star. */
function levels({ lowest, highest }) {
  const all = [];
  for (let level = lowest; level <= highest; level += 0.5) all.push(level);
  return all;
}

function shape(level, lowest) {
  if (level % 1) return "left";
  return level === lowest ? "whole" : "right";
}

/** Build the control once; what it shows is `box.show(value)`. */
function build(component) {
  const { data } = component;
  const box = make("fieldset", { className: "rs-fieldset" });
  box.dataset.question = question(data);
  const pick = make("div", { className: data.highest > 5 ? "rs-pick many" : "rs-pick" });
  const shown = make("output", {});
  const remove = make("button", { type: "button", textContent: "Remove" });
  const name = `rating-${data.label}`;
  let value = null;
  let settle;
  let byPointer = false;
  box.sent = []; // reported, not yet seen in `data.current`

  const paint = (hovered) => {
    const upTo = hovered ?? value ?? 0;
    for (const label of pick.children) {
      const lit = Number(label.dataset.level) <= upTo;
      label.classList.toggle("on", lit && hovered === undefined);
      label.classList.toggle("hover", lit && hovered !== undefined);
    }
    shown.textContent = words(hovered ?? value);
    remove.hidden = value === null;
  };
  box.show = (next) => {
    value = next;
    pick.querySelectorAll("input").forEach((input) => { input.checked = Number(input.value) === value; });
    paint();
  };
  const report = () => {
    settle = undefined;
    box.sent.push(value);
    box.component.setTriggerValue("rated", { rating: value });
  };
  const choose = (next, wait) => {
    value = next;
    paint();
    clearTimeout(settle);
    if (wait) settle = setTimeout(report, wait);
    else report();
  };
  box.isBusy = () => settle !== undefined;

  for (const level of levels(data)) {
    const label = make("label", { className: shape(level, data.lowest) });
    const input = make("input", { type: "radio", name, value: String(level) });
    label.dataset.level = String(level);
    input.setAttribute("aria-label", words(level));
    input.addEventListener("change", () => {
      choose(level, byPointer ? 0 : SETTLE_MS);
      byPointer = false;
    });
    label.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && paint(level));
    label.append(input);
    pick.append(label);
  }
  pick.addEventListener("pointerdown", () => { byPointer = true; });
  pick.addEventListener("keydown", () => { byPointer = false; });
  pick.addEventListener("pointerleave", () => paint());
  remove.addEventListener("click", () => {
    box.show(null);
    choose(null, 0);
    pick.querySelector("input").focus();
  });
  const row = make("div", { className: "rs-pick-row" });
  row.append(pick, shown, remove);
  box.append(make("legend", { className: "rs-hidden", textContent: data.label }), row);
  return box;
}

/** Take over what Python holds, unless something newer is on its way there. */
function follow(box, current) {
  const seen = box.sent.indexOf(current);
  const isEcho = seen >= 0;
  const isOld = !isEcho && current === box.current;
  box.current = current;
  if (isEcho) box.sent.splice(0, seen + 1);
  else if (!isOld) box.sent = [];
  if (!box.isBusy() && !box.sent.length) box.show(current);
}

export default function render(component) {
  const { data, parentElement } = component;
  let box = parentElement.querySelector(":scope > fieldset");
  if (box?.dataset.question !== question(data)) {
    box?.remove();
    box = build(component);
    parentElement.append(box);
  }
  box.component = component;
  follow(box, data.current);
}
