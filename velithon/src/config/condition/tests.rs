use super::Condition;

fn parse(text: &str) -> Condition {
    Condition::parse(text).unwrap()
}

#[test]
fn every_form_reads_and_prints() {
    for text in ["shop.cache == memory", "shop.cache != memory", "features.reports", "!features.reports"] {
        assert_eq!(parse(text).to_string(), text);
    }
    assert_eq!(parse(" shop.cache=='a b' ").to_string(), "shop.cache == a b");
    assert_eq!(parse("shop.cache == memory").key(), "shop.cache");
}

#[test]
fn what_is_no_condition_says_how_to_write_one() {
    for text in ["", "shop", "shop.", "shop.cache ==", "shop.cache = memory", "a.b && c.d", "!"] {
        let fault = Condition::parse(text).unwrap_err();
        assert_eq!(fault.what, format!("`{text}` is no condition"));
        assert!(fault.help.contains("shop.cache == memory"));
    }
}

#[test]
fn different_values_of_one_key_exclude_each_other() {
    let disjoint = |one, two| parse(one).disjoint(&parse(two)) && parse(two).disjoint(&parse(one));
    assert!(disjoint("a.b == x", "a.b == y"));
    assert!(disjoint("a.b == x", "a.b != x"));
    assert!(disjoint("a.b", "!a.b"));
    assert!(disjoint("a.b", "a.b == false"));
    assert!(disjoint("a.b != true", "a.b"));
}

#[test]
fn other_keys_and_overlapping_values_do_not_exclude() {
    let disjoint = |one, two| parse(one).disjoint(&parse(two)) || parse(two).disjoint(&parse(one));
    assert!(!disjoint("a.b == x", "a.b == x"));
    assert!(!disjoint("a.b == 1", "a.b == 01"));
    assert!(!disjoint("a.b == x", "a.c == y"));
    assert!(!disjoint("a.b != x", "a.b != y"));
    assert!(!disjoint("a.b == x", "a.b != y"));
    assert!(!disjoint("a.b", "a.b == true"));
}
