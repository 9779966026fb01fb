"""What a share allows, on the command line: the options of `create` and `edit`, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from feedserver.cli.moments import NONE
from feedserver.model.share import EmbedView, ShareOptions

_OPTIONS = (
    click.option(
        "--narrowing/--no-narrowing",
        "allows_narrowing",
        default=None,
        help="Whether visitors may make an address that shows less of it.",
    ),
    click.option(
        "--keys/--no-keys",
        "allows_keys",
        default=None,
        help="Whether users of a secured share may make addresses for apps that cannot log in.",
    ),
    click.option(
        "--embed-on",
        "embed_hosts",
        multiple=True,
        metavar="ORIGIN",
        help="A site that may show its page, such as https://www.example.org; these and no others. `none` is none.",
    ),
    click.option("--embed-view", type=click.Choice([view.value for view in EmbedView]), help="What these sites show."),
    click.option(
        "--embed-color", metavar="#RRGGBB", help="The colour of all events there; `none` is each calendar's own."
    ),
)


def allowing(command: Callable[..., Any]) -> Callable[..., Any]:
    """`command` with these options, in the order of the help."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def options_of(given: Mapping[str, Any]) -> ShareOptions:
    """What was given on the command line; what was not is absent."""
    options: ShareOptions = {}
    fill_options(options, given)
    return options


def fill_options(options: ShareOptions, given: Mapping[str, Any]) -> None:
    """Put what was given on the command line into `options`, and nothing else."""
    if given["allows_narrowing"] is not None:
        options["allows_narrowing"] = given["allows_narrowing"]
    if given["allows_keys"] is not None:
        options["allows_keys"] = given["allows_keys"]
    if given["embed_hosts"]:
        options["embed_hosts"] = () if given["embed_hosts"] == (NONE,) else given["embed_hosts"]
    if given["embed_view"] is not None:
        options["embed_view"] = EmbedView(given["embed_view"])
    if given["embed_color"] is not None:
        options["embed_color"] = None if given["embed_color"] == NONE else given["embed_color"]
