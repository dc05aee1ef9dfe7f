//! How a binding finds out whether the trait it stands for is a slot: by a constant that the trait's `#[inject]` writes.
//!
//! The answer picks the parameters of [`OneBinding`](super::OneBinding), so that all of it is known before any implementation is
//! compared with another.

use super::provide::Direct;

/// Answers `<dyn Trait>::__VELITHON_SLOT` with no, unless the trait's `#[inject]` gave it an inherent constant.
pub trait NoSlot {
    /// Found when the trait object has no constant of its own.
    const __VELITHON_SLOT: bool = false;
}

impl<T: ?Sized> NoSlot for T {}

/// Whether a trait is a slot.
pub struct Slot<const IS: bool>;

/// The tag of a binding: `L`, a type of its own, when the trait is a slot.
pub trait Choose<L> {
    /// The last parameter of [`OneBinding`](super::OneBinding).
    type Tag;
}

impl<L> Choose<L> for Slot<false> {
    type Tag = Direct;
}

impl<L> Choose<L> for Slot<true> {
    type Tag = L;
}

/// 0 for the binding of a trait that is no slot, otherwise a number out of where it stands (FNV-1a).
pub const fn place(is_slot: bool, place: &str) -> u64 {
    if !is_slot {
        return 0;
    }
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut rest = place.as_bytes();
    while let [byte, others @ ..] = rest {
        hash = (hash ^ *byte as u64).wrapping_mul(0x0100_0000_01b3);
        rest = others;
    }
    hash | 1
}
