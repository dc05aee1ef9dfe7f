use http::HeaderValue;
use proptest::prelude::*;

use super::*;

fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(*name, HeaderValue::from_static(value));
    }
    headers
}

fn told<T: std::fmt::Debug>(read: Result<T, ParamFault>) -> String {
    read.unwrap_err().to_string()
}

#[test]
fn a_query_parameter_has_the_type_of_its_argument() {
    assert_eq!(query("skip=20&q=a+b%26c", "skip").one(FromText::from_text), Ok(20_u32));
    assert_eq!(query("skip=20&q=a+b%26c", "q").one(String::from_text).as_deref(), Ok("a b&c"));
    assert_eq!(query("%66lag=true", "flag").one(FromText::from_text), Ok(true));
    assert_eq!(query("at=::1", "at").one(FromText::from_text), Ok(std::net::Ipv6Addr::LOCALHOST));
}

#[test]
fn a_bool_is_true_or_false_and_nothing_else() {
    for text in ["flag=banana", "flag=1", "flag=True", "flag=", "flag"] {
        assert_eq!(told(query(text, "flag").one(bool::from_text)), "the query parameter `flag` must be true or false");
    }
}

#[test]
fn an_absent_parameter_is_none_and_an_empty_one_is_not() {
    assert_eq!(query("", "skip").option(u32::from_text), Ok(None));
    assert_eq!(query("q=", "q").option(String::from_text), Ok(Some(String::new())));
    assert_eq!(
        told(query("skip=", "skip").option(u32::from_text)),
        "the query parameter `skip` must be a whole number from 0 to 4294967295"
    );
    assert_eq!(
        told(query("skip=", "skip").or(FromText::from_text, || 7_u8)),
        "the query parameter `skip` must be a whole number from 0 to 255"
    );
}

#[test]
fn a_default_stands_in_for_an_absent_parameter_only() {
    assert_eq!(query("", "limit").or(FromText::from_text, || 100_u32), Ok(100));
    assert_eq!(query("limit=5", "limit").or(FromText::from_text, || 100_u32), Ok(5));
    assert!(query("limit=x", "limit").or(FromText::from_text, || 100_u32).is_err());
}

#[test]
fn repeated_keys_all_arrive_in_their_order() {
    assert_eq!(query("id=3&x=9&id=1&id=2", "id").all(FromText::from_text), Ok(vec![3_u32, 1, 2]));
    assert_eq!(query("x=9", "id").all(u32::from_text), Ok(vec![]));
    assert!(query("id=3&id=x", "id").all(u32::from_text).is_err());
    assert_eq!(told(query("id=3&id=1", "id").one(u32::from_text)), "the query parameter `id` is there more than once");
}

#[test]
fn a_missing_parameter_is_named_with_its_place() {
    let none = HeaderMap::new();
    assert_eq!(told(query("Skip=1", "skip").one(u32::from_text)), "the query parameter `skip` is missing");
    assert_eq!(told(header(&none, "x-id").one(u32::from_text)), "the header `x-id` is missing");
    assert_eq!(told(cookie(&none, "sid").one(String::from_text)), "the cookie `sid` is missing");
}

#[test]
fn text_that_is_not_utf_8_is_refused_and_never_replaced() {
    assert_eq!(told(query("q=%ff", "q").one(String::from_text)), "the query parameter `q` must be UTF-8");
    assert_eq!(told(path("%ff", "id").one(String::from_text)), "the path parameter `id` must be UTF-8");
    let mut odd = HeaderMap::new();
    odd.append("x-id", HeaderValue::from_bytes(b"\xff").unwrap());
    assert_eq!(told(header(&odd, "x-id").one(String::from_text)), "the header `x-id` must be UTF-8");
    assert_eq!(told(header(&odd, "x-id").all(String::from_text)), "the header `x-id` must be UTF-8");
}

#[test]
fn a_capture_is_decoded_once_and_plus_is_itself() {
    assert_eq!(path("a%2Fb+%2520", "p").one(String::from_text).as_deref(), Ok("a/b+%20"));
    assert_eq!(
        told(path("x", "id").one(i8::from_text)),
        "the path parameter `id` must be a whole number from -128 to 127"
    );
}

