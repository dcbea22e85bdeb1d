// The films themselves, drawn by the graphics card in one call: 60,000 of them move smoothly. Where a browser has no
// WebGL 2 the marks are drawn one by one, more slowly but the same.
const SHAPES = ["circle", "square", "diamond", "triangle", "plus", "cross", "star"];
const VERTEX = `#version 300 es
in vec3 place; in float value; in float size; in float shape; in float alpha;
uniform mat4 matrix; uniform float ratio; uniform sampler2D ramp; uniform vec3 unknown;
out vec4 tint; flat out float kind; out float radius;
void main() {
  gl_Position = matrix * vec4(place, 1.0);
  radius = 0.5 * size * ratio / gl_Position.w;
  gl_PointSize = 2.0 * radius + 2.0;
  kind = shape;
  tint = vec4(value < 0.0 ? unknown : texture(ramp, vec2(value, 0.5)).rgb, alpha);
}`;
const FRAGMENT = `#version 300 es
precision mediump float;
in vec4 tint; flat in float kind; in float radius; out vec4 colour;
float star(vec2 p) {
  float turn = 1.2566371, angle = mod(atan(p.x, -p.y) + 0.5 * turn, turn) - 0.5 * turn;
  vec2 at = length(p) * vec2(cos(angle), abs(sin(angle))), tip = vec2(1.12, 0.0), notch = 0.47 * vec2(0.809017, 0.587785);
  vec2 edge = notch - tip;
  return ((at.y - tip.y) * -edge.x + (at.x - tip.x) * edge.y) / length(edge);
}
float outside(vec2 p) {
  vec2 a = abs(p);
  if (kind < 0.5) return length(p) - 1.0;
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
  colour = vec4(tint.rgb * cover, cover);
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
  for (const [name, size] of [["place", 3], ["value", 1], ["size", 1], ["shape", 1], ["alpha", 1]]) {
    buffers[name] = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, buffers[name]);
    const at = gl.getAttribLocation(program, name);
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, size, gl.FLOAT, false, 0, 0);
  }
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  const uniform = (name) => gl.getUniformLocation(program, name);
  return { gl, buffers, matrix: uniform("matrix"), ratio: uniform("ratio"), unknown: uniform("unknown") };
}

function sendValues(card, name, values) {
  if (!card) return;
  card.gl.bindBuffer(card.gl.ARRAY_BUFFER, card.buffers[name]);
  card.gl.bufferData(card.gl.ARRAY_BUFFER, values, card.gl.DYNAMIC_DRAW);
}

function sendRamp(card, bytes, unknown) {
  if (!card) return;
  const { gl } = card;
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, RAMP_STEPS, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(bytes.buffer));
  gl.uniform3fv(card.unknown, shares(unknown));
}

function drawPoints(map) {
  if (!map.card) return;
  const { gl } = map.card;
  gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
  gl.clearColor(0, 0, 0, 0);
  gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
  (map.isDeep ? gl.enable : gl.disable).call(gl, gl.DEPTH_TEST);
  gl.uniformMatrix4fv(map.card.matrix, false, matrixOf(map));
  gl.uniform1f(map.card.ratio, map.ratio * growth(map));
  gl.drawArrays(gl.POINTS, 0, map.n);
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
