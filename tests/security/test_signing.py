"""Links: what a token is, and what is none (threats U)."""

import base64
import hashlib
import time
import zlib
from itertools import combinations, islice, product
from pathlib import Path

import pytest
from itsdangerous import Signer

from feedserver.model.errors import LinkForged
from feedserver.model.narrowing import MAX_MARKS
from feedserver.model.share import FeedLink, Narrowing
from feedserver.security.signing import MAX_REMEMBERED_TOKENS, KeyRing

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
PUBLIC = FeedLink(share_id="00112233445566778899aabbccddeeff", serial=1)
PERSONAL = FeedLink(share_id="ff" * 16, serial=2**32 - 1, recipient_id="0123456789abcdef" * 2)
NARROWER = FeedLink(
    share_id=PUBLIC.share_id, serial=1, narrowing=Narrowing(calendars=(b"calend",), categories=(b"catego", b"ries.."))
)
LINKS = [PUBLIC, PERSONAL, NARROWER]


@pytest.fixture(name="ring")
def a_ring(tmp_path: Path) -> KeyRing:
    return KeyRing.create(tmp_path / "keys.json")


def is_refused(ring: KeyRing, token: str) -> bool:
    try:
        ring.verify_link(token)
    except LinkForged as error:
        return str(error) == "this link is not one of ours"
    return False


@pytest.mark.parametrize("link", LINKS)
def test_u00_a_link_comes_back_from_its_token(ring: KeyRing, link: FeedLink) -> None:
    assert ring.verify_link(ring.sign_link(link)) == link


@pytest.mark.parametrize("link", LINKS)
def test_the_same_link_has_the_same_token_and_f2_only_unreserved_characters(ring: KeyRing, link: FeedLink) -> None:
    token = ring.sign_link(link)
    assert ring.sign_link(link) == token
    assert set(token) <= {*ALPHABET, "."}
    assert len(token) == {PUBLIC: 71, PERSONAL: 92, NARROWER: 98}[link]


@pytest.mark.parametrize("link", LINKS)
def test_u01_every_other_character_at_every_place_is_refused(ring: KeyRing, link: FeedLink) -> None:
    token = ring.sign_link(link)
    for place, character in product(range(len(token)), ALPHABET + "."):
        if token[place] != character:
            assert is_refused(ring, token[:place] + character + token[place + 1 :])


@pytest.mark.parametrize("link", LINKS)
def test_u02_a_token_cut_at_any_length_from_either_end_is_refused(ring: KeyRing, link: FeedLink) -> None:
    token = ring.sign_link(link)
    assert all(is_refused(ring, token[:end]) for end in range(len(token)))
    assert all(is_refused(ring, token[start:]) for start in range(1, len(token) + 1))


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("extra", ["A", "=", "==", ".", "%00", "\x00", "%0a", "\n", "\r\n", "+", ",", ";a=b", ":", " "])
def test_u03_nothing_may_stand_before_between_or_behind(ring: KeyRing, link: FeedLink, extra: str) -> None:
    token = ring.sign_link(link)
    body, signature = token.split(".")
    for forged in (token + extra, extra + token, f"{body}{extra}.{signature}", f"{body}.{extra}{signature}"):
        assert is_refused(ring, forged)
    assert is_refused(ring, (token + extra)[-len(token) :])


@pytest.mark.parametrize("link", LINKS)
def test_u04_a_token_has_one_spelling_only(ring: KeyRing, link: FeedLink) -> None:
    token = ring.sign_link(link)
    body, signature = token.split(".")
    twins = {f"{body[:-1]}{c}.{signature}" for c in ALPHABET} | {f"{body}.{signature[:-1]}{c}" for c in ALPHABET}
    twins |= {token.swapcase(), token.lower(), token.upper(), token.replace("-", "+").replace("_", "/")}
    twins |= {token[:at] + c + token[at:] for at in range(len(token) + 1) for c in "!* =\r\n\t\x00"}
    # The decoder skips what is not in its alphabet: as long as ours, and the same bytes once decoded.
    twins |= {f"{body}.{signature[:at]}!{signature[at:-1]}" for at in range(len(signature))}
    twins |= {f"{body}={signature}", f"{body}.{signature[:-1]}=", f"{body[:-1]}=.{signature}"}
    assert [twin for twin in twins - {token} if not is_refused(ring, twin)] == []


def test_u04_the_spellings_that_itsdangerous_takes_are_refused(ring: KeyRing) -> None:
    """itsdangerous alone reads `-_` for `+/` only, but takes three other last characters and padding."""
    tokens = (ring.sign_link(FeedLink(share_id=f"{n:032x}", serial=1)) for n in range(64))
    for token in tokens:
        body, signature = token.split(".")
        raw = base64.urlsafe_b64decode(signature + "=")
        same = [c for c in ALPHABET if base64.urlsafe_b64decode(f"{signature[:-1]}{c}=") == raw]
        assert len(same) == 4
        assert [c for c in same if not is_refused(ring, f"{body}.{signature[:-1]}{c}")] == [signature[-1]]


