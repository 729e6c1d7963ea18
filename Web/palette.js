// @ts-check
// Color belongs to the numbers. Three palettes, mixed in OKLab so that equal steps look equal; zero is always the
// ground's color, so that what is dead disappears.

const LEVELS = 255;

/** The ends of each palette on each ground; a moment, which has no sign in its palette, has one end. */
const ENDS = {
  light: { ground: "#fffdf7", value: ["#0d55b8", "#d95f02"], gradient: ["#0b7a4b", "#7b2fb5"], moment: ["#a8366b", "#a8366b"] },
  paper: { ground: "#ffffff", value: ["#0d55b8", "#d95f02"], gradient: ["#0b7a4b", "#7b2fb5"], moment: ["#a8366b", "#a8366b"] },
  dark: { ground: "#101216", value: ["#5aa2ff", "#ff9a3d"], gradient: ["#3fcf8e", "#c08bff"], moment: ["#ff7fb0", "#ff7fb0"] },
};

/** @param {number} c */
function linearized(c) {
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}

/** @param {number} c */
function companded(c) {
  return Math.round(255 * Math.min(1, Math.max(0, c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055)));
}

/**
 * A hexadecimal color in OKLab (Ottosson, 2020).
 * @param {string} hex
 */
function oklab(hex) {
  const [r, g, b] = [1, 3, 5].map((i) => linearized(parseInt(hex.slice(i, i + 2), 16) / 255));
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/**
 * OKLab as red, green and blue of 0 … 255.
 * @param {number[]} lab
 */
function rgb([L, a, b]) {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    companded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    companded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    companded(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/**
 * Levels −1 … 1 of one palette as pixels (little-endian RGBA).
 * @param {string} ground
 * @param {string[]} ends
 */
function ramp(ground, ends) {
  const middle = oklab(ground), sides = ends.map(oklab), pixels = new Uint32Array(2 * LEVELS + 1);
  for (let i = -LEVELS; i <= LEVELS; i++) {
    // Small values would vanish in a straight line: the root lifts them.
    const share = (Math.abs(i) / LEVELS) ** 0.75, end = sides[i < 0 ? 0 : 1];
    const [r, g, b] = rgb(middle.map((c, k) => c + share * (end[k] - c)));
    pixels[i + LEVELS] = (255 << 24) | (b << 16) | (g << 8) | r;
  }
  return pixels;
}

/** @type {Map<string, Uint32Array>} */
const ramps = new Map();

/** Whether the page stands on dark ground now. */
export function isDark() {
  const choice = document.documentElement.dataset.theme;
  return choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
}

/**
 * The palette of a kind, for `pixel`.
 * @param {Kind} kind
 * @param {boolean} [onPaper] print is always light
 */
export function palette(kind, onPaper = false) {
  const ground = onPaper ? "paper" : isDark() ? "dark" : "light", name = kind === "scalar" ? "value" : kind;
  const key = `${ground} ${name}`;
  let pixels = ramps.get(key);
  if (!pixels) ramps.set(key, (pixels = ramp(ENDS[ground].ground, ENDS[ground][name])));
  return pixels;
}

/**
 * The pixel of a value of −1 … 1.
 * @param {Uint32Array} pixels
 * @param {number} x
 */
export function pixel(pixels, x) {
  const level = x !== x ? 0 : x > 1 ? LEVELS : x < -1 ? -LEVELS : Math.round(x * LEVELS);
  return pixels[level + LEVELS];
}

/**
 * The same as a CSS color.
 * @param {Uint32Array} pixels
 * @param {number} x
 */
export function cssColor(pixels, x) {
  const p = pixel(pixels, x);
  return `rgb(${p & 255} ${(p >> 8) & 255} ${(p >> 16) & 255})`;
}

/**
 * Paints cells into a canvas of one pixel a cell, which CSS enlarges; in the high-contrast mode of eight pixels a cell,
 * in which a bar rises above the middle for a positive value and hangs below it for a negative one.
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} values
 * @param {number} start
 * @param {number} rows
 * @param {number} columns
 * @param {Uint32Array} pixels
 * @param {number} scale
 * @param {boolean} bars
 */
export function paintCells(canvas, values, start, rows, columns, pixels, scale, bars) {
  const tall = bars ? 8 : 1;
  if (canvas.width !== columns || canvas.height !== rows * tall) { canvas.width = columns; canvas.height = rows * tall; }
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return;
  const image = context.createImageData(columns, rows * tall), cells = new Uint32Array(image.data.buffer);
  const ink = pixels[2 * LEVELS], below = pixels[0], ground = pixels[LEVELS];
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const x = values[start + r * columns + c] * scale;
      if (!bars) { cells[r * columns + c] = pixel(pixels, x); continue; }
      const size = Math.ceil(Math.min(1, Math.abs(x)) * 4 - 0.05);
      for (let k = 0; k < 8; k++) {
        const up = 3 - k, isLit = x > 0 ? up >= 0 && up < size : k >= 4 && k - 4 < size;
        cells[(r * 8 + k) * columns + c] = isLit ? (x > 0 ? ink : below) : ground;
      }
    }
  }
  context.putImageData(image, 0, 0);
}
