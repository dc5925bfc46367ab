//! Limits of what the hub accepts: of one address, of one device, at the same time, and in all.
//!
//! These are rates and counts. How long and large one request may be stands where it is read: its
//! head and its connection in `server`, its body in `routes/body`, its pace in `pace`.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// What the hub accepts.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Requests of one address (IPv6: of one /64 network).
    pub address: Rate,
    /// Batches and statuses of one device.
    pub device: Rate,
    /// Enrolment requests of one address: the only limit between a stranger and the queue.
    pub enrolments: Rate,
    /// Devices that the hub stores anything of; a new one beyond them is put off.
    pub devices: u64,
    /// Request bodies of one address that are arriving at the same time, however little of them has
    /// arrived.
    pub bodies_of_address: usize,
    /// Process runs that one device begins. A device whose program crashes and starts again all day
    /// stays below it.
    pub runs: Rate,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Many devices may share an address behind a gateway.
            address: Rate {
                per_second: 200,
                burst: 4_000,
            },
            // 500 passages a batch: years of backlog drain in a minute.
            device: Rate {
                per_second: 10,
                burst: 300,
            },
            enrolments: Rate {
                per_second: 1,
                burst: 30,
            },
            devices: 2_000_000,
            bodies_of_address: 32,
            runs: Rate {
                per_second: 1,
                burst: 300,
            },
        }
    }
}

/// A token bucket: `burst` at once, then `per_second`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Tokens that come back each second, at least 1.
    pub per_second: u32,
    /// Tokens that a full bucket holds, at least 1.
    pub burst: u32,
}

impl std::str::FromStr for Rate {
    type Err = &'static str;

    /// Reads `PER_SECOND:BURST`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = |text: &str| text.parse().ok().filter(|number| *number > 0);
        text.split_once(':')
            .and_then(|(rate, burst)| Some((parse(rate)?, parse(burst)?)))
            .map(|(per_second, burst)| Self { per_second, burst })
            .ok_or("must be PER_SECOND:BURST, two numbers above 0, such as 200:4000")
    }
}

/// Token buckets by key. Memory is bounded: beyond [`TokenBuckets::MOST`] keys, full buckets are
/// dropped, or all of them if none is full.
#[derive(Debug)]
pub(crate) struct TokenBuckets<K> {
    rate: Rate,
    spent: Mutex<HashMap<K, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl<K: Eq + Hash> TokenBuckets<K> {
    const MOST: usize = 100_000;

    pub(crate) fn new(rate: Rate) -> Self {
        Self {
            rate,
            spent: Mutex::default(),
        }
    }

    /// Takes a token; if there is none, returns how long until there is.
    pub(crate) fn take(&self, key: K) -> Result<(), Duration> {
        // Not the wall clock, which may jump.
        self.take_at(key, Instant::now())
    }

    fn take_at(&self, key: K, now: Instant) -> Result<(), Duration> {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.len() >= Self::MOST && !spent.contains_key(&key) {
            let burst = f64::from(self.rate.burst);
            spent.retain(|_, bucket| self.filled(bucket, now) < burst);
            if spent.len() >= Self::MOST {
                spent.clear();
            }
        }
        let full = Bucket {
            tokens: f64::from(self.rate.burst),
            at: now,
        };
        let bucket = spent.entry(key).or_insert(full);
        bucket.tokens = self.filled(bucket, now);
        bucket.at = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        let missing = (1.0 - bucket.tokens) / f64::from(self.rate.per_second.max(1));
        Err(Duration::from_secs_f64(missing))
    }

    fn filled(&self, bucket: &Bucket, now: Instant) -> f64 {
        let since = now.saturating_duration_since(bucket.at).as_secs_f64();
        let tokens = bucket.tokens + since * f64::from(self.rate.per_second.max(1));
        tokens.min(f64::from(self.rate.burst.max(1)))
    }
}

/// What is under way by key, no more than so many of each. It holds only the keys of what is under
/// way, so its memory is bounded by whatever bounds that.
#[derive(Debug)]
pub(crate) struct Shares<K> {
    most: usize,
    taken: Mutex<HashMap<K, usize>>,
}

/// One of the things under way, until it is dropped.
#[derive(Debug)]
pub(crate) struct HeldShare<K: Eq + Hash> {
    of: Arc<Shares<K>>,
    key: K,
}

impl<K: Eq + Hash + Copy> Shares<K> {
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            taken: Mutex::default(),
        })
    }

    /// One more of a key, unless there are as many as there may be.
    pub(crate) fn take(self: &Arc<Self>, key: K) -> Option<HeldShare<K>> {
        let mut taken = self.taken();
        let count = taken.get(&key).copied().unwrap_or(0);
        if count >= self.most {
            return None;
        }
        taken.insert(key, count + 1);
        let of = self.clone();
        Some(HeldShare { of, key })
    }
}

