"""The link of a share as a picture that a phone's camera reads."""

from __future__ import annotations

from io import BytesIO
from typing import Final

import segno
from aiohttp import web

from admin.call import Call

SVG: Final = "image/svg+xml"


async def show(call: Call) -> web.StreamResponse:
    """The general link of the share's page."""
    share = await call.services.sharing.find(call.part("id"))
    return call.answer(200, _picture(call.services.sharing.links(share)[0].page_url), content_type=SVG)


def _picture(text: str) -> bytes:
    """Black on white in any colour scheme, with the quiet edge that cameras need (ISO/IEC 18004)."""
    picture = BytesIO()
    segno.make_qr(text, error="m").save(
        picture, kind="svg", scale=4, border=4, dark="#000", light="#fff", xmldecl=False
    )
    return picture.getvalue()
