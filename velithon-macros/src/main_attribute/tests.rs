use proc_macro2::TokenStream;
use quote::quote;

use super::{Kind, check::check, expand, parse::Start};
use crate::faults::Faults;

/// The tokens as text, each blank one space.
fn text(tokens: impl Into<TokenStream>) -> String {
    tokens.into().to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Checks that there is one fault, which reads `expected`.
#[track_caller]
fn refused(kind: Kind, attribute: TokenStream, item: TokenStream, expected: &str) {
    let mut faults = Faults::new();
    let start = Start::parse(kind, attribute, syn::parse2(item).unwrap(), &mut faults);
    check(&start, &mut faults);
    let found: Vec<String> = faults.combined().into_iter().flatten().map(|fault| fault.to_string()).collect();
    assert_eq!(found, [expected]);
}

fn main() -> TokenStream {
    quote! { async fn main(app: App) -> velithon::Result<()> { app.run().await } }
}

#[test]
fn the_whole_expansion_of_main() {
    let item = quote! {
        /// The shop.
        #[allow(clippy::large_futures)]
        async fn main(app: App) -> velithon::Result<()> { app.run().await }
    };
    let expected = quote! {
        /// The shop.
        #[allow(clippy::large_futures)]
        fn main() -> ::std::process::ExitCode {
            async fn main(app: App) -> velithon::Result<()> { app.run().await }
            const _: () = {
                extern crate shop_billing as _;
                extern crate shop_stock as _;
            };
            ::velithon::__private::main(
                ::velithon::__private::Root {
                    origin: ::velithon::__origin!(),
                    include: &["shop_billing", "shop_stock"]
                },
                |app| async move {
                    let ended = main(app).await;
                    ::velithon::__private::ended(ended)
                }
            )
        }
    };
    let expanded = expand(Kind::Main, quote!(include = [shop_billing, shop_stock]), item);
    assert_eq!(text(expanded), text(expected));
}

#[test]
fn the_whole_expansion_of_a_test() {
    let item = quote! {
        #[ignore = "needs a database"]
        #[should_panic]
        async fn a_user_is_found(app: TestApp) -> velithon::Result<()> { Ok(()) }
    };
    let expected = quote! {
        #[ignore = "needs a database"]
        #[should_panic]
        #[::core::prelude::v1::test]
        fn a_user_is_found() -> velithon::Result<()> {
            async fn a_user_is_found(app: TestApp) -> velithon::Result<()> { Ok(()) }
            ::velithon::__private::test(
                ::velithon::__private::Root { origin: ::velithon::__origin!(), include: &[] },
                a_user_is_found
            )
        }
    };
    assert_eq!(text(expand(Kind::Test, TokenStream::new(), item)), text(expected));
}

#[test]
fn one_crate_needs_no_brackets() {
    let expanded = text(expand(Kind::Main, quote!(include = shop), main()));
    assert!(expanded.contains("extern crate shop as _ ;"), "{expanded}");
}

#[test]
fn a_faulty_main_keeps_its_body_and_is_still_a_main() {
    let expanded = text(expand(Kind::Main, quote!(includes = [shop]), main()));
    assert!(expanded.starts_with("# [allow (dead_code)] fn main () {"), "{expanded}");
    assert!(expanded.contains("app . run () . await"), "{expanded}");
}

#[test]
fn a_main_that_is_not_async() {
    refused(
        Kind::Main,
        TokenStream::new(),
        quote! { fn main(app: App) -> velithon::Result<()> { Ok(()) } },
        "`main` is not `async`
it awaits the application, and `velithon` brings the runtime that it runs on
help: write `async fn main`",
    );
}

#[test]
fn a_main_of_another_name() {
    refused(
        Kind::Main,
        TokenStream::new(),
        quote! { async fn start(app: App) -> velithon::Result<()> { Ok(()) } },
        "`#[velithon::main]` stands on `main`, not on `start`
a program begins at the function of that name
help: rename it to `main`",
    );
}

#[test]
fn a_main_without_the_app() {
    refused(
        Kind::Main,
        TokenStream::new(),
        quote! { async fn main() -> velithon::Result<()> { Ok(()) } },
        "`main` takes no application
help: write `async fn main(app: App)`",
    );
}

#[test]
fn a_main_that_returns_nothing() {
    refused(
        Kind::Main,
        TokenStream::new(),
        quote! { async fn main(app: App) { app.run().await.ok(); } },
        "`main` returns nothing, so a failed start would be lost
help: write `-> velithon::Result<()>` and end with `app.run().await`",
    );
}

#[test]
fn a_second_argument_of_main() {
    refused(
        Kind::Main,
        TokenStream::new(),
        quote! { async fn main(app: App, config: Config<Shop>) -> velithon::Result<()> { Ok(()) } },
        "`main` takes one argument, the `App`
nothing would give another its value
help: configuration goes to a provider as `Config<_>`, and a provider starts what runs by itself",
    );
}

#[test]
fn a_test_that_takes_the_app_of_main() {
    refused(
        Kind::Test,
        TokenStream::new(),
        quote! { async fn a_user_is_found(app: App) {} },
        "`a_user_is_found` takes one argument, the `TestApp`
it is called with the application of the test, before it is started
help: write `app: TestApp`",
    );
}

#[test]
fn a_second_test_attribute() {
    refused(
        Kind::Test,
        TokenStream::new(),
        quote! { #[tokio::test] async fn a_user_is_found(app: TestApp) {} },
        "`#[tokio::test]` stands beside `#[velithon::test]`
each of them calls the function
help: take `#[tokio::test]` away",
    );
}

#[test]
fn a_crate_in_quotes() {
    refused(
        Kind::Main,
        quote!(include = ["shop-billing"]),
        main(),
        "`include` names crates
help: write `include = [shop_billing]`, as Rust code names the crate",
    );
}

#[test]
fn a_crate_with_a_dash() {
    refused(
        Kind::Main,
        quote!(include = [shop - billing]),
        main(),
        "`include` names crates
help: write `_` for each `-`, as Rust code names the crate",
    );
}

#[test]
fn a_module_of_a_crate() {
    refused(
        Kind::Main,
        quote!(include = [shop::billing]),
        main(),
        "`include` names crates
help: write `include = [shop]`",
    );
}

#[test]
fn this_crate() {
    refused(
        Kind::Main,
        quote!(include = [crate]),
        main(),
        "`include` names crates
help: this crate is always included; take it out",
    );
}

#[test]
fn a_crate_that_is_included_twice() {
    refused(
        Kind::Main,
        quote!(include = [shop, shop]),
        main(),
        "`shop` is included twice
help: name it once",
    );
}

#[test]
fn an_unknown_key_is_named_with_its_nearest() {
    refused(
        Kind::Main,
        quote!(includes = [shop]),
        main(),
        "`#[velithon::main]` has no key `includes`
help: write `include`; `#[velithon::main]` has the key `include`",
    );
}
