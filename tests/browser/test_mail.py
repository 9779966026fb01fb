"""Mails from a click to a mail server that is real, and back to the page that says what became of them."""

from __future__ import annotations

import re
from base64 import b64encode
from pathlib import Path

from playwright.async_api import Browser, expect

from tests.browser.conftest import Deliver, House, OpenWindow, open_house
from tests.browser.windows import open_window
from tests.mailbox import Mailbox
from tests.premises import PASSWORD, Premises

_LINK = re.compile(r"http://localhost:\d+/\S+")


async def test_each_person_is_sent_their_own_link_with_the_admins_words(
    window: OpenWindow, premises: Premises, mailbox: Mailbox, deliver: Deliver
) -> None:
    share = await premises.share(name="Fair")
    page = await (await window()).page(f"/shares/{share.id}/mail")
    await page.get_by_label("E-mail addresses").fill("carla@example.org, dora@example.org")
    await page.get_by_label("Your message to them").fill("Hello you,\nsee below.")
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_role("status").first).to_contain_text("2")

    assert await deliver() == 2

    (carla,), (dora,) = mailbox.to("carla@example.org"), mailbox.to("dora@example.org")
    assert "> Hello you,\r\n> see below.\r\n" in carla.part()
    assert "Fair" in str(carla.message["Subject"])
    links = [_LINK.findall(mail.part())[0] for mail in (carla, dora)]
    assert links[0] != links[1]
    guest = await (await window(account=None)).page()
    await guest.goto(links[0])
    await expect(guest.get_by_role("heading", level=1)).to_have_text("Fair")
    await page.goto(page.url.partition("/shares/")[0] + "/mail/")
    await expect(page.get_by_role("row").filter(has_text="carla@example.org")).to_contain_text("Sent")


async def test_a_new_user_chooses_a_password_on_the_link_in_the_mail_and_opens_the_share(
    window: OpenWindow, premises: Premises, mailbox: Mailbox, deliver: Deliver
) -> None:
    await premises.calendar(name="Events")
    page = await (await window()).page("/shares/new?kind=secured")
    await page.get_by_role("checkbox", name="Events").check()
    await page.locator("summary", has_text="Add user").click()
    await page.get_by_label("Name of the new user").fill("Carla Cheng")
    await page.get_by_label("E-mail address of the new user").fill("carla@example.org")
    await page.get_by_label("User name", exact=True).fill("carla")
    await page.get_by_role("button", name="Add user").click()
    await page.locator("main form").get_by_role("button", name="Create link").last.click()
    await expect(page.get_by_role("status").first).to_contain_text("A mail goes to 1 person.")
    await deliver()
    (mail,) = mailbox.to("carla@example.org")
    link = next(url for url in _LINK.findall(mail.part()) if "/account/password/" in url)

    guest = await (await window(account=None)).page()
    await guest.goto(link)
    await guest.locator("input[type=password]").first.fill(PASSWORD)
    if await guest.locator("input[type=password]").count() > 1:
        await guest.locator("input[type=password]").nth(1).fill(PASSWORD)
    await guest.locator("main form button").last.click()
    await expect(guest.locator("input[type=password]")).to_have_count(0)

    share = (await premises.sharing.list_all())[0]
    answer = await guest.request.get(
        premises.link(share).feed_url, headers={"Authorization": "Basic " + _basic("carla", PASSWORD)}
    )
    assert answer.status == 200
    again = await guest.goto(link)
    assert again is not None
    assert again.status in (404, 410)


def _basic(login: str, password: str) -> str:
    return b64encode(f"{login}:{password}".encode()).decode()


async def test_what_a_mail_server_refuses_is_shown_in_its_words_and_tried_again_by_a_button(
    window: OpenWindow, premises: Premises, mailbox: Mailbox, deliver: Deliver
) -> None:
    share = await premises.share(name="Fair")
    page = await (await window()).page(f"/shares/{share.id}/mail")
    await page.get_by_label("E-mail addresses").fill("carla@example.org")
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_role("status").first).to_be_visible()
    mailbox.answers["carla@example.org"] = "550 5.1.1 no such user here"
    await deliver()
    await page.get_by_role("link", name="Mail", exact=True).click()
    row = page.get_by_role("row").filter(has_text="carla@example.org")
    await expect(row).to_contain_text("Failed")
    await expect(row).to_contain_text("no such user here")
    mailbox.answers.clear()

    await row.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("status").first).to_contain_text("1 mail is tried again")
    await deliver()

    await page.reload()
    await expect(row).to_contain_text("Sent")
    assert len(mailbox.to("carla@example.org")) == 1


async def test_without_a_mail_server_the_page_says_so_and_gives_the_text_to_send(
    browser: Browser, tmp_path: Path
) -> None:
    async with open_house(tmp_path, has_mail=False) as house:
        share = await house.premises.share(name="Fair")
        shown = await open_window(browser, house.url, cookie=await house.session_of(house.admin))
        page = await shown.page(f"/shares/{share.id}/mail")
        await expect(page.get_by_text("This server sends no mail.")).to_be_visible()
        await page.get_by_label("E-mail addresses").fill("carla@example.org")
        await page.get_by_role("button", name="Done").click()

        await expect(page.get_by_role("heading", level=1)).to_have_text("Texts to send")
        link = page.get_by_role("link", name="Open in your mail program")
        await expect(link).to_have_attribute("href", re.compile(r"^mailto:carla@example\.org\?subject="))
        await page.get_by_text("Text to copy").click()
        await page.get_by_role("button", name="Copy the text").click()
        copied = await page.evaluate("navigator.clipboard.readText()")
        own = house.premises.link(await house.premises.sharing.find(share.id), 1)
        assert own.page_url in copied
        assert (await house.premises.notices.page()).rows == ()
        await shown.context.close()
        assert shown.faults == []


async def test_a_calm_mail_page_before_the_first_mail(window: OpenWindow, house: House) -> None:
    page = await (await window()).page("/mail/")

    await expect(page.get_by_text("There is no mail yet.")).to_be_visible()
