// @ts-check
// Numbers and words as the page writes them.

const integerFormat = new Intl.NumberFormat("en-US");

/**
 * 12345 as "12,345".
 * @param {number} n
 */
export function whole(n) {
  return Number.isFinite(n) ? integerFormat.format(Math.round(n)) : "–";
}

/**
 * A loss with four decimals, as the programs print it.
 * @param {number | null | undefined} x
 */
export function lossFigure(x) {
  return x == null || !Number.isFinite(x) ? "–" : x.toFixed(4);
}

/**
 * A number of any size in at most seven characters; a true minus sign. The Worker's answers have null for what is no number.
 * @param {number | null} x
 */
export function figure(x) {
  if (x === null) return "–";
  if (!Number.isFinite(x)) return String(x);
  const size = Math.abs(x);
  let text;
  if (size === 0) text = "0";
  else if (size >= 1e5 || size < 1e-3) text = x.toExponential(1).replace("e+", "e");
  else if (size >= 100) text = x.toFixed(0);
  else if (size >= 10) text = x.toFixed(2);
  else text = x.toFixed(3);
  return text.replace("-", "−").replace("e-", "e−");
}

/**
 * The shortest figure for a cell of a heat map: ".12", "−1.3", "27".
 * @param {number} x
 */
export function cellFigure(x) {
  const size = Math.abs(x);
  const text = size >= 100 ? x.toFixed(0) : size >= 10 ? x.toFixed(1) : size < 0.005 ? "0" : x.toFixed(size < 1 ? 2 : 1);
  return text.replace(/^(-?)0\./, "$1.").replace("-", "−");
}

/**
 * A rate with three significant digits.
 * @param {number} x
 */
export function rate(x) {
  return x >= 100 ? whole(x) : x >= 10 ? x.toFixed(1) : x.toFixed(2);
}

/**
 * Seconds as "0.21 s" or "3 min 20 s".
 * @param {number} s
 */
export function duration(s) {
  return s < 10 ? `${s.toFixed(2)} s` : s < 60 ? `${s.toFixed(0)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;
}

/**
 * A name for a token that has no letter.
 * @param {string} token
 */
export function tokenName(token) {
  return token === "" || token === "BOS" || token === "<BOS>" ? "⏎" : token === " " ? "␣" : token;
}
