use proc_macro2::TokenStream;
use quote::quote;

use super::expand;
use crate::expansion::{has_spelled, text};

#[track_caller]
fn has(attribute: TokenStream, item: TokenStream, part: TokenStream) {
    has_spelled(expand(attribute, item), part);
}

/// The first line of the first fault.
#[track_caller]
fn refused(attribute: TokenStream, item: TokenStream, expected: &str) {
    let expanded = text(expand(attribute, item));
    let told = expected.replace('"', "\\\"");
    assert!(expanded.contains(&told), "{told}\n\nis not in\n\n{expanded}");
    assert!(expanded.contains("compile_error"), "{expanded}");
}

fn digest() -> TokenStream {
    quote! { pub async fn digest(user: u64, kind: Kind, ctx: TaskContext, mailer: Inject<Mailer>) -> Result<Summary> { todo(user) } }
}

#[test]
fn the_function_stays_as_it_was_and_its_name_is_a_type_too() {
    let expanded = text(expand(TokenStream::new(), digest()));
    assert!(expanded.starts_with(&text(digest())), "{expanded}");
    assert!(expanded.contains("pub enum digest { }"), "{expanded}");
}

#[test]
fn a_job_takes_the_payload_alone() {
    has(TokenStream::new(), digest(), quote! { pub fn job(user: u64, kind: Kind) -> ::velithon::task::Job<()> });
    has(
        quote!(result = "1h"),
        digest(),
        quote! { pub fn job(user: u64, kind: Kind) -> ::velithon::task::Job<Summary> },
    );
}

#[test]
fn the_wire_name_is_module_and_function_unless_it_is_written() {
    has(TokenStream::new(), digest(), quote! { name: ::core::concat!(::core::module_path!(), "::", "digest") });
    has(quote!(name = "mail.digest"), digest(), quote! { name: "mail.digest" });
}

#[test]
fn keys_become_options() {
    let keys =
        quote!(queue = "mail", priority = High, retries = 5, backoff = "1s..5m", timeout = "30s", payload = "1KiB");
    has(
        keys,
        digest(),
        quote! {
            options: ::velithon::task::TaskOptions {
                queue: "mail",
                priority: ::velithon::task::TaskPriority::High,
                retries: 5,
                backoff: ::velithon::task::Backoff {
                    first: ::core::time::Duration::new(1, 0),
                    most: ::core::time::Duration::new(300, 0)
                },
                timeout: ::core::time::Duration::new(30, 0),
                payload: 1024,
                ..::velithon::task::TaskOptions::DEFAULT
            }
        },
    );
}

#[test]
fn a_unique_key_is_of_the_arguments_that_are_named() {
    has(
        quote!(unique(by = ["kind"], within = "10m")),
        digest(),
        quote! { ::velithon::task::UniqueBy { arguments: &[1usize], within: ::core::option::Option::Some(::core::time::Duration::new(600, 0)) } },
    );
    refused(quote!(unique(by = "users")), digest(), "`digest` has no payload argument `users`");
}

#[test]
fn a_remote_task_has_no_function_and_no_wrapper() {
    let expanded = text(expand(
        quote!(broker = "celery", remote),
        quote!(
            async fn add(x: i64) -> Result<i64>;
        ),
    ));
    assert!(!expanded.contains("async fn add"), "{expanded}");
    assert!(expanded.contains("run : :: core :: option :: Option :: None"), "{expanded}");
    assert!(expanded.contains("-> :: velithon :: task :: Job < i64 >"), "{expanded}");
}

#[test]
fn what_cannot_be_a_task_is_refused() {
    refused(
        TokenStream::new(),
        quote!(
            struct Digest;
        ),
        "`#[task]` stands on a function",
    );
    refused(
        TokenStream::new(),
        quote!(
            fn digest() {}
        ),
        "the task `digest` is not async",
    );
    refused(
        TokenStream::new(),
        quote!(
            async fn digest(name: &str) {}
        ),
        "`&str` is borrowed, and a task owns its arguments",
    );
    refused(
        quote!(remote, broker = "c"),
        quote!(
            async fn digest() {}
        ),
        "`digest` is remote, and has a body that nobody would run",
    );
    refused(
        quote!(remote),
        quote!(
            async fn digest();
        ),
        "`digest` is remote, and no broker says how it gets there",
    );
    refused(
        TokenStream::new(),
        quote!(
            async fn digest();
        ),
        "the task `digest` has no body",
    );
}

#[test]
fn values_that_do_not_read_are_refused() {
    refused(
        quote!(cron = "0 25 * * *"),
        quote!(
            async fn digest() {}
        ),
        "`0 25 * * *` is no schedule",
    );
    refused(quote!(priority = Urgent), digest(), "`Urgent` is no priority");
    refused(quote!(timeout = "30"), digest(), "`30` is no duration: `30` has no unit");
    refused(quote!(backoff = "5m..1s"), digest(), "`5m` is more than `1s`");
    refused(quote!(max_crashes = 0), digest(), "`max_crashes` is from 1 to 1000000");
    refused(quote!(name = "my task"), digest(), "`my task` is no name here");
    refused(quote!(tz = "UTC"), digest(), "`tz` is about a schedule, and there is none");
    refused(quote!(cron = "0 3 * * *"), digest(), "a schedule enqueues `digest`, and has no `user` to give");
}
