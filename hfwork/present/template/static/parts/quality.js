/** Which returns came, which did not or came late, what was put aside, and what each figure rests on. */
import { grid, h } from "../element.js";
import { PARTS } from "../frame.js";
import { unpack } from "../packing.js";
import { said } from "./head.js";

/** Returns of a table: (place, period index) → {expected, reported}, or undefined; unpacked once. */
const unpackedReturns = new WeakMap();
function returnsOf(table) {
  if (unpackedReturns.has(table)) return unpackedReturns.get(table);
  const found = new Map(), numbers = unpack(table.returns);
  for (let at = 0; at < numbers.length; at += 4) found.set(`${numbers[at] - 1}/${numbers[at + 1]}`, { expected: numbers[at + 2], reported: numbers[at + 3] });
  const find = (place, period) => found.get(`${place}/${period}`);
  unpackedReturns.set(table, find);
  return find;
}

function faultsOf(page) {
  const found = [], numbers = unpack(page.faulty);
  for (let at = 0; at < numbers.length; at += 4) found.push({ table: numbers[at], place: numbers[at + 1] - 1, rows: numbers[at + 2], errors: numbers[at + 3] });
  return found;
}

const share = (m, part, whole) => (whole ? `${m.number((100 * part) / whole, 1)}%` : "—");

/** All tables at one place and period, those that expect a return there. */
const expecting = ({ m, page, state }, place) => page.tables.map((table) => ({ table, ...returnsOf(table)(place, m.periodAt.get(state.period)) })).filter((row) => row.expected);

PARTS.completeness = (view) => {
  const { m, page, state } = view, rows = expecting(view, state.place), sum = (key) => rows.reduce((n, row) => n + row[key], 0);
  const expected = sum("expected"), reported = sum("reported"), place = m.name(m.place(state.place).name), period = m.name(m.period(state.period).name);
  const short = rows.filter((row) => row.reported < row.expected), faults = faultsOf(page).filter((f) => f.place === state.place), late = page.late.reduce((n, row) => n + (state.place < 0 || row.place === state.place ? row.count : 0), 0);
  const total = faults.reduce((n, f) => n + f.rows, 0), aside = faults.reduce((n, f) => n + f.errors, 0);
  const sentences = [expected ? m.say("quality.returns", { place, period, expected: m.number(expected, 0), reported: m.number(reported, 0), share: share(m, reported, expected) }) : m.say("quality.nothing", { place, period }),
    m.say(!expected ? "quality.none" : !short.length ? "quality.whole" : short.length > 3 ? "quality.short" : "quality.short_all", { n: short.length, names: short.slice(0, 3).map((row) => m.name(row.table.title)).join(m.say("ui.and")) }) + (late ? m.say("quality.late", { n: late }) : ""),
    m.say("quality.aside", { rows: m.number(total, 0), aside: m.number(aside, 0) }) + m.say(short.length || aside ? "quality.next" : "quality.calm")];
  return { bare: true, body: said(m, `${place} · ${period}`, sentences, [h("p", { class: "hf-what" }, m.say("quality.share")), h("p", { class: "hf-big" }, expected ? m.number((100 * reported) / expected, 1) : "—", expected ? h("small", {}, "%") : null), h("p", { class: "hf-under" }, h("span", {}, m.say("ui.numerator_of", { n: m.number(reported, 0), d: m.number(expected, 0) })), page.release.grade && h("span", {}, `${m.say("ui.grade")} ${m.say("ui.grade_word", { grade: page.release.grade })}`))]) };
};

