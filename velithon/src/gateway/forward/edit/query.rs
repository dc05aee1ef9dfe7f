//! Parameters of the query: what is not edited stays as it came, byte for byte.

use http::Uri;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::replace;

/// What is not written as it is in a name or value.
const ENCODED: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'&').add(b'+').add(b'<').add(b'=').add(b'>');

/// Replaces every parameter of that name by one, in the place of the first.
pub(crate) fn set(uri: &mut Uri, name: &str, value: &str) {
    let pair = format!("{}={}", utf8_percent_encode(name, ENCODED), utf8_percent_encode(value, ENCODED));
    let mut pairs: Vec<&str> = Vec::new();
    let mut placed = false;
    for own in pairs_of(uri) {
        match is(own, name) {
            true if placed => {}
            true => {
                placed = true;
                pairs.push(&pair);
            }
            false => pairs.push(own),
        }
    }
    if !placed {
        pairs.push(&pair);
    }
    let query = pairs.join("&");
    write(uri, &query);
}

/// Takes out every parameter of that name.
pub(crate) fn remove(uri: &mut Uri, name: &str) {
    if !pairs_of(uri).any(|pair| is(pair, name)) {
        return;
    }
    let query = pairs_of(uri).filter(|pair| !is(pair, name)).collect::<Vec<_>>().join("&");
    write(uri, &query);
}

fn pairs_of(uri: &Uri) -> impl Iterator<Item = &str> {
    uri.query().into_iter().filter(|query| !query.is_empty()).flat_map(|query| query.split('&'))
}

/// Whether a pair has this name, however it is encoded.
fn is(pair: &str, name: &str) -> bool {
    let own = pair.split_once('=').map_or(pair, |(name, _)| name);
    own == name || percent_decode_str(&own.replace('+', " ")).eq(name.bytes())
}

fn write(uri: &mut Uri, query: &str) {
    let whole = if query.is_empty() { uri.path().to_owned() } else { format!("{}?{query}", uri.path()) };
    replace(uri, whole);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(uri: &'static str, edit: impl Fn(&mut Uri)) -> String {
        let mut uri = Uri::from_static(uri);
        edit(&mut uri);
        uri.to_string()
    }

    #[test]
    fn what_is_not_edited_stays_as_it_came() {
        assert_eq!(edited("/x?a=1&a=2&b=%2B&c=+&d&=&%zz", |uri| remove(uri, "a")), "/x?b=%2B&c=+&d&=&%zz");
        assert_eq!(edited("/x?deb%75g=1", |uri| remove(uri, "debug")), "/x");
        assert_eq!(edited("/x?", |uri| remove(uri, "a")), "/x?");
    }

    #[test]
    fn a_parameter_is_set_once_in_the_place_of_the_first() {
        assert_eq!(edited("/x?a=1&b=2&a=3", |uri| set(uri, "a", "x y&z")), "/x?a=x%20y%26z&b=2");
        assert_eq!(edited("/x", |uri| set(uri, "a", "1")), "/x?a=1");
    }
}
