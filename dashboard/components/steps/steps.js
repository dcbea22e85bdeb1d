// Links, so that every step can be opened, copied and reached by Tab; a plain click only reports.
function build(component) {
  const nav = document.createElement("nav");
  nav.className = "rs-steps";
  const list = document.createElement("ol");
  const said = document.createElement("p");
  said.className = "rs-step";
  said.tabIndex = -1; // takes the focus when the step changes: what follows is read from here
  nav.append(list, said);
  list.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return; // a new tab stays a new tab
    event.preventDefault();
    nav.component.setTriggerValue("chosen", link.dataset.slug);
  });
  component.parentElement.append(nav);
  return nav;
}

function fill(list, { stops, now }) {
  while (list.children.length > stops.length) list.lastChild.remove();
  stops.forEach((stop, index) => {
    const item = list.children[index] ?? list.appendChild(document.createElement("li"));
    const link = item.firstChild ?? item.appendChild(document.createElement("a"));
    link.href = stop.href;
    link.dataset.slug = stop.slug;
    link.className = stop.slug === now ? "now" : stop.done ? "done" : "";
    link.title = stop.title;
    link.setAttribute("aria-label", `Step ${index + 1}: ${stop.title}${stop.done ? ", done" : ""}`);
    if (stop.slug === now) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  });
}

export default function render(component) {
  const { data, parentElement } = component;
  const nav = parentElement.querySelector(":scope > nav") ?? build(component);
  nav.component = component;
  nav.setAttribute("aria-label", data.label);
  const [list, said] = nav.children;
  fill(list, data);
  const place = data.stops.findIndex((stop) => stop.slug === data.now);
  const done = data.stops.filter((stop) => stop.done).length;
  said.textContent = place < 0 ? `${done} of ${data.stops.length} steps done` : `Step ${place + 1} of ${data.stops.length}${done ? ` · ${done} done` : ""}`;
  if (nav.dataset.now !== undefined && nav.dataset.now !== data.now) {
    document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 });
    said.focus({ preventScroll: true });
  }
  nav.dataset.now = data.now;
}
