//! How an error that was derived as a problem keeps its status when `?` turns it into [`Error`](super::Error).
//!
//! `impl<E: std::error::Error> From<E> for Error` sees nothing of `E` but that trait, and std's `Error::provide`, made
//! for such questions, is unstable. So the conversion asks through `source`: [`ask`] marks this thread as asking and
//! calls it; the `source` that `#[derive(Problem)]` writes calls [`answer`], which leaves the problem for the asker.
//!
//! A registry of types by `TypeId` would do it too, but could not hold generic errors, and would miss a `Box` or a
//! transparent wrapper of another crate, whose `source` forwards to the error inside.

use std::cell::Cell;
use std::error::Error as StdError;

use super::Problem;

enum Question {
    Nobody,
    Asked,
    Answered(Problem),
}

thread_local! {
    static QUESTION: Cell<Question> = const { Cell::new(Question::Nobody) };
}

/// The problem that `error`, or what it transparently wraps, stands for.
pub(super) fn ask(error: &(dyn StdError + 'static)) -> Option<Problem> {
    if let Some(problem) = error.downcast_ref::<Problem>() {
        return Some(problem.clone());
    }
    let asking = Asking { before: QUESTION.replace(Question::Asked) };
    let _ = error.source();
    asking.end()
}

/// Restores the question before, also when a `source` panics: one may be asked while another is answered.
struct Asking {
    before: Question,
}

impl Asking {
    fn end(self) -> Option<Problem> {
        match QUESTION.replace(Question::Nobody) {
            Question::Answered(problem) => Some(problem),
            Question::Nobody | Question::Asked => None,
        }
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        QUESTION.set(std::mem::replace(&mut self.before, Question::Nobody));
    }
}

/// Called by the `source` of a derived problem; makes the problem only when it was asked for.
pub fn answer(problem: impl FnOnce() -> Problem) {
    match QUESTION.replace(Question::Nobody) {
        // The question is put away while the problem is made, so that what runs inside does not answer in its place.
        Question::Asked => QUESTION.set(Question::Answered(problem())),
        other => QUESTION.set(other),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use super::*;

    #[derive(Debug)]
    struct Missing;

    impl fmt::Display for Missing {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("missing")
        }
    }

    impl StdError for Missing {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            answer(Problem::not_found);
            None
        }
    }

    #[test]
    fn a_derived_problem_answers() {
        assert_eq!(ask(&Missing), Some(Problem::not_found()));
    }

    #[test]
    fn a_box_of_it_answers_too() {
        assert_eq!(ask(&Box::new(Missing)), Some(Problem::not_found()));
    }

    #[test]
    fn another_error_does_not_answer() {
        assert_eq!(ask(&fmt::Error), None);
        let _ = Missing.source();
        assert_eq!(ask(&fmt::Error), None);
    }

    #[test]
    fn a_question_inside_an_answer_leaves_the_outer_one_alone() {
        #[derive(Debug)]
        struct Outer;
        impl fmt::Display for Outer {
            fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
                Ok(())
            }
        }
        impl StdError for Outer {
            fn source(&self) -> Option<&(dyn StdError + 'static)> {
                answer(|| Problem::forbidden().with("inner", ask(&Missing).map(|inner| inner.status.as_u16())));
                None
            }
        }
        assert_eq!(ask(&Outer), Some(Problem::forbidden().with("inner", 404)));
    }
}
