"""Which tests pytest-xdist gives to one process together."""

from xdist.scheduler import LoadScopeScheduling

# Each of them starts a server of its own, once.
TOGETHER = ("tests/browser/", "tests/flows/test_outages.py")


class ServersTogether(LoadScopeScheduling):
    """All browser tests in one process, any other test wherever there is room.

    Not by the mark `xdist_group`: pytest-xdist 3.8 writes the group into
    `Item._nodeid`, which pytest 9.2 no longer reads, so that groups are ignored.
    """

    def _split_scope(self, nodeid: str) -> str:
        found = (scope for scope in TOGETHER if nodeid.startswith(scope))
        return next(found, nodeid)
