"""Which kind of app a User-Agent tells."""

from __future__ import annotations

import pytest

from feedserver.model.usage import AppFamily
from feedserver.services.app_families import family_of


@pytest.mark.parametrize(
    ("family", "agent"),
    [
        (AppFamily.GOOGLE, "Google-Calendar-Importer"),
        (AppFamily.GOOGLE, "Mozilla/5.0 (compatible; Google-Calendar-Importer; +http://www.google.com/)"),
        (
            AppFamily.OUTLOOK,
            "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)",
        ),
        (AppFamily.OUTLOOK_WEB, "Microsoft.Exchange.Calendar/15.20"),
        (AppFamily.APPLE, "iOS/17.5.1 (21F90) dataaccessd/1.0"),
        (AppFamily.APPLE, "macOS/14.5 (23F79) CalendarAgent/1042"),
        (AppFamily.APPLE, "Mac_OS_X/10.15.7 (19H2) CalendarAgent/930.5.1"),
        (AppFamily.THUNDERBIRD, "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0"),
        (AppFamily.ANDROID, "ICSx5/2.2.2 (2024/05/01; Ktor) Android/14"),
        (AppFamily.ANDROID, "DAVx5/4.4-ose (2024/08/25; dav4jvm; okhttp/4.12.0) Android/14"),
        (AppFamily.EVOLUTION, "Evolution/3.52.2"),
        (AppFamily.KDE, "Mozilla/5.0 (X11; Linux x86_64) KIO/5.116 kontact/5.24"),
        (AppFamily.NEXTCLOUD, "Nextcloud Webcal Service"),
        (AppFamily.HOME_ASSISTANT, "HomeAssistant/2026.1.0 httpx/0.28.1 Python/3.13"),
        (AppFamily.BROWSER, "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),
        (AppFamily.BROWSER, "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"),
        (AppFamily.OTHER, ""),
        (AppFamily.OTHER, "curl/8.9.1"),
    ],
)
def test_an_app_is_known_by_what_it_calls_itself(family: AppFamily, agent: str) -> None:
    assert family_of(agent) is family


@pytest.mark.parametrize(
    "agent",
    [
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
        "WhatsApp/2.24.12.78 A",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "TelegramBot (like TwitterBot)",
        "Mozilla/5.0 (compatible; Barracuda Sentinel (EE))",
    ],
)
def test_u27_link_previews_and_mail_scanners_are_a_family_of_their_own(agent: str) -> None:
    assert family_of(agent) is AppFamily.BOT


def test_an_endless_user_agent_is_cut() -> None:
    assert family_of("x" * 1_000_000 + "Thunderbird") is AppFamily.OTHER
