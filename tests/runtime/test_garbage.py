"""What a started service has loaded is left out of later collections."""

from __future__ import annotations

import subprocess
import sys

SEEN = """
import gc
from statuspage.runtime.garbage import settle
settle()
print(gc.get_freeze_count() > 1000, gc.get_threshold()[0] > 700, gc.isenabled())
"""


def test_what_lives_is_frozen_and_cycles_are_still_collected() -> None:
    seen = subprocess.run([sys.executable, "-c", SEEN], capture_output=True, text=True, check=True)
    assert seen.stdout.split() == ["True", "True", "True"]
