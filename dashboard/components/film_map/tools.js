// The buttons on the map, and pictures of it to keep.
const SVG = "http://www.w3.org/2000/svg";
const PICTURE_SCALE = 2;
const TOOLS = [
  ["move", "Move the map", "M8 2v12M2 8h12M6 4l2-2 2 2M6 12l2 2 2-2M4 6 2 8l2 2M12 6l2 2-2 2"],
  ["zoom", "Zoom into a box", "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.5 10.5 14 14M7 5v4M5 7h4"],
  ["lasso", "Circle films", "M8 3c3.4 0 6 1.6 6 3.7s-2.6 3.7-6 3.7-6-1.6-6-3.7S4.6 3 8 3M5 10c-.9 1.2-.5 2.6.9 3.5"],
  ["box", "Select films in a box", "M3 5V3h2M7 3h2M11 3h2v2M13 7v2M13 11v2h-2M9 13H7M5 13H3v-2M3 9V7"],
];
const SELECTING = new Set(["lasso", "box"]);
const ACTIONS = [
  ["Zoom in", "M8 3v10M3 8h10", (map) => zoomStep(map, 1.6)],
  ["Zoom out", "M3 8h10", (map) => zoomStep(map, 1 / 1.6)],
  ["Show the whole map", "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4", (map) => fly(map, wholeView(map))],
];

function zoomStep(map, factor) {
  fly(map, { zoom: Math.min(ZOOM_RANGE[1], Math.max(ZOOM_RANGE[0], map.view.zoom * factor)) });
}

function iconButton(name, path, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.title = name;
  button.setAttribute("aria-label", name);
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("viewBox", "0 0 16 16");
  icon.setAttribute("aria-hidden", "true");
  const stroke = document.createElementNS(SVG, "path");
  stroke.setAttribute("d", path);
  icon.append(stroke);
  button.append(icon);
  button.addEventListener("click", act);
  return button;
}

function toolbar(map) {
  const bar = document.createElement("div");
  bar.className = "rs-map-tools";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "Map tools");
  map.toolButtons = TOOLS.map(([tool, name, path]) => {
    const button = iconButton(name, path, () => takeTool(map, tool));
    button.dataset.tool = tool;
    return button;
  });
  const pictures = ["PNG", "SVG"].map((kind) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = kind;
    button.title = `Save this picture as ${kind}`;
    button.setAttribute("aria-label", button.title);
    button.addEventListener("click", () => save(map, kind));
    return button;
  });
  bar.append(...map.toolButtons, ...ACTIONS.map(([name, path, act]) => iconButton(name, path, () => act(map))), ...pictures);
  return bar;
}

function takeTool(map, tool) {
  map.tool = map.isDeep ? "move" : tool; // what is circled on a turned cloud would hold what stands behind it too
  map.root.dataset.tool = map.tool;
  for (const button of map.toolButtons) {
    button.setAttribute("aria-pressed", String(button.dataset.tool === map.tool));
    button.disabled = map.isDeep && button.dataset.tool !== "move";
    button.hidden = !map.data?.canSelect && SELECTING.has(button.dataset.tool);
  }
}

async function save(map, kind) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(kind === "SVG" ? svgPicture(map) : await pngPicture(map));
  link.download = `${map.data.ofFilms ? "film" : "token"}-map.${kind.toLowerCase()}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function svgPicture(map) {
  const pen = svgPen();
  penPoints(map, pen);
  drawOverlay(map, pen, performance.now());
  return new Blob([pen.done(map.width, map.height, map.theme.ground)], { type: "image/svg+xml" });
}

async function pngPicture(map) {
  const canvas = new OffscreenCanvas(map.width * PICTURE_SCALE, map.height * PICTURE_SCALE);
  const context = canvas.getContext("2d");
  context.fillStyle = map.theme.ground;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(PICTURE_SCALE, PICTURE_SCALE);
  penPoints(map, canvasPen(context));
  drawOverlay(map, canvasPen(context), performance.now());
  return canvas.convertToBlob({ type: "image/png" });
}
