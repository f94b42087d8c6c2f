"""A policy for `tags`: tickets whose subject has one of the words in the setting `words`
get the tag `urgent`.

The answers are those of wit/deps/relaygate-policy/tags.wit.
"""

from wit_world import exports
from wit_world.exports.tags import Tagging
from wit_world.imports import mail, settings


class Tags(exports.Tags):
    def delivery(self, facts):
        subject = (mail.header("Subject") or "").lower()
        urgent = any(word.lower() in subject for word in settings.texts("words"))
        return Tagging(system=[], tags=["urgent"] if urgent else [])
