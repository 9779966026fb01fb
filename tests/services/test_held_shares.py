"""What is shared with somebody, and what fetches it, on both engines."""

from __future__ import annotations

from datetime import timedelta

from feedserver.model.actor import CONSOLE
from feedserver.model.share import Standing
from feedserver.model.usage import AppFamily
from feedserver.storage import accounts
from tests.premises import Premises


async def test_shares_come_with_their_keys_and_with_what_fetches_them(premises_on_both: Premises) -> None:
    premises = premises_on_both
    ann = await premises.account()
    work = await premises.calendar()
    team = await premises.secured_share(work, allows_keys=True)
    paused = await premises.secured_share(work, name="Paused")
    await premises.sharing.deactivate(paused.id)
    key = await premises.held_shares.make_key(team.id, ann, by=CONSOLE)
    premises.usage.count(team.id, ann.id, "Thunderbird/128")
    premises.usage.count(team.id, key.id, "Google-Calendar-Importer")
    await premises.usage.flush()
    premises.clock.advance(timedelta(days=1))
    premises.usage.count(team.id, ann.id, "iOS/18 dataaccessd/1.0")
    premises.usage.count(team.id, ann.id, "Slackbot 1.0")
    one, two = await premises.held_shares.list_of(ann)
    assert (one.share.id, one.standing, two.standing) == (team.id, Standing.LIVE, Standing.PAUSED)
    assert [device.family for device in one.devices] == [AppFamily.APPLE, AppFamily.THUNDERBIRD]
    assert one.devices[0].at - one.devices[1].at == timedelta(days=1)
    assert [(own.key.id, [device.family for device in own.devices]) for own in one.keys] == [
        (key.id, [AppFamily.GOOGLE])
    ]
    assert (two.devices, two.keys) == ((), ())


async def test_newer_fetch_in_memory_counts_over_the_one_that_was_written(premises_on_both: Premises) -> None:
    premises = premises_on_both
    ann = await premises.account()
    share = await premises.secured_share()
    for _ in range(2):
        premises.usage.count(share.id, ann.id, "Thunderbird/128")
        await premises.usage.flush()
        premises.clock.advance(timedelta(hours=30))
    premises.usage.count(share.id, ann.id, "Thunderbird/128")
    (held,) = await premises.held_shares.list_of(ann)
    assert [(one.family, one.at) for one in held.devices] == [(AppFamily.THUNDERBIRD, premises.clock.now())]


async def test_accounts_are_found_by_login_or_address_whatever_the_case(premises_on_both: Premises) -> None:
    premises = premises_on_both
    await premises.account("Ann")
    await premises.account("gone")
    await premises.accounts.deactivate("gone")
    found = {}
    async with premises.db.read() as tx:
        for text in ("ann", "ANN@Example.ORG", "gone", "%", "nobody"):
            found[text] = [account.login for account in await accounts.of_login_or_email(tx, text)]
    assert found == {"ann": ["Ann"], "ANN@Example.ORG": ["Ann"], "gone": [], "%": [], "nobody": []}
