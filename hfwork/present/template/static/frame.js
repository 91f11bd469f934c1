/** The frame every part of a page stands in: its finding as the heading, its figure, what the signs mean, its table. */
import { csvText, grid, h, save } from "./element.js";

/**
 * Parts by name: (view, own) → panel or null. `view` = {m, state, page, theme, width, choose, link, memory}; `own` is the
 * part's entry in the layout where that is an object. A panel may have title, over (a word above it), body, figure {template, fill(width, theme) → table with height, click}, key [elements], signs [texts of the
 * key], notes [texts], receipt, table () → {columns, rows}, csv () → {head, rows}, after; `bare` needs no frame.
 */
export const PARTS = {};

/** The children of a part's section. `box` holds its figure from one drawing to the next. */
export function framed(name, panel, view, box) {
  const { m, memory } = view;
  if (panel.bare) return [panel.body];
  const over = panel.over ?? m.say(`part.${name}`);
  if (box && typeof panel.figure.template === "string") box.dataset.figure = panel.figure.template;
  if (box) box.setAttribute("aria-label", m.say(panel.table ? "ui.chart_alt" : "ui.chart_alt_alone", { kind: over, title: panel.title }));
  const notes = [...(panel.notes || []), panel.receipt && m.say("ui.receipt", { code: panel.receipt })].filter(Boolean);
  const shown = memory.tables.has(name);
  const details = panel.table && h("details", { class: "hf-data", open: shown, ontoggle: (event) => {
    if (!event.target.isConnected) return;
    event.target.open ? memory.tables.add(name) : memory.tables.delete(name);
    if (event.target.open) fillTable(event.target, panel, view);
  } }, h("summary", { "data-key": `data-${name}` }, m.say("ui.show_table")));
  if (details && shown) fillTable(details, panel, view);
  const file = [name, ...(panel.file || []), m.page.release.id].join("_").replace(/[^\w-]+/g, "-");
  const sheet = panel.csv || panel.table;
  return [
    panel.headless ? null : h("h2", {}, h("span", {}, over), panel.title), panel.body, box,
    panel.key && panel.key.length ? h("ul", { class: "hf-legend" }, panel.key) : null,
    notes.length ? h("p", { class: "hf-note" }, notes.join(" ")) : null, panel.after, details,
    (sheet || panel.figure || panel.image) && h("p", { class: "hf-tools" },
      sheet && h("button", { type: "button", class: "hf-plain", "data-key": `csv-${name}`, onclick: () => save(`${file}.csv`, asCsv(m, sheet())) }, m.say("ui.download_table")),
      (panel.figure || panel.image) && h("button", { type: "button", class: "hf-plain", "data-key": `png-${name}`, onclick: () => view.snapshot(name, panel, file) }, m.say("ui.download_picture"))),
  ];
}

function fillTable(details, panel, { m }) {
  if (details.querySelector("table")) return;
  const { columns, rows } = panel.table();
  details.append(h("div", { class: "hf-wide", tabindex: "0", role: "region", "aria-label": panel.title }, grid(panel.title, columns, rows)), h("p", { class: "hf-note" }, panel.tableNote || m.say("ui.state_signs")));
}

const plainText = (value) => (value && typeof value === "object" && "textContent" in value ? value.textContent : value);

/** A sheet is {head, rows} as it leaves, or {columns, rows} as it is shown. */
function asCsv(m, sheet) {
  if (sheet.head) return csvText(m, sheet.head, sheet.rows);
  return csvText(m, sheet.columns.map((c) => c.label), sheet.rows.map((row) => sheet.columns.map((c) => plainText(row[c.key]) ?? "")));
}
