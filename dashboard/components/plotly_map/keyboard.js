// Plotly knows no keys: with the focus on the map, arrows move it (or turn it), + and - zoom, 0 shows all.
const STEP = 0.15; // of what is in view
const ZOOM = 1.25;
const TURN = Math.PI / 18;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

function zoomFactor(key) {
  if (key === "+" || key === "=") return 1 / ZOOM;
  return key === "-" || key === "_" ? ZOOM : 1;
}

function movedRange([from, to], by, factor) {
  const half = ((to - from) / 2) * factor;
  const middle = (from + to) / 2 + by * STEP * (to - from);
  return [middle - half, middle + half];
}

function flatView(plot, [across, up], factor) {
  const { xaxis, yaxis } = plot._fullLayout;
  return { "xaxis.range": movedRange(xaxis.range, across, factor), "yaxis.range": movedRange(yaxis.range, up, factor) };
}

function turnedView(plot, [across, up], factor) {
  const camera = plot._fullLayout.scene._scene.getCamera();
  const { x, y, z } = camera.eye;
  const radius = Math.hypot(x, y, z) * factor;
  const height = Math.min(1.5, Math.max(-1.5, Math.asin(z / Math.hypot(x, y, z)) + up * TURN));
  const angle = Math.atan2(y, x) + across * TURN;
  const eye = {
    x: radius * Math.cos(height) * Math.cos(angle),
    y: radius * Math.cos(height) * Math.sin(angle),
    z: radius * Math.sin(height),
  };
  return { "scene.camera": { ...camera, eye } };
}

function wholeView(plot) {
  return plot.is3d ? { "scene.camera": plot.startCamera } : { "xaxis.autorange": true, "yaxis.autorange": true };
}

/** What the user sees now, to carry over into a figure that is drawn anew. */
function presentView(plot) {
  if (plot.is3d) return { scene: { camera: plot._fullLayout.scene._scene.getCamera() } };
  const { xaxis, yaxis } = plot._fullLayout;
  return { xaxis: { range: [...xaxis.range] }, yaxis: { range: [...yaxis.range] } };
}

function listenToKeys(plot, Plotly) {
  plot.addEventListener("keydown", (event) => {
    if (event.target !== plot || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key] ?? [0, 0];
    const factor = zoomFactor(event.key);
    if (event.key !== "0" && factor === 1 && !ARROWS[event.key]) return;
    event.preventDefault();
    plot.movedByKeys = event.key !== "0"; // uirevision only remembers what the mouse did
    const view = event.key === "0" ? wholeView(plot) : (plot.is3d ? turnedView : flatView)(plot, arrow, factor);
    Plotly.relayout(plot, view);
  });
  plot.on("plotly_doubleclick", () => { plot.movedByKeys = false; });
}
