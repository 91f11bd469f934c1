/** A service step by step: how many were due at each step and how many it reached, by cohort and by place. */
import { hover, plain } from "../drawing.js";
import { compared, grid, h } from "../element.js";
import { PARTS } from "../frame.js";
import { receiptOf, said } from "./head.js";

const MOVING = ["not_yet_due", "partial_period", "incomplete_returns"];
const chosenChain = ({ page, state }) => page.chains.find((chain) => chain.id === state.chain) || page.chains[0];

/** The period of a step: the one chosen, or that of the step's own year that ends nearest to it. */
function stepsOf({ m, page, state }) {
  const chain = chosenChain({ page, state });
  return !chain ? [] : chain.steps.map((id) => {
    const ind = m.indicator(id), token = m.nearest(ind, state.period), cell = m.cell(id, token, state.place);
    return { ind, token, cell, moves: MOVING.includes(cell.reason) };
  });
}

/** The step with the lowest share, among at least two of one length of period that can be read as they are. */
function lowest(m, steps) {
  const read = steps.filter((s) => s.ind.direction === "up" && m.settled(s.cell) && Number.isFinite(s.cell.value) && s.cell.denominator && s.cell.numerator <= s.cell.denominator);
  const level = (s) => (m.period(s.token).level === "mc_year" ? "year" : m.period(s.token).level);
  return read.length > 1 && new Set(read.map(level)).size === 1 ? read.sort((x, y) => x.cell.value - y.cell.value)[0] : undefined;
}

PARTS.passage = (view) => {
  const { m, page, state } = view, steps = stepsOf(view), chain = chosenChain(view);
  if (!chain) return { bare: true, body: said(m, m.say("chain.none"), [m.say("chain.none_note")]) };
  const place = m.name(m.place(state.place).name), least = lowest(m, steps), waiting = steps.filter((s) => s.cell.reason === "not_yet_due"), open = steps.filter((s) => s.moves && s.cell.reason !== "not_yet_due");
  const leads = [...new Set((least ? [least] : steps).map((s) => m.name(s.ind.lead)).filter(Boolean))];
  const hidden = steps.filter((s) => ["suppressed", "unstable", "missing"].includes(s.cell.state) && !s.moves);
  const listed = steps.filter((s) => Number.isFinite(s.cell.value)).map((s) => m.say("chain.step", { name: m.name(s.ind.name), value: m.shown(s.cell, s.ind) })).join(m.say("ui.comma"));
  const sentences = [listed ? m.say("chain.said", { place, listed }) : m.say("chain.said_none", { place }),
    least ? m.say("chain.weakest", { name: m.name(least.ind.name), value: m.shown(least.cell, least.ind), n: m.number(least.cell.numerator, 0), d: m.number(least.cell.denominator, 0), period: m.name(m.period(least.token).name) }) : m.say("chain.no_weakest"),
    (waiting.length ? m.say("chain.waiting", { names: waiting.map((s) => m.name(s.ind.name)).join(m.say("ui.and")) }) : "") + (open.length ? m.say("chain.moving", { names: open.map((s) => m.name(s.ind.name)).join(m.say("ui.and")) }) : "") + (hidden.length ? m.say("chain.hidden", { n: hidden.length }) : "") + (leads.length ? m.say("chain.lead", { lead: leads.join(m.say("ui.and")) }) : "")];
  const aside = least && [h("p", { class: "hf-what" }, `${m.name(least.ind.name)} · ${m.name(m.period(least.token).name)}`), h("p", { class: "hf-big" }, m.tile(least.cell, least.ind), h("small", {}, m.unit(least.ind))), h("p", { class: "hf-under" }, h("span", {}, m.say("ui.numerator_of", { n: m.number(least.cell.numerator, 0), d: m.number(least.cell.denominator, 0) })), h("span", {}, m.say("ui.receipt", { code: least.cell.receipt })))];
  return { bare: true, body: said(m, `${m.name(chain.name)} · ${place}`, sentences.filter(Boolean), aside || null) };
};

