//! A WASI that gives nothing, for guests whose standard library insists on importing it.
//!
//! Rust's std, CPython and JavaScript runtimes import a dozen or two of WASI's interfaces
//! whether a policy uses them or not. Here they find every name and nothing behind it: no
//! argument, no variable, no open directory, no clock, no randomness, no network. What a
//! program does without wanting anything is answered: there are no arguments, and what it
//! prints, mostly why it is about to trap, goes to the policy's log. A call that cannot be
//! answered without giving something away ends the question with [`Failure::Wasi`], which
//! names it.
//!
//! Every handle is of one host type that holds nothing, so no rights can be had from any
//! combination of them. Written by hand, some hundred lines, in place of a WASI
//! implementation that would have to be talked out of everything it can do.
//!
//! Not here: what a policy may really ask ([`crate::imports`]).

use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Linker, LinkerInstance, Resource, ResourceType, Val};
use wasmtime::{Result, StoreContextMut};

use crate::Failure;
use crate::bindings::relaygate::policy::log::Level;
use crate::imports::{CallState, Halt};

/// Whether that is the name of a WASI interface guests may import: one of these, of a 0.2
/// release. HTTP is not among them; nobody needs it who does not mean it.
pub(crate) fn is_known(import: &str) -> bool {
    interface(import).is_some_and(|interface| INTERFACES.contains(&interface))
}

