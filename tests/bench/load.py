"""Load from a process of its own: wrk when it is installed, else a small asyncio client.

As a script: reads a `Job` as JSON on standard input, writes a `Load` as JSON.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

_LUA = """
local paths = {{}}
for line in io.lines("{file}") do paths[#paths + 1] = line end
local turn = 0
if #paths > 1 then
  request = function()
    turn = turn % #paths + 1
    return wrk.format("GET", paths[turn])
  end
end
function done(summary)
  local e = summary.errors
  local failed = e.status + e.connect + e.read + e.write + e.timeout
  io.write(string.format('\\n{{"requests":%d,"failed":%d,"received":%d}}\\n', summary.requests, failed, summary.bytes))
end
"""


@dataclass(frozen=True, kw_only=True)
class Job:
    """Ask 127.0.0.1 for the paths in turn, over keep-alive connections, for some seconds."""

    port: int
    paths: tuple[str, ...]
    headers: dict[str, str]
    seconds: float
    connections: int = 16


@dataclass(frozen=True, kw_only=True)
class Load:
    """What came back."""

    requests: int
    failed: int
    """Errors, and statuses from 400 on."""
    received: int
    """Bytes, heads included."""


def run(job: Job) -> Load:
    """Do the job in another process."""
    if shutil.which("wrk"):
        return _run_wrk(job)
    command = [sys.executable, str(Path(__file__).resolve())]
    done = subprocess.run(command, input=json.dumps(asdict(job)), capture_output=True, text=True, check=True)
    return Load(**json.loads(done.stdout))


def _run_wrk(job: Job) -> Load:
    with tempfile.TemporaryDirectory() as folder:
        paths, script = Path(folder, "paths"), Path(folder, "load.lua")
        paths.write_text("".join(f"{path}\n" for path in job.paths))
        script.write_text(_LUA.format(file=paths))
        headers = [part for name, value in job.headers.items() for part in ("-H", f"{name}: {value}")]
        rate = ["-t1", f"-c{job.connections}", f"-d{max(1, round(job.seconds))}s"]
        url = f"http://127.0.0.1:{job.port}{job.paths[0]}"
        command = ["wrk", *rate, "-s", str(script), *headers, url]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Load(**json.loads(done.stdout.splitlines()[-1]))


async def _ask(job: Job, first: int, until: float) -> Load:
    """One connection's share of the job."""
    reader, writer = await asyncio.open_connection("127.0.0.1", job.port, limit=1 << 20)
    head = "".join(f"{name}: {value}\r\n" for name, value in job.headers.items())
    requests = failed = received = 0
    while time.monotonic() < until:
        path = job.paths[(first + requests * job.connections) % len(job.paths)]
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{job.port}\r\n{head}\r\n".encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        received += len(answer) + await _skip_body(reader, answer.lower())
        requests += 1
        failed += answer[9:10] not in b"23"
    writer.close()
    return Load(requests=requests, failed=failed, received=received)


async def _skip_body(reader: asyncio.StreamReader, head: bytes) -> int:
    if head[9:12] == b"304":
        return 0
    _, found, rest = head.partition(b"\r\ncontent-length:")
    if not found:
        raise ValueError("an answer has no Content-Length")
    length = left = int(rest.partition(b"\r\n")[0])
    while left:
        left -= len(await reader.readexactly(min(left, 1 << 18)))
    return length


async def _main() -> None:
    job = Job(**json.load(sys.stdin))
    until = time.monotonic() + job.seconds
    loads = await asyncio.gather(*(_ask(job, first, until) for first in range(job.connections)))
    total = {name: sum(getattr(load, name) for load in loads) for name in ("requests", "failed", "received")}
    print(json.dumps(total))


if __name__ == "__main__":
    asyncio.run(_main())
