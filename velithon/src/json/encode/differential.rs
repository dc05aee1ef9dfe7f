//! Holds derived writers against serde_json: the same bytes, and the value again when they are read.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, LinkedList, VecDeque};
use std::fmt::Debug;
use std::net::IpAddr;
use std::num::{NonZeroU16, Wrapping};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{encode, to_bytes};
use crate::json::{ToJson, from_slice};

#[track_caller]
fn same<T: ToJson>(value: &T) -> String {
    let theirs = serde_json::to_string(value).unwrap();
    assert_eq!(std::str::from_utf8(&encode(value).unwrap()).unwrap(), theirs);
    assert_eq!(std::str::from_utf8(&to_bytes(value).unwrap()).unwrap(), theirs);
    theirs
}

#[track_caller]
fn same_and_back<T: ToJson + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let text = same(value);
    assert_eq!(&from_slice::<T>(text.as_bytes()).unwrap(), value, "{text}");
}

/// Any text, and texts with much to escape.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[a-z\"\\\\\n\t\r\u{8}\u{c}\u{0}\u{1f}\u{7f}é😀]{0,40}", "[a-z]{0,20}\"?[a-z]{0,20}"]
}

/// A text of up to 40 characters that a number stands for: much faster to make than one from a pattern.
fn text() -> impl Strategy<Value = String> {
    any::<u64>().prop_map(|mut seed| {
        const RARE: [char; 12] = ['"', '\\', '\n', '\t', '\r', '\u{8}', '\u{c}', '\0', '\u{1f}', '\u{7f}', 'é', '😀'];
        let length = seed % 41;
        let mut next = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize
        };
        let rarity = 1 + next() % 40;
        (0..length).map(|_| if next() % rarity == 0 { RARE[next() % RARE.len()] } else { 'x' }).collect()
    })
}

/// Floats of all kinds: any bits, short decimals, whole numbers, and what is next to them.
fn float() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        (any::<i32>(), 0..9).prop_map(|(n, places)| f64::from(n) / 10f64.powi(places)),
        (any::<i64>(), 0..9).prop_map(|(n, places)| n as f64 / 10f64.powi(places)),
        (any::<i32>(), 0..9).prop_map(|(n, places)| (f64::from(n) / 10f64.powi(places)).next_up()),
        (-1_000_000_000i64..1_000_000_000).prop_map(|n| n as f64 * 0.1),
        -1e-4..1e-4,
    ]
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToJson)]
struct Scalars {
    a: u8,
    b: i8,
    c: u16,
    d: i16,
    e: u32,
    f: i32,
    g: u64,
    h: i64,
    i: u128,
    j: i128,
    k: usize,
    l: isize,
    m: bool,
    n: char,
    o: f64,
    p: f32,
    q: String,
    r: Option<u64>,
    s: Option<String>,
    t: (),
}

fn scalars() -> impl Strategy<Value = Scalars> {
    let whole = (any::<(u8, i8, u16, i16, u32, i32)>(), any::<(u64, i64, u128, i128, usize, isize)>());
    let small = (0..40u32, any::<u64>()).prop_map(|(bits, n)| n >> (24 + bits));
    let other =
        (any::<(bool, char)>(), float(), any::<f32>(), text(), prop::option::of(small), prop::option::of(text()));
    (whole, other).prop_map(|(((a, b, c, d, e, f), (g, h, i, j, k, l)), ((m, n), o, p, q, r, s))| Scalars {
        a,
        b,
        c,
        d,
        e,
        f,
        g,
        h,
        i,
        j,
        k,
        l,
        m,
        n,
        o,
        p,
        q,
        r,
        s,
        t: (),
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToJson)]
#[serde(rename_all = "kebab-case")]
enum Colour {
    DarkRed,
    #[serde(rename = "a \"quoted\" name")]
    Quoted,
    R2d2,
}

fn colour() -> impl Strategy<Value = Colour> {
    prop::sample::select(vec![Colour::DarkRed, Colour::Quoted, Colour::R2d2])
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToJson)]
struct Containers {
    list: Vec<Option<Vec<i16>>>,
    deque: VecDeque<String>,
    linked: LinkedList<bool>,
    set: BTreeSet<u32>,
    array: [f64; 3],
    tuple: (u8, String, (i8,)),
    by_text: BTreeMap<String, Vec<u8>>,
    by_number: BTreeMap<i64, f64>,
    by_letter: BTreeMap<char, ()>,
    by_truth: BTreeMap<bool, Colour>,
    by_colour: BTreeMap<Colour, u8>,
    hashed: HashMap<u8, String>,
    boxed: Box<str>,
    shared: Arc<String>,
    counted: Rc<Vec<u16>>,
    cow: Cow<'static, str>,
    result: Result<u8, String>,
    nonzero: Option<NonZeroU16>,
    wrapping: Wrapping<i32>,
    duration: Duration,
}

