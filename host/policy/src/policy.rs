//! A component as one account has it: with settings and limits.

use std::sync::Arc;

use crate::engine::Product;
use crate::guard::Breaker;
use crate::probe::Probe;
use crate::questions::Question;
use crate::{Component, Limits, Settings};

/// A component with the settings and limits of one account. Cheap to clone, which every call
/// does: so all it has hangs on one count that the threads share, not on one each.
#[derive(Clone)]
pub struct Policy(Arc<Parts>);

#[derive(Clone)]
struct Parts {
    name: Arc<str>,
    component: Component,
    settings: Settings,
    limits: Limits,
    probe: Option<Arc<Probe>>,
    asked: Option<Box<[Question]>>,
    breaker: Arc<Breaker>,
}

impl Policy {
    /// A policy without settings, under the default limits.
    pub fn new(name: &str, component: &Component) -> Self {
        Self(Arc::new(Parts {
            name: name.into(),
            component: component.clone(),
            settings: with_product(Settings::none(), component),
            limits: Limits::default(),
            probe: None,
            asked: None,
            breaker: Arc::default(),
        }))
    }

    /// The same, asked these questions only, whatever else its component answers.
    pub fn asked_only(mut self, questions: &[Question]) -> Self {
        self.parts().asked = Some(questions.into());
        self
    }

    /// The same with these settings; the `product.*` ones are ours.
    pub fn with_settings(mut self, settings: Settings) -> Self {
        self.parts().settings = with_product(settings, self.component());
        self
    }

    /// The same under these limits.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.parts().limits = limits;
        self
    }

    /// The same with somebody who looks into its calls.
    pub(crate) fn with_probe(mut self, probe: &Arc<Probe>) -> Self {
        self.parts().probe = Some(Arc::clone(probe));
        self
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether it has a say in this.
    pub fn answers(&self, question: Question) -> bool {
        let asked = self.0.asked.as_ref();
        asked.is_none_or(|asked| asked.contains(&question)) && self.component().answers(question)
    }

    pub(crate) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.0.name)
    }

    pub(crate) fn component(&self) -> &Component {
        &self.0.component
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Looks into its calls; only while it is fuzzed.
    pub(crate) fn probe(&self) -> Option<&Probe> {
        self.0.probe.as_deref()
    }

    /// Shared with every policy that was made of it.
    pub(crate) fn breaker(&self) -> &Breaker {
        &self.0.breaker
    }

    pub(crate) fn product(&self) -> &Product {
        product_of(self.component())
    }

    fn parts(&mut self) -> &mut Parts {
        Arc::make_mut(&mut self.0)
    }
}

fn with_product(settings: Settings, component: &Component) -> Settings {
    let product = product_of(component);
    settings
        .with_text("product.name", &product.name)
        .with_text("product.header_prefix", &product.header_prefix)
        .with_text("product.hostname", &product.hostname)
}

fn product_of(component: &Component) -> &Product {
    &component.linked.engine.inner.settings.product
}
