// Numbers: from bytes, and to texts.

/** Doubles from the base64 form of their little-endian bytes. */
function doubles(text) {
  const characters = atob(text);
  const view = new DataView(new ArrayBuffer(characters.length));
  for (let at = 0; at < characters.length; at += 1) view.setUint8(at, characters.charCodeAt(at));
  const numbers = new Float64Array(characters.length / 8);
  for (let index = 0; index < numbers.length; index += 1) numbers[index] = view.getFloat64(8 * index, true);
  return numbers;
}

/** The digits of `power.csv`: the fewest that read back as the same number. */
function exact(x) {
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  if (x === 0) return Object.is(x, -0) ? "-0.0" : "0.0";
  const size = Math.abs(x);
  if (size < 1e-4 || size >= 1e16) return x.toExponential().replace("e+", "e");
  const text = x.toString();
  return text.includes(".") ? text : `${text}.0`;
}

/** With so many decimals; a minus sign that is one. */
const fixed = (x, decimals) => (Number.isNaN(x) ? "undefined" : x.toFixed(decimals).replace(/^-(?=0\.?0*$)/, "").replace("-", "−"));

/** Decimals that show two digits of an error. */
const decimalsFor = (error) => (error > 0 && Number.isFinite(error) ? Math.min(8, Math.max(2, 1 - Math.floor(Math.log10(error)))) : 5);

/** A number for people, no finer than its standard error says. */
const rounded = (x, error) => fixed(x, decimalsFor(error));

/** A number with its standard error, or with what is known instead of one. `null` is what is not defined. */
function withError(x, error) {
  if (x === null || Number.isNaN(x)) return "not defined";
  if (error === null || Number.isNaN(error)) return `${fixed(x, 4)} (standard error unknown)`;
  return error === 0 ? `${fixed(x, 6)} (exact)` : `${rounded(x, error)} ± ${rounded(error, error)}`;
}

/** A whole number with thin spaces between thousands. */
const grouped = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f");

/** A small number such as a tolerance. */
const tiny = (x) => (x === 0 ? "0" : x.toExponential(1).replace("-", "−"));

/** About `count` round numbers from `low` to `high`, with the decimals of their step. */
function ticks(low, high, count) {
  const raw = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((step) => step >= raw * 0.999);
  const decimals = Math.max(0, Math.min(12, Math.ceil(-Math.log10(step) - 1e-9) + (Math.abs(step / power - 2.5) < 1e-9 ? 1 : 0)));
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k += 1) {
    found.push({ value: k * step, label: fixed(k * step, decimals) });
  }
  return found;
}

/** A field of a CSV file. */
const field = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Records as a CSV file. */
const csv = (records) => records.map((record) => `${record.map(field).join(",")}\n`).join("");
