//! A few places that are filled once and read ever after: the series of the combinations of labels that really occur.
//!
//! What is recorded for every request finds its series here, without a lock and without a look-up by name.

use std::sync::OnceLock;

/// `N` places for values by their keys. A combination that finds them full goes through the registry.
pub(crate) struct Places<K, V, const N: usize>([OnceLock<(K, V)>; N]);

impl<K, V, const N: usize> Default for Places<K, V, N> {
    fn default() -> Self {
        Self([const { OnceLock::new() }; N])
    }
}

impl<K, V, const N: usize> Places<K, V, N> {
    /// The value whose key `is` the one looked for; the first free place is `made` into it. Nothing when others have taken
    /// every place.
    #[inline]
    pub(crate) fn get(&self, is: impl Fn(&K) -> bool, made: impl Fn() -> (K, V)) -> Option<&V> {
        let filled = self.0.iter().map(|place| place.get_or_init(&made));
        filled.into_iter().find(|(key, _)| is(key)).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_keeps_its_place_and_one_too_many_has_none() {
        let places = Places::<u8, u8, 2>::default();
        let get = |key: u8| places.get(|known| *known == key, || (key, key * 10)).copied();
        assert_eq!([get(1), get(2), get(1), get(3)], [Some(10), Some(20), Some(10), None]);
    }
}
