"""The real program: serving, beside it the command line, and its end."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.answers import PROGRAM_PATH, Run, fails, free_port, program, run_program

_DEADLINE_S = 30


@dataclass(frozen=True)
class Fetched:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[str]
    port: int
    log: Path

    def fetch(self, url: str, **headers: str) -> Fetched:
        """GET of the URL's path from this server."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=_DEADLINE_S)) as connection:
            connection.request("GET", urlsplit(url).path, headers=headers)
            answer = connection.getresponse()
            return Fetched(answer.status, dict(answer.getheaders()), answer.read())


Serve = Callable[..., Server]


@pytest.fixture
def serve(environment: Path, tmp_path: Path) -> Iterator[Serve]:
    """Starts servers on the data directory of this test; gives each once it has said that it listens."""
    started: list[Server] = []

    def start(*args: str) -> Server:
        port, log = free_port(), tmp_path / f"log{len(started)}"
        with log.open("w") as stderr:
            process = subprocess.Popen(
                program("serve", "--listen", f"127.0.0.1:{port}", *args),
                stdout=subprocess.PIPE, stderr=stderr, text=True, env=os.environ | PROGRAM_PATH,
            )  # fmt: skip
        server = Server(process, port, log)
        started.append(server)
        assert process.stdout is not None
        assert "serves" in process.stdout.readline(), log.read_text()
        return server

    yield start
    for server in started:
        server.process.kill()
        server.process.wait()
        assert server.process.stdout is not None
        server.process.stdout.close()


