//! A component as one account has it: with settings and limits.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::engine::Product;
use crate::guard::Breaker;
use crate::probe::Probe;
use crate::questions::Question;
use crate::{CompileError, Component, Limits, Settings};

/// A component with the settings and limits of one account. Cheap to clone.
///
/// A call counts up and down in a dozen places who holds what of it: what two cores count in
/// one place at once they wait for each other for. So one that many ask at once can stand several
/// times ([`Policy::for_threads`]), and each thread asks its own.
#[derive(Clone)]
pub struct Policy(Arc<[Arc<Parts>]>);

/// What a policy is made of. A call holds on to all of it by one count.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) name: Arc<str>,
    pub(crate) component: Component,
    pub(crate) settings: Settings,
    pub(crate) limits: Limits,
    /// Looks into its calls; only while it is fuzzed.
    pub(crate) probe: Option<Arc<Probe>>,
    /// One for all copies.
    pub(crate) breaker: Arc<Breaker>,
    asked: Option<Arc<[Question]>>,
}

impl Policy {
    /// A policy without settings, under the default limits.
    pub fn new(name: &str, component: &Component) -> Self {
        let parts = Parts {
            name: name.into(),
            component: component.clone(),
            settings: with_product(Settings::none(), component),
            limits: Limits::default(),
            probe: None,
            breaker: Arc::default(),
            asked: None,
        };
        Self([Arc::new(parts)].into())
    }

    /// The same, asked these questions only, whatever else its component answers.
    pub fn asked_only(self, questions: &[Question]) -> Self {
        let questions: Arc<[Question]> = questions.into();
        self.with(|parts| parts.asked = Some(Arc::clone(&questions)))
    }

    /// The same with these settings; the `product.*` ones are ours.
    pub fn with_settings(self, settings: Settings) -> Self {
        let settings = with_product(settings, &self.parts().component);
        self.with(|parts| parts.settings = settings.clone())
    }

    /// The same under these limits.
    pub fn with_limits(self, limits: Limits) -> Self {
        self.with(|parts| parts.limits = limits.clone())
    }

    /// The same with somebody who looks into its calls.
    pub(crate) fn with_probe(self, probe: &Arc<Probe>) -> Self {
        self.with(|parts| parts.probe = Some(Arc::clone(probe)))
    }

    /// The same, standing so many times. Its code is in memory as often.
    ///
    /// # Errors
    /// Its code cannot be loaded once more.
    pub fn for_threads(self, threads: usize) -> Result<Self, CompileError> {
        let copy = |_| {
            let mut parts = Parts::clone(self.parts());
            parts.component = parts.component.again()?;
            parts.name = (&*parts.name).into();
            Ok(Arc::new(parts))
        };
        let copies = (0..threads.max(1)).map(copy);
        copies.collect::<Result<_, _>>().map(Self)
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.parts().name
    }

    /// Whether it has a say in this.
    pub fn answers(&self, question: Question) -> bool {
        let parts = self.parts();
        let asked = parts.asked.as_ref();
        asked.is_none_or(|asked| asked.contains(&question)) && parts.component.answers(question)
    }

    pub(crate) fn product(&self) -> &Product {
        product_of(&self.parts().component)
    }

    /// Those for this thread.
    pub(crate) fn parts(&self) -> &Arc<Parts> {
        match &*self.0 {
            [only] => only,
            copies => &copies[thread_number() % copies.len()],
        }
    }

    fn with(self, change: impl Fn(&mut Parts)) -> Self {
        let changed = self.0.iter().map(|parts| {
            let mut parts = Parts::clone(parts);
            change(&mut parts);
            Arc::new(parts)
        });
        Self(changed.collect())
    }
}

/// A number of this thread's, counted from 0 in the order in which threads first ask.
fn thread_number() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: Cell<Option<usize>> = const { Cell::new(None) };
    }
    NUMBER.get().unwrap_or_else(|| {
        let number = THREADS.fetch_add(1, Ordering::Relaxed);
        NUMBER.set(Some(number));
        number
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Engine, EngineSettings, built_in};

    #[test]
    fn every_copy_is_the_same_policy() {
        let engine = Engine::new(EngineSettings::default()).expect("an engine");
        let component = engine.compile(built_in::TAGGING).expect("it compiles");
        let limits = Limits {
            host_calls_max: 3,
            ..Limits::default()
        };
        let policy = Policy::new("tagging", &component).for_threads(3);
        let policy = policy.expect("copies").with_limits(limits.clone());
        let policy = policy.asked_only(&[Question::Tags]);
        let [first, others @ ..] = &*policy.0 else {
            panic!("no copy")
        };
        assert_eq!(others.len(), 2);
        for other in others {
            assert_eq!(other.component.digest(), component.digest());
            assert_eq!((&other.limits, &other.name), (&limits, &first.name));
            assert_eq!(other.asked.as_deref(), Some(&[Question::Tags][..]));
            assert!(
                Arc::ptr_eq(&other.breaker, &first.breaker),
                "they fail together"
            );
            let code = [other, first].map(|it| Arc::as_ptr(&it.component.linked));
            assert_ne!(code[0], code[1], "they have nothing to count in one place");
        }
        assert!(policy.answers(Question::Tags) && !policy.answers(Question::Sender));
    }
}
