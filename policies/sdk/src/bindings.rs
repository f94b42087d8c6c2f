//! The guest's side of `wit/`, made by `generate!`: one world for each question,
//! since a component must export exactly what its world says. The types and
//! imports they share exist once, in the first.

pub mod limits {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "limits-policy",
        pub_export_macro: true,
        export_macro_name: "__export_limits",
        default_bindings_module: "sdk::bindings::limits",
        additional_derives: [PartialEq],
        generate_all,
    });
}

macro_rules! world {
    ($module:ident, $world:literal, $export:literal, $path:literal) => {
        pub mod $module {
            wit_bindgen::generate!({
                path: "../../wit",
                world: $world,
                pub_export_macro: true,
                export_macro_name: $export,
                default_bindings_module: $path,
                additional_derives: [PartialEq],
                with: {
                    "relaygate:policy/types@0.1.0": crate::bindings::limits::relaygate::policy::types,
                    "relaygate:policy/mail@0.1.0": crate::bindings::limits::relaygate::policy::mail,
                    "relaygate:policy/settings@0.1.0": crate::bindings::limits::relaygate::policy::settings,
                    "relaygate:policy/lookup@0.1.0": crate::bindings::limits::relaygate::policy::lookup,
                    "relaygate:policy/counters@0.1.0": crate::bindings::limits::relaygate::policy::counters,
                    "relaygate:policy/log@0.1.0": crate::bindings::limits::relaygate::policy::log,
                },
            });
        }
    };
}

world!(
    headers,
    "headers-policy",
    "__export_headers",
    "sdk::bindings::headers"
);
world!(tags, "tags-policy", "__export_tags", "sdk::bindings::tags");
world!(
    routes,
    "routes-policy",
    "__export_routes",
    "sdk::bindings::routes"
);
