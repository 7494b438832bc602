"""Makes engines ready for use."""

from automation.engines import catalog
from automation.engines.base import Engine, FatalEngineError
from automation.engines.catalog import Setup
from automation.engines.local.engine import LocalEngine


def build(name: str, setup: Setup) -> Engine:
    """The engine of this name. Raises `KeyError` for a name nobody knows."""
    described = catalog.capabilities(setup)[name]
    if name != catalog.LOCAL:
        raise FatalEngineError(
            f"{described.label} is not switched on yet.", code="engine_unavailable"
        )
    return LocalEngine(setup, described)