def _within(seconds: float, is_so: Callable[[], bool]) -> bool:
    """Asks ten times a second: more often would count as guessing links (threat U15)."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_publish_fetch_304_deactivate_activate(serve: Serve, team: Path) -> None:
    """The story of the whole product, each step by the program itself."""
    server = serve()
    made = run_program("publish", str(team), "--json").json
    first = server.fetch(made["feed_url"])
    assert (first.status, first.body.count(b"BEGIN:VEVENT"), b"Budget round" in first.body) == (200, 2, True)
    again = server.fetch(made["feed_url"], **{"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
    assert run_program("share", "deactivate", made["id"]).code == 0
    off = server.fetch(made["feed_url"], **{"If-None-Match": first.headers["ETag"]})
    assert off.status == 200
    assert b"Budget" not in off.body
    assert b"meeting@example.org" not in off.body
    assert run_program("share", "activate", made["id"]).code == 0
    back = server.fetch(made["feed_url"], **{"If-None-Match": first.headers["ETag"]})
    assert (back.status, b"Budget round" in back.body) == (200, True)


def test_the_start_names_the_way_to_a_sample_and_then_its_page(serve: Serve, run: Run) -> None:
    assert _line_of(serve(), "Sample calendar").endswith(" feedserver demo")
    page_url = run("demo", "--json").json["shares"][0]["page_url"]
    server = serve()
    assert _line_of(server, "Sample calendar").endswith(urlsplit(page_url).path)
    page = server.fetch(page_url, Accept="text/html")
    assert (page.status, b"Sample: village events" in page.body) == (200, True)


def _line_of(server: Server, words: str) -> str:
    """The first line with these words among what the server prints at its start."""
    assert server.process.stdout is not None
    return next(line.rstrip() for line in server.process.stdout if words in line)


def test_u17_two_servers_on_one_database_see_a_deactivation_within_a_second(serve: Serve, team: Path, run: Run) -> None:
    servers = serve(), serve()
    made = run("publish", str(team), "--json").json
    for server in servers:
        assert b"Budget" in server.fetch(made["feed_url"]).body
    assert run("share", "deactivate", made["id"]).code == 0
    for server in servers:
        assert _within(1, lambda server=server: b"Budget" not in server.fetch(made["feed_url"]).body)  # type: ignore[misc]


def test_u07_a_running_server_follows_rotated_and_retired_keys(serve: Serve, team: Path, run: Run) -> None:
    server = serve()
    old = run("publish", str(team), "--json").json
    key = run("key", "list", "--json").json[0]["id"]
    run("key", "rotate")
    new = run("share", "show", old["id"], "--json").json
    assert _within(5, lambda: server.fetch(new["feed_url"]).status == 200)
    assert server.fetch(old["feed_url"]).status == 200
    run("key", "retire", key)
    assert _within(5, lambda: server.fetch(old["feed_url"]).status == 404)
    assert server.fetch(new["feed_url"]).status == 200


def test_a_running_server_follows_a_restore(serve: Serve, team: Path, tmp_path: Path, run: Run) -> None:
    server = serve()
    made = run("publish", str(team), "--json").json
    run("backup", str(tmp_path / "b"))
    run("share", "remove", made["id"])
    assert b"Budget" not in server.fetch(made["feed_url"]).body
    run("restore", str(tmp_path / "b"))
    assert _within(5, lambda: b"Budget" in server.fetch(made["feed_url"]).body)


def test_imports_beside_a_running_server_and_each_other_lose_nothing(serve: Serve, run: Run, tmp_path: Path) -> None:
    server = serve()
    run("calendar", "add", "Work")
    share = run("share", "create", "Work", "--calendar", "Work", "--public", "--json").json
    processes = []
    for prefix in "abc":
        file = tmp_path / f"{prefix}.ics"
        file.write_text("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n" + "".join(
            f"BEGIN:VEVENT\nUID:{prefix}{n}\nDTSTAMP:20260101T000000Z\nDTSTART:20261201T100000Z\nSUMMARY:x\nEND:VEVENT\n"
            for n in range(700)) + "END:VCALENDAR\n")  # fmt: skip
        command = program("calendar", "import", "Work", str(file))
        processes.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | PROGRAM_PATH))
    while any(process.poll() is None for process in processes):
        assert server.fetch(share["feed_url"]).status == 200
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert server.fetch(share["feed_url"]).body.count(b"BEGIN:VEVENT") == 2100


def test_f03_sigterm_ends_an_idle_server_at_once(serve: Serve) -> None:
    server = serve()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(_DEADLINE_S) == 0


def test_f03_a_request_that_has_begun_is_answered_before_the_end(serve: Serve, team: Path, run: Run) -> None:
    """The body arrives after SIGTERM, which aiohttp's own shutdown would drop."""
    server = serve()
    made = run("publish", str(team), "--json").json
    with socket.create_connection(("127.0.0.1", server.port), timeout=_DEADLINE_S) as connection:
        path = urlsplit(made["feed_url"]).path
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n".encode())
        server.process.send_signal(signal.SIGTERM)
        connection.sendall(b"body")
        assert connection.recv(100_000).startswith(b"HTTP/1.1 200 ")
    assert server.process.wait(_DEADLINE_S) == 0


def test_what_was_fetched_up_to_the_end_is_counted(serve: Serve, team: Path, run: Run, environment: Path) -> None:
    server = serve()
    made = run("publish", str(team), "--json").json
    for _ in range(2):
        assert server.fetch(made["feed_url"], **{"User-Agent": "Google-Calendar-Importer"}).status == 200
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(_DEADLINE_S) == 0
    with closing(sqlite3.connect(environment / "feedserver.db")) as database:
        counted = database.execute("SELECT share_id, reader_id, family, count FROM usage").fetchall()
    assert counted == [(made["id"], "", "Google Calendar", 2)]


def test_a_port_that_is_taken_is_told_in_one_line(run: Run) -> None:
    with _taken_port() as port:
        message = fails(run("serve", "--listen", f"127.0.0.1:{port}", "--json"), 6, "cannot-listen")
    assert f"127.0.0.1:{port}" in message
    assert "another program" in message


@contextmanager
def _taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


@pytest.mark.parametrize("listen", ["192.0.2.1:0", "no.such.host.invalid:0"])
def test_an_address_that_is_not_ours_is_told_in_one_line(listen: str, run: Run) -> None:
    fails(run("serve", "--listen", listen, "--json"), 6, "cannot-listen")