fn containers() -> impl Strategy<Value = Containers> {
    use prop::collection::{btree_map, btree_set, hash_map, linked_list, vec, vec_deque};
    let lists = (
        vec(prop::option::of(vec(any::<i16>(), 0..4)), 0..4),
        vec_deque(text(), 0..4),
        linked_list(any::<bool>(), 0..4),
        btree_set(any::<u32>(), 0..20),
        prop::array::uniform3(float()),
        (any::<u8>(), text(), any::<(i8,)>()),
    );
    let maps = (
        btree_map(text(), vec(any::<u8>(), 0..4), 0..3),
        btree_map(any::<i64>(), float(), 0..4),
        btree_map(any::<char>(), Just(()), 0..4),
        btree_map(any::<bool>(), colour(), 0..3),
        btree_map(colour(), any::<u8>(), 0..4),
        hash_map(any::<u8>(), text(), 0..3),
    );
    let rest = (
        text(),
        prop::result::maybe_ok(any::<u8>(), text()),
        any::<Option<NonZeroU16>>(),
        any::<i32>(),
        any::<Duration>(),
    );
    (lists, maps, rest).prop_map(
        |(
            (list, deque, linked, set, array, tuple),
            (by_text, by_number, by_letter, by_truth, by_colour, hashed),
            (text, result, nonzero, wrapping, duration),
        )| Containers {
            boxed: text.clone().into(),
            shared: Arc::new(text.clone()),
            counted: Rc::new(text.encode_utf16().collect()),
            cow: text.into(),
            wrapping: Wrapping(wrapping),
            list,
            deque,
            linked,
            set,
            array,
            tuple,
            by_text,
            by_number,
            by_letter,
            by_truth,
            by_colour,
            hashed,
            result,
            nonzero,
            duration,
        },
    )
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToJson)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum External {
    UnitCase,
    Newtype(String),
    #[serde(rename = "tuple \n case")]
    Tuple(u8, #[serde(skip)] u8, f64),
    #[serde(rename_all = "camelCase")]
    Members {
        first_member: u8,
        #[serde(rename = "2nd")]
        second: Option<u8>,
        r#type: bool,
    },
    Empty {},
    None(),
    Nested(Box<External>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToJson)]
#[serde(tag = "the type")]
enum Internal {
    Unit,
    Members {
        a: u8,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        b: Option<String>,
    },
    Content(Plain),
    Map(BTreeMap<String, u8>),
    Deeper(External),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToJson)]
#[serde(tag = "t", content = "c", rename_all = "lowercase")]
enum Adjacent {
    Unit,
    Newtype(Vec<u8>),
    Tuple(u8, String),
    Members { a: u8 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToJson)]
#[serde(untagged)]
enum Untagged {
    Members { a: u8, b: String },
    Text(String),
    Pair(u8, i64),
    Unit,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToJson)]
struct Plain {
    x: u16,
    y: String,
}

fn plain() -> impl Strategy<Value = Plain> {
    (any::<u16>(), text()).prop_map(|(x, y)| Plain { x, y })
}

fn external() -> impl Strategy<Value = External> {
    let leaf = prop_oneof![
        Just(External::UnitCase),
        text().prop_map(External::Newtype),
        (any::<u8>(), float()).prop_map(|(a, b)| External::Tuple(a, 0, b)),
        any::<(u8, Option<u8>, bool)>().prop_map(|(first_member, second, r#type)| External::Members {
            first_member,
            second,
            r#type,
        }),
        Just(External::Empty {}),
        Just(External::None()),
    ];
    leaf.prop_recursive(3, 4, 1, |inner| inner.prop_map(|inner| External::Nested(Box::new(inner))))
}

fn internal() -> impl Strategy<Value = Internal> {
    prop_oneof![
        Just(Internal::Unit),
        (any::<u8>(), prop::option::of(text())).prop_map(|(a, b)| Internal::Members { a, b }),
        plain().prop_map(Internal::Content),
        prop::collection::btree_map("[a-z]{1,4}", any::<u8>(), 0..4).prop_map(Internal::Map),
        external().prop_map(Internal::Deeper),
    ]
}

fn adjacent() -> impl Strategy<Value = Adjacent> {
    prop_oneof![
        Just(Adjacent::Unit),
        prop::collection::vec(any::<u8>(), 0..4).prop_map(Adjacent::Newtype),
        (any::<u8>(), text()).prop_map(|(a, b)| Adjacent::Tuple(a, b)),
        any::<u8>().prop_map(|a| Adjacent::Members { a }),
    ]
}

