//! One expansion as text. What is reported is recorded in `ui-tests/json`; that the text is `Serialize`'s is tested in
//! velithon.

use quote::quote;

use super::expand;

#[test]
fn known_text_joins_into_fragments_and_every_field_is_asked_for_its_writer() {
    let expansion = expand(quote! {
        #[serde(rename_all = "camelCase")]
        struct Account {
            user_id: u64,
            #[serde(skip)]
            cache: Cache,
            #[serde(skip_serializing_if = "Option::is_none")]
            nick_name: Option<String>,
            #[serde(with = "money")]
            balance: Money,
        }
    });
    let expected = quote! {
        #[automatically_derived]
        #[allow(unused_imports, unused_variables)]
        impl ::velithon::json::ToJson for Account {
            fn write_json(&self, to: &mut ::velithon::json::Buffer) {
                use ::velithon::json::__private::{Serialized as _, Unwritten as _, Written as _};
                match self {
                    Self { user_id: _field_user_id, nick_name: _field_nick_name, balance: _field_balance, .. } => {
                        to.fragment("{\"userId\":");
                        (&&::velithon::json::__private::Member(_field_user_id)).velithon_write(to);
                        if !Option::is_none(_field_nick_name) {
                            to.fragment(",\"nickName\":");
                            (&&::velithon::json::__private::Member(_field_nick_name)).velithon_write(to);
                        }
                        to.fragment(",\"balance\":");
                        let written = money::serialize(_field_balance, &mut *to);
                        to.note(written);
                        to.fragment("}");
                    }
                }
            }
        }
    };
    assert_eq!(expansion.to_string(), expected.to_string());
}

#[test]
fn an_enum_without_data_is_a_key_too() {
    let expansion = expand(quote!(
        enum Colour {
            Red,
            #[serde(rename = "light \"blue\"")]
            Blue,
        }
    ));
    let text = expansion.to_string();
    assert!(text.contains(&quote!(Self::Red { .. } => { to.fragment("\"Red\""); }).to_string()), "{text}");
    assert!(text.contains(r#"to . fragment ("\"light \\\"blue\\\"\"")"#), "{text}");
    assert!(text.contains(&quote!(::velithon::json::JsonKey for Colour).to_string()), "{text}");
}

#[test]
fn a_fault_leaves_the_impl_standing() {
    let expansion = expand(quote!(
        #[serde(into = "String")]
        struct Name(String);
    ));
    let text = expansion.to_string();
    assert!(text.contains("compile_error"), "{text}");
    assert!(text.contains(&quote!(impl ::velithon::json::ToJson for Name).to_string()), "{text}");
}
