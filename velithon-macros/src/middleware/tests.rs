use proc_macro2::TokenStream;
use quote::quote;

use super::{check::check, expand, parse::Middleware};
use crate::expansion::{has_spelled, text};
use crate::faults::Faults;

#[track_caller]
fn has(attribute: TokenStream, item: TokenStream, part: TokenStream) {
    has_spelled(expand(attribute, item), part);
}

/// Every fault, in order.
fn faults(attribute: TokenStream, item: TokenStream) -> Vec<String> {
    let mut faults = Faults::new();
    let parsed = Middleware::parse(attribute, syn::parse2(item).unwrap(), &mut faults);
    check(&parsed, &mut faults);
    faults.combined().into_iter().flatten().map(|fault| fault.to_string()).collect()
}

#[track_caller]
fn refused(attribute: TokenStream, item: TokenStream, expected: &str) {
    assert_eq!(faults(attribute, item), [expected]);
}

fn audit() -> TokenStream {
    quote! { async fn audit(request: Request, next: Next) -> Response { next.run(request).await } }
}

#[test]
fn the_whole_expansion_of_the_smallest_middleware() {
    let expected = quote! {
        async fn audit(request: Request, next: Next) -> Response { next.run(request).await }
        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        enum audit {}
        const _: () = {
            impl ::velithon::middleware::Ordered for audit {}
            const _: fn() = || {
                let _ = <Response as ::velithon::Reply>::reply;
            };
            fn __velithon_run(
                request: ::velithon::middleware::Request,
                next: ::velithon::middleware::Next,
            ) -> ::velithon::inject::BoxFuture<'static, ::velithon::reply::Response> {
                ::std::boxed::Box::pin(async move {
                    {
                        use ::velithon::route::{AnyReturned as _, ReturnedReply as _};
                        (&::velithon::route::Returned::<Response>::NEW).velithon_reply(audit(request, next).await, 0)
                    }
                })
            }
            ::velithon::__submit! {
                ::velithon::middleware::MiddlewareRecord {
                    name: "audit",
                    identity: || ::core::any::TypeId::of::<audit>(),
                    run: ::velithon::middleware::Run::Function(__velithon_run),
                    priority: <audit as ::velithon::middleware::Ordered>::PRIORITY,
                    after: &[],
                    before: &[],
                    paths: &[],
                    except: &[],
                    methods: &[],
                    when: ::core::option::Option::None,
                    dependencies: &[],
                    built_in: false,
                    origin: ::velithon::__origin!(),
                }
            }
        };
    };
    assert_eq!(text(expand(TokenStream::new(), audit())), text(expected));
}

#[test]
fn the_function_stays_as_it_was_and_comes_first() {
    let item = quote! {
        /// Writes down who asked.
        #[cfg(feature = "audit")]
        pub(crate) async fn audit(next: Next, mut request: Request) -> Response { next.run(request).await }
    };
    let expanded = text(expand(TokenStream::new(), item.clone()));
    assert!(expanded.starts_with(&text(item)), "{expanded}");
}

#[test]
fn the_key_has_the_visibility_and_the_conditions_of_the_function() {
    let item = quote! {
        #[cfg(feature = "audit")]
        pub(crate) async fn audit(request: Request, next: Next) -> Response { next.run(request).await }
    };
    let key = quote! {
        #[cfg(feature = "audit")] #[doc(hidden)] #[allow(non_camel_case_types)] pub(crate) enum audit {}
        #[cfg(feature = "audit")] const _: () =
    };
    has(TokenStream::new(), item, key);
}

