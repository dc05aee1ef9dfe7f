//! serde's `rename_all` on the name of a field.

/// The key of the field `name` under `rule`; an unknown rule changes nothing, as serde reports it.
pub(super) fn renamed(name: &str, rule: &str) -> String {
    match rule {
        "UPPERCASE" | "SCREAMING_SNAKE_CASE" => name.to_ascii_uppercase(),
        "kebab-case" => name.replace('_', "-"),
        "SCREAMING-KEBAB-CASE" => name.to_ascii_uppercase().replace('_', "-"),
        "PascalCase" => pascal(name),
        "camelCase" => {
            let name = pascal(name);
            let rest = name.get(1..).unwrap_or_default();
            name.get(..1).unwrap_or_default().to_ascii_lowercase() + rest
        }
        _ => name.to_owned(),
    }
}

fn pascal(name: &str) -> String {
    let mut renamed = String::new();
    let mut capital = true;
    for letter in name.chars() {
        match letter {
            '_' => capital = true,
            letter if capital => {
                renamed.push(letter.to_ascii_uppercase());
                capital = false;
            }
            letter => renamed.push(letter),
        }
    }
    renamed
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn keys_follow_serdes_rules() {
        let all = |rule| renamed("page_size", rule);
        assert_eq!(all("lowercase"), "page_size");
        assert_eq!(all("snake_case"), "page_size");
        assert_eq!(all("UPPERCASE"), "PAGE_SIZE");
        assert_eq!(all("PascalCase"), "PageSize");
        assert_eq!(all("camelCase"), "pageSize");
        assert_eq!(all("SCREAMING_SNAKE_CASE"), "PAGE_SIZE");
        assert_eq!(all("kebab-case"), "page-size");
        assert_eq!(all("SCREAMING-KEBAB-CASE"), "PAGE-SIZE");
    }
}
