"""What is shared with somebody, on one page; and their own account."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from aiohttp import encode_basic_auth
from aiohttp.test_utils import TestClient

from feedserver.model.account import Account, Role
from tests.builders import an_event
from tests.premises import PASSWORD, Premises
from tests.web.visiting import ACCOUNT, Visitor, logged_in, words_of

NEW = "a whole new password"
CHANGE = {"current": PASSWORD, "password": NEW, "password_again": NEW}


@pytest.fixture
async def ann(premises: Premises) -> Account:
    return await premises.account()


@pytest.fixture
async def browser(premises: Premises, client: TestClient, ann: Account) -> Visitor:
    """Ann, logged in."""
    return await logged_in(premises, client, ann)


async def names_on(visitor: Visitor) -> list[str]:
    return re.findall(r"<h2[^>]*>([^<]*)</h2>", await (await visitor.get("/shared/")).text())


async def test_z01_everybody_sees_exactly_what_is_shared_with_them(
    premises: Premises, client: TestClient, ann: Account
) -> None:
    bob = await premises.account("bob", role=Role.MEMBER)
    root = await premises.account("root", role=Role.ADMIN)
    work = await premises.calendar()
    await premises.secured_share(work, name="Both", logins=("ann", "bob"))
    await premises.secured_share(work, name="Bob's", logins=("bob",))
    await premises.share(work, name="Public")
    seen = {one.login: await names_on(await logged_in(premises, client, one)) for one in (ann, bob, root)}
    assert seen == {"ann": ["Both"], "bob": ["Bob&#39;s", "Both"], "root": []}


async def test_a16_what_is_not_shared_with_somebody_is_not_there(premises: Premises, browser: Visitor) -> None:
    await premises.account("bob")
    other = await premises.secured_share(logins=("bob",), name="Secret name", allows_keys=True)
    public = await premises.share()
    for share in (other, public):
        answers = [await browser.get(f"/shared/{share.id}/"), await browser.post(f"/shared/{share.id}/keys")]
        assert {answer.status for answer in answers} == {404}
        assert "Secret name" not in "".join([await answer.text() for answer in answers])


async def test_z02_what_ends_is_gone_from_the_list_at_once(premises: Premises, browser: Visitor) -> None:
    work = await premises.calendar()
    one, two, kept = [await premises.secured_share(work, name=name) for name in ("One", "Two", "Kept")]
    assert await names_on(browser) == ["Kept", "One", "Two"]
    await premises.sharing.edit(one.id, withdrawn=["ann"])
    await premises.sharing.remove(two.id)
    assert await names_on(browser) == [kept.name]
    assert (await browser.get(f"/shared/{one.id}/")).status == 404


async def test_what_cannot_be_opened_now_says_why_and_comes_last(premises: Premises, browser: Visitor) -> None:
    work, now = await premises.calendar(), premises.clock.now()
    paused = await premises.secured_share(work, name="A paused")
    await premises.sharing.deactivate(paused.id)
    await premises.secured_share(work, name="B over", expires_at=now + timedelta(hours=1))
    later = await premises.secured_share(work, name="C later", starts_at=now + timedelta(days=9))
    await premises.secured_share(work, name="D live")
    premises.clock.advance(timedelta(hours=2))
    browser = await logged_in(premises, browser.client, await premises.accounts.find("ann"))
    assert (await names_on(browser))[0] == "D live"
    page = await browser.get("/shared/")
    words = await words_of(page)
    for said in ("A paused This calendar is paused.", "It is over.", "C later This calendar is shared from"):
        assert said in words
    assert (await page.text()).count("Add to my calendar") == 1
    one = await browser.get(f"/shared/{later.id}/")
    assert one.status == 200
    assert "webcal:" not in await one.text()


async def test_page_of_one_offers_each_app_its_way(premises: Premises, browser: Visitor) -> None:
    share = await premises.secured_share(name="Board")
    link = premises.link(share)
    listed = await (await browser.get("/shared/")).text()
    assert f'href="{link.page_url}"' in listed
    page = await browser.get(f"/shared/{share.id}/")
    text = await page.text()
    assert f'href="{link.webcal_url}"' in text
    assert link.feed_url in text
    assert "Google Calendar" in await words_of(page)
    assert "calendar.google.com" not in text, "it cannot log in"
    assert PASSWORD not in text


async def test_devices_and_when_they_asked_last_are_shown(
    premises: Premises, client: TestClient, browser: Visitor
) -> None:
    """Those that asked with one's own login, written or still in memory, link previews aside (U27)."""
    await premises.account("bob")
    share = await premises.secured_share(logins=("ann", "bob"))
    for login, agent in (
        ("ann", "Thunderbird/128"),
        ("ann", "Slackbot 1.0"),
        ("bob", "iOS/18 dataaccessd/1.0"),
    ):
        headers = {"Authorization": encode_basic_auth(login, PASSWORD), "User-Agent": agent}
        assert (await client.get(premises.feed_path(share), headers=headers)).status == 200
    for _ in range(2):
        for path in ("/shared/", f"/shared/{share.id}/"):
            text = await (await browser.get(path)).text()
            assert re.findall(r"<li><span>([^<]*)</span>", text) == ["Thunderbird"]
        await premises.usage.flush()


