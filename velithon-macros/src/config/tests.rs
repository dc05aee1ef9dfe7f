use proc_macro2::TokenStream;
use quote::quote;

use super::{check::check, expand, parse::Parsed};

/// Every fault of the item, in order.
fn faults(attribute: TokenStream, item: TokenStream) -> Vec<String> {
    match Parsed::new(attribute, item).and_then(check) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.into_iter().map(|fault| fault.to_string()).collect(),
    }
}

/// The tokens as text, each blank one space.
fn text(tokens: &TokenStream) -> String {
    tokens.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_struct_stays_as_it_was_and_comes_first() {
    let item = quote! { #[derive(Deserialize)] pub(crate) struct Shop { #[serde(default)] cache: CacheKind } };
    let expanded = text(&expand(quote! { "shop" }, item.clone()));
    assert!(expanded.starts_with(&text(&item)), "{expanded}");
}

#[test]
fn keys_are_named_as_serde_names_them() {
    let expanded = text(&expand(
        quote! { "shop" },
        quote! {
            #[serde(rename_all = "kebab-case")]
            struct Shop {
                page_size: u32,
                #[serde(rename = "type", alias = "sort")] kind: Kind,
                #[serde(with = "velithon::config::duration")] timeout: Duration,
                #[serde(skip)] made: Instant,
            }
        },
    ));
    let field = |key: &str, name: &str| text(&quote! { ::velithon::config::Field { key: #key, name: #name } });
    for field in [field("page-size", "page_size"), field("type", "kind"), field("sort", "kind")] {
        assert!(expanded.contains(&field), "{field} is not in {expanded}");
    }
    let probe = text(
        &quote! { "type" | "sort" => ::core::option::Option::Some(::velithon::__config_field!(section.kind: Kind)) },
    );
    assert!(expanded.contains(&probe), "{expanded}");
    let probe = text(
        &quote! { ::velithon::__config_field!(section.timeout: Duration, velithon::config::duration::deserialize) },
    );
    assert!(expanded.contains(&probe), "{expanded}");
    assert!(!expanded.contains("section . made"), "{expanded}");
}

#[test]
fn a_struct_that_serde_converts_has_no_keys_of_its_own() {
    let item = quote! { #[serde(try_from = "Raw")] struct Shop { cache: CacheKind } };
    let expanded = text(&expand(quote! { "shop" }, item));
    assert!(expanded.contains("fields : & []"), "{expanded}");
}

#[test]
fn the_name_of_the_section_has_to_be_there() {
    let wanted = "`#[config]` takes the name of a section, in quotes\n\
                  help: write `#[config(\"shop\")]` for the section `[shop]`";
    assert_eq!(faults(quote! {}, quote! { struct Shop {} }), [wanted]);
    assert_eq!(faults(quote! { shop }, quote! { struct Shop {} }), [wanted]);
    assert_eq!(
        faults(quote! { "" }, quote! { struct Shop {} })[0].lines().next(),
        Some("the name of the section is empty")
    );
}

#[test]
fn a_bad_letter_in_the_name_is_pointed_at() {
    let faults = faults(quote! { "my shop" }, quote! { struct Shop {} });
    assert_eq!(
        faults,
        ["` ` cannot stand in the name of a section\n    my shop\n      ^\n\
          help: write a name like `shop` or `rate_limits`: small letters, digits and `_`, a letter first"]
    );
}

#[test]
fn a_name_that_no_variable_could_carry_is_refused() {
    assert!(faults(quote! { "my__shop" }, quote! { struct Shop {} })[0].contains("two underscores separate"));
    assert!(faults(quote! { "Shop" }, quote! { struct Shop {} })[0].starts_with("`S` cannot stand first in"));
    assert!(faults(quote! { "features" }, quote! { struct Shop {} })[0].contains("means something of its own"));
}

#[test]
fn all_faults_of_a_struct_come_together() {
    let found = faults(quote! { "my shop" }, quote! { struct Shop<T>(T); });
    let heads: Vec<&str> = found.iter().filter_map(|fault| fault.lines().next()).collect();
    assert_eq!(
        heads,
        [
            "` ` cannot stand in the name of a section",
            "the section `Shop` cannot be generic",
            "`Shop` cannot hold a section: its fields have no names",
        ]
    );
}

#[test]
fn an_enum_or_function_is_told_to_be_a_struct() {
    let wanted = "`#[config]` stands on a struct: its fields are the keys of the section\n\
                  help: write a struct with a field for each key; an enum can be the type of a field";
    assert_eq!(faults(quote! { "shop" }, quote! { enum Shop { A } }), [wanted]);
    assert_eq!(faults(quote! { "shop" }, quote! { fn shop() {} }), [wanted]);
}

#[test]
fn a_unit_struct_is_told_what_to_write() {
    let found = faults(quote! { "shop" }, quote! { struct Shop; });
    assert!(found[0].ends_with("help: write `struct Shop {}`, or give it fields"), "{found:?}");
}

#[test]
fn a_flattened_field_is_refused_as_it_hides_typos() {
    let found = faults(quote! { "shop" }, quote! { struct Shop { #[serde(flatten)] rest: Rest } });
    assert!(found[0].starts_with("`rest` is flattened into the section\n"), "{found:?}");
}

#[test]
fn a_faulty_struct_is_still_there_for_the_editor() {
    let expanded = text(&expand(quote! { "" }, quote! { struct Shop { cache: u8 } }));
    assert!(expanded.starts_with("struct Shop { cache : u8 }"), "{expanded}");
    assert!(expanded.contains("compile_error !"), "{expanded}");
}
