"""A policy for `routes`: what comes from the domains in the setting `blocked` is kept aside
until an agent decides.

The answers are those of wit/deps/relaygate-policy/routes.wit. An account's policy can keep
aside and warn; where it says a ticket, or how mail leaves, nothing changes.
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
from wit_world.imports import settings

MINUTE_MS = 60_000


class Routes(exports.Routes):
    def inbound(self, arrival):
        domain = (arrival.author_address or "").rpartition("@")[2]
        if settings.contains("blocked", domain):
            return InboundRoute_Suspend(Cause.BLOCKED)
        return InboundRoute_Ticket(arrival.brand)

    def outbound(self, departure):
        return OutboundRoute_Native(NativeRoute(departure.fallback_sender, "default_path"))

    def after_failure(self, failure):
        return Retry_After(MINUTE_MS)
