// Plotly.react in a Streamlit component (v2). Streamlit calls the default export again whenever `data` or the
// theme changes. Put together by __init__.py: theme.js, labels.js and keyboard.js stand above this part.
const CLICK_SLACK_PX = 4;
const KEYS = "Arrow keys move the map, + and − zoom, 0 shows all of it.";
// Plotly 4 shows a "Share chart" button that uploads the data unless told not to.
const CONFIG = {
  displaylogo: false,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "resetCameraLastSave3d"],
  plotlyServerURL: "",
  responsive: true,
  scrollZoom: true,
  showSendToCloud: false,
};
let plotlyReady;

function loadPlotly(source) {
  plotlyReady ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL(source.slice(1), document.baseURI).href;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      plotlyReady = undefined;
      reject(new Error(`Could not load ${source}`));
    };
    document.head.append(script);
  });
  return plotlyReady;
}

/** Merge plain objects; values in `over` win, arrays are replaced. */
function merge(base, over) {
  const isObject = (value) => value && typeof value === "object" && !Array.isArray(value);
  const merged = { ...base };
  for (const [name, value] of Object.entries(over ?? {})) {
    merged[name] = isObject(value) && isObject(base?.[name]) ? merge(base[name], value) : value;
  }
  return merged;
}

function pointId(point) {
  const id = Array.isArray(point.customdata) ? point.customdata[0] : point.customdata;
  return id === undefined || id === null ? null : String(id);
}

function listen(plot, Plotly) {
  let hovered = null;
  let pressed = null;
  const sendClick = (id) => id !== null && plot.component.setTriggerValue("clicked", id);

  plot.on("plotly_click", (event) => plot.is3d || sendClick(pointId(event.points[0])));
  // In 3-D, plotly_click misses a press shorter than one frame: use the hovered point.
  plot.addEventListener("pointerdown", (event) => { pressed = [event.clientX, event.clientY]; }, true);
  plot.addEventListener("pointerup", (event) => {
    if (!plot.is3d || !pressed) return;
    const moved = Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]);
    if (moved <= CLICK_SLACK_PX) sendClick(hovered);
  }, true);
  plot.on("plotly_hover", (event) => {
    hovered = pointId(event.points[0]);
    plot.classList.toggle("on-point", hovered !== null);
  });
  plot.on("plotly_unhover", () => {
    hovered = null;
    plot.classList.remove("on-point");
  });
  plot.on("plotly_relayout", (change) => "annotations" in change || placeLabels(plot, Plotly));
  listenToKeys(plot, Plotly);
}

function newPlot(parent, name) {
  const plot = document.createElement("div");
  plot.className = "reelspace-map";
  plot.setAttribute("role", "figure");
  plot.tabIndex = 0;
  const help = document.createElement("p");
  help.className = "rs-keys";
  help.id = `keys-${name}`;
  plot.setAttribute("aria-describedby", help.id);
  parent.append(plot, help);
  return plot;
}

/** The figure as Plotly takes it: in the theme's colours, at this width, seen from where the user left it. */
function prepare(component, plot) {
  const { data, parentElement } = component;
  const figure = JSON.parse(data.figure);
  if (parentElement.clientWidth < NARROW) {
    figure.data.forEach((trace) => { if (trace.marker?.size) trace.marker.sizeref = 1.6; });
  }
  plot.startCamera = figure.layout.scene?.camera ?? {};
  plot.words = colourWords(parentElement);
  paintFigure(figure, plot.words);
  let layout = merge(themedLayout(parentElement, data.categories), figure.layout);
  if (plot.movedByKeys && plot.revision === data.revision) layout = merge(layout, presentView(plot));
  else plot.movedByKeys = false;
  return { traces: figure.data, layout: { ...layout, autosize: true, uirevision: data.revision } };
}

export default async function render(component) {
  const { data, parentElement, name } = component;
  const known = parentElement.querySelector(":scope > .reelspace-map");
  const plot = known ?? newPlot(parentElement, `${name ?? "map"}-${component.key ?? ""}`);
  plot.component = component;
  plot.setAttribute("aria-label", data.label);
  plot.nextSibling.textContent = `${KEYS} ${data.keyboard}`;
  plot.style.setProperty("--height", `${data.height}px`);

  const [Plotly] = await Promise.all([loadPlotly(data.source), document.fonts.load("600 13px Archivo")]);
  if (plot.component !== component) return undefined; // a newer figure came while the script was on its way
  const { traces, layout } = prepare(component, plot);
  await Plotly.react(plot, traces, layout, CONFIG);
  plot.is3d = traces.some((trace) => trace.type === "scatter3d");
  plot.revision = data.revision;
  plot.fixedNotes = layout.annotations ?? [];
  plot.shownLabels = undefined; // react has put the figure's own notes back
  await placeLabels(plot, Plotly);
  if (!plot.isListening) listen(plot, Plotly);
  plot.isListening = true;
  plot.dataset.draws = String(Number(plot.dataset.draws ?? 0) + 1);
  return () => Plotly.purge(plot);
}
