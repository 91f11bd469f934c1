/** A page's columns made easy to ask: cells by indicator, period and place; words, numbers and names. */
import { cellsOf, unpack } from "./packing.js";

const NONE = { status: "none", reason: "", grade: "", receipt: "", apportioned: false, shade: -1 };

export class Model {
  constructor(page, lang) {
    this.page = page;
    this.lang = lang;
    this.blocks = [];
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

  /** One cell; place −1 is the whole district. An indicator may be published for the district only. */
  cell(indicatorId, token, place) {
    const i = this.indicatorAt.get(indicatorId), ind = this.page.indicators[i];
    const block = (this.blocks[i] ||= cellsOf(this.page.cells[i], ind, this.page.places.length));
    const k = ind.at.indexOf(this.periodAt.get(token)), cell = k < 0 ? null : (block[place + 1] || [])[k];
    if (!cell) return { ...NONE, ...(place >= 0 && k >= 0 && block.length === 1 ? { state: "not_applicable", reason: "coarse_only" } : { state: "missing" }) };
    const limits = this.limits(indicatorId, token);   // a limit belongs to the darker side
    return { ...cell, shade: Number.isFinite(cell.value) ? limits.filter((v) => cell.value >= v).length : -1 };
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

  /** The period wanted if the indicator has it, else the one that ends nearest to it, the shortest of those. */
  nearest(ind, token) {
    if (ind.periods.includes(token)) return token;
    const wanted = this.period(token), days = (a, b) => Math.abs(Date.parse(a) - Date.parse(b));
    const known = ind.periods.map((t) => this.period(t)).filter(Boolean).sort((a, b) => (wanted
      ? days(a.end, wanted.end) - days(b.end, wanted.end) : Date.parse(b.end) - Date.parse(a.end)) || days(a.start, a.end) - days(b.start, b.end));
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
