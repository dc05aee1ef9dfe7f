//! What the compiler knows of the order of middleware: enough to refuse a circle and a contradiction.
//!
//! `#[middleware]` writes an [`Ordered`] for each function. `AFTER` and `BEFORE` are two consts because a circle of one
//! kind has no order, while a path that follows both kinds may come back to where it began and still have one; those are
//! left to the plan, which solves the order.

use std::any::TypeId;

/// A function marked `#[middleware]`, as `after`, `before`, `middleware` and `skip` name it; written by the macro, never by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a middleware",
    label = "not marked `#[middleware]`",
    note = "`after`, `before`, `middleware = [..]` and `skip = [..]` name functions marked `#[middleware]`"
)]
pub trait Ordered {
    /// The written priority; without one, only `after` and `before` place it.
    const PRIORITY: Option<i32> = None;
    /// 1 + the greatest of those it runs after: a circle cannot be evaluated, which is how it fails to compile.
    const AFTER: u32 = 0;
    /// The same for those it runs before.
    const BEFORE: u32 = 0;

    /// What tells it apart from another of the same name.
    #[doc(hidden)]
    fn identity() -> TypeId
    where
        Self: Sized + 'static,
    {
        TypeId::of::<Self>()
    }
}

/// Whether the written priorities let `Outer` run around `Inner`.
#[doc(hidden)]
pub const fn may_enclose<Outer: Ordered, Inner: Ordered>() -> bool {
    match (Outer::PRIORITY, Inner::PRIORITY) {
        (Some(outer), Some(inner)) => outer <= inner,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    enum At40 {}
    enum At700 {}
    enum Anywhere {}

    impl Ordered for At40 {
        const PRIORITY: Option<i32> = Some(40);
    }
    impl Ordered for At700 {
        const PRIORITY: Option<i32> = Some(700);
    }
    impl Ordered for Anywhere {}

    #[test]
    fn the_lower_priority_is_further_out() {
        assert!(may_enclose::<At40, At700>());
        assert!(!may_enclose::<At700, At40>());
    }

    #[test]
    fn a_middleware_without_a_priority_contradicts_nobody() {
        assert!(may_enclose::<Anywhere, At40>() && may_enclose::<At40, Anywhere>());
    }

    #[test]
    fn equal_priorities_leave_the_order_to_the_rule() {
        assert!(may_enclose::<At40, At40>());
    }
}
