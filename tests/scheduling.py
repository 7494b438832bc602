"""Which tests pytest-xdist gives to one process together."""

from xdist.scheduler import LoadScopeScheduling

TOGETHER = "tests/browser/"


class BrowserTogether(LoadScopeScheduling):
    """All browser tests in one process, any other test wherever there is room.

    Not by the mark `xdist_group`: pytest-xdist 3.8 writes the group into
    `Item._nodeid`, which pytest 9.2 no longer reads, so that groups are ignored.
    """

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER if nodeid.startswith(TOGETHER) else nodeid
