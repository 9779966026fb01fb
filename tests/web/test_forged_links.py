"""Links that are none: one answer for all of them, and the database never asked."""

from __future__ import annotations

import asyncio
import secrets
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from aiohttp import ClientResponse
from pytest_aiohttp.plugin import AiohttpClient
from yarl import URL

from feedserver.model.share import FeedLink
from feedserver.security.signing import KeyRing
from feedserver.security.throttle import Patience
from feedserver.storage.engine import Database
from tests.builders import an_event
from tests.premises import Premises, open_premises
from tests.web.conftest import Client

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.fixture
async def premises(sqlite_db: Database, tmp_path: Path):  # noqa: ANN201
    async with open_premises(sqlite_db, tmp_path, patience=Patience(forged_links=1_000_000)) as made:
        yield made


async def _ask(client: Client, token: str, **headers: str) -> ClientResponse:
    path = URL(f"/s/{quote(token, safe='%')}/team.ics", encoded=True)
    return await client.get(path, headers=headers, allow_redirects=False)


async def _token(premises: Premises, **settings: object) -> str:
    return premises.page_path(await premises.share(**settings)).split("/")[2]


def _shape(answer: ClientResponse) -> tuple[int, dict[str, str]]:
    return answer.status, {name: value for name, value in answer.headers.items() if name != "Date"}


async def test_u01_each_character_counts(premises: Premises, client: Client) -> None:
    token = await _token(premises)
    for place, old in enumerate(token):
        for new in {"A", "z", "_", "."} - {old}:
            assert (await _ask(client, token[:place] + new + token[place + 1 :])).status == 404


async def test_u02_no_part_of_a_token_opens(premises: Premises, client: Client) -> None:
    token = await _token(premises)
    for length in range(1, len(token)):
        assert (await _ask(client, token[:length])).status == 404
        assert (await _ask(client, token[length:])).status == 404


@pytest.mark.parametrize(
    "more", ["A", "=", "==", ".", "%00", "%0a", "%0d%0a", "+", ",", ";a=b", ":", "%20", "!", "*", "%2e", "~", "\u00e9"]
)
async def test_u03_nothing_may_be_put_before_or_behind_it(premises: Premises, client: Client, more: str) -> None:
    token = await _token(premises)
    assert (await _ask(client, token + more)).status == 404
    assert (await _ask(client, more + token)).status == 404


async def test_u04_a_token_has_one_spelling(premises: Premises, client: Client) -> None:
    token = await _token(premises)
    body, signature = token.split(".")
    twins = {body[:-1] + last + "." + signature for last in ALPHABET}
    twins |= {token[:-1] + last for last in ALPHABET}
    twins |= {token.swapcase(), token.upper(), token.lower()}
    twins |= {token[:9] + extra + token[9:] for extra in ("!", "*", "%20", "%0d")}
    if {"-", "_"} & set(token):
        twins.add(token.replace("-", "+").replace("_", "%2F"))
    for twin in twins - {token}:
        assert (await _ask(client, twin)).status == 404, twin


async def test_u05_parts_of_two_tokens_make_none(premises: Premises, client: Client) -> None:
    one, other = await _token(premises), await _token(premises)
    cut = len(one) // 2
    for mixed in (
        f"{one.split('.')[0]}.{other.split('.')[1]}",
        f"{other.split('.')[0]}.{one.split('.')[1]}",
        one[:cut] + other[cut:],
        f"{one}{other}",
    ):
        assert (await _ask(client, mixed)).status == 404


async def test_u07_a_retired_keys_links_are_forged_at_once_though_they_were_remembered(
    premises: Premises, client: Client
) -> None:
    old = await _token(premises)
    assert (await _ask(client, old)).status == 200
    key_id = premises.ring.ids[-1]
    premises.ring.rotate()
    new = await _token(premises)
    assert (await _ask(client, old)).status == 200
    premises.ring.retire(key_id)
    assert (await _ask(client, old)).status == 404
    assert (await _ask(client, new)).status == 200


@pytest.mark.parametrize("token", ["1", "0", "-1", "*", "a.", ".a", ".", "..", "eyJhbGciOiJub25lIn0..", "null"])
async def test_u08_unsigned_and_plain_ids_are_nothing(premises: Premises, client: Client, token: str) -> None:
    share = await premises.share()
    assert (await _ask(client, token)).status == 404
    assert (await _ask(client, share.id)).status == 404
    assert (await _ask(client, f"{share.id}.")).status == 404


