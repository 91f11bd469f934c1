/** A page's columns made easy to ask: cells by indicator, period and place; words, numbers and names. */

const SHOWN = new Set(["value", "unstable"]);

export class Model {
  constructor(page, lang) {
    this.page = page;
    this.lang = lang;
    this.rows = new Map();
    const { indicator, place, period } = page.cells;
    indicator.forEach((i, row) => this.rows.set(`${i}/${period[row]}/${place[row]}`, row));
    this.indicatorAt = new Map(page.indicators.map((it, i) => [it.id, i]));
    this.periodAt = new Map(page.periods.map((it, i) => [it.token, i]));
    this.sentenceAt = new Map(page.sentences.indicator.map((i, row) => [`${i}/${page.sentences.period[row]}`, row]));
    this.formats = new Map();
  }

  say(key, facts = {}) {
    const text = this.page.words[key] ? this.page.words[key][this.lang] : key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in facts ? String(facts[name]) : whole));
  }

  /** The text of a bilingual value. */
  name(both) { return both ? both[this.lang] || both.zh || "" : ""; }

  number(value, decimals) {
    if (value === null || value === undefined || !Number.isFinite(value)) return "—";
    if (!this.formats.has(`${this.lang}${decimals}`)) {
      this.formats.set(`${this.lang}${decimals}`, new Intl.NumberFormat(this.lang === "zh" ? "zh-CN" : "en-GB",
        { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
    }
    return this.formats.get(`${this.lang}${decimals}`).format(value);
  }

  date(iso) {
    const [year, month, day] = iso.split("-").map(Number);
    if (this.lang === "zh") return `${year}年${month}月${day}日`;
    return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" })
      .format(Date.UTC(year, month - 1, day));
  }

  /** One cell: a number only when its state lets it be shown; place −1 is the whole district. */
  cell(indicatorId, token, place) {
    const i = this.indicatorAt.get(indicatorId);
    const row = this.rows.get(`${i}/${this.periodAt.get(token)}/${place}`);
    if (row === undefined) return { state: "missing", status: "none", reason: "", grade: "", receipt: "", shade: -1 };
    const c = this.page.cells;
    const cell = { state: c.state[row], status: c.status[row] || "none", reason: c.reason[row] || "",
      grade: c.grade[row] || "", shade: c.shade[row], target: c.target[row], receipt: c.receipt[row] || "" };
    if (!SHOWN.has(cell.state)) return { ...cell, status: "none", shade: -1 };
    return { ...cell, value: c.value[row], numerator: c.numerator[row], denominator: c.denominator[row],
      lower: c.lower95[row], upper: c.upper95[row] };
  }

  indicator(id) { return this.page.indicators[this.indicatorAt.get(id)]; }
  period(token) { return this.page.periods[this.periodAt.get(token)]; }
  place(index) { return index < 0 ? this.page.root : this.page.places[index]; }

  isRate(ind) { return this.unit(ind) === "%"; }
  unit(ind) { return this.name(ind.unit); }

  /** A value as people read it: 82.4%, 1,204 户, —, *, 不适用. */
  shown(cell, ind, { unit = true } = {}) {
    if (cell.state === "suppressed") return "*";
    if (cell.state === "not_applicable") return this.say("state.not_applicable");
    if (cell.value === null || cell.value === undefined) return "—";
    return this.figure(cell.value, ind, unit);
  }

  figure(value, ind, unit = true) {
    const text = this.number(value, ind.decimals);
    if (this.isRate(ind)) return `${text}%`;
    return unit && this.unit(ind) ? `${text}${/^[%‰]/.test(this.unit(ind)) ? "" : " "}${this.unit(ind)}` : text;
  }

  interval(cell, ind) {
    if (cell.lower === null || cell.lower === undefined) return "—";
    return `${this.number(cell.lower, ind.decimals)}–${this.number(cell.upper, ind.decimals)}`;
  }

  /** State and reason in words, e.g. 缺数据（未收到报表）. */
  note(cell) {
    const state = this.say(`state.${cell.state}`);
    const reason = cell.reason ? this.say(`reason.${cell.reason}`) : "";
    if (!state || !reason) return state || reason;
    return this.lang === "zh" ? `${state}（${reason}）` : `${state} (${reason})`;
  }

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

  sentences(indicatorId, token) {
    const row = this.sentenceAt.get(`${this.indicatorAt.get(indicatorId)}/${this.periodAt.get(token)}`);
    if (row !== undefined) return this.page.sentences[this.lang][row].filter(Boolean);
    const ind = this.indicator(indicatorId);
    return [this.say("ui.no_sentences", { place: this.name(this.page.root.name), indicator: this.name(ind.name),
      period: this.name(this.period(token).name), value: this.shown(this.cell(indicatorId, token, -1), ind) })];
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
