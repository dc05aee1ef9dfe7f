//! Expansions pinned as text; the messages of faults stand in `ui-tests/gateway`.

use proc_macro2::TokenStream;
use quote::quote;

use super::expand;
use crate::expansion::has;

#[test]
fn a_struct_stays_as_it_is_beside_its_record() {
    let item = quote! {
        /// Where money goes.
        pub(crate) struct Payments;
    };
    let expansion = expand(quote!(retries = 2), &item);
    assert!(expansion.to_string().starts_with(&item.to_string()));
    has(
        &expansion,
        quote! {
            #[allow(deprecated)]
            const _: () = {
                static __VELITHON_UPSTREAM: ::velithon::gateway::UpstreamKey =
                    ::velithon::gateway::UpstreamKey::new("payments", "Client<Payments>");
                #[automatically_derived]
                impl ::velithon::gateway::UpstreamType for Payments {
                    const NAME: &'static str = "payments";
                    fn key() -> &'static ::velithon::gateway::UpstreamKey {
                        &__VELITHON_UPSTREAM
                    }
                }
                const _: fn() = || { let _ = Payments; };
                ::velithon::__submit! {
                    ::velithon::gateway::UpstreamRecord {
                        key: <Payments as ::velithon::gateway::UpstreamType>::key,
                        type_name: "Payments",
                        attributes: &[::velithon::gateway::Attribute {
                            key: "retries",
                            value: ::velithon::gateway::AttributeValue::Integer(2i64),
                            line: ::core::line!(),
                            column: ::core::column!()
                        }],
                        hooks: ::velithon::gateway::UpstreamHooks { ..::velithon::gateway::UpstreamHooks::NONE },
                        dependencies: &[],
                        origin: ::velithon::__origin!(),
                    }
                }
            };
        },
    );
}

/// The attributes of an upstream, less their places.
fn attributes(attribute: TokenStream) -> String {
    let expansion = expand(
        attribute,
        &quote!(
            struct Payments;
        ),
    )
    .to_string()
    .replace(' ', "");
    let from = expansion.find("attributes:").expect("a record") + "attributes:".len();
    let to = expansion.find(",hooks:").expect("hooks behind the attributes");
    let attributes = expansion[from..to].replace(",line:::core::line!(),column:::core::column!()", "");
    attributes.replace("::velithon::gateway::", "").replace("AttributeValue::", "")
}

#[test]
fn every_kind_of_value_is_a_value_of_the_configuration() {
    let written = quote!(targets = ["http://a", "http://b"], balance = "p2c", breaker(count_500, min = 5));
    let wanted = r#"&[Attribute{key:"targets",value:List(&[Text("http://a"),Text("http://b")])},
        Attribute{key:"balance",value:Text("p2c")},
        Attribute{key:"breaker",value:Table(&[Attribute{key:"count_500",value:Bool(true)},
        Attribute{key:"min",value:Integer(5i64)}])}]"#;
    assert_eq!(attributes(written), wanted.replace("\n        ", ""));
}

#[test]
fn what_no_text_can_say_is_a_hook() {
    let written = quote!(balance = ByTenant, health = check_ledger, retry_if = |outcome| outcome.is_refused());
    assert_eq!(attributes(written.clone()), "&[]");
    let expansion = expand(
        written,
        &quote!(
            struct Payments;
        ),
    );
    has(
        &expansion,
        quote! {
            hooks: ::velithon::gateway::UpstreamHooks {
                balance: ::core::option::Option::Some(::velithon::gateway::custom::provided_balance::<ByTenant>),
                health: ::core::option::Option::Some(|_| ::velithon::gateway::custom::checked_by(check_ledger)),
                retry_if: ::core::option::Option::Some(|outcome| outcome.is_refused()),
                ..::velithon::gateway::UpstreamHooks::NONE
            }
        },
    );
    has(&expansion, quote! { ::velithon::inject::Wanted::<ByTenant>::NEW });
    has(
        &expand(
            quote!(balance = by_tenant, discover = consul),
            &quote!(
                struct Payments;
            ),
        ),
        quote! {
            balance: ::core::option::Option::Some(|_| ::velithon::gateway::custom::balanced_by(by_tenant)),
            discover: ::core::option::Option::Some(|_| ::velithon::gateway::custom::discovered_by(consul)),
        },
    );
    has(
        &expand(
            quote!(health = checks::Ledger),
            &quote!(
                struct Payments;
            ),
        ),
        quote! { health: ::core::option::Option::Some(::velithon::gateway::custom::provided_health::<checks::Ledger>) },
    );
}

#[test]
fn a_written_name_is_the_section() {
    let expansion = expand(
        quote!(name = "money"),
        &quote!(
            struct Payments;
        ),
    );
    has(&expansion, quote! { const NAME: &'static str = "money"; });
    assert_eq!(attributes(quote!(name = "money")), "&[]");
}

#[test]
fn a_faulty_upstream_is_still_one() {
    let expansion = expand(
        quote!(retries = -1),
        &quote!(
            struct Payments;
        ),
    );
    has(&expansion, quote! { impl ::velithon::gateway::UpstreamType for Payments });
    assert!(!expansion.to_string().contains("__submit"));
}

#[test]
fn an_upstream_that_is_configured_out_has_no_record() {
    let expansion = expand(
        TokenStream::new(),
        &quote!(
            #[cfg(feature = "pay")]
            struct Payments;
        ),
    );
    has(&expansion, quote! { #[cfg(feature = "pay")] #[allow(deprecated)] const _: () });
}