#[test]
fn a_header_is_found_in_any_case_and_must_be_alone() {
    let headers = headers(&[("x-id", "7"), ("x-two", "1"), ("x-two", "2")]);
    assert_eq!(header(&headers, "X-Id").one(FromText::from_text), Ok(7_u8));
    assert_eq!(told(header(&headers, "x-two").one(u8::from_text)), "the header `x-two` is there more than once");
    assert_eq!(header(&headers, "not a name").option(String::from_text), Ok(None));
}

#[test]
fn a_list_is_the_same_on_one_line_and_on_many() {
    let headers = headers(&[("x-ids", "1, 2,,"), ("x-ids", "3"), ("x-tags", r#""a, \"b", c"#)]);
    assert_eq!(header(&headers, "x-ids").all(FromText::from_text), Ok(vec![1_u8, 2, 3]));
    assert_eq!(header(&headers, "x-tags").all(FromText::from_text), Ok(vec![r#""a, \"b""#.to_owned(), "c".to_owned()]));
}

#[test]
fn cookies_are_found_in_every_field_and_lose_their_quotes() {
    let headers = headers(&[("cookie", r#"a=1; b="x y";c=;d=e=f"#), ("cookie", "sid=%20; A=2; broken")]);
    let text = |name| cookie(&headers, name).option(String::from_text);
    assert_eq!(text("a").as_ref().map(Option::as_deref), Ok(Some("1")));
    assert_eq!(text("A").as_ref().map(Option::as_deref), Ok(Some("2")));
    assert_eq!(text("b").as_ref().map(Option::as_deref), Ok(Some("x y")));
    assert_eq!(text("c").as_ref().map(Option::as_deref), Ok(Some("")));
    assert_eq!(text("d").as_ref().map(Option::as_deref), Ok(Some("e=f")));
    assert_eq!(text("sid").as_ref().map(Option::as_deref), Ok(Some("%20")));
    assert_eq!(text("broken"), Ok(None));
}

#[test]
fn the_first_of_two_cookies_counts() {
    let headers = headers(&[("cookie", "sid=narrow; sid=wide")]);
    assert_eq!(cookie(&headers, "sid").one(String::from_text).as_deref(), Ok("narrow"));
    assert_eq!(cookie(&headers, "sid").all(String::from_text).map(|all| all.len()), Ok(2));
}

#[derive(Debug)]
struct Loud;

impl std::str::FromStr for Loud {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Err(text.repeat(300))
    }
}

#[test]
fn a_type_speaks_for_itself_at_bounded_length() {
    let told = told(query("x=ab", "x").one(Loud::from_text));
    assert!(told.starts_with("the query parameter `x` is not valid: abab"), "{told}");
    assert!(told.ends_with("ab…"));
    assert!(told.chars().count() < 250);
}

proptest! {
    #[test]
    fn queries_are_read_as_forms(text in "[ab=&+%2fF0é#?]{0,24}", name in "[ab]{0,2}") {
        let expected: Vec<String> = form_urlencoded::parse(text.as_bytes())
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value.into_owned())
            .collect();
        match query(&text, &name).all(String::from_text) {
            Ok(all) => prop_assert_eq!(all, expected),
            // The reference replaces what is not UTF-8.
            Err(_) => prop_assert!(expected.iter().any(|value| value.contains(char::REPLACEMENT_CHARACTER))),
        }
    }

    #[test]
    fn no_request_is_too_odd(text in any::<String>(), name in any::<String>(), bytes in any::<Vec<u8>>()) {
        let mut headers = HeaderMap::new();
        if let Ok(value) = HeaderValue::from_bytes(&bytes) {
            headers.append(COOKIE, value.clone());
            headers.append("x-any", value);
        }
        let sources = [query(&text, &name), path(&text, &name), cookie(&headers, &name), header(&headers, &name),
            header(&headers, "x-any")];
        for values in sources {
            let _ = (values.one(u8::from_text), values.option(bool::from_text), values.or(FromText::from_text, || 'x'), values.all(String::from_text), values.all(f64::from_text));
        }
    }

    #[test]
    fn what_a_form_writes_is_read_back(pairs in prop::collection::vec(("[a-c]", any::<String>()), 0..6)) {
        let text: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        for name in ["a", "b", "c"] {
            let expected: Vec<String> = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect();
            prop_assert_eq!(query(&text, name).all(String::from_text), Ok(expected));
        }
    }
}
