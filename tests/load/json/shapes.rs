//! The values: of the shapes that services reply with, and of the three documents that JSON libraries are measured by.
//!
//! `twitter`, `citm` and `canada` are made here, with the nesting, the lengths of texts and the kinds of numbers of their
//! models: texts in two scripts with escapes, numbers as keys, and coordinates with all their digits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use velithon::ToJson;

/// A small object: the reply of most routes.
#[derive(Debug, PartialEq, Serialize, Deserialize, ToJson)]
pub(super) struct Account {
    id: u64,
    name: String,
    email: String,
    active: bool,
    age: u8,
}

/// A row of a table; 100,000 are 22 MB.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToJson)]
pub(super) struct Row {
    id: u64,
    name: String,
    email: String,
    active: bool,
    score: f64,
    tags: Vec<String>,
    created: String,
    city: Option<String>,
    balance: i64,
    visits: u32,
}

/// An order with what belongs to it.
#[derive(Debug, PartialEq, Serialize, Deserialize, ToJson)]
pub(super) struct Order {
    id: u64,
    customer: Customer,
    lines: Vec<Line>,
    total_cents: u64,
    status: Status,
    note: Option<String>,
    labels: BTreeMap<String, String>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, ToJson)]
struct Customer {
    id: u64,
    name: String,
    address: Address,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, ToJson)]
struct Address {
    street: String,
    city: String,
    postcode: String,
    country: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, ToJson)]
struct Line {
    sku: String,
    quantity: u32,
    price_cents: u64,
    discount: Option<f64>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, ToJson)]
#[serde(rename_all = "snake_case")]
enum Status {
    Placed,
    Shipped { carrier: String, tracking: String },
}

/// Posts with their authors.
#[derive(Debug, PartialEq, Serialize, Deserialize, ToJson)]
pub(super) struct Twitter {
    statuses: Vec<Post>,
    search_metadata: BTreeMap<String, f64>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, ToJson)]
struct Post {
    created_at: String,
    id: u64,
    id_str: String,
    text: String,
    source: String,
    truncated: bool,
    in_reply_to_status_id: Option<u64>,
    in_reply_to_screen_name: Option<String>,
    user: Author,
    retweet_count: u32,
    favorite_count: u32,
    entities: Entities,
    favorited: bool,
    lang: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, ToJson)]
struct Author {
    id: u64,
    name: String,
    screen_name: String,
    location: String,
    description: String,
    url: Option<String>,
    followers_count: u32,
    friends_count: u32,
    verified: bool,
    profile_background_color: String,
    profile_image_url_https: String,
    default_profile: bool,
    following: bool,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, ToJson)]
struct Entities {
    hashtags: Vec<Mark>,
    urls: Vec<String>,
    user_mentions: Vec<Mark>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, ToJson)]
struct Mark {
    text: String,
    indices: [u32; 2],
}

/// A catalogue: many small numbers, and objects whose keys are numbers.
#[derive(Debug, PartialEq, Serialize, Deserialize, ToJson)]
#[serde(rename_all = "camelCase")]
pub(super) struct Citm {
    area_names: BTreeMap<u64, String>,
    events: BTreeMap<u64, Event>,
    performances: Vec<Performance>,
    seat_category_names: BTreeMap<u64, String>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, ToJson)]
#[serde(rename_all = "camelCase")]
struct Event {
    description: Option<String>,
    id: u64,
    logo: Option<String>,
    name: String,
    sub_topic_ids: Vec<u64>,
    topic_ids: Vec<u64>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, ToJson)]
#[serde(rename_all = "camelCase")]
struct Performance {
    event_id: u64,
    id: u64,
    name: Option<String>,
    prices: Vec<Price>,
    seat_categories: Vec<SeatCategory>,
    start: u64,
    venue_code: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, ToJson)]
#[serde(rename_all = "camelCase")]
struct Price {
    amount: u64,
    audience_sub_category_id: u64,
    seat_category_id: u64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, ToJson)]
#[serde(rename_all = "camelCase")]
struct SeatCategory {
    areas: Vec<Area>,
    seat_category_id: u64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, ToJson)]
