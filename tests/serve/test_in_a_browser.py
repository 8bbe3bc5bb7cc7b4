"""The pages of the log in a real browser: on a phone and on a desk, in English and in Chinese; a picture of it too,
with ``PRESCREEN_PICTURES``.
"""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from urllib.request import urlopen

import pytest

from state import browsing
from tests.browser.driver import Page, browser
from tests.machine import lack_of
from tests.serve.test_serve import served
from tests.state.sites import rows

LACK = lack_of("chromium")
pytestmark = pytest.mark.skipif(bool(LACK), reason=LACK)

WIDTHS = (390, 1280)
LOADED = "document.readyState === 'complete'"
TEXT = "document.querySelector('main').innerText"


async def _opened(page: Page, url: str) -> None:
    await page.open(url)
    await page.until(f"location.href === {url!r} && {LOADED}")


async def test_the_log_is_walked_by_its_links_in_both_languages(noted: Path, tmp_path: Path) -> None:
    (newest,) = rows(noted, "SELECT screening FROM screening_log ORDER BY started_at DESC LIMIT 1")[0]
    with served(noted) as address:
        async with browser(tmp_path / "profile") as page:
            await page.open(address)
            await page.until("document.title === 'Screening log – Pre-screening' && " + LOADED)
            if folder := os.environ.get("PRESCREEN_PICTURES"):
                await page.look(width=1280, height=560, scale=1)
                await page.picture(Path(folder) / "serve.png")
            await page.click("td.screening a")
            await page.until(f"document.querySelector('h1')?.innerText === '{newest}' && {LOADED}")
            assert "Age" in await page.script(TEXT)
            await page.click(".languages a")
            await page.until("document.documentElement.lang === 'zh-CN' && " + LOADED)
            assert "年龄" in await page.script(TEXT)
            assert await page.script("document.querySelector('h1').innerText") == newest
            await page.click("nav a")
            await page.until("document.title === '预筛日志 – 预筛' && " + LOADED)
            await page.click("summary")
            await page.tap(
                "[...document.querySelectorAll('.facets a')].find((a) => a.innerText === '不符合条件')"
            )
            await page.until("location.search.includes('verdict=ineligible') && " + LOADED)
            shown = await page.script("document.querySelectorAll('tbody tr').length")
            link = await page.script("document.querySelector('a[download]').href")
            assert page.complaints == []
        with urlopen(link, timeout=10) as download:
            found = list(csv.DictReader(io.StringIO(download.read().decode())))
    held = rows(noted, "SELECT count(*) FROM screening_log WHERE verdict = 'ineligible'")[0][0]
    assert len(found) == held == shown > 5
    assert {row["verdict"] for row in found} == {"ineligible"}


@pytest.mark.parametrize("width", WIDTHS)
async def test_no_page_is_wider_than_the_screen(noted: Path, tmp_path: Path, width: int) -> None:
    with served(noted) as address:
        async with browser(tmp_path / "profile") as page:
            await page.look(width=width, scale=1)
            for name in (*browsing.SHOWN, *browsing.QUERIES):
                await _opened(page, f"{address}/{name}" + ("?screening=S01-0001" if "one" in name else ""))
                assert await page.script("document.documentElement.scrollWidth") <= width, name
                assert await page.script("document.querySelectorAll('td').length") > 0, name
