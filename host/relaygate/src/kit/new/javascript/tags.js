// A policy for `tags`: tickets whose subject has one of the words in the setting `words` get
// the tag `urgent`.
//
// The answers are those of wit/deps/relaygate-policy/tags.wit.

import { header } from "relaygate:policy/mail@0.1.0";
import { texts } from "relaygate:policy/settings@0.1.0";

export const tags = {
  delivery() {
    const subject = (header("Subject") ?? "").toLowerCase();
    const urgent = texts("words").some((word) => subject.includes(word.toLowerCase()));
    return { system: [], tags: urgent ? ["urgent"] : [] };
  },
};
