//! The host's side of `wit/`, made by `bindgen!`. Nothing else here.
//!
//! One world that exports every question, so that each type exists once;
//! which of them a component really exports is found out when it is compiled.

wasmtime::component::bindgen!({
    inline: "
        package relaygate:host@0.1.0;

        world every-question {
            include relaygate:policy/host@0.1.0;
            export relaygate:policy/limits@0.1.0;
            export relaygate:policy/headers@0.1.0;
            export relaygate:policy/tags@0.1.0;
            export relaygate:policy/routes@0.1.0;
        }
    ",
    path: "../../wit",
    imports: { default: trappable },
    additional_derives: [Clone, PartialEq, serde::Serialize, serde::Deserialize],
});
