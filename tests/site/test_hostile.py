"""Markup in every field that anybody can write stays text: on every page, read by the parser that browsers use."""

from __future__ import annotations

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from statuspage.store.database import open_store
from statuspage.store.secrets import KeyRing
from tests.site.browsing import opened
from tests.web.staff.hostile import MARK, Answers, answers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

INSPECT = """([pages, mark]) => {
  const wrong = [];
  const never = ["iframe", "object", "embed", "base", "frame", "applet", "style", "math", "link-x"];
  const links = ["href", "src", "action", "formaction", "xlink:href", "data", "poster", "ping", "background", "srcset"];
  for (const [path, html] of Object.entries(pages)) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const say = (what, one) => wrong.push(`${path}: ${what}: ${one.outerHTML.slice(0, 160)}`);
    for (const one of page.querySelectorAll("*")) {
      const name = one.localName;
      if (name.includes(mark) || never.includes(name)) say("element", one);
      const from = one.getAttribute("src") ?? "";
      if (name === "script" && (!from.startsWith("/") || one.textContent)) say("script", one);
      if (name === "meta" && one.hasAttribute("http-equiv")) say("meta", one);
      if (name === "img" && !/^(\\/|data:image\\/)/.test(from)) say("image", one);
      for (const { name: key, value } of one.attributes) {
        if (key.includes(mark) || /^(on.*|srcdoc|style)$/.test(key)) say(`attribute ${key}`, one);
        const bare = value.replace(/[\\u0000-\\u0020]/g, "").toLowerCase();
        const place = /^(https?:\\/\\/|mailto:|data:image\\/svg)/.test(bare) || !/^[a-z][a-z0-9+.-]*:/.test(bare);
        if (links.includes(key) && !place) say(`address ${key}`, one);
        if (["action", "formaction"].includes(key) && !value.startsWith("/")) say("form", one);
      }
    }
    const comments = page.createTreeWalker(page, NodeFilter.SHOW_COMMENT);
    while (comments.nextNode()) if (comments.currentNode.data.includes(mark)) wrong.push(`${path}: comment`);
  }
  return wrong;
}"""


async def _gathered(file: Path) -> Answers:
    store = await open_store(f"sqlite:///{file}", key=KeyRing.of(bytes(range(32))))
    try:
        return await answers(store)
    finally:
        await store.close()


def test_hostile_words_are_words_on_every_page(browser: Browser, tmp_path: Path, sqlite_template: Path) -> None:
    file = tmp_path / "statuspage.db"
    shutil.copy(sqlite_template, file)
    with ThreadPoolExecutor(1) as thread:
        pages = thread.submit(asyncio.run, _gathered(file)).result()
    spoiled = {
        "element": f"<p><{MARK}>", "attribute": "<p onclick=x>", "script": "<script>x</script>",
        "image": "<img src=https://x>",
        "address": "<a href=' java\tscript:x'>", "comment": f"<!-- {MARK} -->", "form": "<form action=https://x>",
        "style": "<p style=x>", "meta": "<meta http-equiv=refresh>", "elsewhere": "<script src=https://x></script>",
    }  # fmt: skip
    with opened(browser) as (page, _):
        found = {one.partition(":")[0] for one in page.evaluate(INSPECT, [spoiled, MARK])}
        assert found == set(spoiled), "the inspection sees what it is for"
        assert page.evaluate(INSPECT, [pages, MARK]) == []
    assert not [path for path, text in pages.items() if "49}" in text or "$49" in text], "no template is evaluated"
    silent = {path for path, text in pages.items() if text and MARK not in text}
    assert len(pages) > 100
    assert silent == set(), "whatever was written is shown"
