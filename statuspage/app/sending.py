"""Everything through which messages leave: webhooks, chat channels, the mail server; put together from the settings."""

from __future__ import annotations

from statuspage.core.settings import Settings
from statuspage.core.subscription import Subscription
from statuspage.senders.chat import ChatSender
from statuspage.senders.guard import Rules
from statuspage.senders.herald import Herald
from statuspage.senders.http import Outbound
from statuspage.senders.mail import MailSender
from statuspage.senders.registry import Registry, senders
from statuspage.senders.threads import Threads
from statuspage.services.verification import UNSUBSCRIBE, Links


class Sending:
    """The senders in force. ``keys`` sign the links by which people unsubscribe."""

    def __init__(self, settings: Settings, client: Outbound, keys: tuple[bytes, ...]) -> None:
        self._client = client
        self._threads = Threads()
        self._keys = keys
        self.sender = Registry({})
        self.herald = Herald(*self._outlets(settings))
        self.adopt(settings)

    def adopt(self, settings: Settings) -> None:
        """Send what comes from now on as other settings say."""
        chat, mail = self._outlets(settings)
        rules = Rules.of(settings.webhooks, settings.site.url)
        self.sender.use(senders(self._client, rules, chat, mail))
        self.herald.use(chat, mail)

    def _outlets(self, settings: Settings) -> tuple[ChatSender, MailSender]:
        given, links = settings.outlets, Links(self._keys, settings.site.url)

        def leave(subscription: Subscription) -> str:
            return links.make(UNSUBSCRIBE, subscription)

        chat = ChatSender(given.chat, given.staff, settings.site.name, self._threads)
        return chat, MailSender(given.smtp, settings.site, leave)