#[serde(rename_all = "camelCase")]
struct Area {
    area_id: u64,
    block_ids: Vec<u64>,
}

/// The outline of a country.
#[derive(Debug, PartialEq, Serialize, Deserialize, ToJson)]
pub(super) struct Canada {
    r#type: String,
    features: Vec<Feature>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, ToJson)]
struct Feature {
    r#type: String,
    properties: BTreeMap<String, String>,
    geometry: Geometry,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, ToJson)]
struct Geometry {
    r#type: String,
    coordinates: Vec<Vec<(f64, f64)>>,
}

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.roll() % limit
    }

    fn unit(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1u64 << 53) as f64
    }
}

pub(super) fn account() -> Account {
    Account { id: 48_213, name: "Ada Lovelace".into(), email: "ada.lovelace@example.org".into(), active: true, age: 36 }
}

pub(super) fn rows(count: u64) -> Vec<Row> {
    (0..count).map(row).collect()
}

fn row(number: u64) -> Row {
    Row {
        id: number * 7919,
        name: format!("user number {number}"),
        email: format!("user{number}@example.org"),
        active: number.is_multiple_of(3),
        score: number as f64 * 0.25,
        tags: vec!["alpha".into(), "beta".into(), format!("t{number}")],
        created: "2024-05-06T07:08:09Z".into(),
        city: number.is_multiple_of(2).then(|| "Hà Nội".into()),
        balance: -(number as i64) * 31,
        visits: (number % 1000) as u32,
    }
}

pub(super) fn order() -> Order {
    let line = |number: u32| Line {
        sku: format!("SKU-{number:05}"),
        quantity: number + 1,
        price_cents: 1999 * u64::from(number + 1),
        discount: number.is_multiple_of(3).then_some(0.15),
    };
    Order {
        id: 99_121,
        customer: Customer {
            id: 7,
            name: "Grace Hopper".into(),
            address: Address {
                street: "1 Navy Way".into(),
                city: "Arlington".into(),
                postcode: "22201".into(),
                country: "US".into(),
            },
        },
        lines: (0..8).map(line).collect(),
        total_cents: 123_456,
        status: Status::Shipped { carrier: "DHL".into(), tracking: "JD014600003RU".into() },
        note: Some("leave it at the door, \"thanks\"\n".into()),
        labels: [("channel", "web"), ("locale", "en-GB")].map(|(key, value)| (key.into(), value.into())).into(),
    }
}

pub(super) fn twitter() -> Twitter {
    let mut dice = Dice(0x7157_7e12);
    Twitter {
        statuses: (0..100).map(|_| post(&mut dice)).collect(),
        search_metadata: [("completed_in", 0.087), ("count", 100.0)].map(|(key, n)| (key.into(), n)).into(),
    }
}

fn post(dice: &mut Dice) -> Post {
    const TEXTS: [&str; 4] = [
        "名前:前田あゆみ\n第一印象:なんか怖っ!\n今の印象:とりあえずキモい。噛み合わない",
        "RT @someone: \"it works on my machine\" is not a test plan https:\\/\\/t.co\\/abcdefghij",
        "LINEのアイコンがホームでした！いつもとは違う感じで新鮮だなと",
        "a plain text of the usual length, which has nothing in it that would have to be escaped at all",
    ];
    let id = 505_874_000_000_000_000 + dice.below(1_000_000_000_000);
    let reply = dice.below(4) == 0;
    Post {
        created_at: "Sun Aug 31 00:29:15 +0000 2014".into(),
        id,
        id_str: id.to_string(),
        text: TEXTS[dice.below(4) as usize].into(),
        source: "<a href=\"http://twitter.com/download/iphone\" rel=\"nofollow\">Twitter for iPhone</a>".into(),
        truncated: false,
        in_reply_to_status_id: reply.then_some(id - 99),
        in_reply_to_screen_name: reply.then(|| "aym0566x".into()),
        user: Author {
            id: dice.below(3_000_000_000),
            name: "AYUMI".into(),
            screen_name: "ayuu0123".into(),
            location: "元野球部マネージャー❤︎…最高の夏をありがとう…❤︎".into(),
            description: TEXTS[dice.below(4) as usize].into(),
            url: None,
            followers_count: dice.below(10_000) as u32,
            friends_count: dice.below(1_000) as u32,
            verified: false,
            profile_background_color: "C0DEED".into(),
            profile_image_url_https: "https://pbs.twimg.com/profile_images/497760886795153410/LDjAwR_y_normal.jpeg"
                .into(),
            default_profile: true,
            following: false,
        },
        retweet_count: dice.below(100) as u32,
        favorite_count: dice.below(100) as u32,
        entities: Entities {
            hashtags: (0..dice.below(3)).map(|_| Mark { text: "LED".into(), indices: [14, 18] }).collect(),
            urls: Vec::new(),
            user_mentions: vec![Mark { text: "前田あゆみ".into(), indices: [0, 9] }],
        },
        favorited: false,
        lang: "ja".into(),
    }
}

