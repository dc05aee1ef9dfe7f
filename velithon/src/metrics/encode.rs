//! The registry as text: OpenMetrics 1.0, or the text format 0.0.4 of Prometheus.
//!
//! Lines are written by `prometheus-client`; the older format differs in how counters are named and in the mark of the
//! end. Series are copied by reference first and read without a lock.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::{encode, encode_registry};
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeLabel, EncodeLabelSet, LabelSetEncoder, MetricEncoder, NoLabelSet,
};
use prometheus_client::metrics::MetricType;
use tokio::runtime::Handle;

use super::process::{self, Reading};
use super::registry::{Family, Kind, Registry, Series};
use super::samples::{Sampled, Samples};
use super::value::Value;

/// A text format that scrapers read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// <https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md>
    OpenMetrics,
    /// <https://prometheus.io/docs/instrumenting/exposition_formats/>
    Prometheus,
}

impl Format {
    /// The media type of a reply.
    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
        }
    }
}

/// Everything that was recorded up to now, and what the process and its control runtime say of themselves.
///
/// # Errors
/// When a label cannot be written, which no label that was admitted causes.
pub(crate) fn text(registry: &Registry, control: Option<&Handle>, format: Format) -> Result<String, fmt::Error> {
    let mut collected = prometheus_client::registry::Registry::default();
    let families: Vec<Collected> =
        registry.families().into_iter().map(|family| Collected { series: family.all(), family }).collect();
    let room = families.iter().map(Collected::room).sum();
    let readings = process::read(control);
    let samples = registry.samples();
    collected.register_collector(Box::new(Scrape { families, samples, readings, format }));
    let mut text = String::with_capacity(room);
    match format {
        Format::OpenMetrics => encode(&mut text, &collected)?,
        Format::Prometheus => encode_registry(&mut text, &collected)?,
    }
    Ok(text)
}

struct Scrape {
    families: Vec<Collected>,
    samples: Samples,
    readings: Vec<Reading>,
    format: Format,
}

struct Collected {
    family: Arc<Family>,
    series: Vec<Arc<Series>>,
}

impl Collected {
    /// About how many bytes its text has.
    fn room(&self) -> usize {
        const LINE: usize = 160;
        let lines = match self.family.kind {
            Kind::Histogram(bounds) => bounds.len() + 3,
            _ => 1,
        };
        self.series.len() * lines * LINE
    }
}

impl fmt::Debug for Scrape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scrape").field("families", &self.families.len()).finish_non_exhaustive()
    }
}

impl Collector for Scrape {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for Collected { family, series } in &self.families {
            if !series.is_empty() {
                let (name, kind) = described(self.format, family.kind, &family.name);
                let mut metric = encoder.encode_descriptor(&name, &family.help, None, kind)?;
                for one in series {
                    match one.labels.is_empty() {
                        true => sample(self.format, &mut metric, &one.value)?,
                        false => sample(self.format, &mut metric.encode_family(&Pairs(&one.labels))?, &one.value)?,
                    }
                }
            }
        }
        for Sampled { description, numbers } in self.samples.iter() {
            let (name, kind) = described(self.format, description.kind, description.name);
            let mut metric = encoder.encode_descriptor(&name, description.help, None, kind)?;
            for (labels, number) in numbers {
                reading(self.format, &mut metric.encode_family(&Pairs(labels))?, description.kind, *number)?;
            }
        }
        for one in &self.readings {
            let (name, kind) = described(self.format, one.kind, one.name);
            let mut metric = encoder.encode_descriptor(&name, one.help, None, kind)?;
            match &one.label {
                Some(label) => reading(self.format, &mut metric.encode_family(label)?, one.kind, one.value)?,
                None => reading(self.format, &mut metric, one.kind, one.value)?,
            }
        }
        Ok(())
    }
}

/// The name of a family and what it is said to be.
fn described(format: Format, kind: Kind, name: &str) -> (std::borrow::Cow<'_, str>, MetricType) {
    match (kind, format) {
        (Kind::Counter, Format::Prometheus) => (format!("{name}_total").into(), MetricType::Counter),
        (Kind::Counter, Format::OpenMetrics) => (name.into(), MetricType::Counter),
        (Kind::Gauge | Kind::Level, _) => (name.into(), MetricType::Gauge),
        (Kind::Histogram(_), _) => (name.into(), MetricType::Histogram),
    }
}

fn sample(format: Format, encoder: &mut MetricEncoder<'_>, value: &Value) -> fmt::Result {
    match value {
        Value::Counter(value) => match format {
            Format::OpenMetrics => encoder.encode_counter::<NoLabelSet, _, f64>(&value.total(), None),
            // The name of the family is that of the sample already, as a gauge's is.
            Format::Prometheus => encoder.encode_gauge(&value.total()),
        },
        Value::Gauge(value) => encoder.encode_gauge(&value.value()),
        Value::Level(value) => encoder.encode_gauge(&value.value()),
        Value::Histogram(value) => {
            let (sum, buckets) = value.read();
            // Counted from the buckets, so that it always equals the last of them.
            let count = buckets.iter().map(|(_, count)| count).sum();
            encoder.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
        }
    }
}

fn reading(format: Format, encoder: &mut MetricEncoder<'_>, kind: Kind, number: f64) -> fmt::Result {
    match (kind, format) {
        (Kind::Counter, Format::OpenMetrics) => encoder.encode_counter::<NoLabelSet, _, f64>(&number, None),
        _ => encoder.encode_gauge(&number),
    }
}

struct Pairs<'a>(&'a [(Box<str>, Box<str>)]);

impl EncodeLabelSet for Pairs<'_> {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, value)| (&**name, &**value).encode(encoder.encode_label()))
    }
}