#[test]
fn a_deprecated_middleware_does_not_warn_of_itself() {
    let item = quote! { #[deprecated] async fn audit(request: Request, next: Next) -> Response { todo!() } };
    has(TokenStream::new(), item, quote! { #[allow(deprecated)] const _: () = });
}

#[test]
fn a_number_is_the_priority_as_it_stands() {
    let part = quote! { ::core::option::Option::Some(40) };
    has(quote!(priority = 40), audit(), part);
    has(quote!(priority = -1), audit(), quote! { ::core::option::Option::Some(-1) });
}

#[test]
fn a_band_needs_no_import_and_a_const_of_the_users_own_goes_first() {
    let part = quote! {
        const PRIORITY: ::core::option::Option<i32> = ::core::option::Option::Some({
            #[allow(unused_imports)]
            use ::velithon::middleware::band::*;
            {
                #[allow(unused_imports)]
                use self::*;
                AUTHENTICATION
            }
        });
    };
    has(quote!(priority = AUTHENTICATION), audit(), part);
}

#[test]
fn after_and_before_are_two_consts() {
    let attribute = quote!(after = [trace, web::session], before = log);
    let aliases = quote! {
        type __VelithonAfter0 = trace;
        type __VelithonAfter1 = web::session;
        type __VelithonBefore0 = log;
    };
    let order = quote! {
        const AFTER: u32 = 1 + ::velithon::inject::max2(
            <__VelithonAfter0 as ::velithon::middleware::Ordered>::AFTER,
            <__VelithonAfter1 as ::velithon::middleware::Ordered>::AFTER
        );
        const BEFORE: u32 = 1 + <__VelithonBefore0 as ::velithon::middleware::Ordered>::BEFORE;
    };
    let record = quote! {
        after: &[
            || ::core::any::TypeId::of::<__VelithonAfter0>(),
            || ::core::any::TypeId::of::<__VelithonAfter1>()
        ],
        before: &[|| ::core::any::TypeId::of::<__VelithonBefore0>()],
    };
    for part in [aliases, order, record] {
        has(attribute.clone(), audit(), part);
    }
}

#[test]
fn only_a_written_priority_can_contradict() {
    assert!(!text(expand(quote!(after = trace), audit())).contains("verify"));
    let part = quote! { ::velithon::middleware::may_enclose::<__VelithonAfter0, audit>() };
    has(quote!(after = trace, priority = 3), audit(), part);
    let part = quote! { ::velithon::middleware::may_enclose::<audit, __VelithonBefore0>() };
    has(quote!(before = trace, priority = 3), audit(), part);
}

#[test]
fn the_record_says_for_which_requests() {
    let attribute =
        quote!(path = "/api/**", except = ["/api/health", "/api/docs/*"], methods = [GET, POST], when = "a.b");
    let part = quote! {
        paths: &["/api/**"],
        except: &["/api/health", "/api/docs/*"],
        methods: &["GET", "POST"],
        when: ::core::option::Option::Some("a.b"),
    };
    has(attribute, audit(), part);
}

#[test]
fn further_arguments_come_from_the_head_in_any_position() {
    let item = quote! {
        async fn audit(users: Inject<Users>, next: Next, headers: HeaderMap, request: Request) -> Result<Response> {
            todo!()
        }
    };
    let assertions = quote! {
        let _ = <Users as ::velithon::inject::Provide>::key;
        let _ = <HeaderMap as ::velithon::middleware::HeadExtractor<_>>::ASSERTED;
        let _ = <Response as ::velithon::Reply>::reply;
    };
    let wrapper = quote! {
        let argument_0 = ::velithon::Inject::<Users>::from_object(
            entry.call().resolver().wanted((&&&::velithon::inject::Wanted::<Users>::NEW).key()).await?
        );
        let argument_2 = (&&&::velithon::route::Head::<HeaderMap>::NEW).velithon_head(entry.call()).await?;
        let (request, next) = entry.leave();
        ::core::result::Result::Ok({
            use ::velithon::route::{AnyReturned as _, ReturnedReply as _};
            (&::velithon::route::Returned::<Result<Response> >::NEW).velithon_reply(
                audit(argument_0, next, argument_2, request).await,
                0
            )
        })
    };
    for part in [assertions, wrapper] {
        has(TokenStream::new(), item.clone(), part);
    }
}

#[test]
fn an_unknown_extractor_may_ask_the_application() {
    let takes = |ty: TokenStream| {
        quote! { async fn audit(request: Request, next: Next, x: #ty) -> Response { todo!() } }
    };
    has(TokenStream::new(), takes(quote!(Tenant)), quote! { entry.call().share(); });
    assert!(!text(expand(TokenStream::new(), takes(quote!(HeaderMap)))).contains("share"));
}

#[test]
fn a_function_without_next_builds_a_layer() {
    let item = quote! {
        async fn compression(config: Config<Web>, users: Inject<Users>) -> velithon::Result<CompressionLayer> { todo!() }
    };
    let body = quote! {
        let argument_0 = resolver.config::<Web>(
            ::core::option::Option::Some(<Web as ::velithon::config::Section>::key())
        ).await?;
        let argument_1 = ::velithon::Inject::<Users>::from_object(
            resolver.wanted((&&&::velithon::inject::Wanted::<Users>::NEW).key()).await?
        );
        #[allow(unused_imports)]
        use ::velithon::inject::{FailedBoxed as _, FailedDirectly as _};
        let layer = match compression(argument_0, argument_1).await {
            ::core::result::Result::Ok(layer) => layer,
            ::core::result::Result::Err(error) =>
                return ::core::result::Result::Err(::velithon::inject::Failed::new(error).told()),
        };
        ::core::result::Result::Ok(::velithon::middleware::IntoLayered::into_layered(layer))
    };
    let captive = quote! { !<Users as ::velithon::inject::Provide>::REQUEST_BOUND };
    let run = quote! { run: ::velithon::middleware::Run::Layer(__velithon_layer), };
    for part in [body, captive, run] {
        has(TokenStream::new(), item.clone(), part);
    }
}

#[test]
fn a_layer_that_cannot_fail_is_taken_as_it_is() {
    let item = quote! { fn compression() -> impl Layer<Rest> { todo!() } };
    has(TokenStream::new(), item, quote! { let layer = compression(); });
}

#[test]
fn the_key_of_a_faulty_middleware_is_still_there_for_others() {
    let expanded = text(expand(quote!(priorty = 1), audit()));
    assert!(expanded.starts_with(&text(audit())), "{expanded}");
    assert!(expanded.contains(&text(quote! { enum audit {} impl ::velithon::middleware::Ordered for audit {} })));
    assert!(!expanded.contains("__submit"));
}

#[test]
fn an_unknown_key_is_named_with_its_nearest() {
    refused(
        quote!(priorty = 40),
        audit(),
        "`#[middleware]` has no key `priorty`
help: write `priority`; `#[middleware]` has the keys `priority`, `after`, `before`, `path`, `except`, `methods` and `when`",
    );
}

#[test]
fn a_value_without_a_key() {
    refused(
        quote!(AUTHENTICATION),
        audit(),
        "`#[middleware]` takes `key = value`
help: write the key in front of the value; its keys are `priority`, `after`, `before`, `path`, `except`, `methods` and `when`",
    );
}

#[test]
fn a_key_that_is_written_twice() {
    refused(
        quote!(priority = 1, priority = 2),
        audit(),
        "`priority` is written twice
help: keep one `priority = ..`",
    );
}

#[test]
fn a_priority_in_quotes() {
    refused(
        quote!(priority = "40"),
        audit(),
        "`priority` takes a whole number or the name of a band
help: write `priority = 40` or `priority = AUTHENTICATION`, without quotes",
    );
}

#[test]
fn a_middleware_named_in_quotes() {
    refused(
        quote!(after = "trace"),
        audit(),
        "`after` names other middleware functions
help: write `after = audit` or `after = [audit, crate::web::trace]`",
    );
}

#[test]
fn a_method_that_does_not_exist_is_named_with_its_nearest() {
    let refused = |attribute, expected| refused(attribute, audit(), expected);
    refused(quote!(methods = [GET, PSOT]), "`PSOT` is not a method\nhelp: write `POST`");
    refused(quote!(methods = get), "`get` is not a method\nhelp: write `GET`");
    refused(quote!(methods = ["GET"]), "`\"GET\"` is not a method\nhelp: write `GET`");
    refused(
        quote!(methods = PURGE),
        "`PURGE` is not a method
help: the methods are `GET`, `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE`, `OPTIONS` and `TRACE`",
    );
}

#[test]
fn every_fault_is_reported_at_once() {
    let found = faults(
        quote!(path = "api/**", methods = GTE, when = "a.b = c", colour = 3),
        quote! { fn audit(next: Next) {} },
    );
    let first_lines: Vec<&str> = found.iter().filter_map(|fault| fault.lines().next()).collect();
    assert_eq!(
        first_lines,
        [
            "`#[middleware]` has no key `colour`",
            "`GTE` is not a method",
            "a path starts with `/`",
            "a comparison is written `==`",
            "`audit` takes `Next` and is not `async`",
            "`audit` returns nothing",
            "`audit` takes `Next` but no `Request`",
        ]
    );
}

#[test]
fn a_middleware_after_itself() {
    refused(
        quote!(after = audit),
        audit(),
        "`audit` cannot run after itself
help: name another middleware, or take `after` away",
    );
}

#[test]
fn a_middleware_both_after_and_before_another() {
    refused(
        quote!(after = web::trace, before = web::trace),
        audit(),
        "`audit` cannot run both after and before `web::trace`
help: keep `after = web::trace` to run inside of it, or `before = web::trace` to run around it",
    );
}

#[test]
fn next_twice() {
    refused(
        TokenStream::new(),
        quote! { async fn audit(request: Request, next: Next, again: Next) -> Response { todo!() } },
        "`audit` takes `Next` twice
there is one of it for each request
help: take `again: Next` away",
    );
}

#[test]
fn a_method() {
    refused(
        TokenStream::new(),
        quote! { async fn audit(&self, request: Request, next: Next) -> Response { todo!() } },
        "a middleware has no `&self`
it is called as a free function, with nothing to call it on
help: move the function out of the `impl` and take what it needs as `users: Inject<Users>`",
    );
}

#[test]
fn a_generic_middleware() {
    refused(
        TokenStream::new(),
        quote! { async fn audit<T>(request: Request, next: Next) -> Response { todo!() } },
        "`audit` is generic, and a record needs one function to call
nothing would say which type stands for the parameter
help: write the type out, or write one function for each type that calls the generic one",
    );
}

#[test]
fn a_borrowed_request() {
    let found = faults(
        TokenStream::new(),
        quote! { async fn audit(request: &mut Request, next: Next) -> Response { todo!() } },
    );
    assert_eq!(
        found[0],
        "an argument of a middleware is taken by value
nothing outlives the call that it could be borrowed from
help: write `Request`"
    );
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn a_query_parameter() {
    let found = faults(
        TokenStream::new(),
        quote! { async fn audit(request: Request, next: Next, #[query] page: u32) -> Response { todo!() } },
    );
    assert_eq!(
        found,
        ["`#[query]` stands on arguments of handlers only
a middleware runs for many routes and belongs to the parameters of none
help: read it from the request: `request.headers()`, `request.uri().query()`, or take `axum::extract::Query<_>`"]
    );
}

#[test]
fn a_request_without_next() {
    refused(
        TokenStream::new(),
        quote! { async fn audit(request: Request) -> Response { todo!() } },
        "`audit` takes a `Request` but no `Next`
with `Next` it runs around each request; without, it is called once at start and returns a `tower::Layer`
help: write `async fn audit(request: Request, next: Next) -> Response`, or take the `Request` away",
    );
}

#[test]
fn an_extractor_for_a_layer() {
    refused(
        TokenStream::new(),
        quote! { fn cors(headers: HeaderMap) -> CorsLayer { todo!() } },
        "`cors` cannot take `headers: HeaderMap`
without `Next` it is called once at start, to return a `tower::Layer`, and there is no request yet
help: take `Inject<_>`, `Lazy<_>`, `Factory<_>`, `All<_>` or `Config<_>`, or add `request: Request, next: Next`",
    );
}

#[test]
fn neither_next_nor_a_layer() {
    refused(
        TokenStream::new(),
        quote! { fn cors() {} },
        "`cors` is no middleware: it takes no `Next` and returns nothing
help: write `async fn cors(request: Request, next: Next) -> Response`, or return a `tower::Layer`",
    );
}

#[test]
fn a_struct_is_no_middleware() {
    let expanded = text(expand(TokenStream::new(), quote! { struct Audit; }));
    assert!(expanded.starts_with("struct Audit ;"), "{expanded}");
    assert!(expanded.contains("`#[middleware]` stands on a function with a body"), "{expanded}");
}
