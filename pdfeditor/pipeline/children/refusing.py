"""How a task says no: a code that its caller has words for."""


class Refused(Exception):
    """`code` is stable; `detail` replaces the caller's words where given."""

    def __init__(self, code: str, detail: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
