//! serde's `rename_all`: the name of a field or variant under a rule; an unknown rule changes nothing, as serde reports it.

/// The rules, as serde spells them.
pub(crate) const RULES: [&str; 8] = [
    "lowercase",
    "UPPERCASE",
    "PascalCase",
    "camelCase",
    "snake_case",
    "SCREAMING_SNAKE_CASE",
    "kebab-case",
    "SCREAMING-KEBAB-CASE",
];

/// A field, which is written in snake case.
pub(crate) fn of_field(name: &str, rule: &str) -> String {
    match rule {
        "UPPERCASE" | "SCREAMING_SNAKE_CASE" => name.to_ascii_uppercase(),
        "PascalCase" => pascal(name),
        "camelCase" => with_small_start(&pascal(name)),
        "kebab-case" => name.replace('_', "-"),
        "SCREAMING-KEBAB-CASE" => name.to_ascii_uppercase().replace('_', "-"),
        _ => name.to_owned(),
    }
}

/// A variant, which is written in Pascal case.
pub(crate) fn of_variant(name: &str, rule: &str) -> String {
    match rule {
        "lowercase" => name.to_ascii_lowercase(),
        "UPPERCASE" => name.to_ascii_uppercase(),
        "camelCase" => with_small_start(name),
        "snake_case" => snake(name),
        "SCREAMING_SNAKE_CASE" => snake(name).to_ascii_uppercase(),
        "kebab-case" => snake(name).replace('_', "-"),
        "SCREAMING-KEBAB-CASE" => snake(name).to_ascii_uppercase().replace('_', "-"),
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

fn snake(name: &str) -> String {
    let mut renamed = String::new();
    for (at, letter) in name.char_indices() {
        if at > 0 && letter.is_uppercase() {
            renamed.push('_');
        }
        renamed.push(letter.to_ascii_lowercase());
    }
    renamed
}

fn with_small_start(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::{RULES, of_field, of_variant};

    #[test]
    fn fields_follow_serdes_rules() {
        let all = RULES.map(|rule| of_field("page_size", rule));
        let expected =
            ["page_size", "PAGE_SIZE", "PageSize", "pageSize", "page_size", "PAGE_SIZE", "page-size", "PAGE-SIZE"];
        assert_eq!(all, expected);
    }

    #[test]
    fn variants_follow_serdes_rules() {
        let all = RULES.map(|rule| of_variant("VeryTasty", rule));
        let expected = [
            "verytasty",
            "VERYTASTY",
            "VeryTasty",
            "veryTasty",
            "very_tasty",
            "VERY_TASTY",
            "very-tasty",
            "VERY-TASTY",
        ];
        assert_eq!(all, expected);
    }
}
