//! The address of a hub, read once and then believed by everybody: authority, enrolment code,
//! enrolment answer, device and its client.

use std::{fmt, net::Ipv6Addr, str::FromStr};

use serde::{Deserialize, Serialize};

/// Where a hub is: `http://HOST[:PORT]` or `https://HOST[:PORT]`, and nothing after it.
///
/// Everything is in lower case, as RFC 3986, 6.2.2.1 has it for what means the same in both cases,
/// and a port has no leading zero: two texts are the same address only if they are the same text.
/// So no spelling of `https:` passes by the rule that such a hub has a pinned key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HubAddress(String);

/// Why a text is no address of a hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HubAddressError {
    /// Longer than [`HubAddress::MAX`].
    #[error("a hub's address has at most {} bytes", HubAddress::MAX)]
    Length,
    /// No scheme, another one, or one in capitals.
    #[error("a hub's address begins with http:// or https://, in small letters")]
    Scheme,
    /// No host, or one that nobody can look up.
    #[error(
        "a hub's host is a name in small letters, an IPv4 address or an IPv6 address in brackets"
    )]
    Host,
    /// No number from 1 to 65535.
    #[error("a hub's port is a number from 1 to 65535")]
    Port,
    /// A user, a path, a query or a fragment.
    #[error("a hub's address ends after its host or port: no user, no path, no / at the end")]
    More,
}

impl HubAddress {
    /// Longest address, in bytes.
    pub const MAX: usize = 120;

    /// The address, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the hub is asked over TLS, so that a key of it must be pinned.
    pub fn is_https(&self) -> bool {
        self.0.starts_with(HTTPS)
    }
}

const HTTP: &str = "http://";
const HTTPS: &str = "https://";

impl FromStr for HubAddress {
    type Err = HubAddressError;

    fn from_str(text: &str) -> Result<Self, HubAddressError> {
        if text.len() > Self::MAX {
            return Err(HubAddressError::Length);
        }
        let place = text
            .strip_prefix(HTTP)
            .or_else(|| text.strip_prefix(HTTPS))
            .ok_or(HubAddressError::Scheme)?;
        if place.contains(['/', '?', '#', '@', '\\']) {
            return Err(HubAddressError::More);
        }
        // The brackets keep the colons of an IPv6 address from that of the port (RFC 3986, 3.2.2).
        let (host, port) = match place.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']').ok_or(HubAddressError::Host)?;
                let address: Ipv6Addr = host.parse().map_err(|_| HubAddressError::Host)?;
                // The one way of writing it (RFC 5952).
                if address.to_string() != host {
                    return Err(HubAddressError::Host);
                }
                (None, port)
            }
            None => match place.find(':') {
                Some(at) => (Some(place.split_at(at).0), place.split_at(at).1),
                None => (Some(place), ""),
            },
        };
        if !host.is_none_or(is_host) {
            return Err(HubAddressError::Host);
        }
        if !port.is_empty() && !port.strip_prefix(':').is_some_and(is_port) {
            return Err(HubAddressError::Port);
        }
        Ok(Self(text.to_owned()))
    }
}

/// Labels of small letters, digits, `-` and `_`, none of them empty, as a resolver takes them. An
/// IPv4 address is among them.
fn is_host(host: &str) -> bool {
    host.split('.').all(|label| {
        let may_stand = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
        (1..=63).contains(&label.len())
            && label.bytes().all(may_stand)
            && !label.starts_with('-')
            && !label.ends_with('-')
    })
}

fn is_port(port: &str) -> bool {
    let number = port.parse::<u16>().is_ok_and(|number| number > 0);
    number && port.bytes().all(|byte| byte.is_ascii_digit()) && !port.starts_with('0')
}

impl TryFrom<String> for HubAddress {
    type Error = HubAddressError;

    fn try_from(text: String) -> Result<Self, HubAddressError> {
        text.parse()
    }
}

impl From<HubAddress> for String {
    fn from(address: HubAddress) -> Self {
        address.0
    }
}

impl fmt::Display for HubAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_address_is_a_scheme_a_host_and_perhaps_a_port() {
        for good in [
            "http://hub",
            "https://hub.example",
            "https://hub.example:8470",
            "http://127.0.0.1:1",
            "http://[::1]:65535",
            "https://[2001:db8::7]",
            "http://hub_1.xn--fiqs8s",
        ] {
            let address: HubAddress = good.parse().unwrap();
            assert_eq!(address.as_str(), good);
            assert_eq!(address.is_https(), good.starts_with("https"), "{good}");
            let bytes = crate::encode(&address);
            assert_eq!(crate::decode("address", &bytes), Ok(address));
        }
    }

    #[test]
    fn an_address_that_no_device_could_use_is_refused_with_what_is_wrong() {
        use HubAddressError::{Host, Length, More, Port, Scheme};
        let long = format!("https://{}", "a.".repeat(60));
        let label = format!("http://{}", "a".repeat(64));
        for (bad, why) in [
            ("", Scheme),
            ("hub.example", Scheme),
            ("//hub.example", Scheme),
            ("HTTPS://hub.example", Scheme),
            ("Https://hub.example", Scheme),
            ("httpS://hub.example", Scheme),
            ("https:/hub.example", Scheme),
            ("https:hub.example", Scheme),
            (" https://hub.example", Scheme),
            ("\thttps://hub.example", Scheme),
            ("ftp://hub.example", Scheme),
            ("https://", Host),
            ("https://:8470", Host),
            ("https://Hub.example", Host),
            ("https://hub example", Host),
            ("https://hub.example ", Host),
            ("https://hub.example\n", Host),
            ("https://hub..example", Host),
            ("https://hub.example.", Host),
            ("https://-hub", Host),
            ("https://xn--fiqs8s-", Host),
            ("https://\u{4e2d}\u{56fd}", Host),
            ("https://hub\u{202e}", Host),
            ("https://h%75b", Host),
            ("https://::1", Host),
            ("https://[::1", Host),
            ("https://[0::1]", Host),
            ("https://[::1%25eth0]", Host),
            ("https://[::FFFF]", Host),
            (&label, Host),
            ("https://hub:", Port),
            ("https://hub:0", Port),
            ("https://hub:08470", Port),
            ("https://hub:+8470", Port),
            ("https://hub:65536", Port),
            ("https://hub:8470:1", Port),
            ("https://[::1]8470", Port),
            ("https://hub/", More),
            ("https://hub/v1", More),
            ("https://hub?x", More),
            ("https://hub#x", More),
            ("https://user@hub", More),
            ("https://good.example\\@evil.example", More),
            (&long, Length),
        ] {
            assert_eq!(bad.parse::<HubAddress>(), Err(why), "{bad:?}");
            assert!(
                crate::decode::<HubAddress>("address", &crate::encode(&bad.to_owned())).is_err()
            );
        }
    }
}