PARTS.chain = (view) => {
  const { m, state, page } = view, chain = chosenChain(view);
  if (!chain) return null;
  const steps = stepsOf(view), least = lowest(m, steps), place = m.name(m.place(state.place).name), any = steps.some((s) => Number.isFinite(s.cell.value));
  const words = (s) => (Number.isFinite(s.cell.value) && s.cell.denominator ? `${m.number(s.cell.numerator, 0)} / ${m.number(s.cell.denominator, 0)}　${m.shown(s.cell, s.ind)}` : m.note(s.cell) || m.shown(s.cell, s.ind));
  return {
    title: !any ? m.say("chain.title_none", { place, chain: m.name(chain.name) }) : least ? m.say("chain.title", { place, name: m.name(least.ind.name), value: m.shown(least.cell, least.ind) }) : m.say("chain.title_plain", { place, chain: m.name(chain.name) }),
    about: `${m.name(chain.name)} · ${place}`, file: [chain.id, m.place(state.place).code], notes: [m.say("chain.note"), steps.some((s) => s.moves) && m.say("chain.hatched")], signs: [m.say("chain.note")],
    figure: any ? { template: "steps", fill: (width) => { const narrow = width < 480, name = (s) => plain(m.name(s.ind.name)), folded = steps.map((s) => folded2(name(s), m.lang === "zh" ? 8 : 17)), lines = Math.max(...folded.map((text) => text.split("<br>").length)); return {
      row: steps.map((_, i) => i), name: steps.map((s, i) => (narrow ? folded[i] : `${name(s)}<br>${plain(m.name(m.period(s.token).name))}`)), denominator: steps.map((s) => (Number.isFinite(s.cell.value) ? s.cell.denominator || s.cell.value : 0)), numerator: steps.map((s) => (Number.isFinite(s.cell.value) && s.ind.direction !== "none" ? s.cell.numerator : null)),   // a share found is nothing that is reached
      words: steps.map((s) => ` ${plain(narrow ? m.shown(s.cell, s.ind) : words(s))}`), pattern: steps.map((s) => (s.moves ? "/" : "")), hover: steps.map((s) => hover(m, s.cell, s.ind, m.name(s.ind.name))), bottom: steps.length - 0.4, right: narrow ? 64 : 190, height: 50 + (narrow ? Math.max(54, 14 + 18 * lines) : 60) * steps.length }; } } : null,
    table: () => ({ columns: [{ key: "name", label: m.say("ui.col.indicator") }, { key: "period", label: m.say("ui.col.period") }, ...["numerator", "denominator", "value", "interval"].map((key) => ({ key, label: m.say(`ui.col.${key}`), num: true })), { key: "note", label: m.say("ui.col.state") }, { key: "receipt", label: m.say("ui.col.receipt") }],
      rows: steps.map((s) => ({ name: m.name(s.ind.name), period: m.name(m.period(s.token).name), numerator: m.number(s.cell.numerator, 0), denominator: m.number(s.cell.denominator, 0), value: m.shown(s.cell, s.ind), interval: m.interval(s.cell, s.ind), note: m.note(s.cell), receipt: s.cell.receipt || "—" })) }),
  };
};

/** A name in lines of about the same length, never a single sign alone; words of English stay whole. */
function folded2(text, most) {
  const count = Math.min(3, Math.ceil(text.length / most)), each = Math.ceil(text.length / count);
  if (!/^[\x20-\x7e]*$/.test(text)) return text.match(new RegExp(`.{1,${each}}`, "gu")).join("<br>");
  return text.split(" ").reduce((lines, word) => { const last = lines[lines.length - 1]; return last && `${last} ${word}`.length <= Math.max(each, most) ? [...lines.slice(0, -1), `${last} ${word}`] : [...lines, word]; }, []).join("<br>");
}

PARTS.cohorts = (view) => {
  const { m, page, state } = view, chain = chosenChain(view);
  if (!chain) return null;
  const place = m.name(m.place(state.place).name), inds = chain.steps.map((id) => m.indicator(id));
  const yearOf = (p) => Number(p.end.slice(0, 4)), level = (ind) => (m.series(ind, "mc_year").length ? "mc_year" : "year");
  const years = [...new Set(inds.flatMap((ind) => m.series(ind, level(ind)).map(yearOf)))].sort();
  const at = (ind, year) => { const period = m.series(ind, level(ind)).find((p) => yearOf(p) === year); return period ? m.cell(ind.id, period.token, state.place) : null; };
  const columns = [{ key: "name", label: m.say("ui.col.indicator") }, ...years.map((year) => ({ key: `y${year}`, label: String(year), num: true }))];
  const sign = (cell) => (cell.reason === "not_yet_due" ? "◌" : Number.isFinite(cell.value) && MOVING.includes(cell.reason) ? "◔" : "");
  const text = (ind, year) => { const cell = at(ind, year); return cell ? h("span", { title: receiptOf(m, cell) }, m.shown(cell, ind), sign(cell) ? [" ", h("i", { class: "hf-after" }, sign(cell))] : null) : ""; };
  const rows = inds.map((ind) => ({ name: [m.name(ind.name), h("small", {}, ` ${m.say(`level.${level(ind)}`)}`)], ...Object.fromEntries(years.map((year) => [`y${year}`, text(ind, year)])) }));
  const cells = inds.flatMap((ind) => years.map((year) => ({ year, cell: at(ind, year) }))).filter(({ cell }) => cell);
  const open = new Set(cells.filter(({ cell }) => cell.reason === "not_yet_due").map(({ year }) => year)).size, whole = cells.every(({ cell }) => Number.isFinite(cell.value) && m.settled(cell));
  return { title: m.say(open ? "cohorts.title" : whole ? "cohorts.title_closed" : "cohorts.title_some", { place, n: open, years: years.length }), file: [chain.id, m.place(state.place).code], body: h("div", { class: "hf-wide", tabindex: "0", role: "region", "aria-label": m.say("part.cohorts") }, grid(m.say("part.cohorts"), columns, rows, { class: "hf-matrix" })), notes: [m.say("cohorts.note"), m.say("ui.state_signs")],
    csv: () => ({ head: ["indicator", "period", "numerator", "denominator", "value", "state", "receipt"].map((k) => m.say(`ui.col.${k}`)), rows: inds.flatMap((ind) => m.series(ind, level(ind)).map((p) => { const c = m.cell(ind.id, p.token, state.place); return [m.name(ind.name), m.name(p.name), c.numerator, c.denominator, c.value ?? null, m.note(c), c.receipt]; })) }) };
};

