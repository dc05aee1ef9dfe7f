//! Holds `from_slice` and `to_bytes` against serde_json: the same texts are accepted, the same values come out, the
//! same bytes are written.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{from_slice, to_bytes};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Shape {
    Unit,
    Newtype(f64),
    Tuple(i8, char),
    Struct { a: Option<Option<u16>>, b: () },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Tagged {
    One { n: u64 },
    Two { text: String },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Everything {
    float: f64,
    single: f32,
    big: i128,
    bigger: u128,
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    maybe: Option<Box<Everything>>,
    by_number: BTreeMap<i64, String>,
    by_letter: BTreeMap<char, u8>,
    by_truth: BTreeMap<bool, i16>,
    shapes: Vec<Shape>,
    tagged: Option<Tagged>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

/// Accepts and refuses alike, and reads the same value.
#[track_caller]
fn same<T: DeserializeOwned + Debug>(json: &[u8]) {
    let theirs = serde_json::from_slice::<T>(json);
    let ours = from_slice::<T>(json);
    // Ours refuses invalid UTF-8 in members nobody reads, too.
    if std::str::from_utf8(json).is_err() {
        assert!(ours.is_err(), "{:?}", String::from_utf8_lossy(json));
        return;
    }
    let text = String::from_utf8_lossy(json);
    match (theirs, ours) {
        (Ok(theirs), Ok(ours)) => assert_eq!(format!("{theirs:?}"), format!("{ours:?}"), "{text}"),
        (Err(_), Err(_)) => {}
        (theirs, ours) => panic!("{text}\nserde_json: {theirs:?}\nours: {ours:?}"),
    }
}

#[track_caller]
fn same_for_all_types(json: &[u8]) {
    same::<Value>(json);
    same::<Everything>(json);
    same::<Vec<Shape>>(json);
    same::<Option<f64>>(json);
    same::<f32>(json);
    same::<i64>(json);
    same::<u8>(json);
    same::<i128>(json);
    same::<u128>(json);
    same::<String>(json);
    same::<char>(json);
    same::<(u8, String)>(json);
    same::<HashMap<String, u64>>(json);
    same::<BTreeMap<i64, Value>>(json);
    same::<BTreeMap<bool, Value>>(json);
    same::<Small>(json);
    same::<Vec<i128>>(json);
    same::<Tagged>(json);
    same::<()>(json);
    same::<bool>(json);
}

/// Reads one member and skips the others.
#[derive(Debug, Serialize, Deserialize)]
struct Small {
    a: Option<u8>,
}

fn numbers() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<f64>().prop_map(|n| format!("{n:e}")),
        any::<f64>().prop_map(|n| format!("{n}")),
        any::<f32>().prop_map(|n| format!("{n}")),
        any::<i64>().prop_map(|n| n.to_string()),
        any::<u64>().prop_map(|n| n.to_string()),
        any::<i128>().prop_map(|n| n.to_string()),
        any::<u128>().prop_map(|n| n.to_string()),
        "-?[0-9]{1,40}(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,4})?",
        "-?(0|1)?[0-9.eE+-]{0,6}",
    ]
}

fn strings() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        r#""([a-z\\"/bfnrtu0-9dD8cC é😀\x00-\x1f]|\\u[0-9a-fA-F]{4}|\\[bfnrt"\\/]){0,80}""#,
        "\"(a|\\\\uD8[0-9a-f]{2}|\\\\uDC[0-9a-f]{2}){0,4}\"",
    ]
}

fn documents() -> impl Strategy<Value = String> {
    let leaf =
        prop_oneof![Just("null".to_owned()), Just("true".to_owned()), Just("false".to_owned()), numbers(), strings(),];
    leaf.prop_recursive(4, 32, 5, |inner| {
        let space = "[ \t\r\n]{0,2}";
        let list = (prop::collection::vec(inner.clone(), 0..5), space)
            .prop_map(|(items, space)| format!("[{}]", items.join(&format!("{space},{space}"))));
        let key = prop_oneof![
            strings(),
            "\"(a|b|0|-1|true|Unit|Newtype|Tuple|Struct|kind|float|text)\"".prop_map(String::from),
        ];
        let map = (prop::collection::vec((key, inner), 0..5), space).prop_map(|(items, space)| {
            let items: Vec<String> = items.iter().map(|(key, value)| format!("{key}{space}:{value}")).collect();
            format!("{{{}}}", items.join(","))
        });
        prop_oneof![list, map]
    })
}

