// Axes of charts, and color bars.

/** A linear map from an extent to pixels. */
const linear = ([low, high], [from, to]) => (x) => from + ((x - low) / (high - low)) * (to - from);

/** Horizontal grid lines with their numbers. */
function valueAxis(extent, y, left, right, count) {
  return ticks(extent[0], extent[1], count).flatMap(({ value, label }) => [
    svg("line", { class: "gridline", x1: left, x2: right, y1: y(value), y2: y(value) }),
    svg("text", { class: "soft", x: left - 6, y: y(value), "font-size": 12, "text-anchor": "end", "dominant-baseline": "central" }, label),
  ]);
}

/** Numbers below a frame. */
function baseAxis(marks, x, bottom, top) {
  return marks.flatMap(({ value, label }) => [
    svg("line", { class: "gridline", x1: x(value), x2: x(value), y1: top, y2: bottom }),
    svg("text", { class: "soft", x: x(value), y: bottom + 16, "font-size": 12, "text-anchor": "middle" }, label),
  ]);
}

/** A color bar with numbers, and a mark at the value of the active state. */
function colorBar(extent, label) {
  const [width, left, top, height] = [480, 12, 24, 14];
  const x = linear(extent, [left, width - left]);
  const stops = Array.from({ length: 33 }, (_, k) => svg("stop", { offset: k / 32, "stop-color": rgb(colorAt(k / 32)) }));
  const marks = ticks(extent[0], extent[1], 6).flatMap(({ value, label }) => [
    svg("line", { class: "axis", x1: x(value), x2: x(value), y1: top + height, y2: top + height + 4 }),
    svg("text", { x: x(value), y: top + height + 17, "font-size": 12, "text-anchor": "middle" }, label),
  ]);
  const here = svg("path", { id: "bar-mark", class: "ring", "stroke-width": 2 });
  const bar = svg("svg", { viewBox: `0 0 ${width} 60`, width, role: "img", "aria-label": `color scale from ${exact(extent[0])} to ${exact(extent[1])}` },
    svg("defs", null, svg("linearGradient", { id: "gradient" }, ...stops)),
    svgText({ x: left, y: 14, "font-size": 13 }, label),
    svg("rect", { x: left, y: top, width: width - 2 * left, height, fill: "url(#gradient)" }), ...marks, here);
  const mark = (value) => here.setAttribute("d", Number.isFinite(value) ? `M${x(value)} ${top - 3}v${height + 6}` : "");
  return { bar, mark };
}
