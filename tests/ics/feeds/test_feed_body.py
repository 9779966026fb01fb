import gzip
import zlib
from hashlib import blake2b

from hypothesis import given
from hypothesis import strategies as st

from feedserver.ics.feeds.feed import FeedBody, whole

HEAD = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"


def uid(n: int) -> bytes:
    return blake2b(str(n).encode(), digest_size=16).hexdigest().encode()


def event(n: int, title: str = "x") -> bytes:
    return f"BEGIN:VEVENT\r\nUID:{uid(n).decode()}\r\nSUMMARY:{title}\r\nEND:VEVENT\r\n".encode()


def test_f22_events_are_sorted_by_uid_whatever_the_order_they_came_in() -> None:
    forwards = FeedBody((uid(n), event(n)) for n in range(1000)).text(HEAD)
    backwards = FeedBody((uid(n), event(n)) for n in reversed(range(1000))).text(HEAD)
    assert forwards == backwards
    shown = [line for line in forwards.body.split(b"\r\n") if line.startswith(b"UID:")]
    assert shown == sorted(shown)
    assert len(shown) == 1000


@given(
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from(["", "a", "b"])), max_size=60),
    st.integers(0, 300),
)
def test_f21_a_changed_feed_is_the_feed_made_anew(changes: list[tuple[int, str]], size: int) -> None:
    kept = {n: event(n) for n in range(size)}
    body = FeedBody((uid(n), text) for n, text in kept.items())
    body.text(HEAD)
    for n, title in changes:
        kept[n] = event(n, title) if title else b""
        body.apply([(uid(n), kept[n])])
    made_anew = FeedBody((uid(n), text) for n, text in kept.items() if text)
    assert body.text(HEAD).body == made_anew.text(HEAD).body
    assert body.text(HEAD).etag == made_anew.text(HEAD).etag
    assert len(body) == len(made_anew)


@given(st.integers(0, 700))
def test_the_compressed_feed_unpacks_to_the_plain_one(size: int) -> None:
    text = FeedBody((uid(n), event(n)) for n in range(size)).text(HEAD)
    assert gzip.decompress(text.gzip) == text.body
    unpacker = zlib.decompressobj(wbits=31)
    assert unpacker.decompress(text.gzip) == text.body
    assert unpacker.eof
    assert not unpacker.unused_data, "one gzip member: some clients read only the first"


def test_a_body_grows_more_buckets_as_it_fills() -> None:
    body = FeedBody()
    for n in range(2000):
        body.apply([(uid(n), event(n))])
    assert len(body) == 2000
    assert body.text(HEAD).body == FeedBody((uid(n), event(n)) for n in range(2000)).text(HEAD).body


def test_f55_the_keep_alive_event_shows_only_where_nothing_else_does() -> None:
    body = FeedBody([(uid(1), event(1))])
    assert b"alive" not in body.text(HEAD, keep_alive=b"alive\r\n").body
    body.apply([(uid(1), b"")])
    text = body.text(HEAD, keep_alive=b"alive\r\n")
    assert text.body == HEAD + b"alive\r\nEND:VCALENDAR\r\n"
    assert gzip.decompress(text.gzip) == text.body


def test_without_compression_nothing_is_deflated() -> None:
    text = FeedBody([(uid(1), event(1))]).text(HEAD, is_compressed=False)
    assert text.gzip == b""
    assert text.etag == FeedBody([(uid(1), event(1))]).text(HEAD).etag


def test_a_feed_made_in_one_piece_is_packed_too() -> None:
    text = whole(HEAD + b"END:VCALENDAR\r\n")
    assert gzip.decompress(text.gzip) == text.body