/// A document with a few bytes put in, taken out or changed.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let bytes = prop::sample::select(b"[]{}\",:\\-+.eE0123456789untfalsr \t\n\x00\x1f\x7f\x80\xff\xc3\xed".to_vec());
    let edit = (any::<prop::sample::Index>(), 0..3u8, bytes);
    (documents(), prop::collection::vec(edit, 1..4)).prop_map(|(text, edits)| {
        let mut json = text.into_bytes();
        for (place, kind, byte) in edits {
            let at = place.index(json.len() + 1);
            match kind {
                0 => json.insert(at, byte),
                1 if at < json.len() => drop(json.remove(at)),
                _ if at < json.len() => json[at] = byte,
                _ => {}
            }
        }
        json
    })
}

fn shapes() -> impl Strategy<Value = Shape> {
    prop_oneof![
        Just(Shape::Unit),
        any::<f64>().prop_map(Shape::Newtype),
        any::<(i8, char)>().prop_map(|(n, c)| Shape::Tuple(n, c)),
        any::<Option<Option<u16>>>().prop_map(|a| Shape::Struct { a, b: () }),
    ]
}

fn map<K, V>(keys: K, values: V) -> impl Strategy<Value = BTreeMap<K::Value, V::Value>>
where
    K: Strategy<Value: Ord>,
    V: Strategy,
{
    prop::collection::btree_map(keys, values, 0..4)
}

