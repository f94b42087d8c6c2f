//! Our program with the troublesome server as its only customer.

use serde_json::Value;

use super::{Doors, Setup, Troublesome, Way};
use crate::certs;
use crate::house::{
    ACCOUNT, AGENT, Cottage, Credential, OUTBOUND_PASSWORD, SUPPORT, add_domain, create_account,
    id_of, temporary,
};
use crate::postfix::{DOMAIN, HOST};
use crate::wait::{self, PATIENCE};

/// Both, as the scenarios want them. End users and agents live behind the customer's MX too.
pub struct Scene {
    /// Our program.
    pub cottage: Cottage,
    /// The customer's server.
    pub customer: Troublesome,
}

impl Scene {
    /// Starts both; `extra` lines go to our configuration.
    pub fn start(extra: &str) -> Self {
        Self::with(extra, |_| {})
    }

    /// The same with another kind of server.
    pub fn with(extra: &str, change: impl FnOnce(&mut Setup)) -> Self {
        let directory = temporary();
        let authority = certs::authority(&directory.path().join("certs"));
        let certificate = authority
            .issue(HOST, &["127.0.0.1"])
            .expect("the name is sound");
        let mut setup = Setup {
            domain: DOMAIN.to_owned(),
            certificate,
            starttls: true,
            mechanisms: vec!["PLAIN", "LOGIN"],
        };
        change(&mut setup);
        let customer = Troublesome::start(setup);
        let to_customer = |domain: &str| (domain.to_owned(), customer.doors().mx);
        let routes = [DOMAIN, "enduser.example", "staff.example"]
            .map(to_customer)
            .to_vec();
        let cottage = Cottage::build(directory, authority, routes, extra);
        Self { cottage, customer }
    }

    /// Account, agent, connector, and the credentials put into the customer's server.
    pub fn connect(&self) -> Credential {
        let relay = &self.cottage.relay;
        create_account(relay, ACCOUNT);
        relay.cli(&["token", "create", "-a", ACCOUNT, "--agent", AGENT]);
        let credential = add_domain(relay, ACCOUNT, DOMAIN);
        self.customer.relay_by(self.connector(&credential));
        self.until_nothing_waits();
        credential
    }

    /// Waits until the queue is empty, so that no notice to the admins meets the
    /// trouble that is meant for another message.
    fn until_nothing_waits(&self) {
        wait::until("an empty queue", PATIENCE, || {
            let jobs = self.cottage.relay.cli(&["queue", "list"])["jobs"].clone();
            jobs.as_array()?.is_empty().then_some(())
        });
    }

    /// The way back over the connector.
    pub fn connector(&self, credential: &Credential) -> Way {
        Way::Connector {
            port: self.cottage.relay.ports().starttls,
            tls: self.cottage.tls(),
            username: credential.username.clone(),
            password: credential.password.clone(),
        }
    }

    /// Adds the support address with a login at the submission door; `more` arguments follow.
    pub fn add_address(&self, more: &[&str]) -> Value {
        let Doors { submission, .. } = self.customer.doors();
        self.customer.add_login(SUPPORT, OUTBOUND_PASSWORD);
        let host = format!("127.0.0.1:{submission}");
        let authority = self.cottage.authority.file().to_string_lossy().into_owned();
        let mut arguments = vec![
            "address",
            "add",
            "-a",
            ACCOUNT,
            SUPPORT,
            "--host",
            &host,
            "--username",
            SUPPORT,
            "--password-stdin",
            "--tls",
            "starttls",
            "--ca",
            &authority,
        ];
        arguments.extend(more);
        self.cottage
            .relay
            .cli_with_input(&arguments, OUTBOUND_PASSWORD)["address"]
            .clone()
    }

    /// Connected, with the address verified both ways.
    pub fn ready(extra: &str) -> (Self, Credential) {
        let scene = Self::start(extra);
        let credential = scene.connect();
        scene.add_address(&[]);
        scene.ask_to_verify("both");
        scene.address_when("both sides to be verified", |address| {
            address["inbound"]["state"] == "verified" && address["outbound"]["state"] == "verified"
        });
        (scene, credential)
    }

    /// Sends the confirmation mails for `inbound`, `outbound` or `both`.
    pub fn ask_to_verify(&self, direction: &str) -> Value {
        let arguments = [
            "address",
            "verify",
            "-a",
            ACCOUNT,
            SUPPORT,
            "--direction",
            direction,
        ];
        self.cottage.relay.cli(&arguments)["address"].clone()
    }

    /// The support address as it is shown now.
    pub fn address(&self) -> Value {
        self.cottage.relay.cli(&["address", "list", "-a", ACCOUNT])["addresses"][0].clone()
    }

    /// Waits until the support address is as `wanted` likes it.
    pub fn address_when(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        wait::until(what, PATIENCE, || {
            Some(self.address()).filter(|it| wanted(it))
        })
    }

    /// Waits until a job was put off, and has every one tried at once, as an operator would.
    pub fn retry_what_waits(&self) {
        let relay = &self.cottage.relay;
        let put_off = wait::until("a job that was put off", PATIENCE, || {
            let jobs = relay.cli(&["queue", "list"])["jobs"].as_array().cloned()?;
            let tried = |job: &Value| job["attempts"].as_u64() > Some(0) && job["state"] == "due";
            let ids: Vec<String> = jobs.iter().filter(|it| tried(it)).map(id_of).collect();
            (!ids.is_empty()).then_some(ids)
        });
        for id in put_off {
            relay.cli(&["queue", "retry", &id]);
        }
    }
}
