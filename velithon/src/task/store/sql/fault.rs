//! What the errors of a database mean for whoever called.

use crate::task::store::{StoreError, StoreFault};

/// An error of the database, told by what the caller can do about it.
pub(super) fn told(error: sqlx::Error) -> StoreError {
    let fault = kind(&error);
    let text = match fault {
        StoreFault::Unavailable => "the database of the tasks does not answer",
        StoreFault::Full => "the disk of the database of the tasks is full",
        StoreFault::OtherDatabase => "the database has no tables of tasks",
        _ => "the database of the tasks refuses a statement",
    };
    StoreError::new(fault, text).caused_by(error)
}

/// Something in the tables that no program of this version has written.
pub(super) fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::new(StoreFault::Refused, "the database holds a task that cannot be read").caused_by(error)
}

fn kind(error: &sqlx::Error) -> StoreFault {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => StoreFault::Unavailable,
        sqlx::Error::Database(database) => of_code(database.code().as_deref().unwrap_or_default()),
        _ => StoreFault::Refused,
    }
}

/// SQLSTATE has five characters, a code of SQLite is a number below 10 000.
fn of_code(code: &str) -> StoreFault {
    if let Ok(number @ ..=9_999) = code.parse::<u32>()
        && code.len() < 5
    {
        return of_sqlite(number);
    }
    match code {
        "53100" => StoreFault::Full,
        "42P01" => StoreFault::OtherDatabase,
        // Connections, resources, an operator's or the server's end, a deadlock, a transaction to be repeated.
        _ if ["08", "53", "57", "40", "55"].iter().any(|class| code.starts_with(class)) => StoreFault::Unavailable,
        _ => StoreFault::Refused,
    }
}

/// <https://sqlite.org/rescode.html>; the lower byte is the kind.
fn of_sqlite(code: u32) -> StoreFault {
    const BUSY: u32 = 5;
    const LOCKED: u32 = 6;
    const IOERR: u32 = 10;
    const FULL: u32 = 13;
    const CANTOPEN: u32 = 14;
    match code & 0xff {
        BUSY | LOCKED | IOERR | CANTOPEN => StoreFault::Unavailable,
        FULL => StoreFault::Full,
        _ => StoreFault::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_by_what_can_be_done() {
        for (code, fault) in [
            ("5", StoreFault::Unavailable),
            ("517", StoreFault::Unavailable),
            ("13", StoreFault::Full),
            ("1555", StoreFault::Refused),
            ("53100", StoreFault::Full),
            ("57P01", StoreFault::Unavailable),
            ("57P03", StoreFault::Unavailable),
            ("40P01", StoreFault::Unavailable),
            ("42P01", StoreFault::OtherDatabase),
            ("23505", StoreFault::Refused),
        ] {
            assert_eq!(of_code(code), fault, "{code}");
        }
    }
}
