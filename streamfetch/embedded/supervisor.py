"""Keeps the server's processes running, and stops them in the right order.

One thread: signals set a counter, the loop does the work.
"""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

from streamfetch.embedded.console import ChildOutput, Console
from streamfetch.embedded.directory import DataDirectory
from streamfetch.embedded.processes import ChildProcess, adopt_orphans, kill_strays
from streamfetch.embedded.services import Service

_TICK_S = 0.2
_FIRST_DELAY_S = 0.5
_LONGEST_DELAY_S = 30.0
_HEALTHY_AFTER_S = 60.0


def stop_signals() -> list[signal.Signals]:
    """The signals that mean stop; not the one that `nohup` has switched off."""
    hung_up = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
    return [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hung_up else [])]


class BackOff:
    """How long to wait before the next start: 0.5 s, doubling to 30 s.

    A process that lived for a minute starts again from the beginning.
    """

    def __init__(self) -> None:
        self._delay_s = _FIRST_DELAY_S

    def next_delay_s(self, *, lived_s: float) -> float:
        """The wait after a process that lived for `lived_s` seconds."""
        if lived_s >= _HEALTHY_AFTER_S:
            self._delay_s = _FIRST_DELAY_S
        delay_s = self._delay_s
        self._delay_s = min(delay_s * 2, _LONGEST_DELAY_S)
        return delay_s


@dataclass
class Supervised:
    """One process that is kept running.

    Processes of one `stop_stage` are stopped together, lower stages first; one
    that needs longer than `stop_timeout_s` is killed.
    """

    process: ChildProcess
    start: Callable[[], None]
    stop_stage: int
    stop_timeout_s: float
    output: ChildOutput | None = None
    back_off: BackOff = field(default_factory=BackOff)
    started_s: float = 0.0
    # None while it runs.
    restart_at_s: float | None = None

    @property
    def name(self) -> str:
        return self.process.name


class Supervisor:
    """Runs processes until a signal says stop; a second signal kills at once."""

    def __init__(
        self, *, directory: DataDirectory, console: Console, verbose: bool = False
    ) -> None:
        self._directory = directory
        self._console = console
        self._verbose = verbose
        self._selector = selectors.DefaultSelector()
        self._supervised: list[Supervised] = []
        self._stop_requests = 0

    def watch(self, service: Service, *, stop_stage: int) -> None:
        """Keep a service running that was started already."""
        self._supervised.append(
            Supervised(
                process=service.process,
                start=service.start,
                stop_stage=stop_stage,
                stop_timeout_s=15,
                started_s=time.monotonic(),
            )
        )

    def add(
        self, process: ChildProcess, *, stop_stage: int, stop_timeout_s: float
    ) -> None:
        """Start a process when `run` begins, and keep it running."""
        self._directory.rotate_log(process.name)
        output = ChildOutput(
            process.name,
            log_path=self._directory.log_path(process.name),
            console=self._console,
            verbose=self._verbose,
        )
        supervised = Supervised(
            process=process,
            start=lambda: self._start_piped(process, output=output),
            stop_stage=stop_stage,
            stop_timeout_s=stop_timeout_s,
            output=output,
            restart_at_s=0.0,
        )
        self._supervised.append(supervised)

    def run(self, *, on_tick: Callable[[], None] = lambda: None) -> None:
        """Start everything, and return after a signal when all has stopped.

        Call it from the main thread. `on_tick` runs five times a second and must
        return soon.
        """
        adopt_orphans()
        previous = {
            number: signal.signal(number, self._on_signal) for number in stop_signals()
        }
        try:
            while not self._is_stopping():
                self._start_due()
                # Output may come in at any time; the rest keeps its pace.
                tick_ends_s = time.monotonic() + _TICK_S
                while not self._is_stopping() and time.monotonic() < tick_ends_s:
                    self._pump(_TICK_S)
                self._look_after()
                on_tick()
        finally:
            self._stop_all()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _is_stopping(self) -> bool:
        return self._stop_requests > 0

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop_requests += 1

    def _start_piped(self, process: ChildProcess, *, output: ChildOutput) -> None:
        process.start(output=subprocess.PIPE)
        if process.stdout:
            os.set_blocking(process.stdout.fileno(), False)
            self._selector.register(
                process.stdout, selectors.EVENT_READ, (output, process.stdout)
            )

    def _start_due(self) -> None:
        now_s = time.monotonic()
        for supervised in self._supervised:
            due_s = supervised.restart_at_s
            if due_s is not None and due_s <= now_s:
                supervised.restart_at_s = None
                supervised.started_s = now_s
                try:
                    supervised.start()
                except OSError as error:
                    self._restart_later(supervised, why=f"cannot start ({error})")

    def _look_after(self) -> None:
        for supervised in self._supervised:
            if supervised.restart_at_s is not None:
                continue
            code = supervised.process.poll()
            if code is None:
                continue
            self._pump(0)
            supervised.process.forget()
            # Who is killed from outside has not said why.
            if supervised.output and code > 0:
                supervised.output.last_words()
            self._restart_later(supervised, why=_how_it_ended(code))
        self._kill_strays()

    def _restart_later(self, supervised: Supervised, *, why: str) -> None:
        now_s = time.monotonic()
        delay_s = supervised.back_off.next_delay_s(lived_s=now_s - supervised.started_s)
        supervised.restart_at_s = now_s + delay_s
        log = self._directory.log_path(supervised.name)
        self._console.problem(
            f"{supervised.name} {why}; starting it again in {delay_s:g} s (log: {log})"
        )

    def _kill_strays(self) -> None:
        kill_strays(
            known=[s.process.pid for s in self._supervised if s.process.pid is not None]
        )

    def _pump(self, timeout_s: float) -> None:
        """Pass on what the processes printed, waiting for it at most so long."""
        for key, _ in self._selector.select(timeout_s):
            output, pipe = key.data
            try:
                data = os.read(key.fd, 64 * 1024)
            except BlockingIOError:
                continue
            if data:
                output.feed(data)
            else:
                self._selector.unregister(pipe)
                pipe.close()

    def _stop_all(self) -> None:
        self._stop_requests = max(self._stop_requests, 1)
        self._console.say("Stopping (Ctrl-C again to stop at once)")
        for stage in sorted({s.stop_stage for s in self._supervised}):
            members = [s for s in self._supervised if s.stop_stage == stage]
            for supervised in members:
                supervised.process.terminate()
            self._wait_for(members)
            for supervised in members:
                if supervised.process.poll() is None and self._stop_requests < 2:
                    self._console.problem(
                        f"{supervised.name} did not stop within "
                        f"{supervised.stop_timeout_s:g} s: killed"
                    )
                supervised.process.kill()
            self._kill_strays()
        self._pump(0)
        for supervised in self._supervised:
            if supervised.output:
                supervised.output.close()

    def _wait_for(self, members: Sequence[Supervised]) -> None:
        start_s = time.monotonic()
        while self._stop_requests < 2 and any(
            s.process.poll() is None and time.monotonic() - start_s < s.stop_timeout_s
            for s in members
        ):
            self._pump(0.05)


def _how_it_ended(code: int) -> str:
    if code >= 0:
        return f"stopped with code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"
