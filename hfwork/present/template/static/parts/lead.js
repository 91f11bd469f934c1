/** What an indicator says: its figure, three sentences, its definition one click away. */
import { badge, h } from "../element.js";
import { PARTS } from "../frame.js";
import { said } from "./head.js";

PARTS.lead = ({ m, page, state }) => {
  const ind = m.indicator(state.indicator), period = m.period(state.period);
  const cell = m.cell(state.indicator, state.period, -1);
  const figure = [
    h("p", { class: "hf-what" }, `${m.name(page.root.name)} · ${m.name(period.name)}`, period.partial && h("span", { class: "hf-tag" }, m.say("ui.partial"))),
    h("p", { class: "hf-big" }, m.tile(cell, ind), Number.isFinite(cell.value) && m.unit(ind) ? h("small", {}, m.unit(ind)) : null),
    h("p", { class: "hf-under" },
      cell.status !== "none" && badge(m, cell.status),
      Number.isFinite(cell.target) && h("span", {}, m.say("ui.target", { target: m.figure(cell.target, ind) })),
      cell.denominator ? h("span", {}, m.say("ui.numerator_of", { n: m.number(cell.numerator, 0), d: m.number(cell.denominator, 0) })) : null,
      Number.isFinite(cell.lower) && h("span", {}, m.say("ui.interval", { low: m.number(cell.lower, ind.decimals), high: m.number(cell.upper, ind.decimals) })),
      m.note(cell) && h("span", {}, m.note(cell)), cell.receipt && h("span", {}, m.say("ui.receipt", { code: cell.receipt }))),
  ];
  return { bare: true, body: said(m, m.name(ind.name), m.sentences(state.indicator, state.period), figure, definition(m, ind)) };
};

/** An indicator's definition, closed until asked for. */
export function definition(m, ind) {
  const about = [["ui.clause", ind.clause && { clause: ind.clause }], ["ui.lead", ind.lead && { lead: m.name(ind.lead) }]]
    .filter(([, facts]) => facts).map(([key, facts]) => m.say(key, facts));
  const notes = [m.say(`ui.direction.${ind.direction}`), ind.plain && m.say("ui.plain"), ind.sensitive && m.say("ui.sensitive")];
  const lines = ["definition", "calculation", "notes", "source"].filter((key) => m.name(ind[key]))
    .flatMap((key) => [h("dt", {}, m.say(`ui.about.${key}`)), h("dd", {}, m.name(ind[key]))]);
  return [h("details", { class: "hf-define", "data-keep": "define" }, h("summary", { "data-key": "define" }, m.say("ui.definition")),
    h("dl", {}, lines), h("p", { class: "hf-note" }, notes.filter(Boolean).join(" · "))),
  h("p", { class: "hf-note" }, about.join(" · "))];
}
