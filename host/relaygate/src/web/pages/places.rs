//! The navigation: every place there is, in the order in which it is shown, and who
//! sees it.

use desk::members::Role;

use super::problem::Key;

/// A group of places.
pub(super) struct Group {
    /// Key of its name.
    pub(super) name: Key,
    /// What is in it.
    pub(super) places: &'static [Place],
}

/// One entry.
pub(super) struct Place {
    /// Where it leads; also what a page names itself by.
    pub(super) path: &'static str,
    /// Key of its name.
    pub(super) name: Key,
    /// Who sees it.
    pub(super) roles: &'static [Role],
}

/// Where somebody begins.
pub(super) fn first(role: Role) -> &'static str {
    let mut places = GROUPS.iter().flat_map(|group| group.places);
    let first = places.find(|place| place.roles.contains(&role));
    first.map_or(PROFILE, |place| place.path)
}

/// Everything there is.
pub(super) const GROUPS: &[Group] = &[
    Group {
        name: Key("nav-channels"),
        places: &[
            Place {
                path: "/channels/email",
                name: Key("nav-email"),
                roles: ADMINS,
            },
            Place {
                path: "/channels/dns",
                name: Key("nav-dns"),
                roles: ADMINS,
            },
            Place {
                path: "/channels/egress",
                name: Key("nav-egress"),
                roles: ADMINS,
            },
        ],
    },
    Group {
        name: Key("nav-desk"),
        places: &[Place {
            path: "/tickets",
            name: Key("nav-tickets"),
            roles: MEMBERS,
        }],
    },
    Group {
        name: Key("nav-mail"),
        places: &[
            Place {
                path: "/mail/log",
                name: Key("nav-log"),
                roles: MEMBERS,
            },
            Place {
                path: "/mail/suspended",
                name: Key("nav-suspended"),
                roles: MEMBERS,
            },
            Place {
                path: "/policies",
                name: Key("nav-policies"),
                roles: ADMINS,
            },
        ],
    },
    Group {
        name: Key("nav-account"),
        places: &[
            Place {
                path: "/account/settings",
                name: Key("nav-settings"),
                roles: ADMINS,
            },
            Place {
                path: "/account/people",
                name: Key("nav-people"),
                roles: ADMINS,
            },
            Place {
                path: "/account/audit",
                name: Key("nav-audit"),
                roles: ADMINS,
            },
        ],
    },
    Group {
        name: Key("nav-operator"),
        places: &[
            Place {
                path: "/operator/accounts",
                name: Key("nav-accounts"),
                roles: OPERATORS,
            },
            Place {
                path: "/operator/queue",
                name: Key("nav-queue"),
                roles: OPERATORS,
            },
            Place {
                path: "/operator/health",
                name: Key("nav-health"),
                roles: OPERATORS,
            },
            Place {
                path: "/operator/metrics",
                name: Key("nav-metrics"),
                roles: OPERATORS,
            },
        ],
    },
    Group {
        name: Key("nav-you"),
        places: &[Place {
            path: PROFILE,
            name: Key("nav-profile"),
            roles: EVERYBODY,
        }],
    },
];

const PROFILE: &str = "/profile";
const ADMINS: &[Role] = &[Role::Admin];
const OPERATORS: &[Role] = &[Role::Operator];
const MEMBERS: &[Role] = &[Role::Admin, Role::Agent];
const EVERYBODY: &[Role] = &[Role::Operator, Role::Admin, Role::Agent];
