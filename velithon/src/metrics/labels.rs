//! Labels as callers write them, and the set they become: legal names, short values, sorted, each name once.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::guard;

/// Labels of one recording: `[("action", a)]`, with up to eight of them; `[]` for none; or a slice of pairs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of labels",
    label = "not a list of labels",
    note = "write an array of names and values, such as `[(\"action\", action)]`, or `[]`"
)]
pub trait Labels {
    /// Adds each label to the set.
    fn add_to<'a>(&'a self, set: &mut LabelSet<'a>);
}

/// What can be the value of a label: texts, whole numbers, `bool`, `char`, and references to them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the value of a label",
    label = "not a text, whole number or `bool`",
    note = "pass `value.to_string()`, or implement `velithon::metrics::LabelValue` for a type with few values"
)]
pub trait LabelValue {
    /// The value as text; what is beyond 128 bytes is cut off.
    fn text(&self) -> Cow<'_, str>;
}

/// The labels of one series.
///
/// Two of one name are one: the first stays. An empty value is no label at all, as in the format itself.
#[derive(Debug, Default)]
pub struct LabelSet<'a>(SmallVec<[(Cow<'a, str>, Cow<'a, str>); 4]>);

impl<'a> LabelSet<'a> {
    /// Adds a label; characters that a name may not have become `_`, and a value is cut after 128 bytes.
    pub fn push(&mut self, name: &'a str, value: impl Into<Cow<'a, str>>) {
        let (name, value) = (guard::label(name), guard::value(value.into()));
        if value.is_empty() {
            return;
        }
        if let Err(place) = self.0.binary_search_by(|(known, _)| known.cmp(&name)) {
            self.0.insert(place, (name, value));
        }
    }

    pub(super) fn pairs(&self) -> &[(Cow<'a, str>, Cow<'a, str>)] {
        &self.0
    }
}

impl Labels for [(&'static str, &'static str); 0] {
    fn add_to<'a>(&'a self, _: &mut LabelSet<'a>) {}
}

// By length, so that `[]` leaves no type of values to be inferred.
macro_rules! arrays {
    ($($length:literal)*) => {$(
        impl<V: LabelValue> Labels for [(&str, V); $length] {
            fn add_to<'a>(&'a self, set: &mut LabelSet<'a>) {
                self.as_slice().iter().for_each(|(name, value)| set.push(name, value.text()));
            }
        }
    )*};
}

arrays!(1 2 3 4 5 6 7 8);

impl<V: LabelValue> Labels for &[(&str, V)] {
    fn add_to<'a>(&'a self, set: &mut LabelSet<'a>) {
        self.iter().for_each(|(name, value)| set.push(name, value.text()));
    }
}

impl LabelValue for str {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl LabelValue for String {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl LabelValue for Cow<'_, str> {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl LabelValue for bool {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(if *self { "true" } else { "false" })
    }
}

impl<T: ?Sized + LabelValue> LabelValue for &T {
    fn text(&self) -> Cow<'_, str> {
        (**self).text()
    }
}

macro_rules! printed {
    ($($type:ty)*) => {$(
        impl LabelValue for $type {
            fn text(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }
        }
    )*};
}

printed!(char u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(labels: &impl Labels) -> Vec<(String, String)> {
        let mut set = LabelSet::default();
        labels.add_to(&mut set);
        set.pairs().iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    #[test]
    fn the_order_of_writing_makes_no_other_series() {
        assert_eq!(pairs(&[("a", 1), ("b", 2)]), pairs(&[("b", 2), ("a", 1)]));
    }

    #[test]
    fn a_name_stands_once_and_an_empty_value_not_at_all() {
        let found = pairs(&[("a.b", "first"), ("a-b", "second"), ("c", "")]);
        assert_eq!(found, [("a_b".to_owned(), "first".to_owned())]);
    }

    #[test]
    fn texts_numbers_and_no_labels_at_all_can_be_written() {
        assert_eq!(pairs(&[]), []);
        assert_eq!(pairs(&[("status", 200u16)]), pairs(&[("status", "200".to_owned())]));
        assert_eq!(pairs(&[("on", true)]), pairs(&[("on", &"true")].as_slice()));
    }
}
