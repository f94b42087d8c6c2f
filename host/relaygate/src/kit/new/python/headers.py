"""A policy for `headers`: messages whose subject has one of the words in the setting
`words` are let in and flagged for an agent's eye.

The answers are those of wit/deps/relaygate-policy/headers.wit; whatever this policy has no
opinion of, it accepts, and that changes nothing.
"""

from wit_world import exports
from wit_world.exports.headers import (
    AuthorField,
    InboundAcceptance,
    InboundVerdict_Accept,
    OutboundVerdict_Accept,
)
from wit_world.imports import mail, settings
from wit_world.imports.types import AuthorAuthentication, Origin


class Headers(exports.Headers):
    def inbound(self, facts):
        subject = (mail.header("Subject") or "").lower()
        found = any(word.lower() in subject for word in settings.texts("words"))
        return InboundVerdict_Accept(
            InboundAcceptance(
                edits=[],
                origin=Origin.PERSON,
                author=AuthorAuthentication.NONE,
                author_field=AuthorField.FROM,
                flags=["subject_word"] if found else [],
            )
        )

    def outbound(self, facts):
        return OutboundVerdict_Accept([])

    def returned(self, facts):
        return []
