"""The herald: hands each letter to the sender of its route."""

from __future__ import annotations

from statuspage.core.delivery import Outcome
from statuspage.core.letter import Letter, Route
from statuspage.core.message import Message, heading, plain
from statuspage.senders.chat import ChatSender
from statuspage.senders.mail import MailSender


class Herald:
    """Tells staff by their channels, and owners by mail."""

    def __init__(self, chat: ChatSender, mail: MailSender) -> None:
        self.use(chat, mail)

    def use(self, chat: ChatSender, mail: MailSender) -> None:
        """Send what comes from now on with other senders."""
        self._chat = chat
        self._mail = mail

    async def tell(self, letter: Letter) -> Outcome:
        """Send the letter."""
        if letter.route is Route.STAFF:
            told = Message(heading(letter.title), plain(letter.text), "warning")
            return await self._chat.to_staff(letter.to, told)
        return await self._mail.write(letter.to, letter.title, letter.text, letter.id, letter.created_at)
