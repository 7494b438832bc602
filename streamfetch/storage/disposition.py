"""Names of downloads: what a person called it, safe in a header and on a disk.

RFC 6266 (Content-Disposition) with RFC 8187 (`filename*`) for everything outside
of ASCII.
"""

import unicodedata
from urllib.parse import quote

LONGEST_NAME_BYTES = 180
FALLBACK = "download"
# Characters that turn the reading direction: "gpj.exe" would show as "exe.jpg".
_TURNS = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}
_SEPARATORS = {"Cc", "Cs", "Zl", "Zp"}
_UNRESERVED = "!#$&+-.^_`|~"


def safe_name(name: str) -> str:
    """A file name without folders, control characters and leading dots.

    At most 180 bytes of UTF-8, with the extension kept; `download` when nothing is
    left.
    """
    kept = "".join(
        "_" if character in "/\\:*?<>|" else character
        for character in name
        if unicodedata.category(character) not in _SEPARATORS
        and ord(character) not in _TURNS
    ).strip(" .")
    stem, dot, extension = kept.rpartition(".")
    if not stem or len(extension) > 10:
        stem, dot, extension = kept, "", ""
    ending = dot + extension
    room = LONGEST_NAME_BYTES - len(ending.encode())
    stem = stem.encode()[:room].decode(errors="ignore").strip(" .")
    return (stem or FALLBACK) + ending


def attachment(name: str) -> str:
    """The header value that makes a download called `name`. Pure ASCII."""
    name = safe_name(name)
    decomposed = unicodedata.normalize("NFKD", name)
    plain = "".join(
        character if " " <= character <= "~" and character not in '"\\%' else "_"
        for character in decomposed
        if not unicodedata.combining(character)
    )
    header = f'attachment; filename="{plain}"'
    if plain != name:
        header += f"; filename*=UTF-8''{quote(name, safe=_UNRESERVED)}"
    return header