async def test_a11_names_are_shown_as_text(premises: Premises, browser: Visitor) -> None:
    evil = '"><script>alert(1)</script>{{7*7}}'
    share = await premises.secured_share(await premises.calendar(name=evil), name=evil)
    for path in ("/shared/", f"/shared/{share.id}/"):
        text = await (await browser.get(path)).text()
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in text


async def test_no_event_is_on_these_pages(premises: Premises, browser: Visitor) -> None:
    share = await premises.secured_share(await premises.calendar(an_event(summary="Confidential")))
    for path in ("/shared/", f"/shared/{share.id}/"):
        assert "Confidential" not in await (await browser.get(path)).text()


async def test_who_holds_nothing_is_told_so(browser: Visitor) -> None:
    assert "No calendar is shared with you yet." in await words_of(await browser.get("/shared/"))


# --- one's own account


async def test_language_and_time_zone_are_chosen(premises: Premises, browser: Visitor) -> None:
    answer = await browser.post(f"{ACCOUNT}choices", {"language": "de", "timezone": "America/New_York"})
    assert (answer.status, answer.headers["Location"]) == (303, ACCOUNT)
    saved = await premises.accounts.find("ann")
    assert (saved.language, saved.timezone) == ("de", "America/New_York")
    text = await (await browser.get(ACCOUNT)).text()
    assert 'lang="de"' in text
    assert "07:00" in text, "13:00 in Berlin, where the organisation is"
    await browser.post(f"{ACCOUNT}choices", {"language": "", "timezone": ""})
    saved = await premises.accounts.find("ann")
    assert (saved.language, saved.timezone) == (None, None)


@pytest.mark.parametrize(
    ("field", "value"), [("language", "xx"), ("timezone", "Mars/Olympus"), ("timezone", "../etc/passwd")]
)
async def test_what_there_is_not_cannot_be_chosen(premises: Premises, browser: Visitor, field: str, value: str) -> None:
    answer = await browser.post(f"{ACCOUNT}choices", {field: value})
    assert answer.status == 422
    assert f'id="e-{field}"' in await answer.text()
    assert (await premises.accounts.find("ann")).timezone is None


async def test_a14_nothing_else_of_an_account_is_changed(premises: Premises, browser: Visitor, ann: Account) -> None:
    fields = {"role": "admin", "email": "eve@example.org", "login": "eve", "display_name": "Eve", "password_hash": "x"}
    await browser.post(f"{ACCOUNT}choices", fields)
    saved = await premises.accounts.find(ann.id)
    assert (saved.role, saved.email, saved.login, saved.display_name) == (ann.role, ann.email, "ann", "ann")
    await premises.accounts.authenticate("ann", [PASSWORD], address="::1")


async def test_a08_a27_password_is_changed_and_other_sessions_and_apps_end(
    premises: Premises, client: TestClient, browser: Visitor, ann: Account
) -> None:
    share = await premises.secured_share()
    old = {"Authorization": encode_basic_auth("ann", PASSWORD)}
    assert (await client.get(premises.feed_path(share), headers=old)).status == 200
    other = await logged_in(premises, client, ann)
    assert (await browser.post(f"{ACCOUNT}password", CHANGE)).status == 303
    assert "Your password is changed." in await words_of(await browser.get(ACCOUNT))
    assert (await other.get("/shared/")).status == 303
    assert (await client.get(premises.feed_path(share), headers=old)).status == 401
    new = {"Authorization": encode_basic_auth("ann", NEW)}
    assert (await client.get(premises.feed_path(share), headers=new)).status == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"current": "wrong"}, "current"),
        ({"password": "short", "password_again": "short"}, "password"),
        ({"password": "password1", "password_again": "password1"}, "password"),
        ({"password_again": "another"}, "password_again"),
    ],
)
async def test_a27_password_stays_when_something_is_wrong(
    premises: Premises, browser: Visitor, changes: dict[str, str], field: str
) -> None:
    answer = await browser.post(f"{ACCOUNT}password", {**CHANGE, **changes})
    text = await answer.text()
    assert (answer.status, f'id="e-{field}"' in text) == (422, True)
    assert NEW not in text
    await premises.accounts.authenticate("ann", [PASSWORD], address="::1")


async def test_sessions_are_listed_and_ended(premises: Premises, browser: Visitor, ann: Account) -> None:
    one, begun = await premises.sessions.begin(ann, agent="Firefox, Linux", is_kept=True)
    two, _ = await premises.sessions.begin(ann, agent="Safari, iPhone")
    words = await words_of(await browser.get(ACCOUNT))
    assert "Firefox, Linux" in words
    assert "This browser" in words
    await browser.post(f"{ACCOUNT}sessions", {"session": begun.session.id})
    assert await premises.sessions.find(one) is None
    assert await premises.sessions.find(two) is not None
    await browser.post(f"{ACCOUNT}sessions", {"others": "1"})
    assert await premises.sessions.find(two) is None
    assert (await browser.get(ACCOUNT)).status == 200


async def test_a16_nobody_ends_the_session_of_somebody_else(premises: Premises, browser: Visitor) -> None:
    bob = await premises.account("bob")
    secret, begun = await premises.sessions.begin(bob, agent="")
    await browser.post(f"{ACCOUNT}sessions", {"session": begun.session.id})
    assert await premises.sessions.find(secret) is not None