PARTS.steps = (view) => {
  const { m, state } = view, chain = chosenChain(view);
  return chain ? { ...tartan(view, chain.steps.map((id) => m.indicator(id)), "steps"), file: [chain.id, state.period] } : null;
};

/** Places by indicators: each figure with its sign against the rest of the district. Official order both ways. */
export function tartan(view, inds, name) {
  const { m, page, state, choose } = view, shown = inds.filter((ind) => !m.coarse(ind));
  const at = (ind, i) => { const token = m.nearest(ind, state.period); return { token, cell: m.cell(ind.id, token, i), code: i < 0 ? "none" : (m.compared(ind.id, token, i) || {}).rest || "none" }; };
  const columns = [{ key: "place", label: m.say("ui.col.place") }, ...shown.map((ind) => ({ key: ind.id, label: m.name(ind.name), num: true }))];
  const texts = (ind, i) => { const { cell, code } = at(ind, i); return h("span", { class: `hf-cell hf-is-${code}`, title: receiptOf(m, cell) }, code === "similar" ? h("span", { class: "hf-hidden" }, m.say("code.similar")) : compared(m, code, false), code === "none" ? "" : " ", m.shown(cell, ind, { unit: false })); };
  const places = [-1, ...page.places.keys()];
  const rows = places.map((i) => ({ code: m.place(i).code, class: i < 0 ? "hf-root" : i === state.place ? "hf-chosen" : null, place: i < 0 ? m.name(page.root.name) : h("button", { type: "button", class: "hf-name", "data-key": `${name}-${i}`, "aria-pressed": String(i === state.place), onclick: () => choose({ place: i === state.place ? -1 : i }) }, m.name(page.places[i].name)), ...Object.fromEntries(shown.map((ind) => [ind.id, texts(ind, i)])) }));
  const codes = shown.flatMap((ind) => [...page.places.keys()].map((i) => at(ind, i).code)), count = (code) => codes.filter((c) => c === code).length;
  const judged = codes.filter((c) => c !== "none").length;
  return {
    title: !shown.length ? m.say("tartan.coarse") : judged ? m.say("tartan.title", { n: judged, better: count("better"), worse: count("worse"), other: count("higher") + count("lower") }) : m.say("tartan.none"),
    body: shown.length ? h("div", { class: "hf-wide", tabindex: "0", role: "region", "aria-label": m.say(`part.${name}`) }, grid(m.say(`part.${name}`), columns, rows, { class: "hf-matrix hf-tartan" })) : null,
    notes: [shown.length && m.say("tartan.note"), shown.length < inds.length && m.say("tartan.left", { names: inds.filter((ind) => m.coarse(ind)).map((ind) => m.name(ind.name)).join(m.say("ui.and")) })],
    csv: () => ({ head: ["place", "indicator", "period", "value", "numerator", "denominator", "state", "receipt"].map((k) => m.say(`ui.col.${k}`)).concat(m.say("spine.against")), rows: places.flatMap((i) => shown.map((ind) => { const { token, cell, code } = at(ind, i); return [m.name(m.place(i).name), m.name(ind.name), m.name(m.period(token).name), cell.value ?? null, cell.numerator, cell.denominator, m.note(cell), cell.receipt, code === "none" ? "" : m.say(`code.${code}`)]; })) }),
  };
}
