//! Expansions pinned as text; the messages of faults stand in `ui-tests/gateway`.

use proc_macro2::TokenStream;
use quote::quote;

use super::expand;
use crate::expansion::has;

#[test]
fn a_struct_is_a_prefix_and_stays_as_it_is() {
    let item = quote! {
        /// Everything about money.
        struct PayRoute;
    };
    let expansion = expand(quote!("/pay", upstream = Payments, strip_prefix, tags = ["pay"]), item.clone());
    assert!(expansion.to_string().starts_with(&item.to_string()));
    has(
        &expansion,
        quote! {
            #[allow(deprecated)]
            const _: () = {
                const _: fn() = || { let _ = PayRoute; };
                ::velithon::__submit! {
                    ::velithon::gateway::GatewayRecord {
                        key: "pay_route",
                        item: "PayRoute",
                        path: "/pay",
                        shape: ::velithon::gateway::Shape::Prefix,
                        upstream: <Payments as ::velithon::gateway::UpstreamType>::key,
                        attributes: &[::velithon::gateway::Attribute {
                            key: "strip_prefix",
                            value: ::velithon::gateway::AttributeValue::Bool(true),
                            line: ::core::line!(),
                            column: ::core::column!()
                        }],
                        hooks: ::velithon::gateway::GatewayHooks { ..::velithon::gateway::GatewayHooks::NONE },
                        call: ::core::option::Option::None,
                        dependencies: &[],
                        options: ::velithon::route::RouteOptions {
                            tags: &["pay"],
                            summary: "Everything about money.",
                            ..::velithon::route::RouteOptions::NONE
                        },
                        origin: ::velithon::__origin!(),
                    }
                }
            };
        },
    );
}

#[test]
fn a_function_is_a_template_and_called_like_a_handler() {
    let item = quote! {
        async fn ledger(forward: Forward<Payments>, books: Inject<Books>) -> Result<Response> { body }
    };
    let expansion = expand(quote!("/ledger/{*path}", upstream = Payments, rewrite = "/internal/{path}"), item.clone());
    assert!(expansion.to_string().starts_with(&item.to_string()));
    has(&expansion, quote! { shape: ::velithon::gateway::Shape::Template });
    assert!(!expansion.to_string().contains("call : :: core :: option :: Option :: None"));
    has(
        &expansion,
        quote! { (&&&&&::velithon::route::Argument::<Forward<Payments> >::NEW).velithon_take(call, 0usize)? },
    );
    has(&expansion, quote! { ledger(argument_0, argument_1) });
    has(&expansion, quote! { let _ = <Books as ::velithon::inject::Provide>::key; });
}

/// The attributes of a gateway, less their places.
fn attributes(written: impl Into<TokenStream>) -> String {
    let written = written.into();
    let expansion = expand(
        quote!("/pay", upstream = Payments, #written),
        quote!(
            struct PayRoute;
        ),
    );
    let expansion = expansion.to_string().replace(' ', "");
    let from = expansion.find("attributes:").expect("a record") + "attributes:".len();
    let to = expansion.find(",hooks:").expect("hooks behind the attributes");
    let attributes = expansion[from..to].replace(",line:::core::line!(),column:::core::column!()", "");
    attributes.replace("::velithon::gateway::", "").replace("AttributeValue::", "")
}

#[test]
fn edits_keep_the_order_in_which_they_are_written() {
    let written = quote!(request(remove("a", "b"), set("a", "1"), remove("c")));
    let wanted = r#"&[Attribute{key:"request",value:List(&[Table(&[Attribute{key:"remove",value:List(&[Text("a"),Text("b")])}]),
        Table(&[Attribute{key:"set",value:Table(&[Attribute{key:"a",value:Text("1")}])}]),
        Table(&[Attribute{key:"remove",value:List(&[Text("c")])}])])}]"#;
    assert_eq!(attributes(written), wanted.replace("\n        ", ""));
}

#[test]
fn an_upstream_as_a_key_is_its_section() {
    let written = quote!(split(PaymentsV2 = "5%", if_header = "x-beta: 1"));
    let wanted = r#"&[Attribute{key:"split",value:Table(&[Attribute{key:<PaymentsV2asUpstreamType>::NAME,value:Text("5%")},
        Attribute{key:"if_header",value:Text("x-beta:1")}])}]"#;
    assert_eq!(attributes(written), wanted.replace("\n        ", ""));
}

#[test]
fn methods_and_the_limit_of_a_body_are_configuration() {
    let wanted = r#"&[Attribute{key:"methods",value:List(&[Text("GET"),Text("POST")])},Attribute{key:"body_limit",value:Text("10MiB")}]"#;
    assert_eq!(attributes(quote!(methods = [GET, POST], body_limit = "10MiB")), wanted);
}

#[test]
fn a_module_passes_its_prefix_on_to_both_forms() {
    let module = quote! {
        mod pay {
            #[gateway("/card", upstream = Payments)]
            struct Card;

            #[gateway("/ledger", upstream = Payments)]
            async fn ledger(forward: Forward<Payments>) -> Response { body }
        }
    };
    let expansion = crate::route::group::expand(quote!(prefix = "/api", tags = ["pay"]), module);
    let passed = quote!(upstream = Payments, __prefix = "/api", tags = ["pay"],);
    assert_eq!(expansion.to_string().matches(&passed.to_string()).count(), 2);
    let card = expand(
        quote!("/card", upstream = Payments, __prefix = "/api", tags = ["pay"],),
        quote!(
            struct Card;
        ),
    );
    has(&card, quote! { path: "/api/card" });
    has(&card, quote! { grouped: true });
}
