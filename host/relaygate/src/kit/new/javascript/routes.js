// A policy for `routes`: what comes from the domains in the setting `blocked` is kept aside
// until an agent decides.
//
// The answers are those of wit/deps/relaygate-policy/routes.wit. An account's policy can keep
// aside and warn; where it says `ticket`, or how mail leaves, nothing changes.

import { contains } from "relaygate:policy/settings@0.1.0";

const minute = 60_000n;

export const routes = {
  inbound(arrival) {
    const domain = (arrival.authorAddress ?? "").split("@").pop();
    if (contains("blocked", domain)) return { tag: "suspend", val: "blocked" };
    return { tag: "ticket", val: arrival.brand };
  },

  outbound(departure) {
    const sender = departure.fallbackSender;
    return { tag: "native", val: { sender, reason: "default_path" } };
  },

  afterFailure: () => ({ tag: "after", val: minute }),
};
