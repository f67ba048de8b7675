"""The demo tells the whole story and checks each step."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ASSISTAI = str(Path(sys.executable).with_name("assistai"))


def test_the_demo_succeeds_and_shows_every_part_of_the_story() -> None:
    done = subprocess.run([ASSISTAI, "demo"], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert "+ 6 to create" in lines
    assert "- - El plazo de entrega es de 15 días hábiles." in lines
    assert "+ - El plazo de entrega es de 10 días hábiles." in lines
    for words in (
        "one resource had drifted",
        "it is repaired",
        "WhatsApp is connected",
        "the disconnect of Ventas reached the API",
        "Soporte is archived, as declared",
    ):
        assert f"checked: {words}" in lines
    assert "is no longer managed, but keeps answering" in done.stdout
    assert "token" not in done.stdout
