//! Types as they read in source, for messages and records: `Vec<Account>`, not `Vec < Account >`.

use quote::ToTokens;

/// The tokens with the spaces a person would write.
pub(crate) fn of(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        let tight = matches!(clean.chars().last(), Some('<' | '(' | '[' | '&' | ':'));
        match character {
            ' ' if tight => {}
            '<' | '>' | ',' | ')' | ']' | ';' if clean.ends_with(' ') => {
                clean.pop();
                clean.push(character);
            }
            ':' if clean.ends_with(' ') => {
                clean.pop();
                clean.push(character);
            }
            _ => clean.push(character),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_read_as_written() {
        for text in [
            "Vec<Account>",
            "Result<Json<Vec<u8>>, UserError>",
            "Inject<dyn Cache>",
            "axum::http::Uri",
            "&str",
            "my_dynamic::Kind",
        ] {
            let ty: syn::Type = syn::parse_str(text).unwrap();
            assert_eq!(of(&ty), text);
        }
    }
}
