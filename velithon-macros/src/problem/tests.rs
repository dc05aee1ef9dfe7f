//! What is reported, and where; and one expansion as text. What the impls do is tested in velithon.

use proc_macro2::TokenStream;
use quote::quote;

use super::expand;

/// The messages of all `compile_error!`s of an expansion.
fn faults(item: TokenStream) -> Vec<String> {
    let file: syn::File = syn::parse2(expand(item)).expect("items");
    let reported = file.items.iter().filter_map(|item| match item {
        syn::Item::Macro(item) => item.mac.parse_body::<syn::LitStr>().ok().map(|text| text.value()),
        _ => None,
    });
    reported.collect()
}

#[track_caller]
fn reports(item: TokenStream, what: &str, help: &str) {
    let faults = faults(item);
    assert_eq!(faults.len(), 1, "{faults:#?}");
    assert!(faults[0].starts_with(what), "{}", faults[0]);
    assert!(faults[0].contains(&format!("help: {help}")), "{}", faults[0]);
}

#[test]
fn a_missing_status_is_reported() {
    reports(
        quote!(
            enum E {
                #[problem(title = "a")]
                A,
            }
        ),
        "`A` has no status",
        "add `status = 404`",
    );
}

#[test]
fn a_missing_title_is_reported() {
    reports(
        quote!(
            enum E {
                #[problem(status = 404)]
                A,
            }
        ),
        "`A` has no title",
        "add `title = \"no such user\"`",
    );
}

#[test]
fn a_variant_that_says_nothing_lacks_both() {
    let faults = faults(quote!(
        enum E {
            A,
        }
    ));
    assert_eq!(faults.len(), 2, "{faults:#?}");
    assert!(faults[0].contains("`#[problem(status = 404, title = \"no such user\")]`"), "{}", faults[0]);
}

#[test]
fn a_status_that_is_no_error_is_reported() {
    for status in [quote!(200), quote!(399), quote!(600), quote!(99999)] {
        let what = format!("{status} is not the status of an error");
        reports(
            quote!(
                #[problem(status = #status, title = "a")]
                struct E;
            ),
            &what,
            "write `status = 404`",
        );
    }
}

#[test]
fn an_unknown_key_is_named_with_its_nearest() {
    reports(
        quote!(
            #[problem(status = 404, title = "a", details = "b")]
            struct E;
        ),
        "`#[problem]` has no key `details`",
        "write `detail`",
    );
}

#[test]
fn an_unknown_field_key_is_named_with_its_nearest() {
    reports(
        quote!(
            #[problem(status = 404, title = "a")]
            struct E {
                #[problem(exposed)]
                a: u8,
            }
        ),
        "`#[problem]` has no key `exposed`",
        "write `expose`",
    );
}

#[test]
fn a_key_that_stands_twice_is_reported() {
    reports(
        quote!(
            #[problem(status = 404, title = "a", title = "b")]
            struct E;
        ),
        "`title` stands twice",
        "keep one of them",
    );
}

#[test]
fn a_key_with_the_wrong_kind_of_value_is_reported() {
    let item = quote!(
        #[problem(status = "404", title = "a", transparent = true)]
        struct E;
    );
    let found = faults(item);
    assert!(found[0].starts_with("`status` takes a number"), "{found:#?}");
    assert!(found[1].starts_with("`transparent` takes no value"), "{found:#?}");
}

#[test]
fn transparent_without_a_field_is_reported() {
    reports(
        quote!(
            enum E {
                #[problem(transparent)]
                A,
            }
        ),
        "`A` is transparent, but has no field",
        "write `A(OneError)`",
    );
}

#[test]
fn transparent_with_several_fields_is_reported() {
    reports(
        quote!(
            enum E {
                #[problem(transparent)]
                A(io::Error, u8),
            }
        ),
        "`A` is transparent, but has 2 fields",
        "write `A(OneError)`",
    );
}

#[test]
fn transparent_beside_a_status_is_reported() {
    reports(
        quote!(
            enum E {
                #[problem(transparent, status = 404)]
                A(io::Error),
            }
        ),
        "`transparent` stands beside other keys",
        "keep `transparent`",
    );
}

