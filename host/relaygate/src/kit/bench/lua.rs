//! The same decisions in LuaJIT: what a mail server's scripts cost.
//!
//! A script has no sandbox worth the name, no limit of memory or time. With a state for each
//! message one message at least learns nothing of another, as with fresh instances; a state
//! that stays is the script's best case.

use std::hint::black_box;

use mlua::{Function, Lua, Result, Table, Value};
use policy::Settings;
use policy::asked::Parameters;

use super::case::{self, Case};
use super::rounds;

/// Microseconds a message with a state of its own, and in a state that stays; `None` if the
/// script does not answer as the policies do.
pub(super) fn micros(case: &Case) -> Option<[f64; 2]> {
    let script = Script::load(case).ok()?;
    if !script.decide(case).ok()? {
        return None;
    }
    let mut fresh = || {
        let script = Script::load(case);
        drop(black_box(script.and_then(|script| script.decide(case))));
    };
    let mut kept = || drop(black_box(script.decide(case)));
    Some(rounds::micros([&mut fresh, &mut kept]))
}

struct Script {
    lua: Lua,
    recipient: Function,
    inbound: Function,
    delivery: Function,
    route: Function,
}

impl Script {
    fn load(case: &Case) -> Result<Self> {
        let lua = Lua::new();
        lua.globals().set("host", host(&lua, case)?)?;
        lua.load(include_str!("policies.lua")).exec()?;
        let named = |name: &str| lua.globals().get::<Function>(name);
        Ok(Self {
            recipient: named("recipient")?,
            inbound: named("inbound")?,
            delivery: named("delivery")?,
            route: named("route")?,
            lua,
        })
    }

    /// Decides about one message; whether all four answers let it through.
    fn decide(&self, case: &Case) -> Result<bool> {
        let mut through = true;
        for parameters in &case.asked {
            through &= self.decide_one(parameters)?;
        }
        Ok(through)
    }

    fn decide_one(&self, parameters: &Parameters) -> Result<bool> {
        let accepts = |answer: Table| Ok(answer.get::<String>("verdict")? == "accept");
        match parameters {
            Parameters::Recipient(session, envelope, candidate) => {
                let about = self.lua.create_table()?;
                about.set("connector", session.connector.clone())?;
                let to = self.lua.create_table()?;
                to.set("sender", envelope.sender.clone())?;
                to.set("recipients", envelope.recipients.clone())?;
                let one = self.lua.create_table()?;
                one.set("address", candidate.address.clone())?;
                one.set("unproved", candidate.unproved)?;
                one.set("disconnecting", candidate.disconnecting)?;
                accepts(self.recipient.call((about, to, one))?)
            }
            Parameters::HeadersInbound(facts) => {
                let about = self.lua.create_table()?;
                about.set("defects", facts.defects.clone())?;
                about.set("sender", facts.envelope.sender.clone())?;
                about.set("recipients", facts.envelope.recipients.clone())?;
                about.set("connector", facts.session.connector.clone())?;
                about.set("trusted_authserv", facts.trusted_authserv.clone())?;
                accepts(self.inbound.call(about)?)
            }
            Parameters::Tags(facts) => {
                let about = self.lua.create_table()?;
                about.set("relay_authenticated", facts.relay_authenticated)?;
                about.set("recipient", facts.recipient.clone())?;
                let answer: Table = self.delivery.call(about)?;
                Ok(answer.get::<Table>("system")?.raw_len() == 1)
            }
            Parameters::RouteInbound(arrival) => {
                let about = self.lua.create_table()?;
                about.set("author", "pass")?;
                about.set("origin", "person")?;
                about.set("author_address", arrival.author_address.clone())?;
                about.set("author_messages", arrival.author_messages)?;
                about.set("relay_authenticated", arrival.relay_authenticated)?;
                about.set("recipient", arrival.recipient.clone())?;
                about.set("flags", arrival.flags.clone())?;
                about.set("brand", arrival.brand)?;
                let answer: Table = self.route.call(about)?;
                Ok(answer.get::<Value>("ticket")? != Value::Nil)
            }
            _ => Ok(true),
        }
    }
}

/// What the script may ask, as the policies may.
fn host(lua: &Lua, case: &Case) -> Result<Table> {
    let host = lua.create_table()?;
    let facts = case.facts.clone();
    let block = move |lua: &Lua, ()| lua.create_string(facts.header_block());
    host.set("header_block", lua.create_function(block)?)?;
    let facts = case.facts.clone();
    let mailboxes = move |lua: &Lua, name: String| {
        let found = facts.mailboxes(&name).into_iter().map(|mailbox| {
            let one = lua.create_table()?;
            one.set("name", mailbox.name)?;
            one.set("address", mailbox.address)?;
            Ok(one)
        });
        found.collect::<Result<Vec<Table>>>()
    };
    host.set("mailboxes", lua.create_function(mailboxes)?)?;
    let facts = case.facts.clone();
    let is_support = move |_: &Lua, address: String| Ok(facts.support_address(&address).is_some());
    host.set("is_support_address", lua.create_function(is_support)?)?;
    let number = |of: &Settings, key: &str| of.number(key);
    host.set("number", setting(lua, number)?)?;
    host.set("flag", setting(lua, |of, key| of.flag(key))?)?;
    let text = |of: &Settings, key: &str| of.text(key).map(str::to_owned);
    host.set("text", setting(lua, text)?)?;
    let contains = move |_: &Lua, (policy, list, value): (String, String, String)| {
        Ok(case::settings_of(&policy).contains(&list, &value))
    };
    host.set("contains", lua.create_function(contains)?)?;
    Ok(host)
}

/// A function that reads a setting of a policy.
fn setting<T: mlua::IntoLua + 'static>(
    lua: &Lua,
    read: impl Fn(&Settings, &str) -> Option<T> + Send + Sync + 'static,
) -> Result<Function> {
    lua.create_function(move |_, (policy, key): (String, String)| {
        Ok(read(&case::settings_of(&policy), &key))
    })
}
