"""Names of colour properties: code points of ITU-T H.273 in FFmpeg's spelling."""

PRIMARIES = {
    1: "bt709",
    4: "bt470m",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    8: "film",
    9: "bt2020",
    10: "smpte428",
    11: "smpte431",
    12: "smpte432",
    22: "ebu3213",
}
TRANSFER = {
    1: "bt709",
    4: "gamma22",
    5: "gamma28",
    6: "smpte170m",
    7: "smpte240m",
    8: "linear",
    11: "iec61966-2-4",
    13: "iec61966-2-1",
    14: "bt2020-10",
    15: "bt2020-12",
    16: "smpte2084",
    17: "smpte428",
    18: "arib-std-b67",
}
MATRIX = {
    0: "gbr",
    1: "bt709",
    4: "fcc",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    8: "ycgco",
    9: "bt2020nc",
    10: "bt2020c",
}
RANGE = {1: "tv", 2: "pc"}

HDR_TRANSFERS = frozenset({"smpte2084", "arib-std-b67"})

_TABLES = {
    "color_primaries": PRIMARIES,
    "color_transfer": TRANSFER,
    "color_matrix": MATRIX,
    "color_range": RANGE,
}


def named(codes: dict[str, int]) -> dict[str, str | None]:
    """Return the name of each property's code point; None where none is stated."""
    return {prop: table.get(codes[prop]) for prop, table in _TABLES.items()}
