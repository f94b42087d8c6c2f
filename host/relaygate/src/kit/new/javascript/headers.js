// A policy for `headers`: messages whose subject has one of the words in the setting `words`
// are let in and flagged for an agent's eye.
//
// The answers are those of wit/deps/relaygate-policy/headers.wit; whatever this policy has no
// opinion of, it accepts, and that changes nothing.

import { header } from "relaygate:policy/mail@0.1.0";
import { texts } from "relaygate:policy/settings@0.1.0";

const nothingFound = {
  edits: [],
  origin: "person",
  author: "none",
  authorField: "from",
  flags: [],
};

export const headers = {
  inbound() {
    const subject = (header("Subject") ?? "").toLowerCase();
    const found = texts("words").some((word) => subject.includes(word.toLowerCase()));
    const flags = found ? ["subject_word"] : [];
    return { tag: "accept", val: { ...nothingFound, flags } };
  },

  outbound: () => ({ tag: "accept", val: [] }),
  returned: () => [],
};
