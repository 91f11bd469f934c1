/** Reads what release/packing.py has packed: numbers as signs, what repeats as marks, receipts as five bytes. */

const SIGNS = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).filter((sign) => !"\"'&<>\\".includes(sign));
const BASE = SIGNS.length / 2, VALUE = new Map(SIGNS.map((sign, value) => [sign, value]));
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

export function unpack(packed) {
  const numbers = [];
  let number = 0, unit = 1;
  for (const sign of packed) {
    const value = VALUE.get(sign);
    if (value < BASE) { numbers.push(number + value * unit); number = 0; unit = 1; }
    else { number += (value - BASE) * unit; unit *= BASE; }
  }
  return numbers;
}

/** One indicator's cells by place (0 is the whole district) and period; null where there is none. */
export function cellsOf(block, ind, places) {
  const numbers = unpack(block.numbers), codes = atob(block.receipts), scale = 10 ** ind.decimals;
  const marks = unpack(block.mark), length = ind.at.length;
  let at = 0, issued = 0;
  const one = (mark) => {
    if (!mark) return null;
    const [state, reason, status, grade, target, apportioned, has, merge] = block.marks[mark - 1];
    const cell = { state, reason, status, grade, target, apportioned: Boolean(apportioned), merge, receipt: "" };
    if (!has) return cell;
    const share = has.includes("h") ? 100 : 1;
    cell.numerator = cell.value = numbers[at++] / share;
    cell.denominator = null;
    if (has.includes("d")) {
      cell.denominator = numbers[at++] / share;
      cell.value = (cell.numerator * ind.factor) / cell.denominator;
    }
    cell.lower = cell.upper = null;
    if (has.includes("i")) {
      const middle = Math.floor(Math.abs(cell.value) * scale + 0.5 + 1e-9) * Math.sign(cell.value);
      cell.lower = (middle - numbers[at++]) / scale;
      cell.upper = (middle + numbers[at++]) / scale;
    }
    if (state === "unstable") cell.value = null;   // its counts stand, the value is withheld
    cell.receipt = receipt(codes.slice(5 * issued, 5 * issued + 5));
    issued += 1;
    return cell;
  };
  return Array.from({ length: block.units ? places + 1 : 1 }, (_, place) => Array.from({ length }, (__, k) => one(marks[place * length + k])));
}

/** The check character of a receipt, as release/receipts.py counts it. */
const check = (digits) => LETTERS[digits.reduce((sum, digit, i) => sum + (i + 1) * digit, 0) % 31];

/** A receipt as people type it – no dashes, small or wide letters, O for 0 – in its printed form: {code} or {wrong}. */
export function readReceipt(typed) {
  let plain = typed.normalize("NFKC").toUpperCase().replace(/[^0-9A-Z]/g, "");
  if (plain.length !== 9) plain = plain.replace(/^HF/, "");
  plain = plain.replace(/[IL]/g, "1").replace(/O/g, "0");
  const digits = [...plain].map((letter) => LETTERS.indexOf(letter));
  if (plain.length !== 9 || digits.includes(-1)) return { wrong: "bad" };
  return check(digits.slice(0, 8)) === plain[8] ? { code: `HF-${plain.slice(0, 4)}-${plain.slice(4, 8)}-${plain[8]}` } : { wrong: "mistyped" };
}

/** Five bytes as people read them, with the check character: HF-7K3M-92QD-5. */
function receipt(bytes) {
  const [a, b, c, d, e] = [0, 1, 2, 3, 4].map((i) => bytes.charCodeAt(i));
  const digits = [a >> 3, ((a & 7) << 2) | (b >> 6), (b >> 1) & 31, ((b & 1) << 4) | (c >> 4), ((c & 15) << 1) | (d >> 7), (d >> 2) & 31, ((d & 3) << 3) | (e >> 5), e & 31];
  let body = "HF-";
  for (let i = 0; i < 8; i += 1) body += (i === 4 ? "-" : "") + LETTERS[digits[i]];
  return `${body}-${check(digits)}`;
}