PARTS.returns = (view) => {
  const { m, page, state, choose } = view, at = m.periodAt.get(state.period), tables = page.tables.filter((table) => returnsOf(table)(-1, at)?.expected);
  const places = [-1, ...page.places.keys()], found = new Map(tables.map((table) => [table.id, returnsOf(table)]));
  const cell = (table, i) => { const row = found.get(table.id)(i, at); return row && row.expected ? h("span", { class: `hf-cell ${row.reported < row.expected ? (row.reported ? "hf-is-partly" : "hf-is-none") : "hf-is-whole"}` }, row.reported < row.expected ? (row.reported ? "◐ " : "○ ") : "● ", `${row.reported}/${row.expected}`) : ""; };
  const columns = [{ key: "place", label: m.say("ui.col.place") }, ...tables.map((table) => ({ key: table.id, label: m.name(table.title), num: true }))];
  const rows = places.map((i) => ({ code: m.place(i).code, class: i < 0 ? "hf-root" : i === state.place ? "hf-chosen" : null, place: i < 0 ? m.name(page.root.name) : h("button", { type: "button", class: "hf-name", "data-key": `returns-${i}`, "aria-pressed": String(i === state.place), onclick: () => choose({ place: i === state.place ? -1 : i }) }, m.name(page.places[i].name)), ...Object.fromEntries(tables.map((table) => [table.id, cell(table, i)])) }));
  const short = [...page.places.keys()].filter((i) => tables.some((table) => { const row = found.get(table.id)(i, at); return row && row.reported < row.expected; }));
  return { title: !tables.length ? m.say("returns.nothing") : short.length ? m.say("returns.title", { n: short.length, unit: m.places(), period: m.name(m.period(state.period).name) }) : m.say("returns.whole", { unit: m.places(), period: m.name(m.period(state.period).name) }), file: [state.period],
    body: tables.length ? h("div", { class: "hf-wide", tabindex: "0", role: "region", "aria-label": m.say("part.returns") }, grid(m.say("part.returns"), columns, rows, { class: "hf-matrix" })) : null, notes: [m.say("returns.note"), m.say("ui.official_order")],
    csv: () => ({ head: [m.say("ui.col.place"), m.say("ui.returns"), m.say("ui.col.period"), m.say("returns.expected"), m.say("returns.reported")], rows: places.flatMap((i) => tables.map((table) => { const row = found.get(table.id)(i, at) || {}; return [m.name(m.place(i).name), m.name(table.title), m.name(m.period(state.period).name), row.expected ?? null, row.reported ?? null]; })) }) };
};

PARTS.rows = (view) => {
  const { m, page, state } = view, faults = faultsOf(page).filter((f) => f.place === state.place && f.rows), late = new Map();
  for (const row of page.late) if (state.place < 0 || row.place === state.place) late.set(row.table, (late.get(row.table) || 0) + row.count);
  const columns = [{ key: "table", label: m.say("ui.returns") }, ...["rows", "aside", "share", "late"].map((key) => ({ key, label: m.say(`rows.${key}`), num: true }))];
  const rows = faults.map((f) => ({ table: m.name(page.tables[f.table].title), rows: m.number(f.rows, 0), aside: m.number(f.errors, 0), share: share(m, f.errors, f.rows), late: m.number(late.get(page.tables[f.table].id) || 0, 0) }));
  const aside = faults.filter((f) => f.errors);
  return { title: m.say(aside.length ? "rows.title" : "rows.none", { n: aside.length, place: m.name(m.place(state.place).name) }), body: rows.length ? grid(m.say("part.rows"), columns, rows) : null, notes: [m.say("rows.note")], file: [m.place(state.place).code],
    csv: rows.length ? () => ({ head: columns.map((c) => c.label), rows: rows.map((row) => columns.map((c) => row[c.key])) }) : null };
};

PARTS.rests = (view) => {
  const { m, page, state, link } = view, table = page.tables.find((t) => t.id === state.table);
  if (!table) return null;
  const rows = table.indicators.map((id) => { const ind = m.indicator(id), token = m.nearest(ind, state.period), cell = m.cell(id, token, state.place); return { ind, token, cell }; });
  const grades = ["A", "B", "C", "D"].map((g) => [g, rows.filter(({ cell }) => cell.grade === g).length]).filter(([, n]) => n);
  const columns = [{ key: "name", label: m.say("ui.col.indicator") }, { key: "period", label: m.say("ui.col.period") }, { key: "grade", label: m.say("ui.col.grade") }, { key: "value", label: m.say("ui.col.value"), num: true }, { key: "note", label: m.say("ui.col.state") }, { key: "receipt", label: m.say("ui.col.receipt") }];
  return { title: m.say("rests.title", { table: m.name(table.title), n: rows.length, grades: grades.map(([g, n]) => m.say("rests.grade", { grade: g, n })).join(m.say("ui.comma")) || m.say("rests.no_grade") }), file: [table.id, state.period],
    body: grid(m.say("part.rests"), columns, rows.map(({ ind, token, cell }) => ({ name: link("indicator") ? h("a", { href: link("indicator", { indicator: ind.id, period: token }) }, m.name(ind.name)) : m.name(ind.name), period: m.name((m.period(token) || { name: null }).name), grade: cell.grade ? m.say("ui.grade_word", { grade: cell.grade }) : "—", value: m.shown(cell, ind), note: m.note(cell), receipt: cell.receipt || "—" }))),
    notes: [m.say("rests.note", { rules: Object.entries(page.policy).map(([grade, rule]) => m.say("rests.rule", { grade, completeness: m.number(100 * rule.completeness, 0), errors: m.number(100 * rule.errors, 1) })).join(m.say("ui.comma")) })],
    csv: () => ({ head: columns.map((c) => c.label), rows: rows.map(({ ind, token, cell }) => [m.name(ind.name), m.name((m.period(token) || { name: null }).name), cell.grade, cell.value ?? null, m.note(cell), cell.receipt]) }) };
};
