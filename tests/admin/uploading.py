"""A file sent by a form, as browsers do."""

from __future__ import annotations

from io import BytesIO

from aiohttp import ClientResponse

from tests.admin.conftest import Visitor

_BOUNDARY = "----WebKitFormBoundaryVSmv4cUJmxnxTtVJ"


def multipart(fields: dict[str, str], content: bytes, name: str) -> bytes:
    """The body: the fields, then the file."""
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, value in fields.items()
    ]
    head = (
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: text/calendar\r\n\r\n"
    )
    return b"".join([*parts, head.encode(), content, f"\r\n--{_BOUNDARY}--\r\n".encode()])


async def upload(
    visitor: Visitor,
    path: str,
    content: bytes | str,
    *,
    name: str = "plan.ics",
    fields: dict[str, str] | None = None,
    **headers: str,
) -> ClientResponse:
    """Send the file to an address below `/admin`, with the token that a page of this session carries."""
    data = content.encode() if isinstance(content, str) else content
    sent = {"form_token": await visitor.form_token(), **(fields or {})}
    body = multipart(sent, data, name)
    spelled = {header.replace("_", "-"): value for header, value in headers.items()}
    response = await visitor.client.post(
        f"/admin{path}",
        data=BytesIO(body),
        headers={
            "Cookie": f"session={visitor.cookie}",
            "Content-Type": f"multipart/form-data; boundary={_BOUNDARY}",
            "Sec-Fetch-Site": "same-origin",
            **spelled,
        },
        allow_redirects=False,
    )
    await response.read()
    return response
