"""The plot for the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib import pyplot as plt

if TYPE_CHECKING:
    from benchmarks.__main__ import Measured

_COLORS = ("#9aa5b1", "#0b7285", "#5f3dc4", "#d0bfff", "#9775fa", "#e5dbff", "#e8590c", "#2b8a3e")


def draw(results: Sequence[Measured], machine: str, file: Path) -> None:
    """Draw the durations of `up`, with a panel for each case and a bar for each contestant."""
    # Without these settings, the same figures would give a different file each time.
    mpl.rcParams.update({"svg.hashsalt": "assistai", "font.family": "sans-serif"})
    ups = [result for result in results if result.operation == "up"]
    cases = list(dict.fromkeys(result.case for result in ups))
    colors = dict(zip(dict.fromkeys(result.who for result in ups), cycle(_COLORS), strict=False))
    figure, panels = plt.subplots(len(cases), 1, figsize=(8, 2.3 * len(cases)), layout="constrained", squeeze=False)
    for case, panel in zip(cases, panels[:, 0], strict=True):
        agents, latency, parallel = case
        shown = [result for result in ups if result.case == case]
        bars = panel.barh(
            [result.who for result in shown],
            [median(result.seconds) for result in shown],
            color=[colors[result.who] for result in shown],
        )
        panel.bar_label(bars, fmt="%.1f s", padding=3)
        panel.invert_yaxis()
        panel.margins(x=0.12)
        panel.spines[["top", "right"]].set_visible(False)
        panel.set_title(f"up: {agents} agents, {latency * 1000:.0f} ms, {parallel} at a time", loc="left", fontsize=10)
    figure.supxlabel(machine, fontsize=7, color="#868e96")
    figure.savefig(file, metadata={"Date": None})
