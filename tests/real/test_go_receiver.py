"""The Go receiver of docs/webhooks.md, compiled as it stands there, told by our sender; only where there is a Go.

Continuous integration has none: to install it takes longer than a sixth of the whole suite may.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.real.receiving import code, keeps_the_rules, started

pytestmark = [pytest.mark.real, pytest.mark.timeout(400)]

TELLS = """
func init() {
	go func() {
		asked := make([]byte, 1)
		for {
			if _, err := os.Stdin.Read(asked); err != nil {
				return
			}
			lock.Lock()
			told := [][]any{}
			for cell, known := range usable {
				told = append(told, []any{cell, known})
			}
			lock.Unlock()
			json.NewEncoder(os.Stdout).Encode(told)
		}
	}()
}
"""
"""What the test adds, to see what the receiver has understood."""


GO = shutil.which("go")

if GO:

    async def test_it_keeps_the_rules(tmp_path: Path) -> None:
        (tmp_path / "receiver.go").write_text(code("go") + TELLS)
        environ = os.environ | {"GOCACHE": str(tmp_path / "cache"), "GO111MODULE": "off", "GOFLAGS": ""}
        build = [str(GO), "build", "-o", "receiver", "receiver.go"]
        done = await asyncio.to_thread(subprocess.run, build, cwd=tmp_path, env=environ, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        async with started(["./receiver"], tmp_path) as (process, url):
            await keeps_the_rules(process, url)
