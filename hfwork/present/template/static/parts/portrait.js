/** One place in all indicators: what it says, its spine, strengths and gaps, and its peers. */
import { hover, plain } from "../drawing.js";
import { badge, compared, COMPARES, grid, h, svg } from "../element.js";
import { PARTS } from "../frame.js";
import { receiptOf, said } from "./head.js";

const MOST = 8;   // lines of strengths, and of gaps
const LEAST = 3;   // units with a figure, below which there is no spread to stand in

/** Every indicator this place has a figure of, at the period nearest to the one chosen, within the spread of all. */
function spineRows(m, state) {
  const rows = [];
  for (const ind of m.page.indicators) {
    if (ind.plain || m.coarse(ind) || !ind.periods.length) continue;
    const token = m.nearest(ind, state.period), cell = m.cell(ind.id, token, state.place), whole = m.cell(ind.id, token, -1).value;
    const row = { ind, token, cell, whole, code: (m.compared(ind.id, token, state.place) || {}).rest || "none" };
    const known = m.page.places.map((_, i) => m.cell(ind.id, token, i).value).filter(Number.isFinite);
    if (Number.isFinite(cell.value) && Number.isFinite(whole) && known.length >= LEAST) {
      const turn = ind.direction === "down" ? -1 : 1, away = known.map((v) => turn * (v - whole)), scale = Math.max(...away.map(Math.abs)) || 1;
      row.spread = [0, 0.25, 0.75, 1].map((q) => quantile(away, q) / scale);
      row.at = (turn * (cell.value - whole)) / scale;
    }
    rows.push(row);
  }
  return rows;
}

function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b), at = (sorted.length - 1) * q, low = Math.floor(at);
  return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}

PARTS.portrait = ({ m, page, state }) => {
  const rows = spineRows(m, state), place = m.name(m.place(state.place).name), known = rows.filter((r) => r.code !== "none");
  const count = (...codes) => known.filter((r) => codes.includes(r.code)).length, status = (s) => rows.filter((r) => m.standing(r.cell) === s).length;
  const far = rows.filter((r) => m.standing(r.cell) === "behind").map((r) => ({ ...r, short: Math.abs(r.cell.value - r.cell.target) / r.cell.target })).sort((a, b) => b.short - a.short)[0];
  const worse = rows.filter((r) => r.code === "worse" || m.standing(r.cell) === "behind"), leads = [...new Set(worse.map((r) => m.name(r.ind.lead)).filter(Boolean))];
  const gone = (s) => rows.filter((r) => r.cell.state === s).length, targets = status("met") + status("near") + status("behind");
  const sentences = [m.say("portrait.compared", { place, n: known.length, better: count("better"), worse: count("worse"), same: known.length - count("better", "worse"), root: m.name(page.root.name) }),
    targets ? m.say("portrait.targets", { t: targets, met: status("met"), near: status("near"), behind: status("behind") }) + (far ? m.say("portrait.far", { name: m.name(far.ind.name), away: m.distance(far.cell, far.ind), unit: m.isRate(far.ind) ? m.say("ui.points") : m.unit(far.ind) }) : "") : m.say("portrait.no_targets"),
    m.say("portrait.states", { missing: gone("missing"), hidden: gone("suppressed"), unstable: gone("unstable") }) + (leads.length ? m.say("portrait.leads", { leads: leads.slice(0, 4).join(m.say("ui.and")) }) : "")];
  const tiles = h("ul", { class: "hf-tiles" }, ["met", "near", "behind"].map((s) => h("li", {}, h("strong", { class: `hf-${s}` }, String(status(s))), badge(m, s))));
  return { bare: true, body: said(m, `${place} · ${m.name(m.period(state.period).name)}`, sentences, targets ? [h("p", { class: "hf-what" }, m.say("portrait.tiles", { place })), tiles] : null) };
};

/** Where a figure lies within all: grey reach, darker middle half, the district in the middle. */
function spineBar(m, row) {
  if (!row.spread) return null;
  const [low, lowMid, highMid, high] = row.spread.map((v) => 100 + 94 * v), x = 100 + 94 * row.at;
  const mark = { better: "hf-better", worse: "hf-worse", higher: "hf-higher", lower: "hf-lower" }[row.code] || "hf-similar";
  const shape = { better: `${x - 6},15 ${x + 6},15 ${x},4`, worse: `${x - 6},5 ${x + 6},5 ${x},16` }[row.code];
  return svg("svg", { class: "hf-stretch", viewBox: "0 0 200 20", role: "img", "aria-label": m.say("spine.alt", { value: m.shown(row.cell, row.ind), whole: m.figure(row.whole, row.ind), code: m.say(`code.${row.code}`) }) },
    svg("rect", { x: low, y: 4, width: Math.max(1, high - low), height: 12, class: "hf-reach" }), svg("rect", { x: lowMid, y: 4, width: Math.max(1, highMid - lowMid), height: 12, class: "hf-middle" }),
    svg("line", { x1: 100, x2: 100, y1: 0, y2: 20, class: "hf-centre" }), shape ? svg("polygon", { points: shape, class: mark }) : svg("circle", { cx: x, cy: 10, r: 5.5, class: mark }));
}

