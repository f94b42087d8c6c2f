"""A policy for `limits`: nobody may write to the addresses in the setting `closed`.

The answers are those of wit/deps/relaygate-policy/limits.wit; whatever this policy has no
opinion of, it accepts, and that changes nothing.
"""

from wit_world import exports
from wit_world.exports.limits import Permission_Granted
from wit_world.imports import settings
from wit_world.imports.types import Reason, Refusal, Verdict_Accept, Verdict_Reject


class Limits(exports.Limits):
    def add_domain(self, facts):
        return Permission_Granted()

    def add_address(self, facts):
        return Permission_Granted()

    def sender(self, session, sender, octets):
        return Verdict_Accept()

    def recipient(self, session, envelope, candidate):
        if not settings.contains("closed", candidate.address):
            return Verdict_Accept()
        hint = "write to another address"
        return Verdict_Reject(Reason(Refusal.NOT_PERMITTED, "address_closed", hint))
