"""Logs: one line per fact, JSON for machines or text on a terminal, and no secret in either.

What is logged holds ids; that is the rule where things are logged. This module is the net below it: what looks like a
signed link, a password, a hash or a mail address is masked, control characters are escaped, and of an exception only
its class and its place are shown, because its text may hold what somebody sent or what an event says.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple, TextIO

from feedserver.model.errors import FeedserverError

MAX_MESSAGE_CHARS: Final = 2000
MAX_FRAMES: Final = 12
MAX_CHAIN: Final = 5

_OWN_LOGGERS = ("feedserver", "admin")
_MASKS = (
    (re.compile(r"(?<![\w-])[\w-]{20,64}\.[\w-]{30,64}", re.ASCII), "[link]"),
    (re.compile(r"/s/[^\s/\"'?]{8,4000}"), "/s/[link]"),
    (re.compile(r"\b(basic|bearer) +[\w+/.~-]{6,4000}=*", re.ASCII | re.IGNORECASE), r"\1 [secret]"),
    (re.compile(r"\$argon2[\w$=,+/.]{4,400}", re.ASCII), "[secret]"),
    (re.compile(r"://[^/\s@]{1,256}@"), "://[secret]@"),
    (re.compile(r"[^\s@<>()\"',;:=\[\]]{1,64}@[^\s@<>()\"',;:=\[\]]{1,255}"), "[address]"),
)
_STANDARD_FIELDS = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}


def configure(log_format: Literal["auto", "json", "text"], level: str, stream: TextIO) -> None:
    """Send everything that is logged to `stream`, from `level` (`debug` to `error`) on.

    Libraries speak from `warning` on, whatever our own level: at `debug`, some log all they are given.
    """
    is_json = log_format == "json" or (log_format == "auto" and not stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines() if is_json else TextLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in _OWN_LOGGERS:
        logging.getLogger(name).setLevel(level.upper())
    _replace_filter("aiohttp.server", _ServerFilter())
    _replace_filter("asyncio", _LoopFilter())
    # A broken log call would print its arguments past every formatter.
    logging.raiseExceptions = False


def _replace_filter(name: str, new: logging.Filter) -> None:
    logger = logging.getLogger(name)
    for old in [f for f in logger.filters if type(f) is type(new)]:
        logger.removeFilter(old)
    logger.addFilter(new)


class _ServerFilter(logging.Filter):
    """Says that a request could not be read, and nothing of it.

    aiohttp 3.14 logs a malformed request line with its full path, which is a credential here, with the client's
    address and a traceback, whatever the access log is told (threat P01; tests/test_logs.py holds it).
    """

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        is_hostile = error is None or type(error).__module__.startswith("aiohttp.")
        record.msg = "a request could not be read" if is_hostile else "a connection failed"
        if error is not None:
            record.msg += f": {type(error).__name__}"
        record.args = ()
        record.exc_text = record.stack_info = None
        if is_hostile:
            record.exc_info = None
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True


class _LoopFilter(logging.Filter):
    """Keeps the first line: asyncio adds the repr of tasks, and with it the text of their exceptions."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = record.getMessage().partition("\n")[0]
        record.args = ()
        return True


class JsonLines(logging.Formatter):
    """One JSON object per line: at, level, logger, message, then what was given as `extra`, then error."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, in ASCII, without its end."""
        line: dict[str, object] = {
            "at": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": clean(record.getMessage()),
            **_extras(record),
        }
        errors = [error._asdict() for error in _errors(record)]
        if errors:
            line["error"] = errors
        return json.dumps(line)


class TextLines(logging.Formatter):
    """For people: moment, level, logger and message; extras behind it, errors on indented lines below."""

    def format(self, record: logging.LogRecord) -> str:
        """The lines, without the last one's end."""
        extras = "".join(f" {name}={value}" for name, value in _extras(record).items())
        lines = [f"{_moment(record)} {record.levelname:<7} {record.name}: {clean(record.getMessage())}{extras}"]
        for error in _errors(record):
            lines.append(f"    {error.type}: {error.message}".rstrip(": "))
            lines += [f"        {place}" for place in error.at]
        return "\n".join(lines)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _extras(record: logging.LogRecord) -> dict[str, object]:
    return {
        clean(name): value if isinstance(value, int | float | None) else clean(str(value))
        for name, value in record.__dict__.items()
        if name not in _STANDARD_FIELDS
    }


class _ShownError(NamedTuple):
    """What a log says of an exception. `at`: innermost first."""

    type: str
    message: str
    at: list[str]


def _errors(record: logging.LogRecord) -> Iterator[_ShownError]:
    """The exception and what it came from, newest first."""
    error = record.exc_info[1] if record.exc_info else None
    for _ in range(MAX_CHAIN):
        if error is None:
            return
        yield _ShownError(type(error).__name__, _message_of(error), _places(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _message_of(error: BaseException) -> str:
    """The text of our own errors, which promise to be clean, and the system's word for what it refused; else empty."""
    if isinstance(error, FeedserverError):
        return clean(str(error))
    return clean(error.strerror or "") if isinstance(error, OSError) else ""


def _places(error: BaseException) -> list[str]:
    """Where it was raised, innermost first, as module, line and function: no source text, no values, no file paths."""
    frames = list(traceback.walk_tb(error.__traceback__))
    places = [f"{frame.f_globals.get('__name__')}:{line} {frame.f_code.co_qualname}" for frame, line in frames]
    return places[::-1][:MAX_FRAMES]


def clean(text: str) -> str:
    """`text` fit for a line of a log: secrets masked, control characters escaped, at most 2,000 characters."""
    shortened = text[: 2 * MAX_MESSAGE_CHARS]
    for pattern, mask in _MASKS:
        shortened = pattern.sub(mask, shortened)
    if len(shortened) > MAX_MESSAGE_CHARS:
        shortened = shortened[:MAX_MESSAGE_CHARS] + "…"
    return shortened if shortened.isprintable() else "".join(map(_visible, shortened))


def _visible(char: str) -> str:
    """Also of what turns the reading direction or ends a line somewhere else than LF does (threat I37)."""
    return char if char.isprintable() else char.encode("unicode_escape").decode()