fn untagged() -> impl Strategy<Value = Untagged> {
    prop_oneof![
        (any::<u8>(), text()).prop_map(|(a, b)| Untagged::Members { a, b }),
        text().prop_map(Untagged::Text),
        any::<(u8, i64)>().prop_map(|(a, b)| Untagged::Pair(a, b)),
        Just(Untagged::Unit),
    ]
}

mod as_text {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(n: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(n)
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<u64, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

fn is_zero(n: &u8) -> bool {
    *n == 0
}

/// Every key that a field can carry, and fields whose types have no writer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToJson)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[derive(Default)]
struct Keyed {
    #[serde(skip_serializing_if = "is_zero")]
    first_if_any: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    second_if_any: Option<String>,
    #[serde(rename = "renamed é \t", alias = "other")]
    renamed: i32,
    #[serde(rename(serialize = "both", deserialize = "both"))]
    both: bool,
    #[serde(with = "as_text")]
    with_module: u64,
    #[serde(serialize_with = "as_text::serialize", deserialize_with = "as_text::deserialize")]
    with_function: u64,
    #[serde(skip)]
    never: u8,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    last_if_any: Vec<Plain>,
    address: Option<IpAddr>,
    any: Value,
    by_address: BTreeMap<IpAddr, u8>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToJson)]
struct Flat {
    before: u8,
    #[serde(flatten)]
    plain: Plain,
    #[serde(flatten)]
    maybe: Option<Other>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToJson)]
struct Other {
    other: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToJson)]
struct OnlyFlat {
    #[serde(flatten)]
    rest: BTreeMap<String, u8>,
    #[serde(flatten)]
    adjacent: Adjacent,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToJson)]
#[serde(transparent)]
struct Transparent<T> {
    #[serde(skip)]
    skipped: u8,
    value: T,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToJson)]
#[serde(tag = "type", rename = "a \\ struct")]
struct Tagged {
    #[serde(skip_serializing_if = "is_zero", default)]
    first: u8,
    second: Plain,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToJson)]
struct Newtype(u64);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToJson)]
struct Unit;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToJson)]
struct Pair(#[serde(skip_serializing_if = "is_zero")] u8, String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToJson)]
struct Page<T, const N: usize>
where
    T: Clone,
{
    items: Vec<T>,
    next: Option<Box<Page<T, N>>>,
    pair: (T, Unit),
}

#[derive(Serialize, ToJson)]
struct Borrowed<'a, T: ?Sized> {
    text: &'a str,
    inner: &'a T,
    list: &'a [&'a str],
}

fn keyed() -> impl Strategy<Value = Keyed> {
    let one = (any::<u8>(), prop::option::of(text()), any::<i32>(), any::<bool>(), any::<u64>());
    let two = (
        prop::collection::vec(plain(), 0..3),
        any::<Option<IpAddr>>(),
        text(),
        prop::collection::btree_map(any::<IpAddr>(), any::<u8>(), 0..3),
    );
    let zeros = prop_oneof![3 => Just(1), 1 => Just(0)];
    (one, two, zeros).prop_map(
        |((first, second_if_any, renamed, both, n), (last_if_any, address, text, by_address), factor)| Keyed {
            first_if_any: first * factor,
            second_if_any,
            renamed,
            both,
            with_module: n,
            with_function: n / 7,
            never: 0,
            last_if_any,
            address,
            any: serde_json::json!({ "a": [text, first, null, 0.5] }),
            by_address,
        },
    )
}

