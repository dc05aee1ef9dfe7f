//! What a path captures.

use std::net::IpAddr;

use velithon::prelude::*;

/// A type of the service's own, with words of its own.
struct Even(u32);

impl std::str::FromStr for Even {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        match text.parse() {
            Ok(number) if number % 2 == 0 => Ok(Self(number)),
            _ => Err("not an even number"),
        }
    }
}

#[get("/captures/number/{id}")]
async fn number(id: u64) -> String {
    // Only a number can be added to.
    format!("{}", id + 1)
}

#[get("/captures/kinds/{flag}/{letter}/{ratio}/{address}/{even}")]
async fn kinds(even: Even, address: IpAddr, ratio: f64, letter: char, flag: bool) -> String {
    format!("{flag} {letter} {ratio} {} {}", address.is_loopback(), even.0)
}

#[get("/captures/text/{text}")]
async fn text(text: String) -> String {
    text
}

#[get("/captures/rest/{*path}")]
async fn rest(path: String) -> String {
    path
}

#[get("/captures/mismatch/{id}", path_mismatch = 404)]
async fn mismatch(id: u64) -> String {
    id.to_string()
}

#[get("/captures/v{version}/{type}")]
async fn raw_name(version: u8, r#type: String) -> String {
    format!("{version} {type}", r#type = r#type)
}

#[get("/captures/me")]
async fn fixed() -> &'static str {
    "fixed"
}

#[get("/captures/{name}")]
async fn captured(name: String) -> String {
    format!("captured {name}")
}

#[get("/captures/{*rest}")]
async fn caught(rest: String) -> String {
    format!("caught {rest}")
}

#[get("/both")]
async fn get_first() -> &'static str {
    "got"
}

#[post("/both")]
async fn post_second() -> &'static str {
    "posted"
}

#[post("/both/{id}")]
async fn post_first(id: u8) -> String {
    format!("posted {id}")
}

#[get("/both/{name}")]
async fn get_second(name: String) -> String {
    format!("got {name}")
}

#[route("/both/ways", methods = [PUT, DELETE])]
async fn both_ways(method: velithon::http::Method) -> String {
    method.to_string()
}
