//! The program with which a region's authority makes keys, issues and revokes passes, and publishes
//! signed bundles.
//!
//! [`commands`] has one file per subcommand. They stand on [`home`] (the directory), [`store`] (what
//! was issued), [`config`] (what people edit), [`person`] (ID number to tag), [`status_rows`] (a file of
//! many statuses), [`identity_keys`] (its numbers as keys), [`signing`] (trust list and policy),
//! [`trace`] (signed batches, the audit log), [`own_lists`], [`foreign`] and [`deltas`] (what a bundle's
//! lists are made of),
//! [`bundle_dir`] (a bundle on disk) and the small [`clock`], [`files`], [`progress`], [`args`], [`error`].

#![forbid(unsafe_code)]

mod args;
mod bundle_dir;
mod clock;
mod commands;
mod config;
mod deltas;
mod error;
mod files;
mod foreign;
mod home;
mod identity_keys;
mod own_lists;
mod person;
mod progress;
mod signing;
mod status_rows;
mod store;
mod trace;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use gatepost_pass::Timestamp;

use crate::{
    commands::{
        badge, enrol, enrol_code, holder_key, identity, init, inspect, issue, key, lists, live,
        place, policy, public, publish, query, render, revoke, revoke_device, root, status,
        trace as trace_command, trust,
    },
    error::Error,
    home::Home,
};

/// Makes keys, issues and revokes passes, and publishes signed bundles for a region's checkpoints.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    /// The authority's directory.
    #[arg(long, global = true, value_name = "DIR")]
    home: Option<PathBuf>,
    /// The time to work at, instead of the system's (tests, demonstrations).
    #[arg(long, global = true, value_name = "RFC3339", value_parser = clock::parse)]
    now: Option<Timestamp>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a new authority: its keys, its first root, its configuration.
    Init(init::Args),
    /// Say whose passes count here.
    #[command(subcommand)]
    Trust(trust::Command),
    /// Change the rules of this region's checkpoints.
    Policy(policy::Args),
    /// Replace one of this authority's keys.
    #[command(subcommand)]
    Key(key::Command),
    /// Replace a root key.
    #[command(subcommand)]
    Root(root::Command),
    /// Write a public key of this authority, for another region to recognise.
    Public(public::Args),
    /// Issue a pass, or a family pass.
    Issue(Box<issue::Args>),
    /// Sign a code of a place, to hang at a gate.
    Place(place::Args),
    /// Sign a badge of someone on duty.
    Badge(badge::Args),
    /// Make the key of a phone.
    HolderKey(holder_key::Args),
    /// Show a phone pass as its holder's phone would, with a fresh signature.
    Live(live::Args),
    /// Make a pass no longer count.
    Revoke(revoke::Args),
    /// Set a person yellow or red, or green again; or many from a file.
    Status(Box<status::Args>),
    /// Publish a list of persons by ID number too, or none.
    #[command(subcommand)]
    Identity(identity::Command),
    /// Write a signed bundle for the hub, or for a USB stick.
    Publish(publish::Args),
    /// Say what checkpoints are told of a person, out of the published list.
    Query(query::Args),
    /// Check a bundle's lists, or take in lists of other regions.
    #[command(subcommand)]
    Lists(lists::Command),
    /// Certify a device that asks for it.
    Enrol(enrol::Args),
    /// Sign the code that a new device scans on its first run.
    EnrolCode(enrol_code::Args),
    /// Sign the order that makes a lost or retired device wipe itself.
    RevokeDevice(revoke_device::Args),
    /// Open sealed passages of one person or place, on the record.
    #[command(subcommand)]
    Trace(trace_command::Command),
    /// Say what a code, a file or a bundle is.
    Inspect(inspect::Args),
    /// Draw a code as a picture.
    Render(render::Args),
}

/// What every command may need.
struct Context {
    home: Option<PathBuf>,
    now: Timestamp,
}

impl Context {
    fn home(&self) -> Result<Home, Error> {
        Home::open(self.home.as_deref().ok_or(Error::NoHome)?)
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let context = Context {
        home: cli.home,
        now: cli.now.unwrap_or_else(clock::now),
    };
    match run(&cli.command, &context) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::from(if matches!(why, Error::NoHome) { 2 } else { 1 })
        }
    }
}

fn run(command: &Command, context: &Context) -> Result<(), Error> {
    match command {
        Command::Init(args) => init::run(args, context),
        Command::Trust(command) => trust::run(command, context),
        Command::Policy(args) => policy::run(args, context),
        Command::Key(command) => key::run(command, context),
        Command::Root(command) => root::run(command, context),
        Command::Public(args) => public::run(args, context),
        Command::Issue(args) => issue::run(args, context),
        Command::Place(args) => place::run(args, context),
        Command::Badge(args) => badge::run(args, context),
        Command::HolderKey(args) => holder_key::run(args),
        Command::Live(args) => live::run(args, context),
        Command::Revoke(args) => revoke::run(args, context),
        Command::Status(args) => status::run(args, context),
        Command::Identity(command) => identity::run(command, context),
        Command::Publish(args) => publish::run(args, context),
        Command::Query(args) => query::run(args, context),
        Command::Lists(command) => lists::run(command, context),
        Command::Enrol(args) => enrol::run(args, context),
        Command::EnrolCode(args) => enrol_code::run(args, context),
        Command::RevokeDevice(args) => revoke_device::run(args, context),
        Command::Trace(command) => trace_command::run(command, context),
        Command::Inspect(args) => inspect::run(args, context),
        Command::Render(args) => render::run(args),
    }
}
