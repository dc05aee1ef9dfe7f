//! What a key may hold, as data: adding a key is one line in `keys`, and `read` knows what each form means.

use syn::Path;
use syn::ext::IdentExt;

use super::text::Check;

/// A key of an attribute, or of the parentheses behind one.
pub(super) struct Key {
    pub(super) name: &'static str,
    /// What may be written behind it, one after the other.
    pub(super) forms: &'static [Form],
    /// The key with a right value.
    pub(super) example: &'static str,
}

/// One way to write a value.
pub(super) enum Form {
    /// The key alone, or `= true`.
    Flag,
    /// `= ".."`
    Text(Check),
    /// `= 2`, between these two.
    Whole(i64, i64),
    /// `= ["..", ".."]`
    Texts(Check),
    /// `= [502, 503]`, each between these two.
    Wholes(i64, i64),
    /// `= [GET, POST]`
    Methods,
    /// `(key = value, ..)`
    Table(&'static [Key]),
    /// `(set("a", "b"), ..)`: done one after the other, so that their order is kept.
    Edits(&'static [Edit]),
    /// `(PaymentsV2 = "5%", ..)`, with further keys.
    Shares(&'static [Key]),
    /// `= ByTenant`: a type or function.
    Name(Hook),
}

/// One kind of edit.
pub(super) struct Edit {
    pub(super) name: &'static str,
    pub(super) takes: Takes,
    pub(super) example: &'static str,
}

/// What stands in the parentheses of an edit.
pub(super) enum Takes {
    /// `set("name", "value")`
    Pair(Check, Check),
    /// `remove("name", ..)`
    Names(Check),
    /// `rewrite_location`
    Nothing,
    /// `body_json(max = "1MiB", with = f)`
    Keys(&'static [Key]),
}

/// A key that text cannot say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Hook {
    Balance,
    Health,
    Discover,
    RetryIf,
    Transform,
    RequestBody,
    ResponseBody,
}

/// Whether a path names a type by the way it is written, which is how upstreams and keys are told apart.
pub(super) fn is_type(path: &Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident.unraw().to_string().starts_with(char::is_uppercase))
}

impl Form {
    pub(super) fn takes(&self) -> &'static str {
        match self {
            Self::Flag => "nothing behind it",
            Self::Text(_) => "a string",
            Self::Whole(..) => "a whole number",
            Self::Texts(_) => "a list of strings",
            Self::Wholes(..) => "a list of numbers",
            Self::Methods => "a list of methods",
            Self::Table(_) => "keys in parentheses",
            Self::Edits(_) => "edits in parentheses",
            Self::Shares(_) => "upstreams with their shares",
            Self::Name(Hook::RetryIf | Hook::RequestBody | Hook::ResponseBody) => "a function",
            Self::Name(Hook::Health) => "the name of a type or function",
            Self::Name(_) => "the name of a type",
        }
    }
}
