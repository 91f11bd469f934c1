/** The programme as a whole: where it stands, what needs attention and whose it is, what changed. */
import { badge, grid, h } from "../element.js";
import { PARTS } from "../frame.js";
import { receiptOf, said } from "./head.js";

/** The district's latest complete figures: [{ind, token, cell}]. */
const standing = ({ m, page }) => Object.entries(page.standing).map(([id, period]) => {
  const token = page.periods[period].token;
  return { ind: m.indicator(id), token, cell: m.cell(id, token, -1) };
});

/** Leads with what is theirs, those with most first. */
function byLead(m, rows) {
  const leads = new Map();
  for (const row of rows) {
    const lead = m.name(m.indicator(row.indicator).lead);
    leads.set(lead, [...(leads.get(lead) || []), row]);
  }
  return [...leads].sort((a, b) => b[1].length - a[1].length);
}

PARTS.brief = (view) => {
  const { m, page } = view, now = standing(view), count = (status) => now.filter(({ cell }) => cell.status === status).length;
  const facts = { date: m.date(page.release.as_of), n: page.indicators.length, k: now.length, met: count("met"), near: count("near"), behind: count("behind"), place: m.name(page.root.name) };
  facts.t = facts.met + facts.near + facts.behind;
  const leads = byLead(m, page.attention), items = new Set(page.attention.map((row) => row.indicator)).size;
  const change = page.changes, moved = change ? changed(m, page, change) : null;
  const sentences = [m.say(facts.t ? "brief.standing" : "brief.standing_none", facts),
    moved ? m.say("brief.changes", { date: m.date(change.as_of), up: moved.better.length, down: moved.worse.length, same: moved.same, other: moved.other.length - moved.same, revised: m.number(change.counts.revised, 0) }) : m.say("brief.first"),
    items ? m.say("brief.attention", { n: items, leads: leads.slice(0, 3).map(([lead, rows]) => m.say("brief.lead", { lead, n: new Set(rows.map((row) => row.indicator)).size })).join(m.say("ui.and")), more: leads.length > 3 ? m.say("brief.more") : "" }) : m.say("brief.calm")];
  const tiles = h("ul", { class: "hf-tiles" }, ["met", "near", "behind"].map((status) => h("li", {}, h("strong", { class: `hf-${status}` }, String(count(status))), badge(m, status))));
  return { bare: true, body: said(m, m.say("brief.title", facts), sentences, facts.t ? [h("p", { class: "hf-what" }, m.say("brief.tiles", facts)), tiles] : null) };
};

PARTS.attention = (view) => {
  const { m, page } = view, leads = byLead(m, page.attention);
  const n = new Set(page.attention.map((row) => row.indicator)).size;
  const line = (row) => {
    const ind = m.indicator(row.indicator), cell = m.cell(row.indicator, row.period, -1), href = view.link("indicator", { indicator: row.indicator, period: row.period, place: -1 });
    return h("li", {}, href ? h("a", { href, "data-key": `go-${row.why}-${row.indicator}` }, m.name(ind.name)) : h("span", {}, m.name(ind.name)),
      h("span", { class: "hf-why" }, why(m, row, cell, ind)), h("span", { class: "hf-when", title: receiptOf(m, cell) }, `${m.shown(cell, ind)} · ${m.name(m.period(row.period).name)}`));
  };
  return {
    title: n ? m.say("attention.title", { n, k: leads.length }) : m.say("attention.none"), notes: [n && m.say("attention.note")],
    body: leads.map(([lead, rows], i) => h("details", { class: "hf-lead-of", open: i < 2, "data-keep": i < 2 ? null : `lead-${i}` }, h("summary", { "data-key": `lead-${i}` }, h("strong", {}, lead || m.say("attention.nobody")), " ", m.say("attention.count", { n: new Set(rows.map((row) => row.indicator)).size })), h("ul", { class: "hf-todo" }, rows.map(line)))),
    csv: () => ({ head: ["lead", "indicator", "period", "why", "value", "target", "receipt"].map((key) => m.say(key === "lead" || key === "why" ? `attention.${key}` : `ui.col.${key}`)),
      rows: leads.flatMap(([lead, rows]) => rows.map((row) => { const cell = m.cell(row.indicator, row.period, -1); return [lead, m.name(m.indicator(row.indicator).name), m.name(m.period(row.period).name), whyText(m, row), cell.value ?? null, cell.target ?? null, cell.receipt]; })) }),
  };
};

