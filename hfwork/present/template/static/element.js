/** Elements, and texts that leave the page as files. */

/** An element; texts are always set as text, so that a name can never become markup. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for a small drawing. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}

/** Status in shape and word, e.g. ● 达标. */
export function badge(m, status) {
  if (!m.page.look.status[status]) return null;
  return h("span", { class: `hf-badge hf-${status}` }, h("i", { "aria-hidden": "true" }, m.mark(status)), m.say(`status.${status}`));
}

/** How a figure compares, in sign and word, e.g. ▲ 优于. */
export function compared(m, code, words = true) {
  const sign = COMPARES[code];
  if (!sign) return null;
  return h("span", { class: `hf-sign hf-${code}`, title: words ? null : m.say(`code.${code}`) }, h("i", { "aria-hidden": "true" }, sign),
    h("span", { class: words ? null : "hf-hidden" }, m.say(`code.${code}`)));
}

export const COMPARES = { better: "▲", worse: "▼", higher: "△", lower: "▽", similar: "＝" };

/**
 * A table from columns {key, label, num} and rows: objects of texts or elements by key, with `head` for the cell that
 * names the row and `class`. On a phone every row becomes a small block.
 */
export function grid(caption, columns, rows, more = {}) {
  const [first] = columns;
  return h("table", { class: ["hf-grid", more.class].filter(Boolean).join(" ") },
    h("caption", { class: "hf-hidden" }, caption),
    h("thead", {}, h("tr", {}, columns.map((c) => h("th", { scope: "col", class: c.num ? "hf-num" : null }, c.label)))),
    h("tbody", {}, rows.map((row) => h("tr", { class: row.class || null, "data-code": row.code || null }, columns.map((c) => (c === first
      ? h("th", { scope: "row" }, row[c.key])
      : h("td", { class: [`hf-c-${c.key}`, c.num ? "hf-num" : "", row[c.key] === "" || row[c.key] === null || row[c.key] === undefined ? "hf-blank" : ""].join(" ").trim(), "data-label": c.label }, row[c.key])))))));
}

/** One field: quoted when needed; a text a spreadsheet would run as a formula gets an apostrophe. */
export function field(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[\s]*[=+\-@＝＋－＠]|^[\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

/** Rows of values as CSV text with a byte-order mark, so that spreadsheets show Chinese; every row says what it is of. */
export function csvText(m, head, rows) {
  const { release } = m.page;
  const of = [[m.say("ui.as_of"), release.as_of], [m.say("ui.release"), release.id], ...(release.sample ? [[m.say("ui.sample"), m.say("ui.sample_note")]] : [])];
  const lines = [[...head, ...of.map(([name]) => name)], ...rows.map((row) => [...row, ...of.map(([, value]) => value)])];
  return `\uFEFF${lines.map((line) => line.map(field).join(",")).join("\r\n")}\r\n`;
}

export function save(name, text) {
  const link = h("a", { href: URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);   // a busy computer begins late to read it
}
