//! Which peers speak for others, and who the client behind them is.
//!
//! A forwarding field is read only when the peer itself is in `[server] trusted_proxies`, which is empty by default; it
//! is read from the right, since every proxy adds to that end and the left is what the client wrote. It decides nothing
//! but the address.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::header::FORWARDED;
use http::{HeaderMap, HeaderName};
use serde::{Deserialize, Deserializer, de};

use super::Address;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The peers that are believed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Proxies(Vec<Network>);

/// `"10.0.0.0/8"`, `"::1"`, or `"unix"` for everybody who can open the service's Unix socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    Unix,
    /// An address and how many of its leading bits count.
    Ip(IpAddr, u32),
}

impl Proxies {
    pub(crate) fn new(networks: &[Network]) -> Self {
        Self(networks.to_vec())
    }

    /// Whether the peer may speak for others.
    #[inline]
    pub(crate) fn trusts(&self, peer: &Address) -> bool {
        !self.0.is_empty()
            && match peer {
                Address::Tcp(address) => self.trusts_ip(address.ip()),
                Address::Unix(_) => self.0.contains(&Network::Unix),
            }
    }

    fn trusts_ip(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|network| network.holds(ip))
    }

    /// The address of the client; nothing for a Unix socket with nobody behind it.
    ///
    /// When both fields stand there and name different clients, one of them was not written by the proxy: then neither
    /// counts.
    #[inline]
    pub(crate) fn client(&self, peer: &Address, headers: &HeaderMap) -> Option<IpAddr> {
        if self.trusts(peer) { self.behind(headers).or(peer.ip()) } else { peer.ip() }
    }

    fn behind(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let forwarded = self.outermost(headers, &FORWARDED, forwarded_for);
        let x_forwarded_for = self.outermost(headers, &X_FORWARDED_FOR, |element| Some(element.trim()));
        match (forwarded, x_forwarded_for) {
            (Some(one), Some(other)) => (one == other).then_some(one),
            (one, other) => one.or(other),
        }
    }

    /// The first address from the right that is no proxy's; else the last proxy's that is known.
    fn outermost(&self, headers: &HeaderMap, field: &HeaderName, address: fn(&str) -> Option<&str>) -> Option<IpAddr> {
        let lines: Vec<&str> = headers.get_all(field).iter().map(|line| line.to_str().unwrap_or("unknown")).collect();
        let mut last = None;
        for element in lines.iter().flat_map(|line| line.split(',')).rev() {
            let ip = address(element).and_then(ip);
            match ip {
                Some(ip) if self.trusts_ip(ip) => last = Some(ip),
                // What is left of an address that cannot be read was not said by anybody trusted.
                other => return other.or(last),
            }
        }
        last
    }
}

/// The address in `for=192.0.2.1;proto=https` (RFC 7239, section 4).
fn forwarded_for(element: &str) -> Option<&str> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then_some(value.trim().trim_matches('"'))
    })
}

/// An address, with or without a port; a port after IPv6 needs brackets (RFC 7239, section 6).
fn ip(text: &str) -> Option<IpAddr> {
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(address, _)| address);
    let plain = bracketed.unwrap_or(text);
    let plain = plain.parse().or_else(|_| plain.rsplit_once(':').unwrap_or_default().0.parse());
    plain.ok().map(|ip: IpAddr| ip.to_canonical())
}

