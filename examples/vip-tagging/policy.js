// A policy for `tags`: tickets and comments of people who matter get the tag `vip`, and the
// tag `vip_flood` beside it when one of them writes again and again, so that somebody calls.
//
// Settings: `addresses` and `domains` say who matters; `flood` messages in `window_seconds`
// are one too many; with `confirmed_only` nobody matters whose address was not confirmed
// (DMARC, or SPF or DKIM of the domain). Who was found to be forged never does.

import { mailboxes } from "relaygate:policy/mail@0.1.0";
import { contains, flag, number } from "relaygate:policy/settings@0.1.0";
import { add } from "relaygate:policy/counters@0.1.0";

const usualFlood = 5n;
const usualWindowSeconds = 3600n;

export const tags = {
  delivery(facts) {
    const author = (mailboxes("From")[0]?.address ?? "").toLowerCase();
    const words = isBelieved(facts.author) && matters(author) ? ["vip"] : [];
    if (words.length > 0 && isFlood(author)) words.push("vip_flood");
    return { system: [], tags: words };
  },
};

function isBelieved(author) {
  return author === "pass" || (author === "none" && !flag("confirmed_only"));
}

function matters(author) {
  const domain = author.slice(author.lastIndexOf("@") + 1);
  return contains("addresses", author) || contains("domains", domain);
}

/** Counts this message; whether it is one too many. */
function isFlood(author) {
  const key = `vip ${author}`;
  // A counter's key has 128 octets at most; nobody's real address is that long.
  if (key.length > 128 || !isAscii(key)) return false;
  const window = number("window_seconds") ?? usualWindowSeconds;
  return add(key, Number(window)) > (number("flood") ?? usualFlood);
}

function isAscii(text) {
  return /^[\x20-\x7e]*$/.test(text);
}
