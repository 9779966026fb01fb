"""The processes that are measured, and what they cost."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

REPOSITORY = Path(__file__).resolve().parents[2]
_HERE = Path(__file__).resolve().parent
_PROCESS_CLOCK = 2
"""CPUCLOCK_SCHED of the kernel's encoding of another process's CPU clock."""
_START_LIMIT_S = 60
_SETTLE_LIMIT_S = 300
_QUIET_S = 1.0
_QUIET_SHARE = 0.05

_NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr emerg; {user}
events {{ worker_connections 256; }}
http {{
  access_log off; default_type text/calendar; gzip_static on; sendfile on; keepalive_requests 100000000;
  server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


@dataclass(frozen=True)
class Server:
    """A server that answers on 127.0.0.1."""

    pid: int
    port: int

    def cpu_s(self) -> float:
        """CPU seconds of all its threads so far, to the nanosecond."""
        return time.clock_gettime((~self.pid << 3) | _PROCESS_CLOCK)

    def rss_mib(self) -> float:
        """Resident memory."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def settle(self) -> None:
        """Wait until it does nothing by itself any more: what it does in the background is no cost of a request."""
        deadline = time.monotonic() + _SETTLE_LIMIT_S
        while time.monotonic() < deadline:
            before = self.cpu_s()
            time.sleep(_QUIET_S)
            if self.cpu_s() - before < _QUIET_S * _QUIET_SHARE:
                return
        raise RuntimeError("the server keeps working with nobody asking")

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (names in lower case) and body of one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        with contextlib.closing(connection):
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_until_open(port: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + _START_LIMIT_S
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.002)
    raise RuntimeError(f"the server on port {port} did not start")


@contextlib.contextmanager
def _running(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def bare(folder: Path) -> Iterator[Server]:
    """The bare aiohttp handler over the files of a folder."""
    command = [sys.executable, str(_HERE / "bare.py"), str(folder)]
    with _running(subprocess.Popen(command, stdout=subprocess.PIPE, text=True)) as process:
        assert process.stdout
        yield Server(process.pid, int(process.stdout.readline()))


@contextlib.contextmanager
def nginx(folder: Path, scratch: Path) -> Iterator[Server | None]:
    """nginx over the files of a folder, in one process; None when it is not installed."""
    program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if program is None:
        yield None
        return
    port = free_port()
    config = scratch / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    config.write_text(_NGINX.format(folder=scratch, port=port, root=folder, user=user))
    command = [program, "-c", str(config), "-p", str(scratch), "-e", "stderr"]
    with _running(subprocess.Popen(command, text=True, stderr=subprocess.DEVNULL)) as process:
        _wait_until_open(port, process)
        yield Server(process.pid, port)


class Feedserver:
    """A data directory and the program over it."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._environment = {name: text for name, text in os.environ.items() if not name.startswith("FEEDSERVER_")} | {
            "FEEDSERVER_DATA_DIR": str(folder / "data"),
            "FEEDSERVER_LISTEN": f"127.0.0.1:{self.port}",
            "FEEDSERVER_BASE_URL": f"http://127.0.0.1:{self.port}",
            "PYTHONPATH": str(REPOSITORY),
        }

    def cli(self, *args: str, typed: str = "") -> dict[str, object]:
        """The JSON answer of a command line."""
        return json.loads(self._run([sys.executable, "-m", "feedserver", *args, "--json"], typed))

    def cli_batch(self, lines: list[list[str]]) -> list[dict[str, object]]:
        """The JSON answers of many command lines, run in one interpreter."""
        return json.loads(self._run([sys.executable, str(_HERE / "batch.py")], json.dumps(lines)))

    def script(self, name: str, *args: str) -> None:
        """Run a script of this folder over the data directory."""
        self._run([sys.executable, str(_HERE / name), *args], "")

    def cli_cost_s(self, *args: str) -> float:
        """CPU seconds of a command line, its start included."""
        return cost_s([sys.executable, "-m", "feedserver", *args, "--json"], self._folder, self._environment)

    def _run(self, command: list[str], typed: str) -> str:
        done = subprocess.run(
            command, input=typed, capture_output=True, text=True, env=self._environment, cwd=self._folder, check=False
        )
        if done.returncode:
            raise RuntimeError(
                f"{command[1:4]} ended with {done.returncode}: {done.stdout[-500:]}{done.stderr[-2000:]}"
            )
        return done.stdout

    @contextlib.contextmanager
    def serve(self) -> Iterator[Server]:
        """The server, once it answers."""
        command = [sys.executable, "-m", "feedserver", "serve"]
        log = (self._folder / "serve.log").open("a")
        with (
            log,
            _running(
                subprocess.Popen(command, env=self._environment, cwd=self._folder, stdout=log, stderr=log, text=True)
            ) as process,
        ):
            _wait_until_open(self.port, process)
            yield Server(process.pid, self.port)


def cost_s(command: list[str], folder: Path, environment: dict[str, str]) -> float:
    """CPU seconds of a command from start to end."""
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[1:4]} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def path_of(url: object) -> str:
    """The path of a link."""
    return urlsplit(str(url)).path


def store(folder: Path, name: str, body: bytes) -> None:
    """The same bytes for the bare handler and nginx, plain and gzipped."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(body)
    (folder / f"{name}.gz").write_bytes(gzip.compress(body, 6, mtime=0))
