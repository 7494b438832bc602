"""A link to a storage that can be cut, and counts its bytes."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

BLOCK_BYTES = 256 * 1024


class CutLink:
    """A loopback TCP proxy. `sent_bytes` went up to the target, in all."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.port: int = self._listening.getsockname()[1]
        self.sent_bytes = 0
        self.cuts = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listening.close()
        self.cut()

    def cut(self) -> None:
        """Every connection of this moment breaks; later ones work."""
        with self._lock:
            broken, self._open = self._open, set()
            self.cuts += 1
        for each in broken:
            # Wakes whoever waits for it, which a mere close does not.
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listening.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self._target)
            except OSError:
                near.close()
                continue
            with self._lock:
                self._open |= {near, far}
            threading.Thread(target=self._join, args=(near, far), daemon=True).start()

    def _join(self, near: socket.socket, far: socket.socket) -> None:
        down = threading.Thread(target=self._carry, args=(far, near), daemon=True)
        down.start()
        self._carry(near, far, counts=True)
        down.join()
        with self._lock:
            self._open -= {near, far}
        near.close()
        far.close()

    def _carry(
        self, source: socket.socket, sink: socket.socket, *, counts: bool = False
    ) -> None:
        with contextlib.suppress(OSError):
            while block := source.recv(BLOCK_BYTES):
                sink.sendall(block)
                if counts:
                    with self._lock:
                        self.sent_bytes += len(block)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
