//! One-time codes by time (RFC 6238), as authenticator apps make them: HMAC-SHA-1,
//! six digits, thirty seconds.
//!
//! SHA-1 because many apps take no other; what HOTP asks of it is not what was
//! broken (RFC 6238 §1.2 builds on RFC 4226, appendix B.2).

use aws_lc_rs::hmac;
use storage::Timestamp;
use subtle::ConstantTimeEq;

/// Octets of a seed: as long as the hash (RFC 4226 §4, R6).
pub(super) const SEED_OCTETS: usize = 20;

/// The step whose code this is, if it is one of now or of the step before or
/// after: clocks differ (RFC 6238 §5.2). A step at or before `last_step` was used.
pub(super) fn step_of(seed: &[u8], code: &str, last_step: u64, now: Timestamp) -> Option<u64> {
    let current = now.0 / STEP_MS;
    let steps = current.saturating_sub(DRIFT)..=current + DRIFT;
    // Every step is looked at, so that time does not tell which one it was.
    steps.fold(None, |found, step| {
        let same: bool = self::code(seed, step)
            .as_bytes()
            .ct_eq(code.as_bytes())
            .into();
        if same && step > last_step {
            Some(step)
        } else {
            found
        }
    })
}

/// The code of a step (RFC 4226 §5.3).
fn code(seed: &[u8], step: u64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, seed);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag[tag.len() - 1] & 0xf);
    let word = u32::from_be_bytes([tag[at], tag[at + 1], tag[at + 2], tag[at + 3]]);
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// A seed as apps read it: base32 without padding (RFC 4648 §6).
pub(super) fn base32(seed: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(seed.len() * 8 / 5 + 1);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for octet in seed {
        held = (held << 8 | u32::from(*octet)) & 0xfff;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(LETTERS[(held >> bits & 0x1f) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(LETTERS[(held << (5 - bits) & 0x1f) as usize]));
    }
    text
}

/// How long a code is shown.
const STEP_MS: u64 = 30_000;
/// Steps a clock may be wrong by.
const DRIFT: u64 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: &[u8] = b"12345678901234567890";

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        // Appendix B, the last six of its eight digits.
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            assert_eq!(code(SEED, seconds / 30), expected, "{seconds}");
        }
    }

    #[test]
    fn a_code_works_once_and_not_much_later() {
        let at = Timestamp(59_000);
        let step = step_of(SEED, "287082", 0, at).expect("it is the code of now");
        assert_eq!(step_of(SEED, "287082", step, at), None, "it was used");
        assert_eq!(step_of(SEED, "287082", 0, Timestamp(89_000)), Some(step));
        assert_eq!(step_of(SEED, "287082", 0, Timestamp(121_000)), None);
        for wrong in ["", "287083", "0287082", "28708", "２８７０８２"] {
            assert_eq!(step_of(SEED, wrong, 0, at), None, "{wrong}");
        }
    }

    #[test]
    fn base32_is_that_of_rfc_4648() {
        for (octets, expected) in [
            (&b""[..], ""),
            (b"f", "MY"),
            (b"fo", "MZXQ"),
            (b"foo", "MZXW6"),
            (b"foob", "MZXW6YQ"),
            (b"fooba", "MZXW6YTB"),
            (b"foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(octets), expected);
        }
    }
}
