"""How figures are printed: smallest, median and largest of a few runs."""

import statistics
from collections.abc import Sequence


def row(name: str, values: Sequence[float], unit: str = "") -> str:
    """One line: `name  min / median / max unit`."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{name:<44}{low:9.3f} /{middle:9.3f} /{high:9.3f} {unit}"


def header(title: str) -> str:
    return f"\n{title}\n{'':<44}{'min':>9}  {'median':>9}  {'max':>9}"
