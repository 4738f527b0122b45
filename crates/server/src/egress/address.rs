//! Addresses: which of them are the public Internet, and which are hidden in others.
//!
//! What is not known to be public is not. The ranges are those of the IANA's registries of special-purpose addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A range that is not public, as first address and length of the prefix, and what it is.
type Range4 = (Ipv4Addr, u32, &'static str);
/// See [`Range4`].
type Range6 = (Ipv6Addr, u32, &'static str);

const PRIVATE: &str = "is in a private network";
const LINK_LOCAL: &str = "is a link-local address";
const LOOPBACK: &str = "is this machine itself";
const RESERVED: &str = "is a reserved address";
const DOCUMENTATION: &str = "is an address for documents";
const MULTICAST: &str = "is a multicast address";

const RANGES4: &[Range4] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8, "is an address of this very network"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, PRIVATE),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "is in the network of a provider"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, LOOPBACK),
    // Platforms answer here for the machine itself, as at link-local addresses, although the range is a public one.
    (Ipv4Addr::new(168, 63, 129, 16), 32, "is a service of the cloud platform"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, LINK_LOCAL),
    (Ipv4Addr::new(172, 16, 0, 0), 12, PRIVATE),
    (Ipv4Addr::new(192, 0, 0, 0), 24, RESERVED),
    (Ipv4Addr::new(192, 0, 2, 0), 24, DOCUMENTATION),
    (Ipv4Addr::new(192, 88, 99, 0), 24, RESERVED),
    (Ipv4Addr::new(192, 168, 0, 0), 16, PRIVATE),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "is an address for benchmarks"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, DOCUMENTATION),
    (Ipv4Addr::new(203, 0, 113, 0), 24, DOCUMENTATION),
    (Ipv4Addr::new(224, 0, 0, 0), 4, MULTICAST),
    (Ipv4Addr::new(240, 0, 0, 0), 4, RESERVED),
];

/// Public addresses are in `2000::/3`; these are the parts of it that are not.
const RANGES6: &[Range6] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, "is an address of a Teredo tunnel"),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, RESERVED),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, DOCUMENTATION),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, DOCUMENTATION),
];

/// Names of what is outside of `2000::/3`.
const OTHERS6: &[Range6] = &[
    (Ipv6Addr::LOCALHOST, 128, LOOPBACK),
    (Ipv6Addr::UNSPECIFIED, 128, LOOPBACK),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, PRIVATE),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, LINK_LOCAL),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, PRIVATE),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, MULTICAST),
];

const GLOBAL6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
const NAT64: (Ipv6Addr, u32) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);
const SIX_TO_FOUR: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16);
const TEREDO: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32);

/// The address that a packet really goes to: an IPv4 address written as IPv6, or one that the network translates.
pub(super) fn real(address: IpAddr) -> IpAddr {
    let IpAddr::V6(given) = address else { return address };
    if let Some(mapped) = given.to_ipv4_mapped() {
        return mapped.into();
    }
    if is_in6(given, NAT64) { low(given).into() } else { address }
}

/// Why an address is not public, as the end of a sentence that it begins; `None`: it is.
pub(super) fn why_not_public(address: IpAddr) -> Option<&'static str> {
    match real(address) {
        IpAddr::V4(real) => why_not_public4(real),
        IpAddr::V6(real) => why_not_public6(real),
    }
}

fn why_not_public4(address: Ipv4Addr) -> Option<&'static str> {
    RANGES4.iter().find(|(first, length, _)| is_in4(address, (*first, *length))).map(|(_, _, why)| *why)
}

fn why_not_public6(address: Ipv6Addr) -> Option<&'static str> {
    if let Some(why) = tunnelled(address).into_iter().flatten().find_map(why_not_public4) {
        return Some(why);
    }
    let (ranges, otherwise) =
        if is_in6(address, GLOBAL6) { (RANGES6, None) } else { (OTHERS6, Some(RESERVED)) };
    let found = ranges.iter().find(|(first, length, _)| is_in6(address, (*first, *length)));
    found.map(|(_, _, why)| *why).or(otherwise)
}

/// The IPv4 addresses that packets to a tunnel's address end at or pass.
fn tunnelled(address: Ipv6Addr) -> [Option<Ipv4Addr>; 2] {
    let bits = address.to_bits();
    if is_in6(address, SIX_TO_FOUR) {
        return [Some(Ipv4Addr::from_bits((bits >> 80) as u32)), None];
    }
    if is_in6(address, TEREDO) {
        // The server as it is, the client with all bits turned over.
        return [Some(Ipv4Addr::from_bits((bits >> 64) as u32)), Some(Ipv4Addr::from_bits(!(bits as u32)))];
    }
    [None, None]
}

fn low(address: Ipv6Addr) -> Ipv4Addr {
    Ipv4Addr::from_bits(address.to_bits() as u32)
}

fn is_in4(address: Ipv4Addr, (first, length): (Ipv4Addr, u32)) -> bool {
    let rest = 32 - length;
    address.to_bits() >> rest == first.to_bits() >> rest
}

fn is_in6(address: Ipv6Addr, (first, length): (Ipv6Addr, u32)) -> bool {
    let rest = 128 - length;
    address.to_bits() >> rest == first.to_bits() >> rest
}

#[cfg(test)]
mod tests;
