/** The phases of the programme, its named days and where the day of the release lies. */
import { plain } from "../drawing.js";
import { PARTS } from "../frame.js";

PARTS.timeline = ({ m, page }) => {
  if (!page.phases.length) return null;
  const { now, coming } = timelineTable(m), date = m.date(page.release.as_of);
  return {
    title: m.say(now.length ? "ui.timeline_title" : "ui.timeline_title_none", { date, phases: now.join(m.say("ui.and")) }),
    notes: [coming.length && m.say("ui.next_days", { days: coming.map((d) => `${d.name} ${m.date(d.at)}`).join(m.lang === "zh" ? "；" : "; ") })],
    figure: { template: "timeline", same: 1, fill: () => { const table = timelineTable(m); return { ...table, height: 64 + 34 * table.bars }; } },
    table: () => ({ columns: [{ key: "phase", label: m.say("level.phase") }, { key: "start", label: m.say("ui.from_day") }, { key: "end", label: m.say("ui.to_day") }, { key: "clause", label: m.say("ui.clause_col") }],
      rows: page.phases.map((p) => ({ phase: m.name(p.name), start: m.date(p.start), end: m.date(p.end), clause: p.clause })) }),
  };
};

export function timelineTable(m) {
  const { phases, days, release } = m.page;
  const colours = ["#56B4E9", "#0072B2", "#6A7F9B"];   // not the colours of status
  const ms = (iso) => Date.parse(`${iso}T00:00:00Z`);
  const first = Math.min(...phases.map((p) => ms(p.start))), last = Math.max(...phases.map((p) => ms(p.end)));
  const iso = (t) => new Date(t).toISOString().slice(0, 10);
  const dated = days.flatMap((day) => day.dates.map((at) => ({ at, name: m.name(day.name) })))
    .filter((d) => ms(d.at) >= first && ms(d.at) <= last).sort((a, b) => a.at.localeCompare(b.at));
  const rows = phases.map((_, i) => i), end = Math.max(last, ms(release.as_of)), gone = (ms(release.as_of) - first) / (end - first);
  const side = gone > 0.8 ? "right" : gone < 0.2 ? "left" : "center";   // its words stay within the figure
  return {
    row: rows, start: phases.map((p) => p.start), length: phases.map((p) => ms(p.end) - ms(p.start) + 864e5),
    colour: phases.map((_, i) => colours[i % colours.length]),
    hover: phases.map((p) => `<b>${plain(m.name(p.name))}</b><br>${m.date(p.start)} – ${m.date(p.end)}`),
    days: dated.map((d) => d.at), days_row: dated.map(() => phases.length),
    days_hover: dated.map((d) => `<b>${plain(d.name)}</b><br>${m.date(d.at)}`),
    rows: dated.length ? [...rows, phases.length] : rows,
    row_words: [...phases.map((p) => plain(m.name(p.name))), ...(dated.length ? [m.say("ui.days")] : [])],
    as_of: release.as_of, as_of_words: plain(m.date(release.as_of)), as_of_side: side,
    first: iso(first - 30 * 864e5), last: iso(end + 30 * 864e5), bottom: phases.length - (dated.length ? 0.4 : 1.4) + 0.9,
    now: phases.filter((p) => p.start <= release.as_of && p.end >= release.as_of).map((p) => m.name(p.name)),
    coming: dated.filter((d) => d.at > release.as_of).slice(0, 3),
    bars: phases.length + (dated.length ? 1 : 0),
  };
}
