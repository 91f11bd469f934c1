/** What judges an indicator: the funnel of its units, its control chart, how unequal it is, how it is defined. */
import { courseOf, funnelOf, gapsOf } from "../findings.js";
import { hover, plain, stride } from "../drawing.js";
import { grid, h } from "../element.js";
import { PARTS } from "../frame.js";

const CALM = "#0072B2", MARKED = "#D55E00";
const FLAGS = { low998: "triangle-down", high998: "triangle-up", low95: "triangle-down-open", high95: "triangle-up-open" };
const suffixOf = (m, ind) => (/^[%‰]/.test(m.unit(ind)) ? m.unit(ind)[0] : "");

PARTS.funnel = ({ m, page, state }) => {
  const ind = m.indicator(state.indicator), period = m.periodAt.get(state.period);
  const fit = funnelOf(page.funnels[m.indicatorAt.get(ind.id)], period, ind.decimals);
  const units = page.places.map((place, i) => ({ place, i, cell: m.cell(ind.id, state.period, i), code: (m.compared(ind.id, state.period, i) || {}).funnel || "none" })).filter(({ cell }) => Number.isFinite(cell.value) && cell.denominator);
  const whole = m.cell(ind.id, state.period, -1).value, count = (...codes) => units.filter(({ code }) => codes.includes(code)).length;
  const said = { n: units.length, high: count("high998"), low: count("low998"), unit: m.places(), why: fit.reason ? m.say(`judged.${fit.reason}`) : "" };
  const title = m.say(fit.reason ? "funnel.none" : said.high + said.low ? "funnel.outside" : "funnel.inside", said);
  return {
    title, about: `${m.name(ind.name)} · ${m.name(m.period(state.period).name)}`, file: [ind.id, state.period],
    notes: [m.say(fit.reason ? "funnel.note_none" : "funnel.note")], signs: [m.say("funnel.note")],
    figure: units.length ? { template: "funnel", fill: (width) => {
      const outside = units.map(({ code }) => !fit.reason && code.endsWith("998"));
      const ends = [Math.min(...units.map((u) => u.cell.denominator)) * 0.5, Math.max(...units.map((u) => u.cell.denominator)) * 1.05];
      return {
        size: fit.sizes || ends, ...Object.fromEntries(["low998", "high998", "low95", "high95"].map((name) => [name, fit[name] || [null, null]])),
        centre: (fit.sizes || ends).map(() => (Number.isFinite(whole) && !ind.plain ? whole : null)), total: units.map((u) => u.cell.denominator), value: units.map((u) => u.cell.value),
        name: units.map((u, k) => (outside[k] || u.i === state.place ? ` ${plain(m.name(u.place.label))}` : "")), symbol: units.map((u) => (fit.reason ? "circle" : FLAGS[u.code] || "circle")),
        colour: units.map((u, k) => (outside[k] ? MARKED : CALM)), hover: units.map((u) => hover(m, u.cell, ind, m.name(u.place.name))),
        suffix: suffixOf(m, ind), across: m.say("funnel.across"), right: 72, height: width < 480 ? 320 : 380 };
    } } : null,
    table: () => ({ columns: [{ key: "place", label: m.say("ui.col.place") }, ...["value", "numerator", "denominator"].map((key) => ({ key, label: m.say(`ui.col.${key}`), num: true })), { key: "flag", label: m.say("funnel.col") }, { key: "receipt", label: m.say("ui.col.receipt") }],
      rows: units.map((u) => ({ place: m.name(u.place.name), code: u.place.code, value: m.shown(u.cell, ind, { unit: false }), numerator: m.number(u.cell.numerator, 0), denominator: m.number(u.cell.denominator, 0), flag: fit.reason ? "—" : m.say(`code.${u.code}`), receipt: u.cell.receipt })) }),
  };
};

