//! What a device and an operator can rely on, seen from outside: over HTTP and on the command line.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

/// Makes each test, a function of a site, run on every store. Without a PostgreSQL server on the
/// machine, those on it say that they were skipped.
macro_rules! on_every_store {
    ($($name:ident)*) => {
        mod on_sqlite {
            $(#[test]
            fn $name() {
                super::$name(&crate::support::Site::new());
            })*
        }
        mod on_postgres {
            $(#[test]
            fn $name() {
                if let Some(site) = crate::support::Site::on_postgres() {
                    super::$name(&site);
                }
            })*
        }
    };
}

mod attacks;
mod batches;
mod browser;
mod bundle;
mod command_line;
mod device;
mod export;
mod findings;
mod fleet;
mod limits;
mod postgres;
mod postgres_tls;
mod privacy;
mod process;
mod refused;
mod retention;
mod routes;
mod support;
mod tls;
mod webdriver;