fn values() -> impl Strategy<Value = Everything> {
    let scalars = (any::<f64>(), any::<f32>(), any::<i128>(), any::<u128>(), any::<String>());
    let maps = (
        map(any::<i64>(), "\\PC{0,9}"),
        map(any::<char>(), any::<u8>()),
        map(any::<bool>(), any::<i16>()),
        prop::collection::vec(shapes(), 0..4),
        prop::option::of(any::<u64>().prop_map(|n| Tagged::One { n })),
    );
    let one = (scalars, maps).prop_map(
        |((float, single, big, bigger, text), (by_number, by_letter, by_truth, shapes, tagged))| {
            let rest = BTreeMap::from([("rest".to_owned(), Value::from(text.clone()))]);
            Everything {
                float,
                single,
                big,
                bigger,
                text,
                maybe: None,
                by_number,
                by_letter,
                by_truth,
                shapes,
                tagged,
                rest,
            }
        },
    );
    one.prop_recursive(2, 4, 1, |inner| {
        (inner.clone(), inner).prop_map(|(mut outer, inner)| {
            outer.maybe = Some(Box::new(inner));
            outer
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn documents_are_read_as_serde_json_reads_them(json in documents()) {
        same_for_all_types(json.as_bytes());
    }

    #[test]
    fn damaged_documents_are_refused_as_serde_json_refuses_them(json in damaged()) {
        same_for_all_types(&json);
    }

    #[test]
    fn arbitrary_bytes_are_refused_as_serde_json_refuses_them(json in prop::collection::vec(any::<u8>(), 0..20)) {
        same_for_all_types(&json);
    }

    #[test]
    fn values_are_written_as_serde_json_writes_them(value in values()) {
        let ours = to_bytes(&value).unwrap();
        prop_assert_eq!(std::str::from_utf8(&ours).unwrap(), serde_json::to_string(&value).unwrap());
    }

    #[test]
    fn keys_are_written_as_serde_json_writes_them(
        floats in prop::collection::vec((any::<f64>(), any::<f32>()), 0..4),
        wide in map(any::<i128>(), any::<Option<f32>>()),
        wider in map(any::<u128>(), any::<(f32, char)>()),
    ) {
        let wide = to_bytes(&wide).map(|json| json.to_vec()).ok() == serde_json::to_vec(&wide).ok();
        let wider = to_bytes(&wider).map(|json| json.to_vec()).ok() == serde_json::to_vec(&wider).ok();
        prop_assert!(wide && wider);
        prop_assert_eq!(to_bytes(&floats).unwrap().to_vec(), serde_json::to_vec(&floats).unwrap());
        let keyed = FloatKeys(floats);
        prop_assert_eq!(to_bytes(&keyed).map(|json| json.to_vec()).ok(), serde_json::to_vec(&keyed).ok());
    }
}

/// A map with floats as keys, those that are not finite included.
struct FloatKeys(Vec<(f64, f32)>);

impl Serialize for FloatKeys {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let doubles = self.0.iter().map(|(key, value)| (key, value));
        to.collect_map(doubles)
    }
}

/// `VELITHON_PROPTEST_CASES` makes a longer run of the same tests.
fn cases() -> u32 {
    std::env::var("VELITHON_PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(256)
}

#[test]
fn floats_that_are_not_finite_become_null() {
    assert_eq!(to_bytes(&[f64::NAN, f64::INFINITY, -f64::INFINITY, -0.0]).unwrap(), &b"[null,null,null,-0.0]"[..]);
}

#[test]
fn every_character_is_escaped_as_serde_json_escapes_it() {
    let all: String = ('\0'..='\u{3000}').collect();
    assert_eq!(to_bytes(&all).unwrap(), serde_json::to_vec(&all).unwrap());
}

#[test]
fn known_corners_are_read_alike() {
    let corners = [
        "-0",
        "-0.0",
        "1e400",
        "-1e400",
        "1e-400",
        "0e999999999",
        "18446744073709551616",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "- 1",
        "--1",
        "0x1",
        "NaN",
        "Infinity",
        "nul",
        "nulll",
        "[1,]",
        "[,1]",
        "{\"a\":1,}",
        "{\"a\":1,\"a\":2}",
        "{\"b\":01}",
        "{\"b\":-}",
        "{\"b\":1.}",
        "{\"b\":1e400}",
        "{\"b\":\"\\x\"}",
        "{\"b\":\"\\ud800\"}",
        "{\"b\":\"\t\"}",
        "{\"b\":nulx}",
        "{\"b\":[1 2]}",
        "{\"b\":{\"c\" 1}}",
        "{\"b\":[}",
        "{\"b\":{]}}",
        "{b:1}",
        "\u{feff}{}",
        "\"\\u0000\"",
        "\"\u{7f}\"",
        "// x\n1",
        "[1]//",
        "\"\\uD83D\\uDE00\"",
        "\"\\uDE00\\uD83D\"",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "",
        " ",
        "\0",
        "1 2",
        "{\"b\":{\"c\":[1,{\"d\":tru}]}}",
        "{\"b\":\"\\u12\"}",
        "{\"b\":00}",
        "{\"b\":-01}",
        "{\"b\":1.e1}",
        "{\"b\":\"\\ud800\\u0041\"}",
        "{\"b\":[1,2,]}",
        "{\"b\":{\"c\":1,}}",
        "{\"b\":--1}",
        "{\"b\":+1}",
        "{\"b\":.5}",
        "{\"b\":1e}",
        "{\"b\":tru}",
        "{\"b\":truee}",
        "{\"b\":1 1}",
        "{\"b\" 1}",
        "{\"b\":1}}",
        "{\"b\":1}{",
        "{\"b\":\u{c}1}",
        "{\"b\u{0}\":1}",
        "{\"\\x\":1}",
        "{\"b\":[[[[}]]]]}",
    ];
    for text in corners {
        same_for_all_types(text.as_bytes());
        // Among many numbers and among many strings, which different readers read.
        for before in ["1.5,-20,".repeat(200), "\"a\",-0.5,".repeat(200)] {
            let long = format!("[{before}{text}]");
            same::<Value>(long.as_bytes());
            same::<Vec<Value>>(long.as_bytes());
            same::<serde::de::IgnoredAny>(long.as_bytes());
        }
    }
}

#[test]
fn a_deep_document_is_refused_whatever_it_is_made_of() {
    for before in ["1.5,-20,".repeat(200), "\"a\",".repeat(200)] {
        for (depth, fine) in [(126, true), (127, true), (128, false), (100_000, false)] {
            let json = format!("[{before}{}{}]", "[".repeat(depth), "]".repeat(depth));
            let read = from_slice::<Value>(json.as_bytes());
            assert_eq!(read.is_ok(), fine, "{depth}");
            if let Err(refusal) = read {
                assert!(matches!(refusal, crate::json::Refusal::Depth { .. }), "{refusal:?}");
            }
        }
    }
}

#[test]
fn invalid_utf8_is_refused_whatever_a_document_is_made_of() {
    for before in ["1.5,-20,".repeat(200), "\"a\",".repeat(200)] {
        let json = [b"[", before.as_bytes(), b"\"\xff\"]"].concat();
        assert!(from_slice::<serde::de::IgnoredAny>(&json).is_err());
    }
}
