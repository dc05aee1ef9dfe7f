//! A problem as a page for people: one file, nothing loaded from anywhere, everything escaped.

use std::fmt::Write;

use super::Problem;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:15vh auto;padding:0 1rem;color:#222;\
background:#fff}h1{font-size:1.5rem}code,dt{color:#666}@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}}";

/// The page of a problem.
pub(super) fn page(problem: &Problem) -> String {
    let (status, title) = (problem.status.as_u16(), Escaped(problem.shown_title()));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{status} {title}</title><style>{STYLE}</style></head><body>\n\
         <h1><code>{status}</code> {title}</h1>\n"
    );
    if let Some(detail) = &problem.detail {
        line(&mut page, format_args!("<p>{}</p>", Escaped(detail)));
    }
    errors(&mut page, problem);
    if let Some(id) = &problem.request_id {
        line(&mut page, format_args!("<p><code>request {}</code></p>", Escaped(id)));
    }
    page.push_str("</body></html>\n");
    page
}

fn errors(page: &mut String, problem: &Problem) {
    if problem.errors.is_empty() {
        return;
    }
    page.push_str("<dl>\n");
    for error in &problem.errors {
        line(
            page,
            format_args!("<dt><code>{}</code></dt><dd>{}</dd>", Escaped(&error.pointer), Escaped(&error.detail)),
        );
    }
    page.push_str("</dl>\n");
}

fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(page, "{text}");
}

/// Text that may hold anything, written so that a browser reads it as text, in an attribute too.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_problem_becomes_markup() {
        let evil = "<script>alert('&\"')</script>";
        let page = page(&Problem::bad_request(evil).title(evil).request_id(evil).field(evil, evil, "x"));
        assert!(!page.contains("<script"), "{page}");
        assert_eq!(page.matches("&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;").count(), 6);
    }

    #[test]
    fn a_page_loads_nothing() {
        let page = page(&Problem::not_found());
        for outside in ["http", "src=", "href=", "url(", "@import"] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}
