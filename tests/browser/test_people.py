"""Users, contacts and one's own account in a browser."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.async_api import Page, expect

from feedserver.model.account import Account, Role
from tests.browser.conftest import Deliver, House, OpenWindow
from tests.browser.test_setup_and_login import fill
from tests.mailbox import Mailbox
from tests.premises import PASSWORD, Premises

NEW_PASSWORD = "four unrelated words here"
_LINK = re.compile(r"http://localhost:\d+/account/password/\S+")


async def choose_password(page: Page, link: str, password: str) -> None:
    """As who got a one-time link does."""
    await page.goto(link)
    for field in await page.locator("input[type=password]").all():
        await field.fill(password)
    await page.locator("main form button").last.click()
    await expect(page.locator("input[type=password]")).to_have_count(0)


async def can_log_in(premises: Premises, login: str, password: str) -> bool:
    """Whether this password opens the account."""
    account = await premises.accounts.find(login)
    return account.password_hash is not None and await premises.hasher.verify(account.password_hash, password)


async def test_a_user_is_added_with_an_invitation_and_chooses_a_password(
    window: OpenWindow, premises: Premises, mailbox: Mailbox, deliver: Deliver, look: dict[str, bool]
) -> None:
    page = await (await window(**look)).page("/users/")
    await page.get_by_role("link", name="Add user").click()
    await fill(page, Name="Carla Cheng", Login="carla")
    await page.get_by_label("E-mail", exact=True).fill("carla@example.org")
    await page.get_by_label("Member").check()
    await page.get_by_role("button", name="Add user").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Carla Cheng")
    carla = await premises.accounts.find("carla")
    assert (carla.role, carla.email) == (Role.MEMBER, "carla@example.org")
    await deliver()
    (mail,) = mailbox.to("carla@example.org")
    guest = await (await window(account=None)).page()
    await choose_password(guest, _LINK.findall(mail.part())[0], NEW_PASSWORD)
    await page.reload()
    await expect(page.locator(".head")).to_contain_text("Active")


async def test_a_user_is_edited(window: OpenWindow, premises: Premises, look: dict[str, bool]) -> None:
    ann = await premises.account("ann")
    page = await (await window(**look)).page(f"/users/{ann.id}/")
    await page.get_by_role("link", name="Edit").click()
    await fill(page, Name="Ann Archer")
    await page.get_by_label("Language of their pages and mails").select_option("Deutsch")
    await page.get_by_role("button", name="Save").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Ann Archer")
    edited = await premises.accounts.find("ann")
    assert edited.language == "de"


async def test_a_user_is_deactivated_and_reactivated(
    window: OpenWindow, premises: Premises, look: dict[str, bool]
) -> None:
    ann = await premises.account("ann")
    page = await (await window(**look)).page(f"/users/{ann.id}/")
    await page.get_by_role("button", name="Deactivate").click()
    await expect(page.get_by_text("They are logged out everywhere at once")).to_be_visible()
    await page.get_by_role("button", name="Deactivate").click()
    await expect(page.get_by_role("button", name="Reactivate")).to_be_visible()
    assert not (await premises.accounts.find("ann")).is_active

    await page.get_by_role("button", name="Reactivate").click()

    await expect(page.get_by_role("button", name="Deactivate")).to_be_visible()
    assert (await premises.accounts.find("ann")).is_active


async def test_a29_removing_a_user_asks_for_the_password_when_it_was_given_long_ago(
    window: OpenWindow, premises: Premises, look: dict[str, bool]
) -> None:
    ann = await premises.account("ann")
    page = await (await window(**look)).page(f"/users/{ann.id}/")
    premises.clock.advance(timedelta(minutes=20))
    await page.get_by_role("button", name="Remove").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Your password, please")
    await page.get_by_label("Password").fill("wrong")
    await page.get_by_role("button", name="Go on").click()
    await expect(page.get_by_role("alert")).to_contain_text("not your password")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Go on").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Remove ann?")
    await page.get_by_role("button", name="Remove").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Users")
    await expect(page.get_by_role("link", name="ann", exact=True)).to_have_count(0)
    assert [account.login for account in await premises.accounts.list_all()] == ["root"]


async def test_a_password_reset_is_sent_and_the_old_password_goes_when_it_is_used(
    window: OpenWindow, premises: Premises, mailbox: Mailbox, deliver: Deliver
) -> None:
    ann = await premises.account("ann")
    page = await (await window()).page(f"/users/{ann.id}/")
    await page.get_by_role("button", name="Send a password reset").click()
    await expect(page.get_by_role("status").first).to_be_visible()
    await deliver()

    guest = await (await window(account=None)).page()
    await choose_password(guest, _LINK.findall(mailbox.to(ann.email)[0].part())[0], NEW_PASSWORD)

    assert await can_log_in(premises, "ann", NEW_PASSWORD)
    assert not await can_log_in(premises, "ann", PASSWORD)


async def test_the_page_of_a_user_says_what_they_can_see(window: OpenWindow, premises: Premises) -> None:
    ann = await premises.account("ann")
    team = await premises.calendar(name="Team")
    await premises.secured_share(team, name="Board")
    page = await (await window()).page(f"/users/{ann.id}/")

    await expect(page.get_by_role("row").filter(has_text="Board")).to_contain_text("Team")


async def test_users_are_found_by_words_role_and_state(window: OpenWindow, premises: Premises) -> None:
    await premises.account("ann", role=Role.MEMBER)
    bob = await premises.account("bob")
    await premises.accounts.deactivate(bob.id)
    page = await (await window()).page("/users/")

    for label, choice, found in [("Search", "ANN", "ann"), ("Role", "Member", "ann"), ("State", "Deactivated", "bob")]:
        field = page.get_by_label(label, exact=True)
        await (field.fill(choice) if label == "Search" else field.select_option(choice))
        await page.get_by_role("button", name="Show", exact=True).click()
        await expect(page.get_by_text("1 user", exact=True)).to_be_visible()
        assert await page.locator("tbody td:first-child a").all_inner_texts() == [found]
        await page.get_by_role("link", name="Show all").click()
        await expect(page.get_by_text("3 users")).to_be_visible()


async def test_a_contacts_links_are_listed_sent_again_and_ended_one_by_one(
    window: OpenWindow, premises: Premises, mailbox: Mailbox, deliver: Deliver, look: dict[str, bool]
) -> None:
    fair = await premises.share(name="Fair", emails=["carla@example.org"])
    await premises.share(name="Feast", emails=["carla@example.org"])
    page = await (await window(**look)).page("/contacts/")
    await page.get_by_role("link", name="carla@example.org").click()

    await page.get_by_role("button", name="Send again Feast").click()
    await expect(page.get_by_role("status").first).to_be_visible()
    await deliver()
    assert len(mailbox.to("carla@example.org")) == 1
    await page.get_by_role("button", name="End this link Fair").click()
    if await page.get_by_role("heading", level=1).inner_text() != "carla@example.org":
        await page.get_by_role("button", name="End this link").click()

    await expect(page.get_by_role("status").first).to_be_visible()
    recipients = {one.email: one for one in (await premises.sharing.find(fair.id)).recipients}
    assert recipients["carla@example.org"].revoked_at is not None
    await expect(page.get_by_role("row").filter(has_text="Fair")).to_contain_text("No link any more")


async def test_own_password_is_changed_and_every_other_session_ends(
    window: OpenWindow, premises: Premises, house: House, look: dict[str, bool]
) -> None:
    """A08, A27."""
    other = await (await window()).page("/shares/")
    page = await (await window(**look)).page("/me/")
    await fill(page, Current_password="wrong", New_password=NEW_PASSWORD, New_password_once_more=NEW_PASSWORD)
    await page.get_by_role("button", name="Change the password").click()
    await expect(page.get_by_role("alert").first).to_be_visible()
    await expect(page.get_by_label("New password", exact=True)).to_have_value("")
    await fill(page, Current_password=PASSWORD, New_password=NEW_PASSWORD, New_password_once_more=NEW_PASSWORD)
    await page.get_by_role("button", name="Change the password").click()
    await expect(page.get_by_role("status").first).to_be_visible()

    assert await can_log_in(premises, "root", NEW_PASSWORD)
    await other.reload()
    await expect(other.get_by_role("heading", level=1)).to_have_text("Log in")
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Your account")


async def test_sessions_are_listed_and_one_is_ended(window: OpenWindow) -> None:
    other = await (await window()).page("/shares/")
    page = await (await window()).page("/me/")

    await page.get_by_role("table").get_by_role("button", name="Log out").click()

    await expect(page.get_by_role("status").first).to_be_visible()
    await other.reload()
    await expect(other.get_by_role("heading", level=1)).to_have_text("Log in")


async def test_own_language_is_chosen_whatever_the_browser_asks(window: OpenWindow, house: House) -> None:
    page = await (await window()).page("/me/")

    await page.get_by_label("Language").select_option("Deutsch")
    await page.get_by_role("button", name="Save").click()

    await expect(page.locator("html")).to_have_attribute("lang", "de")


async def test_who_is_no_admin_is_not_let_in(window: OpenWindow, premises: Premises) -> None:
    guest: Account = await premises.account("ann")
    page = await (await window(guest)).page("/shares/")

    await expect(page.get_by_role("main")).to_contain_text("for administrators")
