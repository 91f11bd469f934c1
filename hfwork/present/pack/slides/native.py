"""Native charts of office programs: drawn from a plot, and given new data without losing how people restyled them."""

from __future__ import annotations

import copy
import math
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.dml import MSO_LINE
from pptx.oxml.ns import qn
from pptx.util import Pt

from hfwork.present.pack.elements import Plot
from hfwork.present.pack.slides import typeset
from hfwork.present.pack.slides.theme import FONTS, INK, LANGUAGES, MUTED, TEAL

_TYPES = {"columns": XL_CHART_TYPE.COLUMN_CLUSTERED, "bars": XL_CHART_TYPE.BAR_CLUSTERED,
          "stack": XL_CHART_TYPE.BAR_STACKED, "lines": XL_CHART_TYPE.LINE_MARKERS}  # fmt: skip
_FILLS = {"met": "007A5E", "near": "F2C14E", "behind": "C44E00", "plain": "0072B2", "pale": "B4DAD5", "bar": "0072B2",
          "past": TEAL, "mark": "D55E00"}  # fmt: skip
_LINES = {"line": ("0072B2", 2.5, None), "centre": ("8A9A98", 1.5, None), "limit": ("8A9A98", 1.25, MSO_LINE.DASH),
          "target": ("D55E00", 2.0, MSO_LINE.DASH), "point": ("D55E00", 0, None)}  # fmt: skip

_FEW = 30  # categories whose names stand upright
_DARK = ("met", "behind", "plain", "bar")  # fills on which letters are white
_LOOKS = (qn("c:spPr"), qn("c:marker"), qn("c:dLbls"))  # what makes the look of a series


def data(plot: Plot) -> Any:
    """The plot as chart data; the workbook inside the chart holds these numbers and nothing else."""
    made = CategoryChartData(number_format=plot.format)
    made.categories = plot.categories
    for series in plot.series:
        made.add_series(series.name, series.values, plot.format)
    return made


def print_of(plot: Plot) -> tuple[Any, ...]:
    """What tells a chart's generated data from data people typed: categories, names, values."""
    return (plot.categories, tuple((s.name, _padded(s.values, len(s.values))) for s in plot.series))


def shown(chart: Any) -> tuple[Any, ...]:
    """The same of a chart in a deck, from what it would draw."""
    plots = list(chart.plots)
    categories = tuple(str(c) for c in plots[0].categories) if plots else ()
    return (categories, tuple((s.name, _padded(s.values, len(categories))) for p in plots for s in p.series))


def _padded(values: Any, length: int) -> tuple[float | None, ...]:
    listed = [None if v is None else float(v) for v in values]
    return tuple(listed + [None] * (length - len(listed)))


def draw(slide: Any, box: tuple[Any, ...], plot: Plot, lang: str) -> Any:
    """A chart on a slide; returns its graphic frame."""
    frame = slide.shapes.add_chart(_TYPES[plot.kind], *box, data(plot))
    chart = frame.chart
    chart.has_title = False
    chart.font.size, chart.font.color.rgb = Pt(12), RGBColor.from_string(INK)
    _fonts(chart, lang)
    chart.has_legend = plot.kind != "stack" and len(plot.series) > 1
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
        chart.legend.font.size = Pt(12)
    _axes(chart, plot, frame.width.pt)
    _look(chart, plot)
    return frame


def _fonts(chart: Any, lang: str) -> None:
    properties = chart._chartSpace.xpath("c:txPr//a:defRPr")[0]
    properties.set("lang", LANGUAGES[lang])
    for tag, face in (("a:latin", FONTS[lang][0]), ("a:ea", FONTS[lang][1])):
        properties.append(properties.makeelement(qn(tag), {"typeface": face}))