def test_u05_parts_of_two_tokens_make_no_third(ring: KeyRing) -> None:
    tokens = [ring.sign_link(link) for link in (PUBLIC, PERSONAL, FeedLink(share_id="ab" * 16, serial=2))]
    for one, other in combinations(tokens, 2):
        a, b = one.split("."), other.split(".")
        assert is_refused(ring, f"{a[0]}.{b[1]}")
        assert is_refused(ring, f"{b[0]}.{a[1]}")
        for at in range(1, min(len(one), len(other))):
            mixed = {one[:at] + other[at:], other[:at] + one[at:], one[:at] + other[at - len(one) :]}
            # Where both have the same character at the seam, a mixture can be one of the two.
            assert all(is_refused(ring, token) for token in mixed - {one, other})


def test_u05_a_personal_token_cut_to_its_share_is_refused(ring: KeyRing) -> None:
    """A recipient cannot make the common link out of the personal one."""
    body, signature = ring.sign_link(PERSONAL).split(".")
    assert is_refused(ring, f"{body[:27]}.{signature}")


@pytest.mark.parametrize(
    "purpose", ["feedserver.session", "feedserver.mail", "feedserver.csrf", "itsdangerous.Signer", ""]
)
def test_u06_what_the_same_key_signed_for_another_purpose_is_no_link(ring: KeyRing, purpose: str) -> None:
    body = ring.sign_link(PUBLIC).split(".")[0]
    other = Signer([k.secret for k in ring.keys], salt=purpose, key_derivation="hmac", digest_method=hashlib.sha256)
    assert is_refused(ring, other.sign(body).decode())


@pytest.mark.parametrize(
    "choice",
    [
        {"digest_method": hashlib.sha1, "key_derivation": "hmac"},
        {"digest_method": hashlib.sha256, "key_derivation": "none"},
        {"digest_method": hashlib.sha256, "key_derivation": "concat"},
        {"digest_method": hashlib.sha512, "key_derivation": "hmac"},
    ],
)
def test_u21_only_hmac_sha256_verifies(ring: KeyRing, choice: dict[str, str]) -> None:
    body = ring.sign_link(PUBLIC).split(".")[0]
    other = Signer([k.secret for k in ring.keys], salt="feedserver.link", **choice)  # type: ignore[arg-type]
    assert is_refused(ring, other.sign(body).decode())


def test_u08_unsigned_empty_and_plain_ids_are_refused(ring: KeyRing) -> None:
    body, signature = ring.sign_link(PUBLIC).split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    forged = [
        "",
        ".",
        "..",
        body,
        f"{body}.",
        f".{signature}",
        signature,
        f"{none}.{body}.",
        f"{none}.{body}.{signature}",
    ]
    forged += ["1", "0", "-1", "*", PUBLIC.share_id, f"{PUBLIC.share_id}.1", "null", "None", f"{body}.{'A' * 43}"]
    assert all(is_refused(ring, token) for token in forged)


def test_a_signed_body_of_another_length_is_no_link(ring: KeyRing) -> None:
    for length in (*range(60),):
        text = base64.urlsafe_b64encode(b"\x01" * length).decode().rstrip("=")
        if length not in (20, 36):
            assert is_refused(ring, ring._signer.sign(text).decode())


def test_u20_the_parts_tell_random_ids_and_the_serial_and_nothing_else(ring: KeyRing) -> None:
    body, signature = ring.sign_link(PERSONAL).split(".")
    assert base64.urlsafe_b64decode(body) == b"\xff" * 20 + bytes.fromhex(PERSONAL.recipient_id or "")
    raw = base64.urlsafe_b64decode(signature + "=")
    assert len(raw) == 32
    assert not any(key.secret in raw for key in ring.keys)


def test_u21_ten_thousand_tokens_differ_and_their_signatures_use_every_bit(ring: KeyRing) -> None:
    tokens = [ring.sign_link(FeedLink(share_id=f"{n:032x}", serial=1)) for n in range(10_000)]
    assert len({token.split(".")[1] for token in tokens}) == 10_000
    sums = [0] * 256
    for token in tokens:
        number = int.from_bytes(base64.urlsafe_b64decode(token.split(".")[1] + "="), "big")
        for bit in range(256):
            sums[bit] += number >> bit & 1
    assert all(4_600 < ones < 5_400 for ones in sums)


def test_u21_keys_are_32_bytes_each_its_own(tmp_path: Path) -> None:
    rings = [KeyRing.create(tmp_path / f"{n}.json") for n in range(20)]
    assert {len(ring.keys[0].secret) for ring in rings} == {32}
    assert len({ring.keys[0].secret for ring in rings}) == 20


def test_f4_two_links_never_have_the_same_token(ring: KeyRing) -> None:
    ids = [f"{n:032x}" for n in range(20)]
    links = [FeedLink(share_id=i, serial=s, recipient_id=r) for i in ids for s in (1, 2) for r in (None, *ids)]
    assert len({ring.sign_link(link) for link in links}) == len(links)


