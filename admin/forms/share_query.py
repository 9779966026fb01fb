"""What the address of the list of shares asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from admin.forms.choices import one_of, page_number
from feedserver.http.forms import Form
from feedserver.model.share import ShareKind, Standing
from feedserver.model.share_listing import ShareQuery, ShareSort

MAX_TEXT_CHARS = 200
_LISTED = (Standing.LIVE, Standing.PAUSED, Standing.NOT_YET, Standing.EXPIRED, Standing.REMOVED)


def share_query(form: Form) -> ShareQuery:
    """The query in an address; what cannot be asked for counts as not asked."""
    standing = one_of(Standing, form.line("state"))
    sort = form.line("sort")
    return ShareQuery(
        text=form.line("q")[:MAX_TEXT_CHARS],
        standing=standing if standing in _LISTED else None,
        kind=one_of(ShareKind, form.line("kind")),
        calendar_id=form.line("calendar") or None,
        account_id=form.line("member") or None,
        sort=one_of(ShareSort, sort.removeprefix("-")) or ShareSort.NAME,
        descending=sort.startswith("-"),
        page=page_number(form.line("page")),
    )


def query_text(query: ShareQuery) -> str:
    """`query` as the part of an address behind the question mark; empty for the list as it opens."""
    pairs = {
        "q": query.text,
        "state": query.standing or "",
        "kind": query.kind or "",
        "calendar": query.calendar_id or "",
        "member": query.account_id or "",
        "sort": "-" * query.descending + query.sort if _is_sorted(query) else "",
        "page": str(query.page) if query.page > 1 else "",
    }
    return urlencode({name: value for name, value in pairs.items() if value})


def _is_sorted(query: ShareQuery) -> bool:
    return (query.sort, query.descending) != (ShareSort.NAME, False)


def kept_query(form: Form) -> str:
    """The query that a form on the list carries along in its field `query`, read and written anew."""
    try:
        pairs = parse_qsl(form.text("query"), max_num_fields=20)
    except ValueError:
        return ""
    return query_text(share_query(Form(pairs)))


def way_back(form: Form, share_ids: Sequence[str]) -> str:
    """Where a form that acts on shares was, below `/admin`: one share's page, or the list as it was (threat A13)."""
    if form.text("back") == "share" and len(share_ids) == 1 and share_ids[0].isalnum():
        return f"/shares/{share_ids[0]}/"
    query = kept_query(form)
    return f"/shares/?{query}" if query else "/shares/"


def is_narrowed(query: ShareQuery) -> bool:
    """True when not all shares are asked for."""
    return query_text(replace(query, sort=ShareSort.NAME, descending=False, page=1)) != ""


def sorted_by(query: ShareQuery, sort: ShareSort) -> ShareQuery:
    """The query behind the head of a column: sorted by it, the other way round when it is already."""
    is_again = query.sort is sort and not query.descending
    return replace(query, sort=sort, descending=is_again, page=1)
