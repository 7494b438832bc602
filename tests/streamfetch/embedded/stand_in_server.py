"""A supervisor over real services and small children, for tests to kill.

Usage: stand_in_server.py DATA_DIR. Prints `ready` when all children have started.
The children: `web` with a grandchild in a session of its own, `worker` with a
forked process, as dramatiq has, and `stubborn`, which ignores SIGTERM.
"""

import sys
from pathlib import Path

from streamfetch.embedded.console import Console
from streamfetch.embedded.processes import ChildProcess
from streamfetch.embedded.services import EmbeddedServices
from streamfetch.embedded.supervisor import Supervisor

CHILDREN = {
    "web": """
        import subprocess, time
        child = subprocess.Popen(["sleep", "600"], start_new_session=True)
        try:
            time.sleep(600)
        finally:
            child.kill()
    """,
    "worker": """
        import os, signal, time
        pid = os.fork()
        if pid:
            signal.signal(signal.SIGTERM, lambda *a: os.kill(pid, signal.SIGTERM))
            os.waitpid(pid, 0)
        else:
            time.sleep(600)
    """,
    "stubborn": """
        import signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)
    """,
}


def main() -> None:
    console = Console()
    data_dir = Path(sys.argv[1])
    with EmbeddedServices(data_dir=data_dir, environ={}, say=console.say) as services:
        supervisor = Supervisor(directory=services.directory, console=console)
        for service in services.services:
            supervisor.watch(service, stop_stage=3)
        for stage, (name, program) in enumerate(CHILDREN.items()):
            process = ChildProcess(
                name,
                argv=[sys.executable, "-c", _dedent(program)],
                run_dir=services.directory.run,
                run_mark=services.run_mark,
            )
            supervisor.add(process, stop_stage=stage, stop_timeout_s=1)
        pending = ["ready"]

        def say_ready() -> None:
            if pending:
                console.say(pending.pop())

        supervisor.run(on_tick=say_ready)
    console.say("end")


def _dedent(program: str) -> str:
    lines = program.strip("\n").splitlines()
    return "\n".join(line[8:] for line in lines)


main()