@pytest.mark.parametrize(
    ("spelling", "statuses"),
    [
        ("//s/{t}/team.ics", {404}),
        ("/./s/{t}/team.ics", {200, 404}),
        ("/s/{t};x/team.ics", {404}),
        ("/s//{t}/team.ics", {404}),
        ("/s/{t}/team.ics/", {404}),
        ("/s/{t}/more/team.ics", {404}),
        ("/s/{t}/team.ics%2F..", {404}),
        ("/s/{t}/%74eam.ics", {200}),
        ("/s/{t}/%2574eam.ics", {200}),
        ("/S/{t}/team.ics", {404}),
        ("/s\\{t}\\team.ics", {400, 404}),
        ("/s/{t}/team.ics?x=1", {200}),
        ("//evil.example/s/{t}/team.ics", {404}),
    ],
)
async def test_u09_odd_spellings_are_the_same_feed_or_nothing(
    premises: Premises, client: Client, spelling: str, statuses: set[int]
) -> None:
    token = await _token(premises)
    url = client.make_url("/")
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(f"GET {spelling.format(t=token)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    assert int(answer.split(b" ")[1]) in statuses
    assert b"\r\nLocation:" not in answer


async def test_u10_forged_unknown_and_malformed_are_one_answer(premises: Premises, client: Client) -> None:
    unknown = premises.ring.sign_link(FeedLink(share_id=secrets.token_hex(16), serial=1))
    share = await premises.share()
    never_given = premises.ring.sign_link(FeedLink(share_id=share.id, serial=7))
    stranger = premises.ring.sign_link(FeedLink(share_id=share.id, serial=1, recipient_id=secrets.token_hex(16)))
    answers = [await _ask(client, token) for token in (unknown, never_given, stranger, "x", "a.b", "A" * 71)]
    answers.append(await client.get("/no/such/thing"))
    assert {answer.status for answer in answers} == {404}
    assert len({str(_shape(answer)) for answer in answers}) == 1
    assert {await answer.read() for answer in answers} == {b"Not found.\n"}


async def test_another_deployments_link_is_forged(premises: Premises, client: Client, tmp_path: Path) -> None:
    share = await premises.share()
    foreign = KeyRing.create(tmp_path / "other.json")
    assert (await _ask(client, foreign.sign_link(FeedLink(share_id=share.id, serial=1)))).status == 404


async def test_a_forged_link_never_reaches_the_database(premises: Premises, client: Client) -> None:
    token = await _token(premises)
    await premises.db.close()
    for path in (f"/s/{token[:-2]}AA/team.ics", "/s/x/team.ics", "/s/x/"):
        assert (await client.get(path)).status == 404


async def test_u11_the_place_of_the_fault_takes_no_different_time(premises: Premises, client: Client) -> None:
    token = await _token(premises)
    body, signature = token.split(".")
    kinds = {
        "first": f"{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}",
        "last": f"{body}.{signature[:-1]}{'A' if signature[-1] != 'A' else 'E'}",
        "unknown": premises.ring.sign_link(FeedLink(share_id="0" * 32, serial=1))[:-1] + "A",
    }
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(15):
        for kind, forged in kinds.items():
            began = time.process_time()
            await _ask(client, forged)
            times[kind].append(time.process_time() - began)
    medians = [sorted(found)[7] for found in times.values()]
    assert max(medians) - min(medians) < 0.005


async def test_u15_who_guesses_is_told_to_stop_and_the_good_link_still_opens(
    sqlite_db: Database, tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    folder = tmp_path / "guessed"
    folder.mkdir()
    async with open_premises(sqlite_db, folder) as premises:
        client = await aiohttp_client(premises.app)
        path = premises.feed_path(await premises.share())
        tag = (await client.get(path)).headers["ETag"]
        answers = [await client.get(f"/s/guess{n}/x.ics") for n in range(400)]
        assert {answer.status for answer in answers[:300]} == {404}
        assert {answer.status for answer in answers[300:]} == {429}
        assert int(answers[-1].headers["Retry-After"]) > 0
        assert (await client.get(path)).status == 200
        assert (await client.get(path, headers={"If-None-Match": tag})).status == 304


async def test_u20_u21_a_token_tells_nothing_and_holds_128_random_bits(premises: Premises) -> None:
    share = await premises.share(name="Confidential", emails=["ann@example.org"])
    tokens = [premises.page_path(share, number).split("/")[2] for number in range(2)]
    for token in tokens:
        assert "Confidential" not in token
        assert "ann" not in token.lower() or "ann@" not in token
    ids = {(await premises.share()).id for _ in range(20)}
    assert len(ids) == 20
    assert all(len(bytes.fromhex(found)) == 16 for found in ids)


@pytest.mark.parametrize("length", [6_000, 100_000])
async def test_u28_i17_endless_tokens_are_refused_at_once(premises: Premises, client: Client, length: int) -> None:
    began = time.perf_counter()
    answer = await _ask(client, "eJw" + "A" * length)
    assert answer.status == (404 if length < 8_000 else 414)
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    "token",
    [
        "%ff%fe",
        "%c0%af",
        "%ed%a0%80",
        "%00",
        "%7b%7b7*7%7d%7d",
        "%22%3E%3Cscript%3E",
        "%27",
        "%E2%80%AE",
        "%F4%90%80%80",
    ],
)
async def test_u29_odd_bytes_find_nothing_and_are_not_reflected(premises: Premises, client: Client, token: str) -> None:
    for path in (f"/s/{token}/team.ics", f"/s/x/{token}.ics", f"/{token}"):
        answer = await client.get(URL(path, encoded=True))
        assert answer.status == 404
        assert await answer.read() == b"Not found.\n"


async def test_u25_the_host_header_has_no_say_in_links(premises: Premises, client: Client) -> None:
    share = await premises.share(await premises.calendar(an_event()))
    poison = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Original-URL": "/admin"}
    for path, accept in ((premises.page_path(share), "text/html"), (premises.feed_path(share), "*/*")):
        answer = await client.get(path, headers={**poison, "Accept": accept})
        text = await answer.text()
        assert answer.status == 200
        assert "evil.example" not in text + str(answer.headers)
