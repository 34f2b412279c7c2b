// Colors of values.

/** The color map in steps, each red, green, blue. */
const STEPS = DATA.colors.match(/.{6}/g).map((hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)));

/** The color at a position from 0 to 1, as [red, green, blue]. */
function colorAt(position) {
  const at = Math.min(1, Math.max(0, position)) * (STEPS.length - 1);
  const step = Math.min(STEPS.length - 2, Math.floor(at));
  return STEPS[step].map((low, channel) => Math.round(low + (at - step) * (STEPS[step + 1][channel] - low)));
}

const rgb = (color) => `rgb(${color.join(",")})`;

/** The color of a value on a scale, or `null` where it is no number. */
function colorOf(value, [low, high]) {
  return Number.isFinite(value) ? colorAt((value - low) / (high - low)) : null;
}

/** Black or white, whichever reads better on a color [WCAG 2.2, "contrast ratio"]. */
function inkOn(color) {
  const [r, g, b] = color.map((channel) => {
    const value = channel / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) ? "#000" : "#fff";
}
