use proc_macro2::TokenStream;
use quote::quote;

use super::expand;

/// The tokens as text, each blank one space.
fn text(tokens: impl Into<TokenStream>) -> String {
    let tokens: TokenStream = tokens.into();
    tokens.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What `#[inject]` without keys makes of an item.
fn expanded(item: TokenStream) -> String {
    text(expand(quote!(), item))
}

fn assert_contains(expanded: &str, part: TokenStream) {
    let part = text(part);
    assert!(expanded.contains(&part), "{part}\n\nis not in\n\n{expanded}");
}

/// Every fault of the item, in order.
fn faults(attribute: TokenStream, item: TokenStream) -> Vec<String> {
    let file: syn::File = syn::parse2(expand(attribute, item)).unwrap();
    let errors = file.items.into_iter().filter_map(|item| match item {
        syn::Item::Macro(error) => error.mac.parse_body::<syn::LitStr>().ok(),
        _ => None,
    });
    errors.map(|error| error.value()).collect()
}

fn heads(attribute: TokenStream, item: TokenStream) -> Vec<String> {
    faults(attribute, item).iter().filter_map(|fault| fault.lines().next().map(str::to_owned)).collect()
}

#[test]
fn a_struct_comes_first_and_loses_only_our_field_attributes() {
    let expanded = expanded(quote! {
        #[derive(Debug)]
        pub(crate) struct Users { #[serde(skip)] pool: Inject<pool>, #[inject(default)] log: Log }
    });
    let item =
        text(quote! { #[derive(Debug)] pub(crate) struct Users { #[serde(skip)] pool: Inject<pool>, log: Log } });
    assert!(expanded.starts_with(&item), "{expanded}");
}

#[test]
fn a_struct_is_built_from_its_fields_in_order() {
    let expanded = expanded(quote! {
        struct Users { pool: Inject<pool>, #[inject(default)] log: Log, #[inject(value = pool.len())] size: usize }
    });
    assert_contains(
        &expanded,
        quote! {
            let need_0 =
                ::velithon::inject::Inject::<pool>::from_object(resolver.wanted(__velithon_need_0()).await?);
            let need_1 = <Log as ::core::default::Default>::default();
            let need_2 = { let made: usize = pool.len(); made };
            let value = Users { pool: need_0, log: need_1, size: need_2 };
            ::core::result::Result::Ok(::velithon::inject::object(value))
        },
    );
}

#[test]
fn each_handle_asks_in_its_own_way() {
    let expanded = expanded(quote! {
        fn all(a: Lazy<A>, b: velithon::Factory<B>, c: All<dyn C>, d: Config<D>) -> u8 { 0 }
    });
    for part in [
        quote! { let need_0 = ::velithon::inject::Lazy::<A>::from_resolver(resolver); },
        quote! { let need_1 = ::velithon::inject::Factory::<B>::from_resolver(resolver); },
        quote! { ::velithon::inject::All::<dyn C>::from_object(resolver.wanted(__velithon_need_2()).await?) },
        quote! { let need_3 = resolver.config::<D>(__velithon_need_3()).await?; },
        quote! { let value = all(need_0, need_1, need_2, need_3); },
        quote! { ::velithon::inject::Dependency { key: __velithon_need_0, ask: ::velithon::inject::Ask::Lazy } },
        quote! { ::velithon::inject::Dependency { key: __velithon_need_3, ask: ::velithon::inject::Ask::Config } },
    ] {
        assert_contains(&expanded, part);
    }
}

#[test]
fn a_type_is_named_as_provided_once_for_each_place_that_asks() {
    // One mention is one error; a second would be told again.
    let expanded = expanded(quote! { struct Users { pool: Inject<Pool>, late: Lazy<Late> } });
    for name in ["Pool", "Late"] {
        assert_eq!(expanded.matches(&format!("< {name} as :: velithon :: inject :: Provide >")).count(), 1, "{name}");
    }
    assert!(!expanded.contains("ProvideAll >"), "{expanded}");
}

#[test]
fn a_singleton_asserts_that_it_may_hold_what_it_asks_for() {
    let item = quote! { struct Users { work: Inject<UnitOfWork> } };
    let message = "the singleton `Users` cannot hold the request-scoped `UnitOfWork`";
    assert!(expanded(item.clone()).contains(message));
    assert!(!text(expand(quote!(request), item.clone())).contains(message));
    assert!(!text(expand(quote!(transient), item)).contains(message));
}

#[test]
fn a_function_stays_and_its_key_stands_beside_it() {
    let item = quote! { pub async fn pool(config: Config<Db>) -> Result<SqlitePool> { config.connect().await } };
    let expanded = expanded(item.clone());
    assert!(expanded.starts_with(&text(item)), "{expanded}");
    assert_contains(&expanded, quote! { pub enum pool {} });
    assert_contains(&expanded, quote! { type Value = SqlitePool; });
    assert_contains(&expanded, quote! { let value = match pool(need_0).await });
    assert_contains(
        &expanded,
        quote! { return ::core::result::Result::Err(::velithon::inject::Failed::new(error).told()) },
    );
}

#[test]
fn the_value_of_a_function_is_what_its_result_holds() {
    for (output, value) in [
        (quote!(SqlitePool), quote!(SqlitePool)),
        (quote!(io::Result<Vec<u8>>), quote!(Vec<u8>)),
        (quote!(std::result::Result<Pool, sqlx::Error>), quote!(Pool)),
        (quote!(Option<Pool>), quote!(Option<Pool>)),
    ] {
        assert_contains(&expanded(quote! { fn pool() -> #output { todo() } }), quote! { type Value = #value; });
    }
}

#[test]
fn a_block_is_made_by_its_constructor() {
    let item = quote! { impl crate::Users { async fn new(pool: Inject<pool>) -> Result<Self, E> { Ok(Self) } } };
    let expanded = expanded(item.clone());
    assert!(expanded.starts_with(&text(item)), "{expanded}");
    assert_contains(&expanded, quote! { match <crate::Users>::new(need_0).await });
    assert_contains(&expanded, quote! { ::velithon::inject::Key::new("Users") });
}

#[test]
fn what_main_provides_is_not_built() {
    let expanded = text(expand(quote!(provided), quote! { struct Args { path: PathBuf } }));
    assert_contains(&expanded, quote! { build: ::core::option::Option::None });
    assert!(!expanded.contains("__velithon_build"), "{expanded}");
}

#[test]
fn the_keys_reach_the_record() {
    let attribute = quote! { request, as = dyn Cache, when = "shop.cache == memory" };
    let expanded = text(expand(attribute, quote! { struct MemoryCache; }));
    for part in [
        quote! { scope: ::velithon::inject::Scope::Request },
        quote! { when: ::core::option::Option::Some("shop.cache == memory") },
        quote! { finish: <::velithon::inject::EndOf<MemoryCache>>::FINISH },
        quote! { binding: ::core::option::Option::Some(::velithon::inject::Binding {
            key: __velithon_bound_key,
            convert: __velithon_convert
        }) },
    ] {
        assert_contains(&expanded, part);
    }
    let stopped = text(expand(quote!(stop = close), quote! { struct Pool; }));
    assert_contains(&stopped, quote! { stop: ::core::option::Option::Some(__velithon_stop) });
    assert_contains(&stopped, quote! { let stopping = held.close(); });
}

#[test]
fn a_slot_stays_as_it_was_and_says_that_it_is_one() {
    let item = quote! { #[async_trait] pub trait Cache: Send + Sync { async fn read(&self) -> u8; } };
    let expanded = expanded(item.clone());
    assert!(expanded.starts_with(&text(item)), "{expanded}");
    assert_contains(&expanded, quote! { pub const __VELITHON_SLOT: bool = true; });
    assert_contains(&expanded, quote! { impl<'v> ::velithon::inject::Provide for dyn Cache + 'v });
    assert_contains(&expanded, quote! { collect: ::core::option::Option::None });
}

#[test]
fn a_collection_is_read_as_a_whole() {
    let expanded = text(expand(quote!(all), quote! { trait Plugin: Send + Sync {} }));
    assert_contains(&expanded, quote! { impl<'v> ::velithon::inject::ProvideAll for dyn Plugin + 'v });
    assert_contains(&expanded, quote! { ::core::option::Option::Some(::velithon::inject::collect::<dyn Plugin>) });
    assert!(!expanded.contains("inject :: Provide for"), "{expanded}");
}

#[test]
fn every_fault_of_an_item_is_reported_at_once() {
    let found = heads(
        quote! { requst, transient, singleton, stop = close, as = Cache, when = "cache" },
        quote! { struct Users { pool: Pool, #[inject(defalt)] log: Log } },
    );
    assert_eq!(
        found,
        [
            "`#[inject]` has no key `requst`",
            "the field `pool: Pool` does not say where its value comes from",
            "`#[inject]` has no key `defalt`",
            "a value is either `transient` or `singleton`",
            "`close` would be called at shutdown, when no transient value is left",
            "`cache` names no section",
            "`as` names the trait a value stands for, and `Cache` is written as a type",
        ]
    );
}

#[test]
fn a_faulty_provider_is_still_provided_so_that_nobody_else_complains() {
    let expanded = expanded(quote! { fn pool(size: usize) -> SqlitePool { todo() } });
    assert_contains(&expanded, quote! { fn pool(size: usize) -> SqlitePool { todo() } });
    assert_contains(&expanded, quote! { enum pool {} });
    assert_contains(&expanded, quote! { type Value = SqlitePool; });
    assert!(expanded.contains("compile_error !"), "{expanded}");
    assert!(!expanded.contains("__velithon_build"), "{expanded}");
}

#[test]
fn a_key_without_its_value_shows_the_form() {
    for (attribute, help) in [
        (quote!(as), "help: write `as = dyn Trait`"),
        (quote!(when), "help: write `when = \"shop.cache == memory\"`"),
        (quote!(stop = "close"), "help: write `stop = close`"),
    ] {
        let found = faults(attribute, quote! { struct Users; });
        assert!(found[0].ends_with(help), "{found:?}");
    }
}

#[test]
fn a_key_written_twice_is_refused() {
    let found = heads(quote! { when = "a.b", when = "c.d" }, quote! { struct Users; });
    assert_eq!(found, ["`when` is written twice"]);
}

#[test]
fn what_is_shared_by_hand_is_told_as_a_handle() {
    for (ty, help) in [
        (quote!(Arc<Pool>), "write `pool: Inject<Pool>`"),
        (quote!(Box<dyn Cache>), "write `pool: Inject<dyn Cache>`"),
        (quote!(&Pool), "write `pool: Inject<Pool>`"),
        (quote!(Vec<Arc<dyn Plugin>>), "write `pool: All<dyn Plugin>`"),
        (quote!(Vec<u8>), "make it inside the function"),
        (quote!(&str), "make it inside the function"),
        (quote!(AtomicU64), "make it inside the function"),
        (quote!(users::Store), "write `pool: Inject<users::Store>`"),
    ] {
        let found = faults(quote!(), quote! { fn users(pool: #ty) -> Users { Users } });
        assert!(found[0].contains(&format!("help: {help}")), "{found:?}");
    }
}

#[test]
fn a_method_is_told_to_be_in_a_block() {
    for item in [quote! { fn new() -> Result<Self> { Ok(Self) } }, quote! { fn size(&self) -> u8 { 1 } }] {
        let expanded = expanded(item.clone());
        assert!(expanded.starts_with(&text(item)), "{expanded}");
        // An enum cannot stand in an `impl` block, where this is expanded.
        assert!(!expanded.contains("enum"), "{expanded}");
    }
}

#[test]
fn the_constructor_is_the_one_function_new() {
    let block = |functions: TokenStream| heads(quote!(), quote! { impl Users { #functions } });
    assert_eq!(block(quote! {}), ["`Users` has no `new` in this block, which would make the value"]);
    assert_eq!(
        block(quote! { fn new() -> Self { Self } fn new() -> Self { Self } }),
        ["`Users` has two functions `new`, and one of them makes the value"]
    );
    assert_eq!(block(quote! { fn new() {} }), ["`new` returns nothing, and should return the `Users` it makes"]);
    assert_eq!(
        heads(quote!(), quote! { impl Clone for Users { fn clone(&self) -> Self { Self } } }),
        ["`#[inject]` stands on the block with `fn new`, not on one of `Clone`"]
    );
}

#[test]
fn other_items_are_told_what_to_write() {
    let what = "`#[inject]` stands on a struct, an `impl` block, a function or a trait";
    for item in
        [quote! { enum Kind { A } }, quote! { static LIMIT: u8 = 1; }, quote! { type A = B; }, quote! { mod a {} }]
    {
        assert_eq!(heads(quote!(), item), [what]);
    }
    let found = faults(quote!(), quote! { enum CacheKind { Memory } });
    assert!(found[0].ends_with("help: write `#[inject] fn cache_kind() -> CacheKind { .. }`"), "{found:?}");
}

#[test]
fn an_async_method_outside_of_the_trait_object_needs_no_box() {
    let item = quote! { trait Cache: Send + Sync { async fn warm(&self) where Self: Sized {} } };
    assert_eq!(heads(quote!(), item), [""; 0]);
}

#[test]
fn a_supertrait_may_bring_send_and_sync() {
    assert_eq!(heads(quote!(), quote! { trait Cache: Service {} }), [""; 0]);
    assert_eq!(heads(quote!(), quote! { trait Cache: Send {} }), ["`dyn Cache` cannot be shared between threads"]);
}

#[test]
fn tokens_that_are_no_item_go_through_with_the_fault() {
    let expanded = expanded(quote! { struct Users { pool } });
    assert!(expanded.starts_with("struct Users { pool }"), "{expanded}");
    assert!(expanded.contains("compile_error !"), "{expanded}");
}
