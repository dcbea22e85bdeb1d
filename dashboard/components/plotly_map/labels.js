// Names on a flat map: the most wanted that are in view and do not touch each other.
const NARROW = 600; // px; below it points shrink and fewer labels show
const LABEL = { size: 13, strongSize: 17, lift: 14, widthPerLetter: 0.54, gap: 6, mark: 10, mostWhenNarrow: 9 };

/** The room that a note of the figure itself takes. */
function noteBox(note, xaxis, yaxis) {
  const wide = note.text.length * 7.2;
  const x = note.xref === "paper" ? note.x * xaxis._length : xaxis.l2p(note.x);
  const y = note.yref === "paper" ? (1 - note.y) * yaxis._length : yaxis.l2p(note.y) - (note.yshift ?? 0);
  const left = note.xanchor === "left" ? x : note.xanchor === "right" ? x - wide : x - wide / 2;
  return [left, y - 20, left + wide, y + 20];
}

function touches(box, other) {
  return box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3];
}

/** Where a label would stand, above its point or (`side` = -1) below it. */
function labelBox(label, xaxis, yaxis, side = 1) {
  const size = label.strong ? LABEL.strongSize : LABEL.size;
  const half = (label.text.length * size * LABEL.widthPerLetter) / 2 + LABEL.gap;
  const x = xaxis.l2p(label.x);
  const lift = side * LABEL.lift;
  const y = yaxis.l2p(label.y) - lift;
  const anchor = x < half ? "left" : x > xaxis._length - half ? "right" : "center";
  const left = anchor === "left" ? x : anchor === "right" ? x - 2 * half : x - half;
  return { box: [left, y - size, left + 2 * half, y + size], size, anchor, lift };
}

/** The first place where nothing is touched; for one that is always wanted, above its point if there is none. */
function placeFor(label, taken, xaxis, yaxis) {
  const above = labelBox(label, xaxis, yaxis);
  if (label.strong) return above;
  const isFree = ({ box }) => !isOutside(box, xaxis, yaxis) && !taken.some((other) => touches(box, other));
  const places = label.always ? [above, labelBox(label, xaxis, yaxis, -1)] : [above];
  return places.find(isFree) ?? (label.always && !isOutside(above.box, xaxis, yaxis) ? above : undefined);
}

/** The mark that a label belongs to must not be covered by another name. */
function markBox(label, xaxis, yaxis) {
  const [x, y] = [xaxis.l2p(label.x), yaxis.l2p(label.y)];
  return [x - LABEL.mark, y - LABEL.mark, x + LABEL.mark, y + LABEL.mark];
}

function isOutside(box, xaxis, yaxis) {
  return box[0] < 0 || box[2] > xaxis._length || box[1] < 0 || box[3] > yaxis._length;
}

/** Plotly reads a little HTML in texts: a title must not be read as that. */
function plain(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function chooseLabels(plot) {
  const { xaxis, yaxis } = plot._fullLayout;
  const { labels, mostLabels } = plot.component.data;
  const most = xaxis._length < NARROW ? Math.min(mostLabels, LABEL.mostWhenNarrow) : mostLabels;
  const taken = plot.fixedNotes.map((note) => noteBox(note, xaxis, yaxis));
  const chosen = [];
  for (const label of labels) {
    if (chosen.length >= most && !label.strong) break;
    const place = placeFor(label, taken, xaxis, yaxis);
    if (!place) continue;
    const { box, size, anchor, lift } = place;
    taken.push(box);
    if (label.always || label.strong) taken.push(markBox(label, xaxis, yaxis));
    chosen.push({
      x: label.x, y: label.y, text: plain(label.text), showarrow: false, yshift: lift, xanchor: anchor,
      bgcolor: plot.words.white, font: { family: "Archivo, Inter, sans-serif", size, weight: 600 },
    });
  }
  return chosen;
}

/** Draw the labels anew, if others than before are wanted. */
async function placeLabels(plot, Plotly) {
  if (plot.is3d) return;
  const chosen = chooseLabels(plot);
  const shown = JSON.stringify(chosen);
  if (shown === plot.shownLabels) return;
  plot.shownLabels = shown;
  await Plotly.relayout(plot, { annotations: [...plot.fixedNotes, ...chosen] });
}
