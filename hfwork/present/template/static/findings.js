/** Reads what release/pages/findings.py has packed: comparisons, verdicts, smoothed figures, limits, funnels, gaps. */
import { unpack } from "./packing.js";

/** A number that may be missing (null), infinite or negative. */
export function signedNumber(whole, decimals) {
  if (whole === 0) return null;
  if (whole === 1) return Infinity;
  const n = whole - 2;
  return (n % 2 ? -(n + 1) / 2 : n / 2) / 10 ** decimals;
}

const COMPARED = ["target", "rest", "peers", "funnel", "before"];

/** Per indicator: (place, k-th period of the indicator) → codes, or null. */
export function comparisonsOf({ marks, mark }, i, length) {
  const numbers = unpack(mark[i]);
  const named = marks.map((codes) => Object.fromEntries(COMPARED.map((name, at) => [name, codes[at]])));
  return (place, k) => (k < 0 ? null : named[numbers[(place + 1) * length + k] - 1] || null);
}

/** Verdicts by indicator and place: [{period, code, test, reason, rule, points, lower, upper, p}, …]. */
export function verdictsOf({ marks, rows }) {
  const found = new Map(), numbers = unpack(rows);
  for (let at = 0; at < numbers.length; at += 8) {
    const [indicator, place, period, mark, points, lower, upper, p] = numbers.slice(at, at + 8);
    const [code, test, reason, rule] = marks[mark], decimals = test === "newcombe" ? 1 : 2;
    const one = { period, code, test, reason, rule, points, decimals, lower: signedNumber(lower, decimals), upper: signedNumber(upper, decimals), p: signedNumber(p, 3) };
    const key = `${indicator}/${place - 1}`;
    found.set(key, [...(found.get(key) || []), one]);
  }
  return found;
}

/** Smoothed figures of an indicator: "place/period" → {value, own (share it keeps of its own, %)}. */
export function smoothedOf(packed, decimals) {
  const found = new Map(), numbers = unpack(packed);
  for (let at = 0; at < numbers.length; at += 4) {
    const [place, period, value, own] = numbers.slice(at, at + 4);
    found.set(`${place}/${period}`, { value: signedNumber(value, decimals), own });
  }
  return found;
}

/** The control chart of one place: columns value centre lower upper rule side moves, one row per period. */
export function courseOf(block, place) {
  if (!block || !(place in block.rows)) return null;
  const numbers = unpack(block.rows[place]), rows = [];
  for (let at = 0; at < numbers.length; at += 5) {
    const [value, centre, lower, upper] = numbers.slice(at, at + 4).map((n) => signedNumber(n, block.decimals));
    const [rule, side, moves] = block.marks[numbers[at + 4]];
    rows.push({ value, centre, lower, upper, rule, side, moves: Boolean(moves) });
  }
  return { periods: block.periods, chart: block.charts[place], rows };
}

/** The funnel of one period: {reason} or {sizes, low998, high998, low95, high95}. */
export function funnelOf(rows, period, decimals) {
  const row = rows[period];
  if (!row) return { reason: "too_few_units" };
  const [reason, low, high, packed] = row;
  if (reason) return { reason };
  const numbers = unpack(packed).map((n) => signedNumber(n, decimals + 1)), count = numbers.length / 4;
  const sizes = Array.from({ length: count }, (_, i) => low * (high / low) ** (i / (count - 1)));
  const curve = (at) => numbers.slice(at * count, (at + 1) * count);
  return { reason: "", sizes, low998: curve(0), high998: curve(1), low95: curve(2), high95: curve(3) };
}

/** Measures of inequality of one indicator and period: [{measure, reason, estimate, lower, upper}, …]. */
export function gapsOf({ marks, rows }, i, period) {
  const numbers = unpack(rows[i]), found = [];
  for (let at = 0; at < numbers.length; at += 5) {
    if (numbers[at] !== period) continue;
    const [measure, reason] = marks[numbers[at + 1]], [estimate, lower, upper] = numbers.slice(at + 2, at + 5).map((n) => signedNumber(n, 2));
    found.push({ measure, reason, estimate, lower, upper });
  }
  return found;
}