@pytest.mark.parametrize("listen", ["8080", "host:port", "127.0.0.1:99999", "::1:80"])
def test_an_address_that_cannot_be_one_is_a_fault_of_the_settings(listen: str, run: Run) -> None:
    assert "--listen" in fails(run("serve", "--listen", listen, "--json"), 5, "settings-invalid")


@pytest.mark.parametrize(
    "base_url",
    [
        "calendar.example.org",
        "ftp://example.org",
        "https://",
        "https://example.org/path",
        "https://0.0.0.0",
        "https://a b",
    ],
)
def test_a_base_url_that_cannot_be_right_is_a_fault_of_the_settings(
    base_url: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEEDSERVER_BASE_URL", base_url)
    assert "FEEDSERVER_BASE_URL" in fails(run("serve", "--json"), 5, "settings-invalid")


def test_c06_without_the_c_parser_nothing_is_served(environment: Path) -> None:
    answer = run_program("serve", "--listen", f"127.0.0.1:{free_port()}", "--json", AIOHTTP_NO_EXTENSIONS="1")
    assert "C parser" in fails(answer, 6, "cannot-listen")


def test_u12_p01_no_log_holds_a_link_or_what_strangers_sent(serve: Serve, team: Path, run: Run) -> None:
    server = serve()
    made = run("publish", str(team), "--json").json
    token = urlsplit(made["page_url"]).path.split("/")[2]
    server.fetch(made["feed_url"], **{"User-Agent": "agent", "Authorization": "Basic c2VjcmV0"})
    server.fetch(made["feed_url"] + "x" * 20)
    with socket.create_connection(("127.0.0.1", server.port), timeout=_DEADLINE_S) as connection:
        connection.sendall(f"GET /s/{token}/x.ics HTTP/9.9 nonsense\r\n\x00\r\n\r\n".encode())
        connection.recv(10_000)
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(_DEADLINE_S)
    log = server.log.read_text()
    assert '"route":"feed"' in log
    for secret in (token, token.partition(".")[2], "c2VjcmV0", "Traceback", "\x1b", "Budget"):
        assert secret not in log


def test_an_idle_server_starts_quickly_and_stays_small(serve: Serve) -> None:
    began = time.monotonic()
    server = serve()
    server.fetch("/healthz")
    elapsed = time.monotonic() - began
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    resident_kib = int(status.split("VmRSS:")[1].split()[0])
    assert resident_kib < 120 * 1024
    assert elapsed < 10, "1.5 s on an idle machine; `make bench` measures it"


def test_check_finds_everything_in_order_while_the_server_runs(
    serve: Serve, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve()
    monkeypatch.setenv("FEEDSERVER_BASE_URL", f"http://127.0.0.1:{server.port}")
    answer = run("check", "--json")
    assert answer.code == 0, answer.out
    assert answer.json["is_good"]


def test_the_start_says_where_to_go_next(serve: Serve) -> None:
    server = serve()
    assert server.process.stdout is not None
    rest = "".join(server.process.stdout.readline() for _ in range(7))
    assert f"127.0.0.1:{server.port}" in rest
    assert "/admin/\n" in rest
    assert "feedserver publish" in rest


def test_a01_start_without_an_admin_prints_a_link_that_works_and_no_log_has_it(serve: Serve) -> None:
    server = serve()
    assert server.process.stdout is not None
    lines = [server.process.stdout.readline().strip() for _ in range(5)]
    link = lines[-1]
    assert "There is no administrator yet." in lines[-2]
    assert server.fetch(link).status == 200
    assert link.rpartition("/")[2] not in server.log.read_text()


def test_a01_start_with_an_admin_prints_no_link(serve: Serve, run: Run) -> None:
    run("account", "add", "root", "--email", "root@example.org", "--role", "admin")
    server = serve()
    assert server.process.stdout is not None
    rest = "".join(server.process.stdout.readline() for _ in range(4))
    assert "/admin/\n" in rest
    assert "/setup/" not in rest
