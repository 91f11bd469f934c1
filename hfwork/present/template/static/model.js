/** A page's columns made easy to ask: cells by indicator, period and place; words, numbers and names. */
import { comparisonsOf, verdictsOf } from "./findings.js";
import { cellsOf, readReceipt, unpack } from "./packing.js";

// Reasons that are no want of data: the sentence says that nothing was judged.
const UNJUDGED = new Set(["not_yet_due", "partial_period", "incomplete_returns", "missing", "not_published", "new_definition", "before_not_published", "before_unstable", "before_unfinished"]);
const NONE = { status: "none", reason: "", grade: "", receipt: "", apportioned: false, shade: -1 };

/** What was unpacked once serves every page and language that shows the same columns. */
const unpacked = new WeakMap();
const kept = (of, make) => { if (!unpacked.has(of)) unpacked.set(of, make()); return unpacked.get(of); };

const sort = (level) => (level === "mc_year" ? "year" : level);

export class Model {
  constructor(page, lang) {
    this.page = page;
    this.lang = lang;
    this.blocks = kept(page.cells, () => []);
    this.thenAt = new Map((page.then ? page.then.units : []).flatMap((unit, k) => unit.heirs.map((heir) => [heir, k])));
    this.indicatorAt = new Map(page.indicators.map((it, i) => [it.id, i]));
    this.periodAt = new Map(page.periods.map((it, i) => [it.token, i]));
    for (const it of page.indicators) it.periods ||= it.at.map((i) => page.periods[i].token);
    this.spoken = spoken(page.sentences);
    this.formats = new Map();
  }