const whyText = (m, row) => m.say(`attention.${row.why}`, { n: row.count, unit: m.places() });

function why(m, row, cell, ind) {
  if (row.why === "behind") return [badge(m, "behind"), ` ${m.say("ui.target", { target: m.figure(cell.target, ind) })}`];
  return whyText(m, row);
}

/** The latest figures then and now, by what their intervals say and which way is good. */
function changed(m, page, change) {
  const made = { better: [], worse: [], other: [], same: 0 };
  for (const row of change.latest) {
    const ind = m.indicator(row.indicator), up = row.new > row.old;
    const apart = row.intervals === "apart" && ind.direction !== "none";
    const compared = row.intervals === "overlap" && row.period !== row.old_period;
    made.same += compared;   // the rest has no new period, no interval, another definition or no better side
    made[!apart || row.period === row.old_period ? "other" : up === (ind.direction === "up") ? "better" : "worse"].push({ ...row, ind });
  }
  return made;
}

PARTS.changes = ({ m, page, link }) => {
  const change = page.changes;
  if (!change) return { title: m.say("changes.first"), body: h("p", { class: "hf-note" }, m.say("changes.first_note")) };
  const moved = changed(m, page, change), { counts } = change;
  const columns = [{ key: "name", label: m.say("ui.col.indicator") }, { key: "old", label: m.say("changes.old"), num: true }, { key: "new", label: m.say("changes.new"), num: true }, { key: "said", label: m.say("changes.said") }];
  const dated = (value, ind, period) => [m.figure(value, ind, false), h("small", { class: "hf-below" }, ` ${period}`)];
  const row = (way) => (r) => {
    const href = link("indicator", { indicator: r.indicator, period: r.period, place: -1 }), name = m.name(r.ind.name);
    const at = (token) => m.name((m.period(token) || { name: { zh: token, en: token } }).name);
    return { name: href ? h("a", { href }, name) : name, old: dated(r.old, r.ind, at(r.old_period)), new: dated(r.new, r.ind, at(r.period)),
      said: way === "other" ? m.say(r.period === r.old_period ? "changes.no_period" : r.intervals ? `changes.${r.intervals}` : "changes.unjudged") : h("span", { class: `hf-sign hf-${way}` }, way === "better" ? "▲ " : "▼ ", m.say(`changes.${way}`)) };
  };
  const rows = [...moved.worse.map(row("worse")), ...moved.better.map(row("better"))];
  const lines = ["revised", "withheld", "released", "completed", "added_file", "replaced_file", "definition", "target", "new_indicator", "recoded"].filter((kind) => counts[kind]).map((kind) => m.say(`changes.count.${kind}`, { n: m.number(counts[kind], 0) }));
  return {
    title: m.say(rows.length ? "changes.title" : "changes.title_none", { up: moved.better.length, down: moved.worse.length, date: m.date(change.as_of) }),
    body: [rows.length ? h("div", { class: "hf-scroll", tabindex: "0", role: "region", "aria-label": m.say("part.changes") }, grid(m.say("part.changes"), columns, rows)) : null, lines.length ? h("ul", { class: "hf-lines" }, lines.map((line) => h("li", {}, line))) : null],
    notes: [m.say("changes.note", { id: change.id, date: m.date(change.as_of) })],
    csv: () => ({ head: columns.map((c) => c.label), rows: [...moved.worse.map((r) => [r, "worse"]), ...moved.better.map((r) => [r, "better"]), ...moved.other.map((r) => [r, "other"])].map(([r, way]) => [m.name(r.ind.name), r.old, r.new, way === "other" ? m.say(r.period === r.old_period ? "changes.no_period" : r.intervals ? `changes.${r.intervals}` : "changes.unjudged") : m.say(`changes.${way}`)]) }),
  };
};