impl Network {
    fn holds(self, ip: IpAddr) -> bool {
        match (self, ip) {
            (Self::Ip(IpAddr::V4(base), bits), IpAddr::V4(ip)) => {
                (base.to_bits() ^ ip.to_bits()).checked_shr(32 - bits).unwrap_or(0) == 0
            }
            (Self::Ip(IpAddr::V6(base), bits), IpAddr::V6(ip)) => {
                (base.to_bits() ^ ip.to_bits()).checked_shr(128 - bits).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// What is wrong with a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoNetwork(String);

impl fmt::Display for NoNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no network; write an address such as \"10.0.0.1\", a range such as \"10.0.0.0/8\", or \"unix\"",
            self.0
        )
    }
}

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        if text == "unix" {
            return Ok(Self::Unix);
        }
        let wrong = || NoNetwork(text.to_owned());
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_| wrong())?;
        if bits > most { Err(wrong()) } else { Ok(Self::Ip(address, bits)) }
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn proxies(networks: &[&str]) -> Proxies {
        Proxies(networks.iter().map(|network| network.parse().unwrap()).collect())
    }

    fn peer(text: &str) -> Address {
        Address::Tcp(text.parse().unwrap())
    }

    fn fields(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        fields.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[track_caller]
    fn check(headers: &[(&'static str, &'static str)], client: &str) {
        let proxies = proxies(&["10.0.0.0/8", "2001:db8::/32"]);
        let found = proxies.client(&peer("10.0.0.1:80"), &fields(headers));
        assert_eq!(found, Some(client.parse().unwrap()), "{headers:?}");
    }

    #[test]
    fn what_a_stranger_says_of_himself_changes_nothing() {
        let headers = fields(&[("x-forwarded-for", "1.2.3.4"), ("forwarded", "for=1.2.3.4")]);
        for proxies in [proxies(&[]), proxies(&["10.0.0.0/8"])] {
            assert_eq!(proxies.client(&peer("192.0.2.9:80"), &headers), Some("192.0.2.9".parse().unwrap()));
        }
    }

    #[test]
    fn loopback_is_trusted_only_when_it_is_named() {
        assert!(!proxies(&[]).trusts(&peer("127.0.0.1:80")));
        assert!(proxies(&["127.0.0.1"]).trusts(&peer("127.0.0.1:80")));
        assert!(!proxies(&["127.0.0.1"]).trusts(&Address::Unix(None)));
        assert!(proxies(&["unix"]).trusts(&Address::Unix(None)));
    }

    #[test]
    fn the_rightmost_address_that_is_no_proxy_is_the_client() {
        check(&[("x-forwarded-for", "6.6.6.6, 192.0.2.1, 10.0.0.2")], "192.0.2.1");
        check(&[("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "192.0.2.1, 10.0.0.2")], "192.0.2.1");
        check(&[("forwarded", "for=6.6.6.6, for=\"192.0.2.1:4711\";proto=https;by=10.0.0.2")], "192.0.2.1");
        check(&[("forwarded", "For=\"[2001:DB9::1]:80\"")], "2001:db9::1");
    }

    #[test]
    fn among_proxies_alone_the_furthest_is_the_client() {
        check(&[("x-forwarded-for", "10.0.0.3, 10.0.0.2")], "10.0.0.3");
        check(&[], "10.0.0.1");
    }

    #[test]
    fn nothing_left_of_what_cannot_be_read_is_believed() {
        check(&[("x-forwarded-for", "6.6.6.6, unknown, 10.0.0.2")], "10.0.0.2");
        check(&[("x-forwarded-for", "6.6.6.6, rubbish")], "10.0.0.1");
        check(&[("forwarded", "for=6.6.6.6, for=_hidden")], "10.0.0.1");
    }

    #[test]
    fn two_fields_that_disagree_are_both_left() {
        check(&[("forwarded", "for=6.6.6.6"), ("x-forwarded-for", "192.0.2.1")], "10.0.0.1");
        check(&[("forwarded", "for=192.0.2.1"), ("x-forwarded-for", "192.0.2.1")], "192.0.2.1");
    }

    #[test]
    fn a_network_holds_what_shares_its_bits() {
        let holds = |network: &str, ip: &str| network.parse::<Network>().unwrap().holds(ip.parse().unwrap());
        assert!(holds("10.1.0.0/16", "10.1.255.1") && !holds("10.1.0.0/16", "10.2.0.1"));
        assert!(holds("0.0.0.0/0", "8.8.8.8") && !holds("0.0.0.0/0", "::1"));
        assert!(holds("::/0", "::1") && holds("::1", "::1") && !holds("::1", "::2"));
        assert!(holds("10.0.0.1", "10.0.0.1") && !holds("10.0.0.1", "10.0.0.0"));
    }

    #[test]
    fn what_is_no_network_says_how_one_looks() {
        for wrong in ["", "proxy", "10.0.0.0/33", "::/129", "10.0.0.0/x", "10.0.0/8", "10.0.0.0/-1"] {
            let error = wrong.parse::<Network>().unwrap_err().to_string();
            assert!(error.contains("\"10.0.0.0/8\""), "{error}");
        }
    }
}
