// The bar below every page while somebody presents: what to say, keys, a timer, a blank screen, a code to scan.
const TYPING = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable=true]";
const ARROWS = "[role=radio], [role=slider], [role=tab], [role=listbox], [role=combobox], input, .js-plotly-plot";
const KEYS = { PageDown: "next", PageUp: "back", Home: "home", ArrowRight: "next", ArrowLeft: "back" };
let bar = null;

function make(tag, name, text = "") {
  const node = document.createElement(tag);
  node.className = name;
  node.textContent = text;
  return node;
}

function button(words, key, action) {
  const node = make("button", "rs-presenter-button", words);
  node.type = "button";
  node.title = `Key: ${key}`;
  node.addEventListener("click", action);
  return node;
}

function send(what) {
  if (what === "home") sessionStorage.removeItem(clockKey());
  bar.component.setTriggerValue("go", what);
}

const clockKey = () => `rs-clock-${bar.data.show}`;

function toggle(which) {
  const node = bar[which];
  const closed = node.hidden;
  bar.blank.hidden = bar.code.hidden = true;
  node.hidden = !closed;
}

function onKey(event) {
  if (!bar?.isConnected || event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
  const target = event.target;
  if (target.matches?.(TYPING)) return;
  if (!bar.blank.hidden || !bar.code.hidden) {
    bar.blank.hidden = bar.code.hidden = true; // any key brings the page back
    if (!(event.key in KEYS)) { event.preventDefault(); event.stopPropagation(); return; }
  }
  if (event.key.startsWith("Arrow") && target.closest?.(ARROWS)) return;
  const key = event.key.toLowerCase();
  if (event.key in KEYS) send(KEYS[event.key]);
  else if (key === "b" || key === ".") toggle("blank");
  else if (key === "q") toggle("code");
  else return;
  event.preventDefault();
  event.stopPropagation(); // a page's own keys wait while somebody presents
}

function build(component) {
  bar = make("aside", "rs-presenter");
  bar.setAttribute("aria-label", "Presenter");
  const words = make("div", "rs-presenter-words");
  bar.place = make("p", "rs-presenter-place");
  bar.sentence = make("p", "rs-presenter-sentence");
  words.append(bar.place, bar.sentence);
  const tools = make("div", "rs-presenter-tools");
  bar.clock = make("span", "rs-presenter-clock");
  bar.clock.setAttribute("role", "timer");
  tools.append(bar.clock, button("Back", "Page up", () => send("back")), button("Next", "Page down", () => send("next")),
    button("Blank", "B", () => toggle("blank")), button("Code", "Q", () => toggle("code")), button("End", "press it", () => send("end")));
  bar.blank = make("div", "rs-presenter-blank");
  bar.code = make("div", "rs-presenter-code");
  bar.image = document.createElement("img");
  bar.link = make("p", "");
  bar.code.append(bar.image, bar.link);
  bar.blank.hidden = bar.code.hidden = true;
  for (const node of [bar.blank, bar.code]) node.addEventListener("click", () => (node.hidden = true));
  bar.append(words, tools, bar.blank, bar.code);
  component.parentElement.append(bar);
  return bar;
}

function tick() {
  if (!bar?.isConnected) return;
  const begun = Number(sessionStorage.getItem(clockKey())) || Date.now();
  sessionStorage.setItem(clockKey(), begun);
  const seconds = Math.floor((Date.now() - begun) / 1000);
  const text = (n) => `${Math.floor(n / 60)}:${String(n % 60).padStart(2, "0")}`;
  bar.clock.textContent = `${text(seconds)} of ${text(bar.data.seconds)}`;
  bar.clock.classList.toggle("over", seconds > bar.data.seconds);
}

// Rehearsal: wait until the page is there and at rest, or has failed, and tell.
function watch() {
  if (!bar?.isConnected || !bar.data.rehearsal || bar.told === bar.data.place) return;
  const now = performance.now();
  if (bar.watched !== bar.data.place) Object.assign(bar, { watched: bar.data.place, since: now, calm: now });
  const app = document.querySelector('[data-testid="stApp"]');
  const busy = app?.dataset.testScriptState !== "notRunning" || document.querySelector('[role="progressbar"]');
  if (busy) bar.calm = now;
  const failed = document.querySelector('[data-testid="stException"], [data-testid="stAlertContentError"]');
  const seconds = (now - bar.since) / 1000;
  const there = document.querySelector("h1") && now - bar.calm > 600;
  if (!there && !failed && seconds < 90) return;
  bar.told = bar.data.place;
  const why = failed ? failed.textContent.slice(0, 200) : there ? "" : "it was not there after 90 seconds";
  bar.component.setTriggerValue("seen", { place: bar.data.place, seconds: Math.max(0, seconds - 0.6), why });
}

export default function render(component) {
  const { data, parentElement } = component;
  if (bar?.parentElement !== parentElement) { bar?.remove(); build(component); }
  if (!window.rsPresenterKeys) {
    window.rsPresenterKeys = true;
    document.addEventListener("keydown", onKey, true);
    setInterval(() => { tick(); watch(); }, 200);
  }
  bar.component = component;
  bar.data = data;
  bar.place.textContent = `${data.place} of ${data.n} · ${data.title}`;
  bar.sentence.textContent = data.sentence;
  bar.image.src = data.code;
  bar.image.alt = `Code to scan for ${data.link}`;
  bar.link.textContent = data.link;
  tick();
}
