//! Numbers that stand somewhere else already and are read at each scrape: what a capability tells of its own state.
//!
//! A gauge of what is under way, or a counter of what is rare, costs nothing between two scrapes, and what it told of is
//! gone from the page with it.

use super::registry::Description;

/// Tells the numbers of a capability, at each scrape.
pub(crate) type Sampler = Box<dyn Fn(&mut Samples) + Send + Sync>;

/// The numbers of one scrape.
#[derive(Default)]
pub(crate) struct Samples(Vec<Sampled>);

/// Names of labels with their values.
pub(super) type Labels = Box<[(Box<str>, Box<str>)]>;

/// One metric with its numbers.
pub(super) struct Sampled {
    pub(super) description: &'static Description,
    pub(super) numbers: Vec<(Labels, f64)>,
}

impl Samples {
    /// Tells one number of a counter or a gauge.
    #[cfg_attr(not(feature = "gateway"), expect(dead_code, reason = "the gateway alone has such numbers"))]
    pub(crate) fn add(&mut self, description: &'static Description, labels: &[(&str, &str)], number: f64) {
        let labels = labels.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        match self.0.iter_mut().find(|one| one.description.name == description.name) {
            Some(one) => one.numbers.push((labels, number)),
            None => self.0.push(Sampled { description, numbers: vec![(labels, number)] }),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Sampled> {
        self.0.iter()
    }
}
