//! Expansions pinned as text, less what every route has; the messages of faults stand in `ui-tests`.

use proc_macro2::TokenStream;
use quote::quote;

use super::{expand, group, methods};
use crate::expansion::has;
use crate::route::methods::Kind;

fn get(attribute: TokenStream, item: TokenStream) -> String {
    route("GET", attribute, item)
}

fn route(method: &'static str, attribute: TokenStream, item: TokenStream) -> String {
    expand(Some(method), attribute, item).to_string()
}

#[track_caller]
fn lacks(expansion: &str, part: &str) {
    assert!(!expansion.contains(part), "{part}\n\nis in\n\n{expansion}");
}

/// The errors of an expansion, in their order.
fn errors(expansion: &str) -> Vec<&str> {
    let messages = expansion.split(":: core :: compile_error ! { \"").skip(1);
    messages.filter_map(|rest| rest.split("\\n").next()).map(|first| first.trim_end_matches("\" }")).collect()
}

#[test]
fn a_handler_stays_as_it_is_beside_its_record() {
    let handler = quote! {
        /// Says hello.
        ///
        /// To everybody.
        pub(crate) fn hello() -> &'static str { "hello" }
    };
    let expansion = get(quote!("/hello"), handler.clone());
    assert!(expansion.starts_with(&handler.to_string()));
    let record = quote! {
        ::velithon::__submit! {
            ::velithon::route::RouteRecord {
                call: |#[allow(unused_variables)] call: &mut ::velithon::route::Call| {
                    #[allow(unused_imports)]
                    use ::velithon::route::replies::*;
                    ::velithon::route::serve_sync(move || {
                        let returned = hello();
                        (&&&&::velithon::route::Returned::<&'static str>::NEW).velithon_reply(returned, 0)
                    })
                },
                methods: &["GET"],
                path: ::std::borrow::Cow::Borrowed("/hello"),
                handler: "hello",
                dependencies: &[],
                options: ::velithon::route::RouteOptions {
                    summary: "Says hello.",
                    description: "To everybody.",
                    ..::velithon::route::RouteOptions::NONE
                },
                origin: ::velithon::__origin!(),
            }
        }
    };
    has(&expansion, record);
}

#[test]
fn every_argument_gets_its_value_before_the_body_is_read() {
    let expansion = route(
        "PUT",
        quote!("/users/{id}"),
        quote! {
            async fn update(user: Json<User>, id: u64, #[query(default = 1)] times: u8, users: Inject<Users>) -> Reply {
                body
            }
        },
    );
    let values = quote! {
        let argument_1 =
            call.capture(0usize, "id", |text| <u64 as ::velithon::route::params::FromText>::from_text(text))?;
        let argument_2 = call.checked(
            ::velithon::route::params::query(call.query(), "times")
                .or(|text| <u8 as ::velithon::route::params::FromText>::from_text(text), || 1)
        )?;
        let argument_3 = ::velithon::Inject::<Users>::from_object(call.object(1usize)?);
        let argument_0 = (&&&&&::velithon::route::Argument::<Json<User>>::NEW).velithon_take(call, 0usize)?;
    };
    has(&expansion, values);
    has(&expansion, quote! { update(argument_0, argument_1, argument_2, argument_3) });
    has(&expansion, quote! { async fn update(user: Json<User>, id: u64, times: u8, users: Inject<Users>) -> Reply });
}

#[test]
fn each_type_is_asserted_once_and_the_inner_one_is_to_blame() {
    let handler = quote! {
        fn create(tenant: Tenant, user: Valid<Json<User>>, mail: Lazy<Mail>) -> Result<Json<Vec<User>>, Lost> { body }
    };
    let expansion = route("POST", quote!("/users"), handler);
    let checks = quote! {
        const _: fn() = || {
            let _ = <User as ::velithon::route::Readable>::ASSERTED;
            let _ = <User as ::velithon::route::Ruled>::ASSERTED;
            let _ = <Mail as ::velithon::inject::Provide>::key;
            let _ = <User as ::velithon::reply::Writable>::ASSERTED;
            let _ = <Lost as ::velithon::route::ErrorReply>::ASSERTED;
        };
        #[allow(dead_code)]
        const __VELITHON_READS_0: bool = <Tenant as ::velithon::route::Extractor<_>>::READS_BODY;
        #[allow(dead_code)]
        const __VELITHON_READS_1: bool = true;
        const _: () = ::velithon::record::verify(
            !(__VELITHON_READS_0 && __VELITHON_READS_1),
            "`Tenant` and `Valid<Json<User>>` both read the body, which can be read once; keep one of them"
        );
    };
    has(&expansion, checks);
}

