//! The service every peer offers: its types, its values and its rules, so that the peers differ in nothing but the way
//! from the socket to them. `ToJson` beside `Serialize` is what velithon's guide advises; nobody else sees it.
//!
//! | route | reply |
//! |---|---|
//! | `GET /plaintext` | [`HELLO`] |
//! | `GET /json` | [`greeting`] |
//! | `GET /users/{id}` | [`account`] of that number |
//! | `POST /echo` | the [`Note`] it was sent, read, checked and written again |
//! | `GET /rows` | [`rows`]: 100 of them |
//! | `GET /cached` | [`cached`]: JSON that was made at start |
//! | `GET /chain` | [`quote`] of three shared values, behind three middleware that each set a field of [`FIELDS`] |
//! | `GET /large` | [`large`]: 20 MB of rows, made on a thread that may block |

use std::sync::LazyLock;

use bytes::Bytes;
use garde::Validate;
use serde::{Deserialize, Serialize};
use velithon::ToJson;

/// The reply of `/plaintext`.
pub const HELLO: &str = "Hello, World!";

/// What the three middleware of `/chain` set in the reply, the innermost first.
pub const FIELDS: [(&str, &str); 3] = [("x-inner", "1"), ("x-middle", "2"), ("x-outer", "3")];

/// The reply of `/json`.
#[derive(Debug, Clone, Copy, Serialize, ToJson)]
pub struct Greeting {
    message: &'static str,
}

/// The reply of `/json`.
pub fn greeting() -> Greeting {
    Greeting { message: HELLO }
}

/// The reply of `/users/{id}`.
#[derive(Debug, Clone, Copy, Serialize, ToJson)]
pub struct Account {
    id: u64,
    name: &'static str,
    email: &'static str,
    active: bool,
}

/// The account with this number; there is one for every number.
pub fn account(id: u64) -> Account {
    Account { id, name: "Ada Lovelace", email: "ada@example.org", active: true }
}

/// The reply of `/cached`: the JSON of [`account`] 42, made once, in memory that a reply shares.
pub fn cached() -> Bytes {
    static CACHED: LazyLock<Bytes> =
        LazyLock::new(|| serde_json::to_vec(&account(42)).map(Bytes::from).unwrap_or_default());
    CACHED.clone()
}

/// What `/echo` reads, checks and sends back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToJson, Validate)]
pub struct Note {
    #[garde(length(min = 1, max = 80))]
    title: String,
    #[garde(email)]
    author: String,
    #[garde(range(min = 1, max = 5))]
    stars: u8,
    #[garde(length(max = 16))]
    tags: Vec<String>,
    #[garde(length(max = 2000))]
    text: String,
    #[garde(skip)]
    written: u64,
    #[garde(skip)]
    public: bool,
}

/// A note of 1 KiB as JSON, the body of the measured requests.
pub fn note() -> Vec<u8> {
    let text = "The engine weaves algebraic patterns just as the loom weaves flowers and leaves. ".repeat(12);
    let note = Note {
        title: "Notes by the translator".to_owned(),
        author: "ada@example.org".to_owned(),
        stars: 5,
        tags: ["engine", "algebra", "loom"].map(str::to_owned).to_vec(),
        text: text.chars().take(878).collect(),
        written: 1843,
        public: true,
    };
    serde_json::to_vec(&note).unwrap_or_default()
}

/// One row of `/rows`.
#[derive(Debug, Clone, Copy, Serialize, ToJson)]
pub struct Row {
    id: u32,
    name: &'static str,
    email: &'static str,
    city: &'static str,
    balance: f64,
    visits: u32,
    active: bool,
}

const PEOPLE: [(&str, &str, &str); 4] = [
    ("Ada Lovelace", "ada@example.org", "London"),
    ("Grace Hopper", "grace@example.org", "New York"),
    ("Emmy Noether", "emmy@example.org", "Göttingen"),
    ("Sofya Kovalevskaya", "sofya@example.org", "Stockholm"),
];

fn row(id: u32) -> Row {
    let (name, email, city) = PEOPLE[id as usize % PEOPLE.len()];
    Row { id, name, email, city, balance: f64::from(id) * 1.25, visits: id * 7 % 100, active: !id.is_multiple_of(3) }
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| (0..100).map(row).collect());

/// The reply of `/rows`, as a query would have brought it.
pub fn rows() -> Vec<Row> {
    ROWS.clone()
}

/// The reply of `/large`: some 20 MB of JSON.
pub fn large() -> Vec<Row> {
    (0..170_000).map(row).collect()
}

/// What one thing costs: the first shared value of `/chain`.
#[derive(Debug)]
pub struct Prices(pub u64);

/// How much is added: the second shared value.
#[derive(Debug)]
pub struct Taxes(pub u64);

/// How many there are: the third.
#[derive(Debug)]
pub struct Stock(pub u64);

/// The first shared value of `/chain`, as it stands at start.
pub const PRICES: Prices = Prices(1900);
/// The second.
pub const TAXES: Taxes = Taxes(361);
/// The third.
pub const STOCK: Stock = Stock(12);

/// The reply of `/chain`.
#[derive(Debug, Clone, Copy, Serialize, ToJson)]
pub struct Quote {
    price: u64,
    tax: u64,
    left: u64,
}

/// The reply of `/chain`.
pub fn quote(prices: &Prices, taxes: &Taxes, stock: &Stock) -> Quote {
    Quote { price: prices.0, tax: taxes.0, left: stock.0 }
}