fn flat() -> impl Strategy<Value = Flat> {
    let rest = prop::collection::btree_map("[f-k]{1,4}", any::<u8>().prop_map(Value::from), 0..4);
    (any::<u8>(), plain(), prop::option::of(text()), rest).prop_map(|(before, plain, other, rest)| Flat {
        before,
        plain,
        maybe: other.map(|other| Other { other }),
        rest,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn scalars_are_written_as_serialize_writes_them(value in scalars()) {
        same_and_back(&value);
    }

    #[test]
    fn floats_are_written_as_serialize_writes_them(values in prop::collection::vec(float(), 4)) {
        same_and_back(&values);
    }

    #[test]
    fn texts_are_written_as_serialize_writes_them(value in any_text()) {
        same_and_back(&value);
    }

    #[test]
    fn containers_are_written_as_serialize_writes_them(value in containers()) {
        same_and_back(&value);
    }

    #[test]
    fn enums_are_written_as_serialize_writes_them(
        external in external(),
        internal in internal(),
        adjacent in adjacent(),
        untagged in untagged(),
        colour in colour(),
    ) {
        same_and_back(&external);
        same(&internal);
        same_and_back(&adjacent);
        same_and_back(&untagged);
        same_and_back(&colour);
    }

    #[test]
    fn keys_of_fields_are_honoured_as_serialize_honours_them(value in keyed()) {
        same_and_back(&value);
    }

    #[test]
    fn flattened_members_are_written_as_serialize_writes_them(
        value in flat(),
        rest in prop::collection::btree_map("[f-k]{1,4}", any::<u8>(), 0..3),
        adjacent in adjacent(),
    ) {
        same_and_back(&value);
        same(&OnlyFlat { rest, adjacent });
    }

    #[test]
    fn structs_of_every_form_are_written_as_serialize_writes_them(value in plain(), n in any::<u64>(), text in text()) {
        same_and_back(&Transparent { skipped: 0, value: value.clone() });
        same_and_back(&Tagged { first: n as u8 & 1, second: value.clone() });
        same_and_back(&Newtype(n));
        same_and_back(&Unit);
        same(&Pair(n as u8 & 1, text.clone()));
        let last = Page::<_, 3> { items: vec![value.clone(); n as usize % 3], next: None, pair: (value.clone(), Unit) };
        same_and_back(&Page { items: vec![], next: Some(Box::new(last)), pair: (value.clone(), Unit) });
        same(&Borrowed { text: &text, inner: &value, list: &[&text, "b"] });
        same(&Borrowed { text: &text, inner: text.as_str(), list: &[] });
    }
}

#[test]
fn a_long_list_is_whole() {
    same_and_back(&(0..10_000).map(|n| format!("{n}")).collect::<Vec<_>>());
    same_and_back(&(0..10_000u64).map(|n| n.pow(4)).collect::<Vec<_>>());
}

#[test]
fn integers_of_every_length_are_whole() {
    for digits in 0..39 {
        let power = 10u128.pow(digits);
        let around = [power - 1, power, power + 1, power * 3 / 2];
        same_and_back(&around);
        same_and_back(&around.map(|n| n as u64));
        same_and_back(&around.map(|n| -(n as i128)));
        same_and_back(&around.map(|n| (n as i64).wrapping_neg()));
    }
    same_and_back(&(u128::MAX, i128::MIN, u64::MAX, i64::MIN, i8::MIN));
}

#[test]
fn floats_at_the_edges_are_whole() {
    for n in [0.0, 1e-5, 9.999999e-6, 1e8, 99_999_999.999_999, 0.1 + 0.2, 1e15, 1e16, 1e17, 5e-324, f64::MAX, 0.000_01]
    {
        for n in [n, n.next_up().min(f64::MAX), n.next_down(), -n] {
            same_and_back(&n);
        }
    }
    assert_eq!(encode(&[f64::NAN, f64::INFINITY, -0.0]).unwrap(), &b"[null,null,-0.0]"[..]);
    assert_eq!(encode(&[f32::NAN, 0.1]).unwrap(), &b"[null,0.1]"[..]);
}

#[test]
fn every_byte_is_escaped_at_every_place_of_a_string() {
    for size in 0..40 {
        for place in 0..size {
            for byte in (0..0x80u8).chain([0xc3]) {
                let mut text = "x".repeat(size);
                text.replace_range(
                    place..=place,
                    if byte < 0x80 { char::from(byte) } else { 'é' }.encode_utf8(&mut [0; 4]),
                );
                assert_eq!(encode(&text).unwrap(), serde_json::to_vec(&text).unwrap());
            }
        }
    }
}

#[test]
fn a_skipped_variant_is_an_error_that_names_it() {
    #[derive(Serialize, ToJson)]
    enum Partly {
        #[serde(skip)]
        #[expect(dead_code, reason = "another variant is written")]
        Kept,
        #[serde(skip)]
        Hidden,
    }
    let error = encode(&Partly::Hidden).unwrap_err().to_string();
    assert!(error.contains(&serde_json::to_string(&Partly::Hidden).unwrap_err().to_string()), "{error}");
}

#[test]
fn what_cannot_be_flattened_is_an_error() {
    #[derive(Serialize, ToJson)]
    struct Wrong {
        #[serde(flatten)]
        list: Vec<u8>,
    }
    let error = encode(&Wrong { list: vec![1] }).unwrap_err().to_string();
    assert!(error.contains(&serde_json::to_string(&Wrong { list: vec![1] }).unwrap_err().to_string()), "{error}");
}

#[test]
fn a_failure_inside_a_list_is_not_lost() {
    #[derive(Serialize, ToJson)]
    struct Keyless {
        map: BTreeMap<Vec<u8>, u8>,
    }
    let items = vec![Keyless { map: BTreeMap::new() }, Keyless { map: BTreeMap::from([(vec![1], 1)]) }];
    assert!(encode(&items).unwrap_err().to_string().contains("key must be a string"));
}