#[test]
fn one_symbol_stands_for_each_method_unless_the_plan_decides() {
    let handler = quote! { fn show(user_id: u64) {} };
    let both = expand(None, quote!("/users/{user_id}", methods = [GET, PUT]), handler.clone());
    assert_eq!(both.to_string().matches("\"route GET /users/{} of ").count(), 1);
    assert_eq!(both.to_string().matches("\"route PUT /users/{} of ").count(), 1);
    for key in [quote!(when = "a.b"), quote!(accept = "text/html"), quote!(header("x-version" = "2"))] {
        lacks(&get(quote!("/users/{user_id}", #key), handler.clone()), "export_name");
    }
}

#[test]
fn what_is_configured_out_has_no_record() {
    let expansion = get(quote!("/"), quote! { #[cfg(test)] fn index() {} });
    has(&expansion, quote! { #[cfg(test)] #[allow(deprecated)] const _: () });
}

#[test]
fn a_second_route_attribute_reads_the_arguments_again() {
    let handler = quote! { #[post("/b")] fn both(#[query] page: u8) {} };
    has(&get(quote!("/a"), handler.clone()), handler);
    has(&get(quote!("/a"), quote! { fn one(#[query] page: u8) {} }), quote! { fn one(page: u8) {} });
}

#[test]
fn a_handler_with_faults_keeps_its_body_and_loses_our_attributes() {
    let expansion = get(quote!("/users/{id}"), quote! { fn show(#[query] page: u8) { page. } });
    assert!(expansion.starts_with(&quote! { fn show(page: u8) { page. } }.to_string()));
    assert_eq!(errors(&expansion), ["the path captures `id`, but `show` has no argument of that name"]);
    lacks(&expansion, "RouteRecord");
}

#[test]
fn faults_of_the_attribute_do_not_hide_those_of_the_function() {
    let expansion = get(quote!("/", colour = 1, status = 500), quote! { fn show<T>(page: u8) {} });
    let expected = [
        "`#[get]` has no key `colour`",
        "`show` is generic, and a record needs one function to call",
        "`500` is no status of success",
        "nothing binds the argument `page` of `show`",
    ];
    assert_eq!(errors(&expansion), expected);
}

#[test]
fn the_argument_that_was_meant_for_a_capture_is_found() {
    let help = |handler: TokenStream| {
        let expansion = get(quote!("/users/{id}/{section}"), handler);
        expansion.matches("rename the argument").count()
    };
    // A longer name, a like one, and the only value there is.
    assert_eq!(help(quote! { fn show(user_id: u64, sektion: String) {} }), 2);
    assert_eq!(help(quote! { fn show(id: u64, part: u8) {} }), 1);
    // One of two could be it, so none is named.
    assert_eq!(help(quote! { fn show(id: u64, part: u8, kind: u8) {} }), 0);
}

#[test]
fn a_group_writes_its_keys_into_the_routes_inside() {
    let module = quote! {
        mod api {
            #[get("/a", tags = ["own"],)]
            fn a() {}
            #[velithon::routes]
            mod inner {}
            mod plain {
                #[controller("/b")]
                impl B {}
            }
        }
    };
    let expansion = group::expand(quote!(prefix = "/api", tags = ["all"], when = "a.b"), module).to_string();
    let keys = quote! { __prefix = "/api", when = "a.b", tags = ["all"], };
    has(&expansion, quote! { #[get("/a", tags = ["own"], #keys)] fn a() {} });
    has(&expansion, quote! { #[velithon::routes(#keys)] mod inner {} });
    has(&expansion, quote! { #[controller("/b", #keys)] impl B {} });
    has(&expansion, quote! { module: ::core::module_path!(), prefix: "/api" });
}

#[test]
fn a_group_passes_on_that_it_has_no_prefix() {
    let expansion = group::expand(quote!(), quote! { mod api { #[get("/a")] fn a() {} } }).to_string();
    has(&expansion, quote! { #[get("/a", __prefix = "",)] });
    let inside = get(quote!("/a", __prefix = ""), quote! { fn a() {} });
    has(&inside, quote! { path: ::std::borrow::Cow::Borrowed("/a") });
    has(&inside, quote! { grouped: true });
}

#[test]
fn a_method_is_called_on_the_injected_value_that_self_is() {
    let block = quote! {
        impl Orders {
            #[get("/{id}")]
            async fn show(&self, id: u64, #[query(default = Self::LIMIT)] limit: u8) -> Json<Self> { body }
            fn total(&self) -> u64 { 0 }
        }
    };
    let expansion = methods::expand(Kind::Controller, quote!("/orders"), block).to_string();
    has(
        &expansion,
        quote! { <Orders>::show(::velithon::route::Receiver(&argument_0).velithon_receiver(), argument_1, argument_2).await },
    );
    has(&expansion, quote! { || <Orders>::LIMIT });
    has(&expansion, quote! { ::velithon::route::Returned::<Json<Orders>> });
    has(&expansion, quote! { handler: "Orders::show" });
    has(&expansion, quote! { fn total(&self) -> u64 { 0 } });
    assert_eq!(expansion.matches("RouteRecord").count(), 1);
}

#[test]
fn a_resource_has_the_routes_that_its_methods_are_named_after() {
    let block = quote! {
        impl Products {
            async fn list(&self) {}
            async fn create(&self) {}
            async fn get(&self, id: u64) {}
            async fn update(&self, id: u64) {}
            async fn patch(&self, id: u64) {}
            async fn delete(&self, id: u64) {}
            async fn other(&self) {}
        }
    };
    let expansion = methods::expand(Kind::Resource, quote!("/products"), block).to_string();
    let serves = |method: &str, path: &str, handler: &str| {
        let part = quote! { methods: &[#method], path: ::std::borrow::Cow::Borrowed(#path), handler: #handler };
        has(&expansion, part);
    };
    serves("GET", "/products", "Products::list");
    serves("POST", "/products", "Products::create");
    serves("GET", "/products/{id}", "Products::get");
    serves("PUT", "/products/{id}", "Products::update");
    serves("PATCH", "/products/{id}", "Products::patch");
    serves("DELETE", "/products/{id}", "Products::delete");
    assert_eq!(expansion.matches("RouteRecord").count(), 6);
    assert_eq!(expansion.matches("status : 201").count(), 1);
    assert_eq!(expansion.matches("status : 204").count(), 1);
}
