// Two pens with the same strokes: one draws on a canvas, one writes SVG. Everything on the map except the films on the
// screen goes through them, so that a saved picture holds what is seen.
const NAME_FONT = "Archivo, Inter, sans-serif";
const TEXT_FONT = "Inter, sans-serif";

function corners(shape, x, y, r) {
  const turnedBy = (n, radius) => Array.from({ length: n }, (_, k) => {
    const angle = (2 * Math.PI * k) / n - Math.PI / 2;
    const reach = radius(k) * r;
    return [x + reach * Math.cos(angle), y + reach * Math.sin(angle)];
  });
  if (shape === "square") return [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([a, b]) => [x + 0.86 * r * a, y + 0.86 * r * b]);
  if (shape === "diamond") return turnedBy(4, () => 1.2);
  if (shape === "triangle") return [[0, -1.12], [1.005, 0.62], [-1.005, 0.62]].map(([a, b]) => [x + r * a, y + r * b]);
  if (shape === "plus") return plus(x, y, r, 0);
  if (shape === "cross") return plus(x, y, r, Math.PI / 4);
  if (shape === "spark") return turnedBy(8, (k) => (k % 2 ? 0.42 : 1.15));
  return turnedBy(10, (k) => (k % 2 ? 0.47 : 1.12));
}

function plus(x, y, r, turn) {
  const [long, short] = [1, 0.36];
  const quarter = [[short, -long], [short, -short], [long, -short]];
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  return [0, 1, 2, 3].flatMap((side) => quarter.map(([a, b]) => {
    let [p, q] = [a, b];
    for (let k = 0; k < side; k++) [p, q] = [-q, p];
    return [x + r * (p * cos - q * sin), y + r * (p * sin + q * cos)];
  }));
}

function canvasPen(pen) {
  const path = (points, isClosed) => {
    pen.beginPath();
    points.forEach(([x, y], index) => (index ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    if (isClosed) pen.closePath();
  };
  return {
    mark(x, y, radius, shape, fill, alpha = 1, edge = null) {
      pen.globalAlpha = alpha;
      if (shape === "circle") { pen.beginPath(); pen.arc(x, y, radius, 0, 2 * Math.PI); } else path(corners(shape, x, y, radius), true);
      pen.fillStyle = fill;
      pen.fill();
      if (edge) { pen.strokeStyle = edge.colour; pen.lineWidth = edge.width; pen.stroke(); }
      pen.globalAlpha = 1;
    },
    ring(x, y, radius, colour, width) {
      pen.beginPath();
      pen.arc(x, y, radius, 0, 2 * Math.PI);
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.stroke();
    },
    line(points, colour, width, { dash = [], fill = null, isClosed = false } = {}) {
      path(points, isClosed);
      pen.setLineDash(dash);
      if (fill) { pen.fillStyle = fill; pen.fill(); }
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.stroke();
      pen.setLineDash([]);
    },
    text(text, x, y, { size = 13, weight = 400, colour, halo, anchor = "center", isName = false }) {
      pen.font = `${weight} ${size}px ${isName ? NAME_FONT : TEXT_FONT}`;
      pen.textAlign = anchor;
      pen.textBaseline = "middle";
      pen.lineJoin = "round";
      if (halo) { pen.strokeStyle = halo; pen.lineWidth = 4; pen.strokeText(text, x, y); }
      pen.fillStyle = colour;
      pen.fillText(text, x, y);
    },
  };
}

function svgPen() {
  const parts = [];
  const near = (value) => Number(value.toFixed(1));
  const list = (points) => points.map((point) => point.map(near).join(",")).join(" ");
  const plain = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
  const write = (name, attributes, text) => {
    const given = Object.entries(attributes).filter(([, value]) => value !== null && value !== undefined);
    const head = `<${name} ${given.map(([key, value]) => `${key}="${plain(String(value))}"`).join(" ")}`;
    parts.push(text === undefined ? `${head}/>` : `${head}>${plain(text)}</${name}>`);
  };
  return {
    mark(x, y, radius, shape, fill, alpha = 1, edge = null) {
      const look = { fill, "fill-opacity": near(alpha * 10) / 10, stroke: edge?.colour, "stroke-width": edge?.width };
      if (shape === "circle") write("circle", { cx: near(x), cy: near(y), r: near(radius), ...look });
      else write("polygon", { points: list(corners(shape, x, y, radius)), ...look });
    },
    ring: (x, y, radius, colour, width) =>
      write("circle", { cx: near(x), cy: near(y), r: near(radius), fill: "none", stroke: colour, "stroke-width": width }),
    line: (points, colour, width, { dash = [], fill = null, isClosed = false } = {}) =>
      write(isClosed ? "polygon" : "polyline", {
        points: list(points), fill: fill ?? "none", stroke: colour, "stroke-width": width, "stroke-dasharray": dash.join(" ") || null,
      }),
    text: (text, x, y, { size = 13, weight = 400, colour, halo, anchor = "center", isName = false }) =>
      write("text", {
        x: near(x), y: near(y), "font-size": size, "font-weight": weight, "font-family": isName ? NAME_FONT : TEXT_FONT, fill: colour,
        "text-anchor": { left: "start", center: "middle", right: "end" }[anchor], "dominant-baseline": "middle",
        ...(halo ? { stroke: halo, "stroke-width": 4, "stroke-linejoin": "round", "paint-order": "stroke" } : {}),
      }, text),
    done: (width, height, ground) =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
      `<rect width="100%" height="100%" fill="${ground}"/>${parts.join("\n")}</svg>`,
  };
}
