"""A change that only repaints the drawn map must leave what plotly would have drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from hfwork.present.static import board

DRAWN = "#hf-board[data-state=drawn]"
# Every indicator and period in turn: repaint, note what stands, let plotly draw, compare.
COMPARE = """async (most) => {
  const board = document.querySelector('#hf-board').hfBoard, { figures } = board, differ = [];
  const box = figures.boxes.map;
  const plain = (style) => [...style].filter((name) => style.getPropertyValue(name) !== '')
    .map((name) => `${name}:${style.getPropertyValue(name)}`).sort().join(';');
  const seen = () => [...box.querySelectorAll('.scatterlayer path, .scatterlayer text')]
    .map((e) => [e.getAttribute('d'), e.textContent, e.getAttribute('transform'), plain(e.style)].join('|'));
  let repainted = 0;
  for (const ind of board.page.indicators) for (const period of ind.periods.slice(0, most)) {
    board.state = board.level(board.follow(board.m, { ...board.state, indicator: ind.id, period }));
    board.paint();
    const quick = figures.behind.has('map'), before = seen();
    while (board.root.dataset.state !== 'drawn') await new Promise((next) => setTimeout(next, 1));
    repainted += quick;
    const after = seen();
    if (quick && before.join() !== after.join()) {
      differ.push([ind.id, period,
        ...before.flatMap((one, i) => (one === after[i] ? [] : [one, after[i]])).slice(0, 2)]);
    }
  }
  return [repainted, differ];
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_repainted_map_is_the_one_plotly_draws(
    browser: Browser, request: pytest.FixtureRequest, tmp_path: Path, theme: str
) -> None:
    release = request.getfixturevalue("small").releases / "current"
    page = browser.new_page(viewport={"width": 1366, "height": 768}, color_scheme=theme)
    page.goto(f"{board(release, tmp_path / 'board.html').as_uri()}#page=indicator")
    page.wait_for_selector(DRAWN)
    repainted, differ = page.evaluate(COMPARE, 4)
    page.close()
    assert repainted > 40
    assert not differ, "\n".join(map(str, differ[0]))
