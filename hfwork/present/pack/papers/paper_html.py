"""A paper as one web page: nothing is loaded from outside, and it prints as the Word file does."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from hfwork.present.pack.package import put
from hfwork.present.pack.papers.paper import (
    Annex,
    Attachments,
    Block,
    Heading,
    Note,
    Paper,
    Paragraph,
    Signature,
    Table,
    Title,
)

# The browser itself keeps the promise that the file asks for nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'"

_SONG = "宋体,SimSun,serif"
_HEI = "Arial,黑体,SimHei,sans-serif"
_KAI = '"Times New Roman",楷体,KaiTi,serif'
_GRAND = '方正小标宋简体,FZXiaoBiaoSong-B05S,宋体,SimSun,"Times New Roman",serif'
_STYLE = f"""
:root{{color-scheme:light}}
body{{margin:0;background:#e9ecec;color:#000;font:16pt/28.95pt "Times New Roman",仿宋,FangSong,STFangsong,serif}}
main{{box-sizing:border-box;max-width:210mm;margin:0 auto;padding:20mm 26mm 20mm 28mm;background:#fff}}
main{{overflow-wrap:anywhere}}
header{{font:10.5pt/14pt {_SONG};text-align:right;margin:0 0 8mm}}
h1,p.title{{font:22pt/35pt {_GRAND};text-align:center;margin:0}}
p.title{{text-indent:0}}:lang(en) p.title{{text-align:center;font-weight:700}}
h2,h3,h4,h5{{font-size:16pt;line-height:28.95pt;font-weight:400;margin:0;text-indent:2em;break-after:avoid}}
h2{{font-family:{_HEI}}}h3{{font-family:{_KAI}}}h4{{font-weight:700}}
:lang(en) :is(h1,h2,h3){{font-weight:700}}
p{{margin:0;text-indent:2em;text-align:justify}}:lang(en) p{{text-align:left}}
p.under,:lang(en) p.under{{font-family:{_KAI};text-align:center;text-indent:0;margin-bottom:28.95pt}}
p.note{{font-size:10.5pt;line-height:15pt;text-indent:0;margin-top:3pt}}
p.imprint{{border-top:.75pt solid;margin-top:14pt;padding-top:4pt}}
p.attachment{{margin-left:6em;text-indent:-1em;text-align:left}}
p.attachment.first{{text-indent:-4em;margin-top:28.95pt}}
p.signature,:lang(en) p.signature{{text-align:right;margin-right:4em;text-indent:0}}p.unit{{margin-top:57.9pt}}
section{{break-before:page;margin-top:20mm}}p.label{{font-family:{_HEI};text-indent:0}}
.wide{{overflow-x:auto}}
table{{border-collapse:collapse;width:100%;font:9pt/12.5pt "Times New Roman",{_SONG}}}
caption{{font:12pt/20pt {_HEI};padding-top:8pt}}
th,td{{border:.5pt solid;padding:1pt 2.5pt;text-align:center}}th{{font:9pt/12.5pt {_HEI}}}
td.words,th[scope=row]{{text-align:left}}th[scope=row]{{font-family:inherit}}
tr{{break-inside:avoid}}thead{{display:table-header-group}}
small{{display:block;font-size:6pt;line-height:8pt;white-space:nowrap}}thead small{{font-size:9pt;line-height:12.5pt}}
thead small{{white-space:normal}}
.compact{{font-size:11.5pt;line-height:16.5pt}}.compact:lang(en){{font-size:9.5pt;line-height:12.5pt}}
.compact :is(table,th){{font-size:8.5pt;line-height:11pt}}.compact :is(th,td){{padding:.5pt 2pt}}
.compact:lang(en) :is(table,th){{font-size:7.5pt;line-height:9pt}}
.compact caption{{font-size:10.5pt;line-height:15pt;padding-top:4pt}}.compact thead small{{font-size:inherit}}
.compact h1,.compact p.title{{font-size:20pt;line-height:28pt}}.compact:lang(en) h1{{font-size:16pt;line-height:20pt}}
.compact p.under{{margin-bottom:0;line-height:18pt}}.compact p.note{{font-size:8.5pt;line-height:11pt;margin-top:2pt}}
.compact:lang(en) p.note{{font-size:7.5pt;line-height:9.5pt}}.compact p.imprint{{margin-top:5pt}}
@media(max-width:720px){{body,.compact{{font-size:13pt;line-height:1.7}}main{{padding:6mm}}
h1,p.title,.compact h1{{font-size:18pt;line-height:1.4}}h2,h3,h4{{font-size:13pt;line-height:1.7}}
p.attachment{{margin-left:5em}}table{{min-width:560px}}}}
@media print{{body{{background:none}}main{{padding:0;max-width:none}}header{{margin:0}}section{{margin-top:0}}}}
@page{{size:A4;margin:37mm 26mm 35mm 28mm}}
@page :right{{@bottom-right{{content:"— " counter(page) " —";font:14pt {_SONG};margin-right:1em}}}}
@page :left{{@bottom-left{{content:"— " counter(page) " —";font:14pt {_SONG};margin-left:1em}}}}
"""
_COMPACT_PAGE = "@page{margin:18mm 26mm 20mm 28mm}"
_TAGS = {1: "h2", 2: "h3", 3: "h4", 4: "h5"}


def write_html(paper: Paper, target: Path) -> Path:
    """Write a paper as one HTML file and return its path; a file there is replaced whole. Raises ``no_access``."""
    return put(target, html(paper).encode())


def html(paper: Paper) -> str:
    """The text of the page."""
    head = f"<header>{escape(paper.header)}</header>" if paper.header else ""
    parts, open_section = [], False
    for block in paper.blocks:
        if isinstance(block, Annex):
            parts.append("</section>" * open_section + "<section>")
            open_section = True
        parts += _block(block)
    title, subject, author, about, keywords = (escape(said) for said in paper.properties())
    metas = {"subject": subject, "author": author, "description": about, "keywords": keywords}
    extra = _COMPACT_PAGE if paper.compact else ""
    if paper.header:  # on the pages after the first, too
        extra += f'@page{{@top-right{{content:"{paper.header}";font:10.5pt {_SONG}}}}}'
        extra += "@page :first{@top-right{content:none}}"
    named = "\n".join(f'<meta name="{name}" content="{said}">' for name, said in metas.items())
    lang, kind = "zh-CN" if paper.lang == "zh" else "en", ' class="compact"' if paper.compact else ""
    return f"""<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
{named}
<title>{title}</title>
<link rel="icon" href="data:;base64,=">
<style>{_STYLE}{extra}</style>
</head>
<body{kind}>
<main>
{head}
{"".join(parts)}{"</section>" * open_section}
</main>
</body>
</html>
"""


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Title):
        first, *more = block.lines
        yield f"<hgroup><h1>{escape(first)}</h1>{''.join(_p(line, 'title') for line in more)}</hgroup>\n"
        yield _p(block.under, "under") if block.under else ""
    elif isinstance(block, Heading):
        yield f"<{_TAGS[block.level]}>{escape(block.said)}</{_TAGS[block.level]}>\n"
    elif isinstance(block, Paragraph):
        gap = "" if block.lang == "zh" else " "
        lead = f"<strong>{escape(block.lead)}</strong>{gap}" if block.lead else ""
        yield f"<p>{lead}{escape(gap.join(s.said for s in block.sentences))}</p>\n"
    elif isinstance(block, Table):
        yield from _table(block)
    elif isinstance(block, Note):
        yield _p(block.said, "note imprint" if block.ruled else "note")
    elif isinstance(block, Attachments):
        yield from (_p(line, "attachment" if at else "attachment first") for at, line in enumerate(block.lines))
    elif isinstance(block, Signature):
        yield _p(block.unit, "signature unit") if block.unit else ""
        yield _p(block.date, "signature")
    else:
        yield f"{_p(block.label, 'label')}<h1>{escape(block.title)}</h1>\n"


def _table(table: Table) -> Iterator[str]:
    total = sum(table.widths)
    yield '<div class="wide"><table>'
    yield f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    yield "".join(f'<col style="width:{100 * width / total:.1f}%">' for width in table.widths)
    heads = "".join(f'<th scope="col">{_lines(said)}</th>' for said in table.header)
    yield f"<thead><tr>{heads}</tr></thead><tbody>\n"
    for row in table.rows:
        first, *rest = row.texts
        cells = [f'<th scope="row">{_lines(first)}</th>']
        for at, said in enumerate(rest, start=1):
            kind = ' class="words"' if at in table.left else ""
            cells.append(f"<td{kind}>{_lines(said)}</td>")
        yield f"<tr>{''.join(cells)}</tr>\n"
    yield "</tbody></table></div>\n"


def _lines(said: str) -> str:
    first, *small = said.split("\n")
    return escape(first) + "".join(f" <small>{escape(line)}</small>" for line in small)


def _p(said: str, kind: str) -> str:
    return f'<p class="{kind}">{escape(said)}</p>\n'
