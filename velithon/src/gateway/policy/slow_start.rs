//! Slow start: a target that is new or was taken back gets a growing share instead of the whole at once.

use std::time::Duration;

/// The share that the first moment gives.
const LEAST: f64 = 0.1;

/// The part of its weight that a target has at this age: from a tenth to the whole over `window`; zero is no slow start.
pub(crate) fn share(age: Duration, window: Duration) -> f64 {
    if age >= window { 1.0 } else { (age.as_secs_f64() / window.as_secs_f64()).max(LEAST) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_target_begins_with_a_tenth_and_ends_with_the_whole() {
        let window = Duration::from_secs(30);
        assert_eq!(share(Duration::ZERO, window), 0.1);
        assert_eq!(share(Duration::from_secs(15), window), 0.5);
        assert_eq!(share(Duration::from_secs(30), window), 1.0);
        assert_eq!(share(Duration::ZERO, Duration::ZERO), 1.0);
    }
}
