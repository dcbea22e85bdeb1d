// Colours and fonts of a chart come from the active theme, read in the browser: Python need not know it.

/** The value of a CSS colour, whatever it is made of (light-dark(), another variable, …). */
function colourOf(element, expression) {
  const probe = document.createElement("span");
  probe.style.color = expression;
  element.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

/** The colour words that stand for the theme's tokens in figures made by Python. */
function colourWords(element) {
  return {
    black: colourOf(element, "var(--rs-ink)"),
    dimgray: colourOf(element, "var(--rs-muted)"),
    gray: colourOf(element, "var(--rs-line)"),
    orange: colourOf(element, "var(--rs-lamp-fill)"),
    white: colourOf(element, "color-mix(in srgb, var(--rs-ground) 72%, transparent)"),
  };
}

/** A colour scale from theme colours: stepped for categories, else continuous. */
function colourScale(colours, isStepped) {
  if (!isStepped) return colours.map((colour, index) => [index / (colours.length - 1), colour]);
  return colours.flatMap((colour, index) => [[index / colours.length, colour], [(index + 1) / colours.length, colour]]);
}

function colourAxis(read, categories) {
  if (!categories) return { colorscale: colourScale(read("chart-sequential-colors").split(","), false) };
  const colours = read("chart-categorical-colors").split(",").slice(0, categories);
  return { colorscale: colourScale(colours, true), cmin: -0.5, cmax: categories - 0.5 };
}

/** Layout defaults from the CSS variables of the active theme. */
function themedLayout(element, categories) {
  const style = getComputedStyle(element);
  const read = (name) => style.getPropertyValue(`--st-${name}`).trim();
  const line = read("border-color");
  const axis = { gridcolor: line, linecolor: line, zerolinecolor: line };
  const axis3d = { ...axis, backgroundcolor: read("background-color"), showbackground: false };
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: read("text-color"), family: "Inter, sans-serif", size: 13 },
    colorway: read("chart-categorical-colors").split(","),
    coloraxis: colourAxis(read, categories),
    modebar: { bgcolor: "rgba(0,0,0,0)", color: colourOf(element, "var(--rs-edge)"), activecolor: read("primary-color") },
    hoverlabel: { bgcolor: read("secondary-background-color"), bordercolor: line, font: { color: read("text-color") } },
    xaxis: axis,
    yaxis: axis,
    scene: { xaxis: axis3d, yaxis: axis3d, zaxis: axis3d },
  };
}

/** In colour fields of `node` and below, put the theme's colours in place of the colour words. */
function paint(node, words) {
  for (const [name, value] of Object.entries(node ?? {})) {
    if (value && typeof value === "object" && !ArrayBuffer.isView(value)) paint(value, words);
    else if (/color$/.test(name) && value in words) node[name] = words[value];
  }
}

function paintFigure(figure, words) {
  figure.data.forEach((trace) => [trace.marker, trace.line, trace.textfont].forEach((part) => paint(part, words)));
  [...(figure.layout.annotations ?? []), ...(figure.layout.shapes ?? [])].forEach((part) => paint(part, words));
  paint(figure.layout.scene, words);
  (figure.layout.coloraxis?.colorscale ?? []).forEach((stop) => { stop[1] = words[stop[1]] ?? stop[1]; });
}
