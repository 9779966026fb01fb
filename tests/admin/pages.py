"""What the tests look at in a page."""

from __future__ import annotations

import html
import re


def text_of(page: str) -> str:
    """What a person reads, in one line."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", page))).strip()


def form_of(page: str, action: str) -> dict[str, list[str]]:
    """Field -> values that a browser would send from the form with that action, as the page has it filled."""
    found = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', page, re.DOTALL)
    assert found, f"no form leads to {action}"
    fields: dict[str, list[str]] = {}
    for tag, attributes, body in re.findall(
        r"<(input|textarea|select)\b([^>]*)>((?:(?!<(?:input|textarea|select)\b).)*)", found[1], re.DOTALL
    ):
        name = _attribute(attributes, "name")
        value = _value(tag, attributes, body)
        if name and value is not None:
            fields.setdefault(name, []).append(value)
    return fields


def _value(tag: str, attributes: str, body: str) -> str | None:
    if tag == "textarea":
        return html.unescape(body.partition("</textarea>")[0])
    if tag == "select":
        options = re.findall(r"<option ([^>]*)>", body.partition("</select>")[0])
        chosen = [option for option in options if re.search(r"\bselected\b", option)] or options[:1]
        return _attribute(chosen[0], "value") if chosen else None
    if _attribute(attributes, "type") in ("checkbox", "radio"):
        return (_attribute(attributes, "value") or "on") if re.search(r"\bchecked\b", attributes) else None
    return _attribute(attributes, "value") or ""


def _attribute(attributes: str, name: str) -> str | None:
    found = re.search(rf'\b{name}="([^"]*)"', attributes)
    return html.unescape(found[1]) if found else None