impl<K: Eq + Hash> HeldShare<K> {
    /// How many there are of its key, itself among them.
    pub(crate) fn count(&self) -> usize {
        self.of.taken().get(&self.key).copied().unwrap_or(0)
    }
}

impl<K> Shares<K> {
    fn taken(&self) -> MutexGuard<'_, HashMap<K, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash> Drop for HeldShare<K> {
    fn drop(&mut self) {
        let mut taken = self.of.taken();
        match taken.get_mut(&self.key) {
            Some(count @ 2..) => *count -= 1,
            _ => drop(taken.remove(&self.key)),
        }
    }
}

/// The network that is limited as one address: an IPv6 host owns its whole /64.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const RATE: Rate = Rate {
        per_second: 2,
        burst: 3,
    };

    #[test]
    fn a_burst_passes_then_the_rate_and_each_key_by_itself() {
        let (buckets, start) = (TokenBuckets::new(RATE), Instant::now());
        let at = |ms| start + Duration::from_millis(ms);
        for _ in 0..3 {
            buckets.take_at("a", at(0)).unwrap();
        }
        let wait = buckets.take_at("a", at(0)).unwrap_err();
        assert_eq!(wait, Duration::from_millis(500));
        buckets.take_at("b", at(0)).unwrap();
        assert!(buckets.take_at("a", at(499)).is_err());
        buckets.take_at("a", at(500)).unwrap();
        assert!(buckets.take_at("a", at(500)).is_err());
        // A long pause fills no more than the burst.
        for _ in 0..3 {
            buckets.take_at("a", at(60_000)).unwrap();
        }
        assert!(buckets.take_at("a", at(60_000)).is_err());
    }

    #[test]
    fn a_flood_of_keys_takes_bounded_memory() {
        let (buckets, now) = (TokenBuckets::new(RATE), Instant::now());
        for key in 0..3 * TokenBuckets::<usize>::MOST {
            buckets.take_at(key, now).unwrap();
        }
        assert!(buckets.spent.lock().unwrap().len() <= TokenBuckets::<usize>::MOST);
    }

    #[test]
    fn a_share_is_free_again_once_it_is_dropped_and_nothing_is_remembered() {
        let shares = Shares::new(2);
        let (first, second) = (shares.take("a").unwrap(), shares.take("a").unwrap());
        assert_eq!((first.count(), second.count()), (2, 2));
        assert!(shares.take("a").is_none());
        let other = shares.take("b").unwrap();
        drop(first);
        let third = shares.take("a").unwrap();
        assert!(shares.take("a").is_none());
        drop((second, third, other));
        assert!(shares.taken().is_empty());
    }

    #[test]
    fn an_ipv6_network_is_one_address() {
        let network = |text: &str| network(text.parse().unwrap());
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:1"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }

    #[test]
    fn a_rate_is_two_numbers_above_nought() {
        assert_eq!("2:3".parse(), Ok(RATE));
        for bad in ["", "2", "2:", ":3", "0:3", "2:0", "-1:3", "2:3:4", "a:b"] {
            assert!(bad.parse::<Rate>().is_err(), "{bad}");
        }
    }
}
