"""Writes content stream operators (ISO 32000-2, Annex A), in stored coordinates."""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

# Of a quarter circle by a Bézier curve.
KAPPA = 0.5522847498
Point = tuple[float, float]


def number(value: float) -> str:
    """At most four decimals, never an exponent."""
    whole = int(value)
    if whole == value:
        return str(whole)
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def numbers(values: Iterable[float]) -> str:
    return " ".join(map(number, values))


def rgb(color: str) -> tuple[float, float, float]:
    """`#rrggbb` as shares of 1."""
    red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return (red, green, blue)


@lru_cache(maxsize=512)
def ink(color: str) -> str:
    """`#rrggbb` as the three operands of an operator."""
    return numbers(rgb(color))


class Content:
    """Collects operators; what is drawn must be painted by the same call."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        # How often a path was filled or stroked.
        self.painted = 0

    def add(self, line: str) -> None:
        self._lines.append(line)

    def transform(self, matrix: Sequence[float]) -> None:
        self.add(f"{numbers(matrix)} cm")

    def turn(self, centre: Point, degrees: float) -> None:
        """Turn clockwise, as y points down."""
        if degrees % 360 == 0:
            return
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        x, y = centre
        move = (x - cos * x + sin * y, y - sin * x - cos * y)
        self.add(f"{cos:.8f} {sin:.8f} {-sin:.8f} {cos:.8f} {numbers(move)} cm")

    def fill_color(self, color: str) -> None:
        self.add(f"{ink(color)} rg")

    def stroke(self, color: str, width: float, *, cap: int = 1, join: int = 1) -> None:
        self.add(f"{ink(color)} RG {number(width)} w {cap} J {join} j")

    def polyline(
        self, points: Sequence[Sequence[float]], *, close: bool = False
    ) -> None:
        operator = "m"
        for point in points:
            self.add(f"{number(point[0])} {number(point[1])} {operator}")
            operator = "l"
        if len(points) == 1:
            # A dot: a line of no length has no direction, and some draw nothing.
            self.add(f"{numbers((points[0][0], points[0][1] + 0.01))} l")
        if close:
            self.add("h")

    def curve(self, points: Sequence[Sequence[float]]) -> None:
        """Quadratic curves through the midpoints of the points, as cubic ones."""
        if len(points) < 3:
            self.polyline(points)
            return
        at = (points[0][0], points[0][1])
        self.add(f"{numbers(at)} m")
        for control, following in pairwise(points[1:]):
            x, y = control[0], control[1]
            end = ((x + following[0]) / 2, (y + following[1]) / 2)
            first = (at[0] + 2 / 3 * (x - at[0]), at[1] + 2 / 3 * (y - at[1]))
            second = (end[0] + 2 / 3 * (x - end[0]), end[1] + 2 / 3 * (y - end[1]))
            self.add(f"{numbers((*first, *second, *end))} c")
            at = end
        self.add(f"{numbers(points[-1][:2])} l")

    def rectangle(self, x: float, y: float, width: float, height: float) -> None:
        self.add(f"{numbers((x, y, width, height))} re")

    def ellipse(self, x: float, y: float, width: float, height: float) -> None:
        rx, ry = width / 2, height / 2
        cx, cy = x + rx, y + ry
        kx, ky = rx * KAPPA, ry * KAPPA
        self.add(f"{numbers((cx + rx, cy))} m")
        for curve in (
            (cx + rx, cy + ky, cx + kx, cy + ry, cx, cy + ry),
            (cx - kx, cy + ry, cx - rx, cy + ky, cx - rx, cy),
            (cx - rx, cy - ky, cx - kx, cy - ry, cx, cy - ry),
            (cx + kx, cy - ry, cx + rx, cy - ky, cx + rx, cy),
        ):
            self.add(f"{numbers(curve)} c")
        self.add("h")

    def paint(self, *, fill: bool, stroke: bool) -> None:
        """Paint the path that stands there."""
        self.painted += fill + stroke
        self.add(
            {(True, True): "B", (True, False): "f", (False, True): "S"}.get(
                (fill, stroke), "n"
            )
        )

    def data(self) -> bytes:
        return "\n".join(self._lines).encode("ascii")