def _axes(chart: Any, plot: Plot, width: float) -> None:
    across, up = chart.category_axis, chart.value_axis
    across.format.line.color.rgb = RGBColor.from_string("8A9A98")
    across.has_major_gridlines = False
    up.format.line.fill.background()
    up.tick_labels.font.color.rgb = RGBColor.from_string(MUTED)
    up.major_gridlines.format.line.color.rgb = RGBColor.from_string("DDE6E4")
    up.tick_labels.number_format, up.tick_labels.number_format_is_linked = "General", False
    if plot.kind in ("bars", "stack"):
        across.reverse_order = True
    if plot.kind == "bars":
        up.visible = False
        up.has_major_gridlines = False
    if plot.kind == "stack":
        _years(up, plot)
    elif plot.kind != "lines":
        up.minimum_scale = 0
    if plot.percent:
        up.tick_labels.number_format = 'General"%"'
    if plot.percent and max(_values(plot), default=0) <= 100:
        up.maximum_scale = 100
    if plot.percent and plot.kind == "lines" and (low := min(_values(plot), default=0) // 10 * 10) >= 30:
        up.minimum_scale = low  # what happens far above nought is seen better without the empty half
    if plot.kind == "columns":
        across.tick_labels.font.size = Pt(_label_size(plot, width))
    if plot.kind == "lines":
        across.tick_labels.font.size = Pt(11 if len(plot.categories) < 18 else 10)
    if plot.kind in ("columns", "lines"):  # names break their lines rather than lean
        body = across._element.find(qn("c:txPr")).find(qn("a:bodyPr"))
        body.set("rot", "0" if len(plot.categories) <= _FEW else "-5400000")
        body.set("vert", "horz")
    skip = across._element.makeelement(qn("c:tickLblSkip"), {"val": "1"})  # every unit and step is named
    before = across._element.find(qn("c:noMultiLvlLbl"))
    if plot.kind != "lines" and before is not None:
        before.addprevious(skip)
    across.tick_label_position = XL_TICK_LABEL_POSITION.LOW


def _label_size(plot: Plot, width: float) -> float:
    """The size at which the longest word under a column stands in one line, on a chart so many points wide."""
    longest = max(typeset.width(word) for name in plot.categories for word in name.split())
    return min(max(math.floor((width - 50) / len(plot.categories) * 1.9 / longest) / 2, 7), 12)


def _years(axis: Any, plot: Plot) -> None:
    """An axis of whole years, a tick at the beginning of each, where the bars begin or end."""
    axis.minimum_scale, axis.maximum_scale = _span(plot)
    axis.major_unit = 1
    axis.tick_labels.number_format = "0"


def _span(plot: Plot) -> tuple[int, int]:
    """The whole years between which lying bars of years stand."""
    ends = [sum(v for v in values if v is not None) for values in zip(*(s.values for s in plot.series), strict=True)]
    return math.floor(min(v for v in plot.series[0].values if v is not None)), math.ceil(max(ends))


def _look(chart: Any, plot: Plot) -> None:
    drawn = chart.plots[0]
    looks = [s.look for s in plot.series]
    if plot.kind != "lines":
        drawn.gap_width = 55
        drawn.overlap = 100
    for series, look in zip(list(drawn.series), looks, strict=True):
        if plot.kind == "lines":
            _line(series, look)
        elif look == "gap":
            series.format.fill.background()
        elif look != "target":
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = RGBColor.from_string(_FILLS[look])
            if plot.kind != "stack":
                _labels(series, plot, look)
    if plot.kind != "lines" and "target" in looks:
        _move_to_line(chart, looks.index("target"))


def _labels(series: Any, plot: Plot, look: str) -> None:
    """Values at the end of bars; at the foot of columns that a target line crosses higher up."""
    labels = series.data_labels
    labels.show_value = True
    labels.number_format, labels.number_format_is_linked = plot.format, False
    inside = _crossed(plot)
    labels.position = XL_LABEL_POSITION.INSIDE_BASE if inside else XL_LABEL_POSITION.OUTSIDE_END
    labels.font.size = Pt(12 if plot.kind == "bars" or len(plot.categories) < 20 else 10)
    labels.font.bold = inside
    labels.font.color.rgb = RGBColor.from_string("FFFFFF" if inside and look in _DARK else INK)


def _crossed(plot: Plot) -> bool:
    """Whether a target line runs through columns that all are tall enough to hold their figure below it."""
    targets = [v for s in plot.series if s.look == "target" for v in s.values if v is not None]
    bars = [v for s in plot.series if s.look != "target" for v in s.values if v is not None]
    return bool(targets and bars) and min(*bars, *targets) > 0.2 * max(*bars, *targets)


def _line(series: Any, look: str) -> None:
    colour, thick, dash = _LINES[look]
    series.smooth = False
    if look == "point":
        series.format.line.fill.background()
        series.marker.style, series.marker.size = XL_MARKER_STYLE.CIRCLE, 11
    else:
        series.format.line.color.rgb = RGBColor.from_string(colour)
        series.format.line.width = Pt(thick)
        if dash:
            series.format.line.dash_style = dash
        series.marker.style = XL_MARKER_STYLE.CIRCLE if look == "line" else XL_MARKER_STYLE.NONE
        if look == "line":
            series.marker.size = 7
    if look in ("line", "point"):
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = RGBColor.from_string(colour)
        series.marker.format.line.color.rgb = RGBColor.from_string("FFFFFF")


def _move_to_line(chart: Any, at: int) -> None:
    """Draw one series of a column chart as a line over the columns, on the same axes: the target."""
    columns = chart._chartSpace.xpath(".//c:barChart")[0]
    own = columns.findall(qn("c:ser"))[at]
    columns.remove(own)
    for tag in ("c:invertIfNegative", "c:dLbls", "c:spPr"):
        for child in own.findall(qn(tag)):
            own.remove(child)
    line = columns.makeelement(qn("c:lineChart"), {})
    for tag, value in (("c:grouping", "standard"), ("c:varyColors", "0")):
        line.append(line.makeelement(qn(tag), {"val": value}))
    line.append(own)
    line.append(line.makeelement(qn("c:marker"), {"val": "1"}))
    for axis in columns.findall(qn("c:axId")):
        line.append(copy.deepcopy(axis))
    columns.addnext(line)
    _line(chart.plots[1].series[0], "target")


def renew(chart: Any, plot: Plot) -> None:
    """New data in a chart, the looks people gave its series kept; with other series than before, ours again."""
    before = [s.name for p in chart.plots for s in p.series]
    if before != [s.name for s in plot.series] and _drawn_as(chart, plot):
        _other_series(chart, plot)
    else:
        chart.replace_data(data(plot))
        if len(before) != len(plot.series):
            _restyle(chart, plot)
    _widen(chart, plot)


def _drawn_as(chart: Any, plot: Plot) -> bool:
    """Whether a chart still is of the kind it was drawn as."""
    tags = [found.tag for found in chart._chartSpace.chart.plotArea.iter_xCharts()]
    first = qn("c:lineChart" if plot.kind == "lines" else "c:barChart")
    return tags == [first] or (plot.kind == "columns" and tags == [first, qn("c:lineChart")])


def _other_series(chart: Any, plot: Plot) -> None:
    """A chart whose series are others than before, such as a status nobody had: each in its own look by its name."""
    kept = {
        s.name: [copy.deepcopy(own) for own in s._element if own.tag in _LOOKS] for p in chart.plots for s in p.series
    }
    first, *rest = chart._chartSpace.chart.plotArea.iter_xCharts()
    for line in rest:
        for own in line.findall(qn("c:ser")):
            first.findall(qn("c:ser"))[-1].addnext(own)
        line.getparent().remove(line)
    chart.replace_data(data(plot))
    for series in chart.plots[0].series:
        for own in [own for own in series._element if own.tag in (*_LOOKS, qn("c:dPt"), qn("c:smooth"))]:
            series._element.remove(own)
    _look(chart, plot)
    for series in [s for p in chart.plots for s in p.series if s.name in kept]:
        for own in [own for own in series._element if own.tag in _LOOKS]:
            series._element.remove(own)
        for own in kept[series.name]:
            getattr(series._element, f"_insert_{own.tag.split('}')[1]}")(own)


def _restyle(chart: Any, plot: Plot) -> None:
    series = [s for p in chart.plots for s in p.series]
    for own, made in zip(series, plot.series, strict=True):
        if plot.kind == "lines":
            _line(own, made.look)
        elif made.look in _FILLS:
            own.format.fill.solid()
            own.format.fill.fore_color.rgb = RGBColor.from_string(_FILLS[made.look])


def _widen(chart: Any, plot: Plot) -> None:
    """No new value is cut off by an axis that ended at the old ones."""
    axis = chart.value_axis
    if plot.kind == "stack":
        first, last = _span(plot)
        axis.minimum_scale = min(first, axis.minimum_scale or first)
        axis.maximum_scale = max(last, axis.maximum_scale or last)
        return
    values = _values(plot)
    if values and axis.maximum_scale is not None and max(values) > axis.maximum_scale:
        axis.maximum_scale = None
    if values and axis.minimum_scale is not None and min(values) < axis.minimum_scale:
        axis.minimum_scale = None


def _values(plot: Plot) -> list[float]:
    return [v for s in plot.series for v in s.values if v is not None]


def told(shown: tuple[Any, ...]) -> str:
    """The data of a chart in one line, for the list of what was done."""
    categories, series = shown
    parts = []
    for name, values in series:
        listed = [f"{c} {v:g}" for c, v in zip(categories, values, strict=False) if v is not None]
        parts.append(f"{name}: {', '.join(listed)}")
    return " ‖ ".join(parts)
