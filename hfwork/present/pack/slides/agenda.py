"""Which slides a meeting gets, in which order, and where everything stands on them."""

from __future__ import annotations

from dataclasses import dataclass

from hfwork.present.pack.content import courses, measures, opening, work
from hfwork.present.pack.elements import key
from hfwork.present.pack.facts import LATEST, YEAR, Facts
from hfwork.present.pack.slides.theme import MARGIN, WIDTH

Box = tuple[float, float, float, float]  # inches: left, top, width, height
MEETINGS = ("midterm", "annual", "acceptance")
MOST = 14  # slides of a meeting
FULL = WIDTH - 2 * MARGIN
_FOOT = (MARGIN, 6.74, FULL, 0.26)  # the line with the receipt


@dataclass(frozen=True)
class Part:
    """One element on a slide: its key, its place, and how it is drawn."""

    key: str
    box: Box
    look: str  # text · note · points · source · card_<status> · table · chart · map


@dataclass(frozen=True)
class Slide:
    """A slide: the key of its title, its parts, and the key of what its notes are about."""

    title: str
    parts: tuple[Part, ...]
    notes: str


def slides(facts: Facts, meeting: str) -> list[Slide]:
    """The slides of a meeting after the cover: what the release cannot fill is left out."""
    basis = YEAR if meeting == "annual" else LATEST
    made = {
        "brief": _brief(facts, basis),
        "timeline": _timeline(),
        "kinds": _table("kinds_title", key("kinds", basis), 4.9),
        "methods": _table("kinds_title", "methods", 5.1),
        "changes": _table("changes_title", "changes", 4.65, "changes_note"),
        "towns": _table("towns_title", key("towns", basis), 4.65, "towns_note", key("towns_title", basis)),
        "help": _table("help_title", "help", 4.6, "help_note"),
        "quality": _table("quality_title", "quality", 4.2, "quality_note"),
        "decide": _table("decide_title", "decide", 4.5, "decide_note"),
        "limits": Slide("limits_title", (Part("limits", (MARGIN, 1.6, FULL, 5.0), "points"),), "limits"),
    }
    for name, made_of in _focus(facts, basis).items():
        made[name] = made_of
    for at, chain in enumerate(_chains(facts), 1):
        made[f"chain{at}"] = _chain(chain, basis)
    if len(facts.places) > measures.FEW:
        del made["towns"]
    if not facts.page["changes"]:
        del made["changes"]
    if not facts.page["phases"]:
        del made["timeline"]
    if not facts.page["kinds"]:
        del made["kinds"], made["methods"]
    return [made[name] for name in _ORDER[meeting] if name in made][: MOST - 1]


_ORDER = {
    "midterm": ("brief", "timeline", "kinds", "towns", "map", "units", "trend", "chain1", "help", "changes", "quality",
                "decide", "limits"),
    "annual": ("brief", "changes", "kinds", "towns", "map", "units", "trend", "chain1", "chain2", "help", "quality",
               "decide", "limits"),
    "acceptance": ("brief", "timeline", "methods", "towns", "map", "units", "trend", "chain1", "chain2", "help",
                   "quality", "decide", "limits"),
}  # fmt: skip


def _brief(facts: Facts, basis: str) -> Slide:
    judged = opening.counted(facts, basis=basis)["target"]
    cards = tuple(
        Part(key("score", status, basis), (9.7, 1.65 + 1.68 * at, 3.03, 1.5), f"card_{status}")
        for at, status in enumerate(("met", "near", "behind") if judged else ())
    )
    wide = 8.7 if cards else FULL
    text = Part(key("brief", basis), (MARGIN, 1.6, wide, 2.7), "text")
    listed = [Part("pressing", (MARGIN, 4.4, wide, 2.2), "points")] if work.attention(facts) else []
    return Slide(key("brief_title", basis), (text, *listed, *cards, _sources(key("kinds", basis))), key("kinds", basis))


def _timeline() -> Slide:
    bars = Part("timeline", (MARGIN, 1.45, FULL, 3.1), "chart")
    return Slide("timeline_title", (bars, Part("timeline_notes", (MARGIN, 4.7, FULL, 1.95), "points")), "timeline")


def _table(title: str, table: str, high: float, note: str = "", titled: str = "") -> Slide:
    parts = [Part(table, (MARGIN, 1.5, FULL, high), "table")]
    if note:
        parts.append(Part(note, (MARGIN, 1.5 + high + 0.08, FULL, 6.68 - 1.5 - high - 0.08), "note"))
    return Slide(titled or title, (*parts, _sources(table)), table)


def _sources(of: str) -> Part:
    return Part(f"sources/{of}", _FOOT, "source")


def _focus(facts: Facts, basis: str) -> dict[str, Slide]:
    """The map, the units beside the target and the course: of what needs attention, else of the main indicators."""
    main = work.main_indicators(facts, basis)
    pressing = [r["indicator"] for r in work.attention(facts) if r["indicator"] in main]
    ranked = list(dict.fromkeys([*pressing, *main]))
    if not ranked:
        return {}
    mapped, beside = ranked[0], ranked[1 % len(ranked)]
    judged = [n for n in courses.courses(facts) if not facts.indicators[n]["plain"]] or courses.courses(facts)
    course = (judged or ranked)[0]
    found = {
        "map": Slide(
            key("map_title", mapped, basis),
            (
                Part(key("map", mapped, basis), (MARGIN, 1.5, 6.9, 5.15), "map"),
                Part(key("map_key", mapped, basis), (7.85, 1.55, 4.88, 1.4), "key"),
                Part(key("said", mapped, basis), (7.85, 3.0, 4.88, 2.55), "text"),
                Part(key("map_note", mapped, basis), (7.85, 5.6, 4.88, 1.05), "note"),
                Part(key("source", mapped, basis), _FOOT, "source"),
            ),
            key("map", mapped, basis),
        ),
        "units": Slide(
            key("units_title", beside, basis),
            (
                Part(key("units", beside, basis), (MARGIN, 1.45, FULL, 4.5), "chart"),
                Part(key("units_note", beside, basis), (MARGIN, 6.0, FULL, 0.68), "note"),
                Part(key("source", beside, basis), _FOOT, "source"),
            ),
            key("units", beside, basis),
        ),
    }
    found["trend"] = Slide(
        key("trend_title", course),
        (
            Part(key("trend", course), (MARGIN, 1.45, FULL, 4.35), "chart"),
            Part(key("trend_note", course), (MARGIN, 5.85, FULL, 0.82), "note"),
            _sources(key("trend_note", course)),
        ),
        key("trend", course),
    )
    return found


def _chains(facts: Facts) -> list[str]:
    if "cascade" not in facts.release.pages():
        return []
    return [str(c["id"]) for c in facts.release.page_columns("cascade")["chains"]]


def _chain(chain: str, basis: str) -> Slide:
    return Slide(
        key("chain_title", chain, basis),
        (
            Part(key("chain", chain, basis), (MARGIN, 1.45, FULL, 2.6), "chart"),
            Part(key("chain_steps", chain, basis), (MARGIN, 4.1, FULL, 2.55), "table"),
            _sources(key("chain_steps", chain, basis)),
        ),
        key("chain", chain, basis),
    )