PARTS.spine = (view) => {
  const { m, page, state, choose } = view, rows = spineRows(m, state), known = rows.filter((r) => r.code !== "none");
  const count = (code) => known.filter((r) => r.code === code).length, place = m.name(m.place(state.place).name);
  const columns = [{ key: "name", label: m.say("ui.col.indicator") }, { key: "value", label: place, num: true }, { key: "whole", label: m.name(page.root.name), num: true }, { key: "spine", label: m.say("spine.col") }, { key: "against", label: m.say("spine.against") }, { key: "target", label: m.say("spine.target") }];
  const line = (r) => ({ class: r.ind.id === state.indicator ? "hf-chosen" : null,
    name: [h("button", { type: "button", class: "hf-name", "data-key": `spine-${r.ind.id}`, "aria-pressed": String(r.ind.id === state.indicator), onclick: () => choose({ indicator: r.ind.id }) }, m.name(r.ind.name), r.token !== state.period && h("small", { "data-short": r.token }, ` ${m.name(m.period(r.token).name)}`))],
    value: h("span", { title: receiptOf(m, r.cell) }, m.shown(r.cell, r.ind)), whole: Number.isFinite(r.whole) ? m.figure(r.whole, r.ind) : "—", spine: spineBar(m, r), against: compared(m, r.code) || "",
    target: r.cell.status !== "none" ? [badge(m, r.cell.status), ` ${m.distance(r.cell, r.ind)}`] : Number.isFinite(r.cell.value) || !m.note(r.cell) ? "" : h("span", { class: "hf-reason" }, m.note(r.cell)) });
  const told = (own) => h("small", {}, m.say("spine.group", { n: own.length, better: own.filter((r) => r.code === "better").length, worse: own.filter((r) => r.code === "worse").length }));
  const groups = [...page.kinds.map((kind) => [m.name(kind.name), rows.filter((r) => r.ind.kind === kind.id)]), [page.kinds.length ? m.say("ui.other_indicators") : m.say("part.spine"), rows.filter((r) => !page.kinds.some((k) => k.id === r.ind.kind))]].filter(([, own]) => own.length);
  return {
    title: m.say("spine.title", { place, better: count("better"), worse: count("worse"), n: known.length, other: count("higher") + count("lower") }), file: [m.place(state.place).code, state.period],
    body: groups.map(([name, own], i) => h("details", { class: "hf-group", open: view.width > 760 || i === 0 || own.some((r) => r.ind.id === state.indicator), "data-keep": `group-${i}` }, h("summary", { "data-key": `group-${i}` }, h("strong", {}, name), " ", told(own)), grid(name, columns, own.map(line), { class: "hf-spines" }))), notes: [m.say("spine.note"), m.say("spine.far"), m.say("ui.state_signs")], signs: [m.say("spine.note")],
    about: `${place} · ${m.name(m.period(state.period).name)}`,
    image: { template: "spine", fill: () => spineTable(m, rows.filter((r) => r.spread), place) },
    csv: () => ({ head: [...["indicator", "period", "value", "numerator", "denominator", "lower", "upper", "target", "status"].map((k) => m.say(`ui.col.${k}`)), m.name(page.root.name), m.say("spine.against"), m.say("ui.col.state"), m.say("ui.col.receipt")],
      rows: rows.map((r) => [m.name(r.ind.name), m.name(m.period(r.token).name), r.cell.value ?? null, r.cell.numerator, r.cell.denominator, r.cell.lower, r.cell.upper, r.cell.target, m.say(`status.${r.cell.status}`), r.whole ?? null, r.code === "none" ? "" : m.say(`code.${r.code}`), m.note(r.cell), r.cell.receipt]) }),
  };
};

