// A policy for `limits`: nobody may write to the addresses in the setting `closed`.
//
// The answers are those of wit/deps/relaygate-policy/limits.wit; whatever this policy has no
// opinion of, it accepts, and that changes nothing.

import { contains } from "relaygate:policy/settings@0.1.0";

const granted = { tag: "granted" };
const accept = { tag: "accept" };

export const limits = {
  addDomain: () => granted,
  addAddress: () => granted,
  sender: () => accept,

  recipient(_session, _envelope, candidate) {
    if (!contains("closed", candidate.address)) return accept;
    const hint = "write to another address";
    return { tag: "reject", val: { kind: "not-permitted", code: "address_closed", hint } };
  },
};
