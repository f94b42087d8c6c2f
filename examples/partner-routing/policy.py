"""A policy for `routes` and `tags`: a table says where the mail of partners goes.

Settings: `senders` maps domains (those below them included) and `recipients` support addresses
to a word. The word `suspend` keeps a message aside until an agent decides; any other word is a
tag of its ticket, and a trigger of the account gives tickets with that tag to a group.

That is as much as an account's own policy can say: it may keep aside what would become a
ticket, and add tags; which brand a ticket is of stays what the operator's policies said.
"""

from wit_world import exports
from wit_world.exports.routes import (
    Cause,
    InboundRoute_Suspend,
    InboundRoute_Ticket,
    NativeRoute,
    OutboundRoute_Native,
    Retry_After,
)
from wit_world.exports.tags import Tagging
from wit_world.imports import mail, settings
from wit_world.imports.types import AuthorAuthentication

ASIDE = "suspend"
MINUTE_MS = 60_000


class Routes(exports.Routes):
    def inbound(self, arrival):
        if ASIDE in words(arrival.author_address or "", arrival.recipient):
            return InboundRoute_Suspend(Cause.BLOCKED)
        return InboundRoute_Ticket(arrival.brand)

    def outbound(self, departure):
        return OutboundRoute_Native(NativeRoute(departure.fallback_sender, "default_path"))

    def after_failure(self, failure):
        return Retry_After(MINUTE_MS)


class Tags(exports.Tags):
    def delivery(self, facts):
        authors = mail.mailboxes("From")
        author = authors[0].address.lower() if authors else ""
        if facts.author == AuthorAuthentication.FAIL:
            author = ""
        found = words(author, facts.recipient)
        return Tagging(system=[], tags=sorted(found - {ASIDE}))


def words(author, recipient):
    """What the table says of them."""
    rows = [f"recipients.{recipient}"]
    rows += [f"senders.{domain}" for domain in domains(author)]
    found = (settings.text(row) for row in rows)
    return {word for word in found if word}


def domains(address):
    """`eu.parts.example`, `parts.example`, `example`."""
    labels = address.rpartition("@")[2].split(".")
    return [".".join(labels[at:]) for at in range(len(labels))]
