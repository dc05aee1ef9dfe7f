//! [`ToJson`] for lists, sets, tuples and maps.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::hash::BuildHasher;

use super::buffer::{Buffer, SAMPLE};
use super::key::JsonKey;
use super::to_json::ToJson;

/// The elements with the commas between them, without brackets.
///
/// After the first few, room for all is made at once, so that a long list does not move several times.
pub(crate) fn elements<T: ToJson>(items: &[T], to: &mut Buffer) {
    let (sample, others) = items.split_at(items.len().min(SAMPLE));
    let begun = to.len();
    separated(sample.iter(), to);
    if others.is_empty() {
        return;
    }
    to.expect(begun, others.len());
    for item in others {
        to.fragment(",");
        item.write_json(to);
    }
}

fn separated<'a, T: ToJson + 'a>(mut items: impl Iterator<Item = &'a T>, to: &mut Buffer) {
    if let Some(first) = items.next() {
        first.write_json(to);
    }
    for item in items {
        to.fragment(",");
        item.write_json(to);
    }
}

impl<T: ToJson> ToJson for [T] {
    fn write_json(&self, to: &mut Buffer) {
        to.fragment("[");
        elements(self, to);
        to.fragment("]");
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    #[inline]
    fn write_json(&self, to: &mut Buffer) {
        self.as_slice().write_json(to);
    }
}

macro_rules! arrays {
    ($($size:literal)*) => {$(
        impl<T: ToJson> ToJson for [T; $size] {
            #[inline]
            fn write_json(&self, to: &mut Buffer) {
                self.as_slice().write_json(to);
            }
        }
    )*};
}

// serde implements `Serialize` for these sizes only.
arrays!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32);

impl<T> ToJson for [T; 0] {
    #[inline]
    fn write_json(&self, to: &mut Buffer) {
        to.fragment("[]");
    }
}

macro_rules! lists {
    ($($list:ident<T $(, $extra:ident: $bound:path)?>)*) => {$(
        impl<T: ToJson $(, $extra: $bound)?> ToJson for $list<T $(, $extra)?> {
            fn write_json(&self, to: &mut Buffer) {
                to.fragment("[");
                separated(self.iter(), to);
                to.fragment("]");
            }
        }
    )*};
}

lists!(VecDeque<T> LinkedList<T> HashSet<T, S: BuildHasher> BTreeSet<T> BinaryHeap<T>);

macro_rules! maps {
    ($($map:ident<K, V $(, $extra:ident: $bound:path)?>)*) => {$(
        impl<K: JsonKey, V: ToJson $(, $extra: $bound)?> ToJson for $map<K, V $(, $extra)?> {
            fn write_json(&self, to: &mut Buffer) {
                to.fragment("{");
                let mut entries = self.iter();
                if let Some((key, value)) = entries.next() {
                    entry(key, value, to);
                }
                for (key, value) in entries {
                    to.fragment(",");
                    entry(key, value, to);
                }
                to.fragment("}");
            }
        }
    )*};
}

maps!(HashMap<K, V, S: BuildHasher> BTreeMap<K, V>);

#[inline]
fn entry<K: JsonKey, V: ToJson>(key: &K, value: &V, to: &mut Buffer) {
    key.write_key(to);
    to.fragment(":");
    value.write_json(to);
}

macro_rules! tuples {
    ($($first:ident $($other:ident)*;)*) => {$(
        impl<$first: ToJson $(, $other: ToJson)*> ToJson for ($first, $($other,)*) {
            #[allow(non_snake_case)]
            fn write_json(&self, to: &mut Buffer) {
                let ($first, $($other,)*) = self;
                to.fragment("[");
                $first.write_json(to);
                $(
                    to.fragment(",");
                    $other.write_json(to);
                )*
                to.fragment("]");
            }
        }
    )*};
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
    A B C D E F G H I;
    A B C D E F G H I J;
    A B C D E F G H I J K;
    A B C D E F G H I J K L;
    A B C D E F G H I J K L M;
    A B C D E F G H I J K L M N;
    A B C D E F G H I J K L M N O;
    A B C D E F G H I J K L M N O P;
}
