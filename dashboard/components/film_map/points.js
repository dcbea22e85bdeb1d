// The films themselves, drawn by the graphics card in one call: 60,000 of them move smoothly. Where a browser has no
// WebGL 2 the marks are drawn one by one, more slowly but the same.
const SHAPES = ["circle", "square", "diamond", "triangle", "plus", "cross", "star"];
const [SLOW_MS, FAST_MS, PAUSE_MS] = [42, 24, 250]; // from one frame to the next while the map moves
const LEAST_MOVING = 6000; // films
const VERTEX = `#version 300 es
in vec3 place; in vec4 colour; in float size; in float shape;
uniform mat4 matrix; uniform float ratio;
out vec4 tint; flat out float kind; out float radius;
void main() {
  gl_Position = matrix * vec4(place, 1.0);
  radius = 0.5 * size * ratio / gl_Position.w;
  gl_PointSize = 2.0 * radius + 2.0;
  kind = shape;
  tint = colour;
}`;
const FRAGMENT = `#version 300 es
precision mediump float;
in vec4 tint; flat in float kind; in float radius; out vec4 drawn;
uniform bool shaped;
float star(vec2 p) {
  float turn = 1.2566371, angle = mod(atan(p.x, -p.y) + 0.5 * turn, turn) - 0.5 * turn;
  vec2 at = length(p) * vec2(cos(angle), abs(sin(angle))), tip = vec2(1.12, 0.0), notch = 0.47 * vec2(0.809017, 0.587785);
  vec2 edge = notch - tip;
  return ((at.y - tip.y) * -edge.x + (at.x - tip.x) * edge.y) / length(edge);
}
float outside(vec2 p) {
  vec2 a = abs(p);
  if (!shaped || kind < 0.5) return length(p) - 1.0; // most maps: nothing dearer is looked at
  if (kind < 1.5) return max(a.x, a.y) - 0.86;
  if (kind < 2.5) return (a.x + a.y - 1.2) * 0.7071;
  if (kind < 3.5) return max(p.y - 0.62, a.x * 0.866 - p.y * 0.5 - 0.56);
  if (kind < 4.5) return max(min(a.x, a.y) - 0.36, max(a.x, a.y) - 1.0);
  if (kind < 5.5) { a = abs(vec2(p.x + p.y, p.x - p.y)) * 0.7071; return max(min(a.x, a.y) - 0.36, max(a.x, a.y) - 1.05); }
  return star(p);
}
void main() {
  vec2 p = (gl_PointCoord * 2.0 - 1.0) * (radius + 1.0) / radius;
  float cover = clamp(0.5 - outside(p) * radius, 0.0, 1.0) * tint.a;
  if (cover < 0.01) discard;
  drawn = vec4(tint.rgb * cover, cover);
}`;

function compiled(gl, kind, source) {
  const shader = gl.createShader(kind);
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader));
  return shader;
}

/** Make the canvas ready; null where there is no WebGL 2. */
function openCard(canvas) {
  const gl = canvas.getContext("webgl2", { antialias: false, alpha: true, premultipliedAlpha: true });
  if (!gl) return null;
  const program = gl.createProgram();
  gl.attachShader(program, compiled(gl, gl.VERTEX_SHADER, VERTEX));
  gl.attachShader(program, compiled(gl, gl.FRAGMENT_SHADER, FRAGMENT));
  gl.linkProgram(program);
  gl.useProgram(program);
  const buffers = {};
  for (const [name, size, kind] of [["place", 3, gl.FLOAT], ["colour", 4, gl.UNSIGNED_BYTE], ["size", 1, gl.FLOAT], ["shape", 1, gl.FLOAT]]) {
    buffers[name] = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, buffers[name]);
    const at = gl.getAttribLocation(program, name);
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, size, kind, kind === gl.UNSIGNED_BYTE, 0, 0);
  }
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  const uniform = (name) => gl.getUniformLocation(program, name);
  return { gl, buffers, matrix: uniform("matrix"), ratio: uniform("ratio"), shaped: uniform("shaped") };
}

function sendValues(card, name, values) {
  if (!card) return;
  card.gl.bindBuffer(card.gl.ARRAY_BUFFER, card.buffers[name]);
  card.gl.bufferData(card.gl.ARRAY_BUFFER, values, card.gl.DYNAMIC_DRAW);
}

/** Colours as bytes: what the ramp gives for each value, and how opaque. */
function sendColours(map) {
  const bytes = new Uint8Array(4 * map.n);
  const unknown = shares(map.theme.edge).map((share) => Math.round(255 * share));
  for (let row = 0; row < map.n; row++) {
    const step = 4 * Math.round(map.values[row] * (RAMP_STEPS - 1));
    for (let part = 0; part < 3; part++) bytes[4 * row + part] = step < 0 ? unknown[part] : map.ramp[step + part];
    bytes[4 * row + 3] = 255 * map.alphas[row];
  }
  sendValues(map.card, "colour", bytes);
}

/** How many films to draw: at rest all; while they move, as many of the best known as this machine keeps up with. */
function affordable(map, now) {
  const passed = now - (map.drawnAt ?? 0);
  map.drawnAt = now;
  if (!map.isMoving) return map.n;
  if (passed < PAUSE_MS) map.budget *= passed > SLOW_MS ? 0.75 : passed < FAST_MS ? 1.2 : 1;
  map.budget = Math.min(map.n, Math.max(LEAST_MOVING, map.budget));
  return Math.round(map.budget);
}

function drawPoints(map, now) {
  if (!map.card) return;
  const { gl } = map.card;
  gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
  gl.clearColor(0, 0, 0, 0);
  gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
  (map.isDeep ? gl.enable : gl.disable).call(gl, gl.DEPTH_TEST);
  gl.uniformMatrix4fv(map.card.matrix, false, matrixOf(map));
  gl.uniform1f(map.card.ratio, map.ratio * growth(map));
  gl.uniform1i(map.card.shaped, map.data.colouring.scale === "groups" ? 1 : 0);
  gl.drawArrays(gl.POINTS, 0, affordable(map, now));
}

/** Draw every film with a pen: for a picture in SVG, and where there is no WebGL. */
function penPoints(map, pen) {
  const project = projector(map);
  const grown = growth(map);
  for (let row = 0; row < map.n; row++) {
    const [x, y, size] = project(map.places[3 * row], map.places[3 * row + 1], map.places[3 * row + 2]);
    const radius = 0.5 * map.sizes[row] * grown * size;
    if (!size || x < -radius || y < -radius || x > map.width + radius || y > map.height + radius) continue;
    const value = map.values[row];
    const fill = value < 0 ? map.theme.edge : rampColour(map.ramp, value);
    pen.mark(x, y, radius, SHAPES[map.shapes[row]], fill, map.alphas[row]);
  }
}