function spineTable(m, rows, place) {
  const colours = { better: "#009E73", worse: "#D55E00", higher: "#0072B2", lower: "#0072B2" }, symbols = { better: "triangle-up", worse: "triangle-down", higher: "triangle-up-open", lower: "triangle-down-open" };
  return { row: rows.map((_, i) => i), low: rows.map((r) => r.spread[0]), reach: rows.map((r) => r.spread[3] - r.spread[0]), low_mid: rows.map((r) => r.spread[1]), reach_mid: rows.map((r) => r.spread[2] - r.spread[1]), at: rows.map((r) => r.at),
    colour: rows.map((r) => colours[r.code] || "#8A9A98"), symbol: rows.map((r) => symbols[r.code] || "circle"), hover: rows.map((r) => hover(m, r.cell, r.ind, place)), name: rows.map((r) => plain(m.name(r.ind.name))),
    edge: rows.map(() => 1.04), beside: rows.map((r) => plain(`${COMPARES[r.code] || ""} ${m.shown(r.cell, r.ind)} / ${m.figure(r.whole, r.ind)}`)), bottom: rows.length - 0.4, height: 30 + 26 * rows.length };
}

PARTS.strengths = ({ m, state }) => {
  const rows = spineRows(m, state), list = (code) => rows.filter((r) => r.code === code);   // in the order of the plan: rows have no common scale
  const line = (r) => h("li", {}, h("span", {}, m.name(r.ind.name)), h("span", { class: "hf-when" }, m.say("strengths.line", { value: m.figure(r.cell.value, r.ind), whole: m.figure(r.whole, r.ind) })), h("span", { class: "hf-why" }, m.say("ui.lead", { lead: m.name(r.ind.lead) || "—" })));
  const side = (code) => h("div", {}, h("h3", {}, compared(m, code)), list(code).length ? h("ul", { class: "hf-todo" }, list(code).slice(0, MOST).map(line)) : h("p", { class: "hf-note" }, m.say(`strengths.none_${code}`)), list(code).length > MOST && h("p", { class: "hf-note" }, m.say("strengths.more", { n: list(code).length - MOST })));
  const facts = { better: list("better").length, worse: list("worse").length };
  return { title: m.say(facts.better + facts.worse ? "strengths.title" : "strengths.title_none", facts), body: h("div", { class: "hf-two" }, side("better"), side("worse")), notes: [m.say("strengths.note")] };
};

PARTS.peers = (view) => {
  const { m, page, state } = view, ind = m.indicator(state.indicator), token = m.nearest(ind, state.period), of = (i) => m.cell(ind.id, token, i), own = of(state.place);
  const near = Number.isFinite(own.denominator) ? page.places.map((_, i) => i).filter((i) => i !== state.place && Number.isFinite(of(i).value) && of(i).denominator > 0)
    .sort((a, b) => Math.abs(Math.log(of(a).denominator / own.denominator)) - Math.abs(Math.log(of(b).denominator / own.denominator))).slice(0, 5).sort((a, b) => a - b) : [];
  const shown = [state.place, ...near], code = (m.compared(ind.id, token, state.place) || {}).peers || "none", whole = of(-1).value, names = shown.map((i) => m.name(page.places[i].name));
  const facts = { place: m.name(m.place(state.place).name), name: m.name(ind.name), n: near.length, code: m.say(`peers.${code}`) };
  const reason = Number.isFinite(own.value) ? "peers.unjudged" : "peers.none";
  return {
    title: m.say(code === "none" ? reason : "peers.title", facts), about: `${m.name(ind.name)} · ${m.name(m.period(token).name)}`, file: [ind.id, token, m.place(state.place).code], notes: [m.say("peers.note")], receipt: own.receipt,
    figure: Number.isFinite(own.value) ? { template: "dots", fill: (width) => { const cells = shown.map(of); return {
      row: shown.map((_, i) => i), name: names.map(plain), value: cells.map((c) => c.value), plus: cells.map((c) => (Number.isFinite(c.upper) ? c.upper - c.value : 0)), minus: cells.map((c) => (Number.isFinite(c.lower) ? c.value - c.lower : 0)),
      target: cells.map((c) => c.target ?? null), symbol: shown.map((_, i) => (i ? "circle" : "diamond")), colour: shown.map((_, i) => (i ? "#0072B2" : "#D55E00")), hover: cells.map((c, i) => hover(m, c, ind, names[i])), reference: Number.isFinite(whole) && !ind.plain ? [whole] : [],
      suffix: /^[%‰]/.test(m.unit(ind)) ? m.unit(ind)[0] : "", bottom: shown.length - 0.4, height: 70 + (width < 480 ? 38 : 42) * shown.length }; } } : null,
    table: () => ({ columns: [{ key: "place", label: m.say("ui.col.place") }, ...["value", "interval", "denominator"].map((key) => ({ key, label: m.say(`ui.col.${key}`), num: true })), { key: "receipt", label: m.say("ui.col.receipt") }],
      rows: shown.map((i) => ({ place: m.name(page.places[i].name), value: m.shown(of(i), ind, { unit: false }), interval: m.interval(of(i), ind), denominator: m.number(of(i).denominator, 0), receipt: of(i).receipt || "—" })) }),
  };
};