/// Gives the import its names.
pub(crate) fn define(
    linker: &mut Linker<CallState>,
    engine: &wasmtime::Engine,
    import: &str,
    wanted: &ComponentItem,
) -> Result<()> {
    let ComponentItem::ComponentInstance(wanted) = wanted else {
        return Ok(()); // no instance of that name, so linking finds nothing and says so
    };
    let mut instance = linker.instance(import)?;
    for (name, item) in wanted.exports(engine) {
        match item.ty {
            ComponentItem::ComponentFunc(_) => function(&mut instance, import, name)?,
            ComponentItem::Resource(_) => {
                instance.resource(name, ResourceType::host::<Nothing>(), |_, _| Ok(()))?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn function(instance: &mut LinkerInstance<'_, CallState>, import: &str, name: &str) -> Result<()> {
    let answer = interface(import).and_then(|interface| answer(interface, name));
    let called = format!("{import}.{name}");
    instance.func_new(name, move |mut store, _, given, results| {
        store.data_mut().count_call()?;
        let Some(answer) = answer else {
            return Err(Halt(Failure::Wasi(called.clone())).into());
        };
        if answer == Answer::Printed {
            print(store.data_mut(), given);
        }
        give_back(&mut store, given)?;
        if let [result] = results {
            *result = answer.value(&mut store)?;
        }
        Ok(())
    })
}

/// For the author of the policy, under the bounds of everything it writes.
fn print(state: &mut CallState, given: &[Val]) {
    let octets = given.iter().find_map(|value| match value {
        Val::List(octets) => Some(octets),
        _ => None,
    });
    let octet = |value: &Val| match value {
        Val::U8(octet) => Some(*octet),
        _ => None,
    };
    let text: Vec<u8> = octets.into_iter().flatten().filter_map(octet).collect();
    let text = String::from_utf8_lossy(&text);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        state.keep_line(Level::Debug, line);
    }
}

/// What was lent for the call has to be given back before it ends.
fn give_back(store: &mut StoreContextMut<'_, CallState>, given: &[Val]) -> Result<()> {
    for value in given {
        if let Val::Resource(lent) = value {
            lent.resource_drop(&mut *store)?;
        }
    }
    Ok(())
}

/// Whatever a guest can hold of us.
struct Nothing;

/// What can be said without giving anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// A list with nothing in it.
    Empty,
    /// There is none.
    Absent,
    /// A stream that leads nowhere.
    Handle,
    /// So many octets may be written.
    Room,
    /// They are written: to the log.
    Printed,
    /// Done: nothing was waiting.
    Done,
    /// A seed for hash tables, the same always: by WASI's own words it may be.
    Seed,
}

fn answer(interface: &str, function: &str) -> Option<Answer> {
    Some(match (interface, function) {
        ("cli/environment", "get-environment" | "get-arguments")
        | ("filesystem/preopens", "get-directories") => Answer::Empty,
        ("cli/environment", "initial-cwd")
        | ("cli/terminal-stdin", "get-terminal-stdin")
        | ("cli/terminal-stdout", "get-terminal-stdout")
        | ("cli/terminal-stderr", "get-terminal-stderr") => Answer::Absent,
        ("cli/stdin", "get-stdin")
        | ("cli/stdout", "get-stdout")
        | ("cli/stderr", "get-stderr") => Answer::Handle,
        ("io/streams", "[method]output-stream.check-write") => Answer::Room,
        (
            "io/streams",
            "[method]output-stream.write" | "[method]output-stream.blocking-write-and-flush",
        ) => Answer::Printed,
        ("io/streams", "[method]output-stream.flush" | "[method]output-stream.blocking-flush") => {
            Answer::Done
        }
        ("random/insecure-seed", "insecure-seed") => Answer::Seed,
        _ => return None,
    })
}

impl Answer {
    fn value(self, store: &mut StoreContextMut<'_, CallState>) -> Result<Val> {
        Ok(match self {
            Self::Empty => Val::List(Vec::new()),
            Self::Absent => Val::Option(None),
            Self::Handle => {
                let handle = Resource::<Nothing>::new_own(0);
                Val::Resource(handle.try_into_resource_any(store)?)
            }
            Self::Room => Val::Result(Ok(Some(Box::new(Val::U64(ROOM_OCTETS))))),
            Self::Printed | Self::Done => Val::Result(Ok(None)),
            Self::Seed => Val::Tuple(vec![Val::U64(0), Val::U64(0)]),
        })
    }
}

/// `cli/exit` of `wasi:cli/exit@0.2.6`; `None` if it is not of WASI 0.2.
fn interface(import: &str) -> Option<&str> {
    let (interface, version) = import.strip_prefix("wasi:")?.split_once('@')?;
    let patch = version.strip_prefix("0.2.")?;
    let is_number = (1..=2).contains(&patch.len()) && patch.bytes().all(|it| it.is_ascii_digit());
    is_number.then_some(interface)
}

/// All of WASI 0.2 but HTTP.
const INTERFACES: [&str; 27] = [
    "cli/environment",
    "cli/exit",
    "cli/stdin",
    "cli/stdout",
    "cli/stderr",
    "cli/terminal-input",
    "cli/terminal-output",
    "cli/terminal-stdin",
    "cli/terminal-stdout",
    "cli/terminal-stderr",
    "clocks/monotonic-clock",
    "clocks/wall-clock",
    "filesystem/types",
    "filesystem/preopens",
    "io/error",
    "io/poll",
    "io/streams",
    "random/random",
    "random/insecure",
    "random/insecure-seed",
    "sockets/network",
    "sockets/instance-network",
    "sockets/ip-name-lookup",
    "sockets/tcp",
    "sockets/tcp-create-socket",
    "sockets/udp",
    "sockets/udp-create-socket",
];

/// What a stream that leads nowhere takes at once.
const ROOM_OCTETS: u64 = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_wasi_of_this_minor_version_is_known() {
        for known in ["wasi:cli/exit@0.2.0", "wasi:sockets/tcp@0.2.12"] {
            assert!(is_known(known), "{known}");
        }
        for foreign in [
            "wasi:cli/exit",
            "wasi:cli/exit@0.3.0",
            "wasi:cli/exit@0.2",
            "wasi:cli/exit@0.2.x",
            "wasi:cli/exit@0.2.0-rc-2023-11-10",
            "wasi:cli/run@0.2.0",
            "wasi:http/outgoing-handler@0.2.6",
            "wasi:filesystem@0.2.0",
            "relaygate:cli/exit@0.2.0",
        ] {
            assert!(!is_known(foreign), "{foreign}");
        }
    }

    /// Time and randomness come as arguments, or not at all.
    #[test]
    fn what_would_give_something_has_no_answer() {
        for (interface, function) in [
            ("clocks/wall-clock", "now"),
            ("clocks/monotonic-clock", "now"),
            ("random/random", "get-random-bytes"),
            ("filesystem/types", "[method]descriptor.open-at"),
            ("sockets/tcp-create-socket", "create-tcp-socket"),
            ("cli/exit", "exit"),
            ("io/streams", "[method]input-stream.read"),
        ] {
            assert_eq!(answer(interface, function), None, "{interface}.{function}");
        }
    }
}