#[test]
fn two_variants_from_one_type_are_reported() {
    reports(
        quote!(
            enum E {
                #[problem(transparent)]
                A(#[from] io::Error),
                #[problem(transparent)]
                B(#[from] io::Error),
            }
        ),
        "`A` and `B` are both made from `io::Error`",
        "keep one `#[from]`",
    );
}

#[test]
fn from_beside_other_fields_is_reported() {
    reports(
        quote!(
            enum E {
                #[problem(status = 500, title = "a")]
                A {
                    #[from]
                    cause: io::Error,
                    host: String,
                },
            }
        ),
        "`#[from]` stands in a problem with other fields",
        "write `#[problem(source)]` here",
    );
}

#[test]
fn a_detail_that_names_no_field_gets_the_nearest() {
    reports(
        quote!(
            #[problem(status = 404, title = "a", detail = "{user_i}")]
            struct E {
                name: String,
                user_id: u8,
            }
        ),
        "the detail names `user_i`, but there is no such field",
        "write `{user_id}`",
    );
}

#[test]
fn an_empty_placeholder_is_reported() {
    reports(
        quote!(
            #[problem(status = 404, title = "a", detail = "{}")]
            struct E(u8);
        ),
        "the detail has a `{}` that names no field",
        "write `{0}`",
    );
}

#[test]
fn a_brace_that_stands_alone_is_reported() {
    for text in ["a { b", "a } b", "}"] {
        let item = quote!(
            #[problem(status = 404, title = "a", detail = #text)]
            struct E;
        );
        reports(item, "a brace of the detail stands alone", "write `{field}`");
    }
}

#[test]
fn a_field_in_the_detail_of_a_5xx_has_to_be_exposed() {
    reports(
        quote!(
            #[problem(status = 503, title = "a", detail = "{host} is down")]
            struct E {
                host: String,
            }
        ),
        "the detail of a 5xx shows `host` to the client",
        "mark the field `#[problem(expose)]`",
    );
}

#[test]
fn an_exposed_field_needs_a_name_of_its_own() {
    reports(
        quote!(
            #[problem(status = 404, title = "a")]
            struct E(#[problem(expose)] u8);
        ),
        "an exposed field has no name",
        "give it one",
    );
    reports(
        quote!(
            #[problem(status = 404, title = "a")]
            struct E {
                #[problem(expose)]
                status: u8,
            }
        ),
        "the document has a member `status` of its own",
        "give the field another name",
    );
}

#[test]
fn keys_on_the_enum_itself_are_reported() {
    let item = quote!(
        #[problem(status = 404, title = "a")]
        enum E {
            #[problem(status = 404, title = "a")]
            A,
        }
    );
    reports(item, "`#[problem(..)]` stands on an enum", "move it to the variants");
}

#[test]
fn a_union_is_refused() {
    reports(quote!(union E { a: u8 }), "a union cannot be a problem", "write an enum");
}

#[test]
fn all_faults_of_a_type_are_reported_together() {
    let item = quote!(
        enum E {
            #[problem(status = 200, title = "a")]
            A,
            #[problem(transparent)]
            B,
            #[problem(status = 404, titel = "c")]
            C,
        }
    );
    // `titel` is unknown, so the title is missing as well.
    assert_eq!(faults(item).len(), 4);
}

#[test]
fn the_impls_outlive_a_fault() {
    let text = expand(quote!(
        enum E {
            A,
        }
    ))
    .to_string();
    assert!(text.contains("IntoResponse for E"), "{text}");
}

#[test]
fn a_problem_of_one_status_expands_to_its_impls() {
    let item = quote!(
        #[problem(status = 404, title = "no such user", detail = "user {id} is {{gone}}")]
        struct Missing {
            #[problem(expose)]
            id: u64,
        }
    );
    let text = expand(item).to_string().replace(char::is_whitespace, "");
    for piece in [
        "match*self{Self{id:ref_field_0,}=>",
        r#"write!(formatter,"user{field_0}is{{gone}}",field_0=_field_0)"#,
        r#"ProblemRecord{status:404u16,title:"nosuchuser",kind:::core::option::Option::None}"#,
        r#".with("id",_field_0)"#,
    ] {
        assert!(text.contains(piece), "{piece}\n{text}");
    }
}