  say(key, facts = {}) {
    const text = this.page.words[key] ? this.page.words[key][this.lang] : key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in facts ? String(facts[name]) : whole));
  }

  /** The text of a bilingual value. */
  name(both) { return both ? both[this.lang] || both.zh || "" : ""; }

  /** Rounded half away from zero, as text.number in Python does, whatever the last bits of a quotient. */
  number(value, decimals) {
    if (value === null || value === undefined || !Number.isFinite(value)) return "—";
    if (!this.formats.has(`${this.lang}${decimals}`)) {
      this.formats.set(`${this.lang}${decimals}`, new Intl.NumberFormat(this.lang === "zh" ? "zh-CN" : "en-GB",
        { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
    }
    return this.formats.get(`${this.lang}${decimals}`).format(value + Math.sign(value) * 1e-9 / 10 ** decimals);
  }

  date(iso) {
    const [year, month, day] = iso.split("-").map(Number);
    if (this.lang === "zh") return `${year}年${month}月${day}日`;
    return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" })
      .format(Date.UTC(year, month - 1, day));
  }

  /**
   * One cell; place −1 is the whole district. An indicator may be published for the district only. With `then` a
   * place that was part of another unit in that period gives that unit's cell, whose index is its `then`.
   */
  cell(indicatorId, token, place, then = false) {
    if (then && this.thenAt.has(place)) {
      const was = this.thenCell(indicatorId, token, this.thenAt.get(place));
      if (was) return was;
    }
    const i = this.indicatorAt.get(indicatorId), ind = this.page.indicators[i];
    const block = (this.blocks[i] ||= cellsOf(this.page.cells[i], ind, this.page.places.length));
    const k = ind.at.indexOf(this.periodAt.get(token)), cell = k < 0 ? null : (block[place + 1] || [])[k];
    if (!cell) return { ...NONE, ...(place >= 0 && k >= 0 && block.length === 1 ? { state: "not_applicable", reason: "coarse_only" } : { state: "missing" }) };
    return { ...cell, shade: this.shade(cell.value, this.limits(indicatorId, token)) };
  }

  /** The cell of a unit that is no more, in a period when it was; else null. */
  thenCell(indicatorId, token, k) {
    const i = this.indicatorAt.get(indicatorId), ind = this.page.indicators[i], packed = this.page.then.cells[i];
    if (!packed) return null;
    const block = kept(packed, () => cellsOf(packed, ind, this.page.then.units.length));
    const at = ind.at.indexOf(this.periodAt.get(token)), cell = at < 0 ? null : (block[k + 1] || [])[at];
    if (!cell) return null;
    return { ...cell, then: k, shade: this.shade(cell.value, this.limits(indicatorId, token)) };
  }

  shade(value, limits) { return Number.isFinite(value) ? limits.filter((v) => value >= v).length : -1; }   // a limit belongs to the darker side

  /** The places to list: indexes in official order; with `then`, {then: k} once where a unit of then stood. */
  listed(state) {
    const found = [], seen = new Set();
    for (const place of this.page.places.keys()) {
      const k = state.boundaries === "then" ? this.thenAt.get(place) : undefined;
      if (k === undefined || !this.thenCell(state.indicator, state.period, k)) found.push({ place, ...this.page.places[place] });
      else if (!seen.has(k)) { seen.add(k); found.push({ place, ...this.page.then.units[k], then: k }); }
    }
    return found;
  }

  /** The figure a receipt was given to: {indicator, period, place, boundaries}; else {wrong}: bad, mistyped or unknown. */
  find(typed) {
    const { code, wrong } = readReceipt(typed), units = this.page.then ? this.page.then.units : [];
    if (wrong) return { wrong };
    for (const ind of this.page.indicators) {
      for (const period of ind.periods) {
        for (let place = -1; place < (this.coarse(ind) ? 0 : this.page.places.length); place += 1) {
          if (this.cell(ind.id, period, place).receipt === code) return { indicator: ind.id, period, place, boundaries: "as_of" };
        }
        const k = units.findIndex((_, i) => this.thenCell(ind.id, period, i)?.receipt === code);
        if (k >= 0) return { indicator: ind.id, period, place: units[k].heirs[0], boundaries: "then" };
      }
    }
    return { wrong: "unknown" };
  }

  /** How a figure compares: {target, rest, peers, funnel, before}, codes; null where it is not compared. */
  compared(indicatorId, token, place) {
    const i = this.indicatorAt.get(indicatorId), { at } = this.page.indicators[i];
    this.comparisons ||= kept(this.page.comparisons, () => []);
    const find = (this.comparisons[i] ||= comparisonsOf(this.page.comparisons, i, at.length));
    return find(place, at.indexOf(this.periodAt.get(token)));
  }

  /** Is the latest complete figure a real change? One verdict per length of period, the finest first. */
  verdicts(indicatorId, place) {
    const all = kept(this.page.verdicts, () => verdictsOf(this.page.verdicts));
    return all.get(`${this.indicatorAt.get(indicatorId)}/${place}`) || [];
  }

  /** A verdict as its one sentence, as release/verdicts.py words it. */
  answer(verdict, indicatorId, place) {
    const ind = this.indicator(indicatorId), period = this.page.periods[verdict.period];
    const how = verdict.test ? this.say(`verdict.how.${verdict.test === "rate_ratio" && verdict.lower === null ? "rate_ratio_none" : verdict.test}`, {
      points: verdict.points, rule: this.say(`verdict.rule.${verdict.rule || "none"}`), lower: this.number(verdict.lower, verdict.decimals),
      upper: verdict.upper === Infinity ? "∞" : this.number(verdict.upper, verdict.decimals), p: this.number(verdict.p, 3) }) : "";
    const key = UNJUDGED.has(verdict.reason) ? "unjudged" : verdict.code;
    return this.say(`verdict.${key}`, { how, why: verdict.reason ? this.say(`judged.${verdict.reason}`) : "", name: this.name(ind.name),
      place: this.name(this.place(place).name), period: this.name(period.name), value: this.figure(this.cell(indicatorId, period.token, place).value, ind) });
  }

  /** The limits between the shades of a map. */
  limits(indicatorId, token) {
    const i = this.indicatorAt.get(indicatorId);
    return (this.page.breaks[i] || [])[this.page.indicators[i].at.indexOf(this.periodAt.get(token))] || [];
  }

  /** Whether an indicator is published for the whole district only. */
  coarse(ind) { return this.page.cells[this.indicatorAt.get(ind.id)].units === 0; }

  indicator(id) { return this.page.indicators[this.indicatorAt.get(id)]; }
  period(token) { return this.page.periods[this.periodAt.get(token)]; }
  place(index) { return index < 0 ? this.page.root : this.page.places[index]; }

  isRate(ind) { return this.unit(ind) === "%"; }
  unit(ind) { return this.name(ind.unit); }

  /** A value as people read it: 82.4%, ≈1,204户, —, *, 不适用; ≈ marks one shared out by weight. */
  shown(cell, ind, { unit = true } = {}) {
    if (["suppressed", "unstable"].includes(cell.state)) return this.sign(cell);
    if (cell.state === "not_applicable") return this.say("state.not_applicable");
    if (cell.value === null || cell.value === undefined) return "—";
    return (cell.apportioned ? "≈" : "") + this.figure(cell.value, ind, unit);
  }

  figure(value, ind, unit = true) {
    const text = this.number(value, ind.decimals);
    if (this.isRate(ind)) return `${text}%`;
    return unit && this.unit(ind) ? `${text}${this.lang === "zh" || /^[%‰]/.test(this.unit(ind)) ? "" : " "}${this.unit(ind)}` : text;
  }

  /** A figure as large as a tile: 340.1万 instead of 3,400,875; English keeps the digits. */
  tile(cell, ind) {
    if (this.lang === "zh" && ind.decimals === 0 && cell.value >= 100000) return `${cell.apportioned ? "≈" : ""}${this.number(cell.value / 10000, 1)}万`;
    return this.shown(cell, ind, { unit: false }).replace(/%$/, "");
  }

  /** Whether a figure will stay as it is: its period is over, its returns are in, nobody is still waited for. */
  settled(cell) { return !["not_yet_due", "partial_period", "incomplete_returns"].includes(cell.reason); }

  /** The status of a figure that stays; one that will still move is not judged. */
  standing(cell) { return this.settled(cell) ? cell.status : "none"; }

  /** How far a figure lies from its target, in its own unit; null without either. */
  distance(cell, ind) {
    if (!Number.isFinite(cell.value) || !Number.isFinite(cell.target)) return null;
    const away = Number((cell.value - cell.target).toFixed(ind.decimals));
    return `${away > 0 ? "+" : away < 0 ? "−" : "±"}${this.number(Math.abs(away), ind.decimals)}`;
  }

  interval(cell, ind) {
    if (cell.lower === null || cell.lower === undefined) return "—";
    return `${this.number(cell.lower, ind.decimals)}–${this.number(cell.upper, ind.decimals)}`;
  }

  /** State and reason in words, e.g. 缺数据（未收到报表）; what steadies a withheld value; for a shared-out one also that. */
  note(cell) {
    const state = cell.reason === "coarse_only" ? "" : this.say(`state.${cell.state}`);
    const reason = cell.reason ? this.say(`reason.${cell.reason}`) : "";
    const said = !state || !reason ? state || reason : this.lang === "zh" ? `${state}（${reason}）` : `${state} (${reason})`;
    const merge = cell.merge > 0 && this.say("ui.steady_periods", { count: cell.merge });
    return [said, merge, cell.apportioned && `≈ ${this.say("ui.apportioned")}`].filter(Boolean).join(this.say("ui.comma"));
  }

  /** The sign that stands where a cell has no number. */
  sign(cell) { return { missing: "—", suppressed: "*", not_applicable: "/", unstable: "~" }[cell.state] || ""; }

  mark(status) { return this.page.look.status[status] ? this.page.look.status[status].mark : ""; }

  places() {
    const level = this.page.release.levels[1];
    return this.say(`unit.${level}` in this.page.words ? `unit.${level}` : "unit.place");
  }

  /** Tokens of an indicator's periods of one level, oldest first. */
  series(ind, level) {
    return ind.periods.map((t) => this.period(t)).filter((p) => p && p.level === level)
      .sort((a, b) => a.start.localeCompare(b.start));
  }

  levels(ind) { return [...new Set(this.page.periods.map((p) => p.level))]
    .filter((level) => this.series(ind, level).length); }

  /** The period wanted if the indicator has it, else the nearest end: years beside years, then the shortest. */
  nearest(ind, token) {
    if (ind.periods.includes(token)) return token;
    const wanted = this.period(token), days = (a, b) => Math.abs(Date.parse(a) - Date.parse(b));
    const open = (p) => Number(p.end > this.page.release.as_of && wanted.end <= this.page.release.as_of);   // a period that goes on is no match for one that is over
    const other = (p) => open(p) * 4 + (sort(p.level) === sort(wanted.level) ? 0 : p.level === "phase" ? 2 : 1);   // a phase is the last to stand in
    const known = ind.periods.map((t) => this.period(t)).filter(Boolean).sort((a, b) => (wanted
      ? other(a) - other(b) || days(a.end, wanted.end) - days(b.end, wanted.end) : Date.parse(b.end) - Date.parse(a.end)) || days(a.start, a.end) - days(b.start, b.end));
    return known.length ? known[0].token : token;
  }

  /** Three sentences: the release says which and with what counts, names and figures are the page's own. */
  sentences(indicatorId, token) {
    const ind = this.indicator(indicatorId), period = this.period(token), cell = this.cell(indicatorId, token, -1);
    const place = this.name(this.page.root.name);
    const found = this.spoken.get(`${this.indicatorAt.get(indicatorId)}/${this.periodAt.get(token)}`);
    if (!found) return [this.say("ui.no_sentences", { place, indicator: this.name(ind.name), period: this.name(period.name), value: this.shown(cell, ind) })];
    const { as_of: today } = this.page.release;
    const facts = { name: this.name(ind.name), place, period: this.name(period.name), until: this.date(period.end < today ? period.end : today),
      value: this.shown(cell, ind), numerator: this.number(cell.numerator, 0), denominator: this.number(cell.denominator, 0),
      lower: this.number(cell.lower, ind.decimals), upper: this.number(cell.upper, ind.decimals),
      target: Number.isFinite(cell.target) ? this.figure(cell.target, ind) : "—", grade: cell.grade || "—", lead: this.name(ind.lead),
      reason: cell.reason ? this.say(`reason.${cell.reason}`) : "" };
    return found.map((parts) => parts.map(([key, own]) => this.say(`sentence.${key}`, { ...facts, ...own })).join(""));
  }

  /** A short tick for a period – 6月, Q2, 2018 – with its year below when that is new. */
  tick(period, before) {
    if (["span", "to_date"].includes(period.level)) return `${period.start.slice(0, 7)}–<br>${period.end.slice(0, 7)}`;
    const [year, part] = period.token.split("-");
    if (!part) return period.token;
    const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const word = period.level !== "month" ? part : this.lang === "zh" ? `${Number(part)}月` : months[Number(part) - 1];
    return before && before.token.startsWith(year) ? word : `${word}<br>${year}`;
  }
}

/** Sentences by indicator and period: [[key, its counts], …] three times. */
function spoken({ forms, rows }) {
  const found = new Map(), numbers = unpack(rows);
  for (let at = 0; at < numbers.length;) {
    const [indicator, period, form] = numbers.slice(at, at += 3);
    found.set(`${indicator}/${period}`, forms[form].map((parts) => parts.map(([key, ...names]) => [key, Object.fromEntries(names.map((name) => [name, numbers[at++]]))])));
  }
  return found;
}
