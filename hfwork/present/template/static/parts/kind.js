/** One kind of family: its methods and clauses, what of them is measured, its activities and its places. */
import { badge, grid, h } from "../element.js";
import { PARTS } from "../frame.js";
import { tartan } from "./chain.js";
import { receiptOf, said } from "./head.js";

const chosenKind = ({ page, state }) => ({ ...page.kinds.find((k) => k.id === state.kind), ...page.methods.find((k) => k.id === state.kind) });

/** The district's figure of an indicator, at its period nearest to the one chosen. */
const figureOf = ({ m, state }, id) => { const ind = m.indicator(id), token = m.nearest(ind, state.period); return { ind, token, cell: m.cell(id, token, -1) }; };

PARTS.kind = (view) => {
  const { m, page } = view;
  if (!page.kinds.length) return { bare: true, body: said(m, m.say("kind.none"), [m.say("kind.none_note")]) };
  const kind = chosenKind(view), figures = kind.indicators.map((id) => figureOf(view, id)), status = (s) => figures.filter(({ cell }) => m.standing(cell) === s).length;
  const open = kind.methods.filter((method) => !method.indicators.length), t = status("met") + status("near") + status("behind");
  const leads = [...new Set(figures.filter(({ cell }) => m.standing(cell) === "behind").map(({ ind }) => m.name(ind.lead)).filter(Boolean))];
  const every = [...new Set(figures.map(({ ind }) => m.name(ind.lead)).filter(Boolean))];
  const sentences = [m.say("kind.methods", { kind: m.name(kind.name), n: kind.methods.length, measured: kind.methods.length - open.length }) + (open.length ? m.say("kind.open", { names: open.map((method) => m.name(method.text)).join(m.say("ui.and")) }) : m.say("kind.all")),
    m.say(t ? "kind.standing" : "kind.standing_none", { n: figures.length, t, met: status("met"), near: status("near"), behind: status("behind") }),
    m.say(leads.length ? "kind.leads_behind" : "kind.leads", { leads: (leads.length ? leads : every).join(m.say("ui.and")) })];
  const tiles = h("ul", { class: "hf-tiles" }, ["met", "near", "behind"].map((s) => h("li", {}, h("strong", { class: `hf-${s}` }, String(status(s))), badge(m, s))));
  return { bare: true, body: said(m, m.name(kind.name), sentences, [h("p", { class: "hf-what" }, [m.say("ui.clause", { clause: kind.clause }), kind.action && m.name(kind.action)].filter(Boolean).join(" · ")), tiles]) };
};

PARTS.methods = (view) => {
  const { m, page, link } = view;
  if (!page.kinds.length) return null;
  const kind = chosenKind(view);
  const line = (id) => { const { ind, token, cell } = figureOf(view, id), href = link("indicator", { indicator: id, period: token, place: -1 });
    return h("li", {}, href ? h("a", { href }, m.name(ind.name)) : h("span", {}, m.name(ind.name)), h("span", { class: "hf-when", title: receiptOf(m, cell) }, m.shown(cell, ind), ` · ${m.name((m.period(token) || { name: null }).name)}`), h("span", { class: "hf-why" }, m.standing(cell) === "none" ? m.note(cell) : badge(m, cell.status))); };
  const block = (clause, text, ids, none) => h("div", { class: ids.length ? "hf-method" : "hf-method hf-method-open" }, h("h3", {}, h("small", {}, clause), " ", text), ids.length ? h("ul", { class: "hf-todo" }, ids.map(line)) : h("p", { class: "hf-note" }, none));
  const open = kind.methods.filter((method) => !method.indicators.length).length;
  return {
    title: m.say(open ? "methods.title" : "methods.title_all", { n: kind.methods.length, open }), notes: [m.say("methods.note")], file: [kind.id, view.state.period],
    body: [...kind.methods.map((method) => block(method.clause, m.name(method.text), method.indicators, m.say("methods.open"))), kind.whole.length ? block(kind.clause, m.say("methods.whole"), kind.whole, "") : null,
      kind.duties.length ? h("details", { class: "hf-define", "data-keep": "duties" }, h("summary", { "data-key": "duties" }, m.say("methods.duties")), h("ul", { class: "hf-lines" }, kind.duties.map((d) => h("li", {}, h("strong", {}, m.name(d.lead)), ` ${d.clause} ${m.name(d.text)}`)))) : null],
    csv: () => ({ head: [m.say("ui.clause_col"), m.say("methods.method"), ...["indicator", "period", "value", "target", "status", "receipt"].map((k) => m.say(`ui.col.${k}`))],
      rows: [...kind.methods.map((d) => [d.clause, m.name(d.text), d.indicators]), [kind.clause, m.say("methods.whole"), kind.whole]].flatMap(([clause, text, ids]) => (ids.length ? ids.map((id) => { const { ind, token, cell } = figureOf(view, id); return [clause, text, m.name(ind.name), m.name((m.period(token) || { name: null }).name), cell.value ?? null, cell.target ?? null, m.say(`status.${cell.status}`), cell.receipt]; }) : [[clause, text, m.say("methods.open"), "", null, null, "", ""]])) }),
  };
};

/** Activities: what is merely counted, this period beside the same a year before. */
PARTS.activities = (view) => {
  const { m, page, state } = view;
  if (!page.kinds.length) return null;
  const rows = chosenKind(view).indicators.map((id) => figureOf(view, id)).filter(({ ind }) => ind.plain).map((row) => {
    const before = row.token && page.periods.find((p) => p.level === m.period(row.token).level && p.start === `${Number(m.period(row.token).start.slice(0, 4)) - 1}${m.period(row.token).start.slice(4)}`);
    return { ...row, past: before && m.settled(row.cell) ? m.cell(row.ind.id, before.token, -1) : null };
  });
  const columns = [{ key: "name", label: m.say("ui.col.indicator") }, { key: "value", label: m.say("ui.col.value"), num: true }, { key: "past", label: m.say("activities.before"), num: true }, { key: "period", label: m.say("ui.col.period") }, { key: "receipt", label: m.say("ui.col.receipt") }];
  return { title: m.say(rows.length ? "activities.title" : "activities.none", { n: rows.length }), notes: [rows.length && m.say("activities.note")], file: [state.kind],
    body: rows.length ? grid(m.say("part.activities"), columns, rows.map((r) => ({ name: m.name(r.ind.name), value: m.shown(r.cell, r.ind), past: r.past ? m.shown(r.past, r.ind) : "—", period: [m.name(m.period(r.token).name), m.note(r.cell)].filter(Boolean).join(m.say("ui.comma")), receipt: r.cell.receipt || "—" }))) : null,
    csv: rows.length ? () => ({ head: columns.map((c) => c.label), rows: rows.map((r) => [m.name(r.ind.name), r.cell.value ?? null, r.past ? r.past.value ?? null : null, m.name(m.period(r.token).name), r.cell.receipt]) }) : null };
};

PARTS.towns = (view) => {
  const { m, page, state } = view;
  if (!page.kinds.length) return null;
  const inds = chosenKind(view).indicators.map((id) => m.indicator(id)).filter((ind) => !ind.plain && ind.periods.length);
  return inds.length ? { ...tartan(view, inds, "towns"), file: [state.kind, state.period] } : null;
};