pub(super) fn citm() -> Citm {
    let mut dice = Dice(0x00c1_7300);
    let mut event = |number: u64| Event {
        description: None,
        id: 138_586_000 + number,
        logo: (!number.is_multiple_of(3)).then(|| "/images/UE0AAAAACEKo6QAAAAZDSVRN".into()),
        name: format!("Concert symphonique n° {number}"),
        sub_topic_ids: (0..2 + dice.below(3)).map(|n| 337_184_262 + n).collect(),
        topic_ids: vec![324_846_099, 107_888_604],
    };
    let events = (0..180).map(|number| (138_586_000 + number, event(number))).collect();
    let names = |first: u64, count: u64, name: &str| (first..first + count).map(|id| (id, name.into())).collect();
    Citm {
        area_names: names(205_705_993, 20, "Arrière-scène central"),
        events,
        performances: (0..240).map(|number| performance(number, &mut dice)).collect(),
        seat_category_names: names(338_937_235, 60, "1ère catégorie"),
    }
}

fn performance(number: u64, dice: &mut Dice) -> Performance {
    let area = |dice: &mut Dice| Area { area_id: 205_705_990 + dice.below(20), block_ids: Vec::new() };
    let price = |category: u64| Price {
        amount: 90_250 + category * 1000,
        audience_sub_category_id: 337_100_890,
        seat_category_id: 338_937_295 + category,
    };
    let categories = 1 + dice.below(4);
    Performance {
        event_id: 138_586_000 + number % 180,
        id: 339_887_544 + number,
        name: None,
        prices: (0..categories).map(price).collect(),
        seat_categories: (0..categories)
            .map(|category| SeatCategory {
                areas: (0..4 + dice.below(8)).map(|_| area(dice)).collect(),
                seat_category_id: 338_937_295 + category,
            })
            .collect(),
        start: 1_372_701_600_000 + number * 86_400_000,
        venue_code: "PLEYEL_PLEYEL".into(),
    }
}

pub(super) fn canada() -> Canada {
    outline(|place| place)
}

/// The same with six digits behind the point, as most services send coordinates.
pub(super) fn canada_rounded() -> Canada {
    outline(|place| (place * 1e6).round() / 1e6)
}

fn outline(digits: impl Fn(f64) -> f64) -> Canada {
    let mut dice = Dice(0x00ca_4ada);
    let mut ring = |points: u64| -> Vec<(f64, f64)> {
        let mut place = (-65.0, 43.0);
        let mut step = || (dice.unit() - 0.5) * 0.02;
        (0..points)
            .map(|_| {
                place = (place.0 + step(), place.1 + step());
                (digits(place.0), digits(place.1))
            })
            .collect()
    };
    Canada {
        r#type: "FeatureCollection".into(),
        features: vec![Feature {
            r#type: "Feature".into(),
            properties: BTreeMap::from([("name".into(), "Canada".into())]),
            geometry: Geometry { r#type: "Polygon".into(), coordinates: (0..100).map(|n| ring(20 + n * 4)).collect() },
        }],
    }
}