@pytest.mark.parametrize("size", [6_000, 100_000, 1_000_000])
def test_u28_a_huge_token_is_refused_before_anything_is_decoded(ring: KeyRing, size: int) -> None:
    zipped = base64.urlsafe_b64encode(zlib.compress(b"\x00" * size)).decode()[:size]
    tokens = [
        zipped,
        "A" * size,
        "." * size,
        f".{zipped}",
        f"{'A' * size}.{ring.sign_link(PUBLIC).split('.')[1]}",
        "\ud800" * size,
    ]
    started = time.process_time()
    assert all(is_refused(ring, token) for token in tokens)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "text",
    ["\x00", "\ud800", "é", "٣", "\uff21", "\u2028", "{{7*7}}", "'\"", "%ff", "\udcc0\udc80", "\U0001f511", "\u017f"],
)
def test_u29_odd_characters_are_refused_at_every_place(ring: KeyRing, text: str) -> None:
    token = ring.sign_link(PUBLIC)
    for place in range(len(token)):
        assert is_refused(ring, token[:place] + text + token[place + len(text) :])
    assert is_refused(ring, text)
    assert is_refused(ring, (text * 71)[:71])


def test_a_token_of_another_ring_is_refused(ring: KeyRing, tmp_path: Path) -> None:
    other = KeyRing.create(tmp_path / "other.json")
    assert is_refused(ring, other.sign_link(PUBLIC))


def test_only_good_tokens_are_remembered_and_no_more_than_the_bound(ring: KeyRing) -> None:
    links = (FeedLink(share_id=f"{n:032x}", serial=1) for n in range(MAX_REMEMBERED_TOKENS + 50))
    assert is_refused(ring, "A" * 71)
    assert ring._verified.cache_info().currsize == 0
    for link in links:
        assert ring.verify_link(ring.sign_link(link)) == link
    assert ring._verified.cache_info().currsize == MAX_REMEMBERED_TOKENS


def test_a_remembered_token_costs_about_a_microsecond_and_a_new_one_some_ten(ring: KeyRing) -> None:
    tokens = [ring.sign_link(FeedLink(share_id=f"{n:032x}", serial=1)) for n in range(500)]

    def seconds_per_token() -> float:
        started = time.process_time()
        for token in tokens:
            ring.verify_link(token)
        return (time.process_time() - started) / len(tokens)

    first, second = seconds_per_token(), min(islice(iter(seconds_per_token, None), 5))
    assert second < 10e-6
    assert second < first / 4


def _narrower(link: FeedLink, calendars: int, categories: int) -> FeedLink:
    marks = [bytes([number]) * 6 for number in range(calendars + categories)]
    narrowing = Narrowing(calendars=tuple(marks[:calendars]), categories=tuple(marks[calendars:]))
    return FeedLink(share_id=link.share_id, serial=link.serial, recipient_id=link.recipient_id, narrowing=narrowing)


def test_narrower_links_of_any_size_come_back_and_no_length_means_two_things(ring: KeyRing) -> None:
    plain = {len(ring.sign_link(link)) for link in (PUBLIC, PERSONAL)}
    for link in (PUBLIC, PERSONAL):
        for count in range(1, MAX_MARKS + 1):
            narrower = _narrower(link, count // 2, count - count // 2)
            token = ring.sign_link(narrower)
            assert ring.verify_link(token) == narrower
            assert len(token) not in plain
    assert max(len(ring.sign_link(_narrower(PERSONAL, 0, MAX_MARKS))), 896) == 896


def test_u06_a_narrower_link_has_a_purpose_of_its_own(ring: KeyRing) -> None:
    """U06. What the one signer signed is worthless to the other, whatever the body says."""
    body, signature = ring.sign_link(NARROWER).split(".")
    key = ring.keys[0].secret
    for purpose in (b"feedserver.link", b"feedserver.invitation"):
        signer = Signer([key], salt=purpose, key_derivation="hmac", digest_method=hashlib.sha256)
        assert is_refused(ring, signer.sign(body.encode()).decode())
    own = Signer([key], salt=b"feedserver.narrowed", key_derivation="hmac", digest_method=hashlib.sha256)
    assert own.sign(body.encode()).decode() == f"{body}.{signature}"
    for link in (PUBLIC, PERSONAL):
        assert is_refused(ring, own.sign(ring.sign_link(link).split(".")[0].encode()).decode())


def test_u05_parts_of_a_narrower_link_and_the_link_it_came_from_do_not_mix(ring: KeyRing) -> None:
    narrower, plain = ring.sign_link(NARROWER).split("."), ring.sign_link(PUBLIC).split(".")
    assert is_refused(ring, f"{narrower[0]}.{plain[1]}")
    assert is_refused(ring, f"{plain[0]}.{narrower[1]}")
