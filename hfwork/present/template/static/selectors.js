/** What can be chosen on a page: how it stands in the address, and its box. */
import { h } from "./element.js";

/** A box, kept while its choices stay the same: a hundred options cost more than all the rest of a change. */
function select(memory, key, label, groups, value, change) {
  const same = JSON.stringify([label, groups]), kept = memory.boxes.get(key);
  const box = kept && kept.same === same ? kept.box : h("label", {}, h("span", {}, label), h("select", { "data-key": key, name: key }, groups.map(([title, options]) => {
    const list = options.map(([v, text]) => h("option", { value: v }, text));
    return title ? h("optgroup", { label: title }, list) : list;
  })));
  memory.boxes.set(key, { same, box });
  const menu = box.querySelector("select");
  menu.value = String(value);
  menu.onchange = () => change(menu.value);
  return box;
}

const known = (list, id, otherwise) => (list.some((it) => it.id === id) ? id : (list[0] || { id: otherwise }).id);

/** The level below the root gives the place its name in the address: township=120117102. */
const level = (m) => m.page.release.levels[1] || "place";

/**
 * read(asked, m, state) → the value to start with, anything unknown ignored; write(m, state) → [name, value] of the
 * address, or nothing; box(view) → the element. Read in this order, since a later one may need an earlier one.
 */
export const SELECTORS = {
  kind: {
    read: (asked, m) => known(m.page.kinds, asked.get("kind")),
    write: (m, state) => ["kind", state.kind],
    box: ({ m, state, choose, memory }) => m.page.kinds.length > 0 && select(memory, "kind", m.say("ui.kind"), [["", m.page.kinds.map((k) => [k.id, m.name(k.name)])]], state.kind, (kind) => choose({ kind })),
  },
  chain: {
    read: (asked, m) => known(m.page.chains || [], asked.get("chain")),
    write: (m, state) => ["chain", state.chain],
    box: ({ m, state, choose, memory }) => m.page.chains.length > 0 && select(memory, "chain", m.say("ui.chain"), [["", m.page.chains.map((c) => [c.id, m.name(c.name)])]], state.chain, (chain) => choose({ chain })),
  },
  table: {
    read: (asked, m) => known(m.page.tables || [], asked.get("table")),
    write: (m, state) => ["table", state.table],
    box: ({ m, state, choose, memory }) => m.page.tables.length > 0 && select(memory, "table", m.say("ui.returns"), [["", m.page.tables.map((t) => [t.id, m.name(t.title)])]], state.table, (table) => choose({ table })),
  },
  indicator: {
    read: (asked, m) => [asked.get("indicator"), m.page.start.indicator].find((id) => m.indicatorAt.has(id)) || m.page.indicators[0].id,
    write: (m, state) => ["indicator", state.indicator],
    box: ({ m, state, choose, memory }) => {
      const steps = m.page.selectors.includes("chain") && m.page.chains.length > 0;
      return select(memory, "indicator", m.say(steps ? "ui.step" : "ui.indicator"), steps ? stepped(m, state) : grouped(m), state.indicator, (indicator) => choose({ indicator }));
    },
  },
  period: {
    read: (asked, m) => (m.periodAt.has(asked.get("period")) ? asked.get("period") : m.page.start.period),
    write: (m, state) => ["period", state.period],
    box: ({ m, state, choose, memory }) => {
      const own = m.page.selectors.includes("indicator") && !m.page.selectors.includes("chain") && m.page.page !== "profile" ? m.indicator(state.indicator) : null;
      const levels = own ? m.levels(own) : [...new Set(m.page.periods.map((p) => p.level))];
      const of = (l) => (own ? m.series(own, l) : m.page.periods.filter((p) => p.level === l).sort((a, b) => a.start.localeCompare(b.start)));
      const groups = levels.map((l) => [m.say(`level.${l}`), of(l).reverse().map((p) => [p.token, m.name(p.name) + (p.partial ? ` · ${m.say("ui.partial")}` : "")])]);
      return select(memory, "period", m.say("ui.period"), groups, state.period, (period) => choose({ period }));
    },
  },
  place: {
    read: (asked, m) => {
      const at = m.page.places.findIndex((p) => p.code === (asked.get(level(m)) || asked.get("place")));
      return at < 0 && m.page.page === "profile" ? 0 : at;
    },
    write: (m, state) => (state.place >= 0 ? [level(m), m.page.places[state.place].code] : null),
    box: ({ m, state, choose, memory }) => {
      const places = [m.places(), m.page.places.map((p, i) => [i, m.name(p.name)])];
      const groups = m.page.page === "profile" ? [places] : [["", [[-1, m.name(m.page.root.name)]]], places];
      return select(memory, "place", m.say("ui.place"), groups, state.place, (place) => choose({ place: Number(place) }));
    },
  },
  boundaries: {
    read: (asked) => (asked.get("boundaries") === "then" ? "then" : "as_of"),
    write: (m, state) => (state.boundaries === "then" ? ["boundaries", "then"] : null),
    box: ({ m, state, choose, memory }) => (m.page.then.units.length ? select(memory, "boundaries", m.say("ui.boundaries"),
      [["", [["as_of", m.say("ui.boundaries_as_of", { date: m.date(m.page.release.as_of) })], ["then", m.say("ui.boundaries_then")]]]], state.boundaries, (boundaries) => choose({ boundaries })) : null),
  },
};

/** What is looked at within a part, and stays in the address: a map's figures, the level of a trend, a slide. */
export const VIEWS = { map: ["raw", "smoothed"], level: ["month", "quarter", "half", "year", "mc_year"], view: null, detail: ["1"] };

const stepped = (m, state) => [["", m.page.chains.filter((chain) => chain.id === state.chain).flatMap((chain) => chain.steps).map((id) => [id, m.name(m.indicator(id).name)])]];

function grouped(m) {
  const { kinds, indicators } = m.page;
  const named = new Set(kinds.flatMap((k) => k.indicators));
  const options = (list) => list.map((i) => [i.id, m.name(i.name)]);
  const groups = kinds.map((k) => [m.name(k.name), options(k.indicators.map((id) => m.indicator(id)).filter(Boolean))]);
  const rest = indicators.filter((i) => !named.has(i.id));
  if (rest.length) groups.push([kinds.length ? m.say("ui.other_indicators") : "", options(rest)]);
  return groups.filter(([, list]) => list.length);
}
