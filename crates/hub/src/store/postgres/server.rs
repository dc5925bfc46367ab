//! The PostgreSQL server, and how the hub connects to it.

use std::time::Duration;

use postgres::{Client, Config, NoTls};

use super::{rows::PostgresError, schema::SCHEMA, tls::Encryption};
use crate::store::HubStoreError;

/// How long each address of the server may take to answer.
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// A server, and how the hub connects to it.
#[derive(Clone, Debug)]
pub struct PostgresServer {
    /// Address, user and database. Its mode of TLS agrees with `encryption`.
    pub(in crate::store) config: Config,
    /// Without it, the connection is in plain text.
    pub(in crate::store) encryption: Option<Encryption>,
}

impl PostgresServer {
    /// Connects. A commit is on the server's disk when it returns, whatever the server's
    /// configuration says, and neither connecting nor a statement takes longer than a limit.
    pub fn connect(&self) -> Result<Client, HubStoreError> {
        let mut config = self.config.clone();
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIME);
        }
        let client = match &self.encryption {
            Some(encryption) => config.connect(encryption.clone()),
            None => config.connect(NoTls),
        };
        let unreachable = |why| HubStoreError::Unreachable(PostgresError::from(why).into());
        let mut client = client.map_err(unreachable)?;
        client.batch_execute(&format!(
            "SET search_path = {SCHEMA}; SET synchronous_commit = on; SET lock_timeout = '10s';
             SET statement_timeout = '60s'; SET idle_in_transaction_session_timeout = '60s'"
        ))?;
        Ok(client)
    }
}