PARTS.control = ({ m, page, state }) => {
  const ind = m.indicator(state.indicator), place = m.place(state.place), block = page.courses[m.indicatorAt.get(ind.id)];
  const found = courseOf(block, state.place), verdicts = m.verdicts(ind.id, state.place);
  const own = verdicts.find((v) => m.page.periods[v.period].token === state.period) || verdicts[0];
  const title = own ? m.answer(own, ind.id, state.place).replace(/[。.]$/, "") : m.say("control.none", { place: m.name(place.name), name: m.name(ind.name) });
  const others = verdicts.filter((v) => v !== own).map((v) => m.answer(v, ind.id, state.place));
  const first = found ? found.rows.findIndex((row) => row.value !== null) : 0;
  const rows = found ? found.rows.slice(first) : [], tokens = found ? found.periods.slice(first) : [];
  return {
    title, about: `${m.name(ind.name)} · ${m.name(place.name)}`, file: [ind.id, place.code],
    body: own && h("p", { class: "hf-real" }, h("strong", {}, m.say("control.real")), " ", h("span", { class: "hf-answer" }, m.say(`answer.${own.code}`))),
    notes: [m.say(found ? "control.note" : "control.note_none"), found && rows.some((row) => row.moves) && m.say("ui.legend_partial")], signs: [m.say("control.note")],
    after: others.length ? h("details", { class: "hf-define", open: !found, "data-keep": "verdicts" }, h("summary", { "data-key": "verdicts" }, m.say("control.others")), h("ul", { class: "hf-lines" }, others.map((s) => h("li", {}, s)))) : null,
    figure: rows.length ? { template: "control", fill: (width) => {
      const at = rows.map((_, i) => i), every = stride({ "-Q": "quarter", "-H": "half" }[(tokens[0] || "").slice(4, 6)] || (/-\d\d$/.test(tokens[0]) ? "month" : ""), rows.length, Math.floor(width / 62)), ticks = at.filter((i) => (rows.length - 1 - i) % every === 0);
      const named = tokens.map((token) => ({ token, level: /-\d\d$/.test(token) ? "month" : "" }));
      const value = (row) => `${m.number(row.value, block.decimals - 1)}${suffixOf(m, ind)}`;
      return {
        at, ...Object.fromEntries(["value", "centre", "lower", "upper"].map((name) => [name, rows.map((row) => row[name])])), done: rows.map((row) => (row.moves ? null : row.value)),
        size: rows.map((row) => (row.rule ? 12 : 8)), symbol: rows.map((row) => (row.rule ? "diamond" : row.moves ? "circle-open" : "circle")), colour: rows.map((row) => (row.rule ? MARKED : CALM)),
        hover: rows.map((row, i) => `<b>${plain(tokens[i])}</b><br>${value(row)}${row.rule ? `<br>${plain(m.say(`verdict.rule.${row.rule}`))}` : ""}`),
        ticks, tick_words: ticks.map((i, k) => m.tick(named[i], named[ticks[k - 1]])), suffix: suffixOf(m, ind), height: width < 480 ? 300 : 360 };
    } } : null,
    table: found && (() => ({ columns: [{ key: "period", label: m.say("ui.col.period") }, ...["value", "centre", "lower", "upper"].map((key) => ({ key, label: m.say(`control.col.${key}`), num: true })), { key: "rule", label: m.say("ui.col.state") }],
      rows: rows.map((row, i) => ({ period: tokens[i], ...Object.fromEntries(["value", "centre", "lower", "upper"].map((name) => [name, m.number(row[name], block.decimals)])), rule: row.rule ? m.say(`verdict.rule.${row.rule}`) : row.moves ? m.say("reason.partial_period") : "" })) })),
  };
};

PARTS.equity = ({ m, page, state }) => {
  const ind = m.indicator(state.indicator), gaps = gapsOf(page.inequality, m.indicatorAt.get(ind.id), m.periodAt.get(state.period));
  const gap = gaps.find((g) => g.measure === "difference"), unit = m.isRate(ind) ? m.say("ui.points") : m.unit(ind);
  const title = gap && gap.estimate !== null ? m.say(ind.direction === "none" ? "equity.title_plain" : "equity.title", { value: m.number(gap.estimate, ind.decimals), unit, places: m.places() }) : m.say("equity.title_none");
  const columns = [{ key: "measure", label: m.say("equity.col.measure") }, ...["estimate", "lower", "upper"].map((key) => ({ key, label: m.say(`equity.col.${key}`), num: true })), { key: "reason", label: m.say("equity.col.reason") }];
  const rows = gaps.map((g) => ({ measure: m.say(`equity.${g.measure}`), ...Object.fromEntries(["estimate", "lower", "upper"].map((key) => [key, m.number(g[key], 2)])), reason: g.reason ? m.say(`judged.${g.reason}`) : "" }));
  return { title, file: [ind.id, state.period], body: rows.length ? grid(title, columns, rows) : null, csv: rows.length ? () => ({ columns, rows }) : null, notes: [m.say(rows.length ? "equity.note" : "equity.note_none")] };
};

PARTS.about = ({ m, page, state }) => {
  const ind = m.indicator(state.indicator), about = page.about[m.indicatorAt.get(ind.id)];
  const lines = [["code", ind.code], ["id", ind.id], ["unit", m.unit(ind)], ["counts", m.say(`catalogue.counts.${about.counts}`)], ["definition", m.name(ind.definition)], ["calculation", m.name(ind.calculation)],
    ["notes", m.name(ind.notes)], ["survey", m.name(about.survey)], ["source", m.name(ind.source)], ["frequency", m.say(`level.${about.frequency}`)], ["year", m.say(`about.year.${about.year}`)],
    ["grain", about.grain.map((g) => m.say(`${`level.${g}` in page.words ? "level" : "unit"}.${g}`)).join(" × ")], ["direction", m.say(`ui.direction.${ind.direction}`)], ["clause", ind.clause], ["lead", m.name(ind.lead)],
    ["checked", h("span", { "data-people": "" }, `${about.written_by} · ${about.checked_by}`)], ["review", about.review_on && m.date(about.review_on)]].filter(([, text]) => text);
  const columns = ["version", "from", "to", "why"].map((key) => ({ key, label: m.say(`about.${key}`) }));
  const rows = about.versions.map((v) => ({ version: v.version, from: v.from ? m.date(v.from) : m.say("about.open"), to: v.to ? m.date(v.to) : m.say("about.open"), why: m.name(v.why) }));
  return { title: m.say("about.title", { name: m.name(ind.name), n: rows.length }), body: h("dl", { class: "hf-lines" }, lines.map(([name, text]) => h("div", {}, h("dt", {}, m.say(`about.${name}`)), h("dd", {}, text)))),
    file: [ind.id], table: () => ({ columns, rows }), tableNote: m.say("about.note") };
};
