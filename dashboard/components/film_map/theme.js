// Colours come from the active theme, read in the browser: Python need not know it.
const RAMP_STEPS = 256;

/** The value of a CSS colour, whatever it is made of (light-dark(), another variable, …). */
function colourOf(element, expression) {
  const probe = document.createElement("span");
  probe.style.color = expression;
  element.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

function readTheme(element) {
  const style = getComputedStyle(element);
  const read = (name) => style.getPropertyValue(`--st-${name}`).trim();
  const theme = {};
  for (const name of ["ground", "panel", "ink", "muted", "line", "edge", "lamp", "lamp-fill", "act"]) {
    theme[name] = colourOf(element, `var(--rs-${name})`);
  }
  theme.lampScale = read("chart-sequential-colors").split(",");
  theme.inkScale = [theme.line, theme.ink];
  theme.groups = read("chart-categorical-colors").split(",");
  return theme;
}

/** RAMP_STEPS colours (RGBA bytes) between `colours`: gliding, or in steps of one colour each. */
function ramp(colours, isStepped) {
  const canvas = new OffscreenCanvas(RAMP_STEPS, 1);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const gradient = pen.createLinearGradient(0, 0, RAMP_STEPS, 0);
  colours.forEach((colour, index) => {
    const edges = isStepped ? [index / colours.length, (index + 1) / colours.length] : [index / (colours.length - 1)];
    edges.forEach((edge) => gradient.addColorStop(edge, colour));
  });
  pen.fillStyle = gradient;
  pen.fillRect(0, 0, RAMP_STEPS, 1);
  return pen.getImageData(0, 0, RAMP_STEPS, 1).data;
}

/** The ramp for a colouring: lamp for predictions, ink for facts, one colour each for kinds. */
function rampFor(theme, colouring) {
  if (colouring.scale === "groups") return ramp(theme.groups.slice(0, colouring.steps), true);
  return ramp(colouring.scale === "lamp" ? theme.lampScale : theme.inkScale, false);
}

function rampColour(bytes, value) {
  const step = 4 * Math.min(RAMP_STEPS - 1, Math.max(0, Math.round(value * (RAMP_STEPS - 1))));
  return `rgb(${bytes[step]} ${bytes[step + 1]} ${bytes[step + 2]})`;
}

/** "rgb(1 2 3)" or "rgb(1, 2, 3)" as three shares of one. */
function shares(colour) {
  return colour.match(/[\d.]+/g).slice(0, 3).map((part) => Number(part) / 255);
}
