/** Parts for any page: words, a sheet and a plot, drawn from what the page's own layout says. */
import { plain } from "../drawing.js";
import { grid, h } from "../element.js";
import { PARTS } from "../frame.js";

const bilingual = (value) => value !== null && typeof value === "object" && !Array.isArray(value) && ("zh" in value || "en" in value);

/** A text as it stands, or in the language of the page where it has both. */
const inWords = (m, value) => (typeof value === "string" ? value : m.name(value));

/** A text; a number with so many decimals, as many as it has when not told. */
const cellText = (m, value, decimals) => (bilingual(value) ? inWords(m, value) : typeof value === "number" ? m.number(value, decimals ?? (String(value).split(".")[1] || "").length) : value ?? "—");

/** {columns: [{zh, en, num, decimals}], rows: [[…]]} as it is shown and as it leaves. */
function sheetOf(m, { columns, rows }) {
  for (const row of rows) if (row.length !== columns.length) throw new Error(`a row of ${row.length} under ${columns.length} columns`);
  return {
    shown: { columns: columns.map((c, i) => ({ key: String(i), label: m.name(c), num: Boolean(c.num) })), rows: rows.map((row) => Object.fromEntries(row.map((value, i) => [i, cellText(m, value, columns[i].decimals)]))) },
    file: { head: columns.map((c) => m.name(c)), rows: rows.map((row) => row.map((value) => (bilingual(value) ? m.name(value) : value))) },
  };
}

/** What the three have in common; without `over` the page's own title stands above. */
const framedBy = ({ m, page }, own) => ({ over: inWords(m, own.over || page.title), title: inWords(m, own.title), notes: (own.notes || []).map((note) => inWords(m, note)), receipt: own.receipt });

PARTS.words = (view, own) => ({ ...framedBy(view, own), body: h("ul", { class: "hf-lines" }, own.lines.map((line) => h("li", {}, inWords(view.m, line)))) });

PARTS.sheet = (view, own) => {
  const { shown, file } = sheetOf(view.m, own), title = inWords(view.m, own.title);
  return { ...framedBy(view, own), body: h("div", { class: "hf-wide", tabindex: "0", role: "region", "aria-label": title }, grid(title, shown.columns, shown.rows, { class: "hf-matrix" })), csv: () => file };
};

/** `template` is a plotly figure whose "@name" stand for `columns`; `table` holds the same figures as a sheet. */
PARTS.plot = (view, own) => {
  const { m } = view, { shown, file } = sheetOf(m, own.table);
  const column = (values) => (Array.isArray(values) ? values.map((value) => (bilingual(value) ? plain(m.name(value)) : typeof value === "string" ? plain(value) : value)) : bilingual(values) ? plain(m.name(values)) : values);
  const columns = Object.fromEntries(Object.entries(own.columns).map(([name, values]) => [name, column(values)]));
  return { ...framedBy(view, own), figure: { template: own.template, fill: () => ({ height: 340, ...columns }) }, table: () => shown, csv: () => file };
};
