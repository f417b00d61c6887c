"""The report and the viewer in a real browser: no console error, and the slider moves the figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import vitruve as vt
from vitruve.pipeline.stages import analyse
from vitruve.render.report import write_keypoint_report, write_report

pytestmark = pytest.mark.browser


def _open(browser: Any, url: str, width: int = 1100) -> tuple[Any, list[str]]:
    page = browser.new_page(viewport={"width": width, "height": 900})
    # a software renderer on a busy machine takes its time
    page.set_default_timeout(120_000)
    problems: list[str] = []
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: problems.append(str(e)))
    page.goto(url)
    return page, problems


def _picture(page: Any) -> np.ndarray:
    import cv2

    data = np.frombuffer(page.locator("#stage canvas").screenshot(), np.uint8)
    return cv2.imdecode(data, cv2.IMREAD_COLOR).astype(np.int16)


def _seek(page: Any, seconds: float) -> None:
    page.evaluate("t => { const s = document.getElementById('time'); s.value = t; s.dispatchEvent(new Event('input')); }", seconds)
    page.wait_for_timeout(300)


def test_slider_moves_the_body(browser: Any, tmp_path: Path) -> None:
    found = analyse(vt.sample("walk"), "procedural")
    path = write_report(found, tmp_path / "report.html", notes=["a note with <b>markup</b> </script>"])
    page, problems = _open(browser, path.as_uri())
    page.wait_for_function("document.body.dataset.ready === 'body'")
    first = _picture(page)
    assert first.std() > 5, "the stage is blank"
    page.locator("#follow").uncheck()
    _seek(page, 2.0)
    assert page.evaluate("+document.body.dataset.frame") == 60
    assert np.abs(_picture(page) - first).max() > 60, "the figure did not move"
    assert page.locator(".plot canvas").count() >= 10
    assert page.locator("td", has_text="left_knee_flexion").count() >= 1
    page.keyboard.press(" ")
    page.wait_for_timeout(500)
    assert page.evaluate("+document.body.dataset.frame") > 60, "space does not play"
    assert problems == []
    page.close()


def test_keypoints_play_flat(browser: Any, tmp_path: Path) -> None:
    x = torch.rand(2, 50, 17, 2) * 400
    x[0, 10:20, 3] = torch.nan
    poses = vt.Poses(x, vt.skeleton("coco17"), 25.0, image_size=(400, 400))
    page, problems = _open(browser, write_keypoint_report(poses, tmp_path / "r.html", ["no depth"]).as_uri())
    page.wait_for_function("document.body.dataset.ready === 'figure'")
    first = _picture(page)
    _seek(page, 1.0)
    assert page.evaluate("+document.body.dataset.frame") == 25
    assert np.abs(_picture(page) - first).max() > 60
    assert problems == []
    page.close()


def test_live_viewer_shows_and_seeks(browser: Any) -> None:
    pytest.importorskip("viser")
    viewer = vt.view(vt.sample("walk"), port=8123, block=False)
    try:
        page, problems = _open(browser, viewer.url)
        page.wait_for_selector("canvas")
        page.wait_for_timeout(2500)
        viewer._playing.value = False
        pictures = []
        for frame in (0, 100):
            viewer.seek(frame)
            page.wait_for_timeout(800)
            pictures.append(page.locator("canvas").first.screenshot())
        assert pictures[0] != pictures[1]
        assert [p for p in problems if "404" not in p] == []
        page.close()
    finally:
        viewer.close()


def test_nothing_is_cut_off_on_a_phone(browser: Any, tmp_path: Path) -> None:
    path = write_report(analyse(vt.sample("walk")[:1], "procedural"), tmp_path / "report.html")
    page, problems = _open(browser, path.as_uri(), 400)
    page.wait_for_function("document.body.dataset.ready === 'body'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert problems == [] and "-0.0\u00b0" not in path.read_text()
    page.close()
